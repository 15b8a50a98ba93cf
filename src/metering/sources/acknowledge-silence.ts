import { requireText } from "../../kernel/code";
import { requirePeriodKey } from "../../kernel/period";
import { Refusal } from "../../kernel/refusal";
import { Period } from "../../governance";
import { Silence } from "./silence";
import { Source, requireSourceUri } from "./source";

export interface AcknowledgeSilenceInput {
  readonly source: string;
  readonly period: string;
  readonly reason: string;
}

/** Finance has looked at the silences of a source in a month, as far as they had come. One that goes on is a new one. */
export interface SilenceAcknowledgement {
  readonly source: string;
  readonly period: string;
  /** Silences that had ended by then, or were cut off then, are covered. */
  readonly coversUntil: Date;
  readonly reason: string;
  readonly acknowledgedBy: string;
  readonly acknowledgedAt: Date;
}

export interface AcknowledgeSilencePorts {
  /** The period, held so that it cannot close before this transaction ends; null when no fact ever fell into it. */
  holdPeriod(key: string): Promise<Period | null>;
  findSource(uri: string): Promise<Source | null>;
  /** Silences of the source in the period so far. */
  silences(source: Source, period: Period): Promise<readonly Silence[]>;
  /** The acknowledgement that reaches furthest. */
  findAcknowledgement(source: Source, period: Period): Promise<SilenceAcknowledgement | null>;
  save(source: Source, period: Period, coversUntil: Date, reason: string): Promise<SilenceAcknowledgement>;
  audit(acknowledgement: SilenceAcknowledgement, silences: readonly Silence[]): Promise<void>;
}

/** Which of the silences nobody has acknowledged. */
export function notCovered(silences: readonly Silence[], coversUntil: Date | null): Silence[] {
  return silences.filter(({ toMs }) => coversUntil === null || toMs > coversUntil.getTime());
}

/**
 * Takes note that a source was silent in a month, so that the month can close. Naturally idempotent: where every silence
 * is covered, the acknowledgement that is there is answered. NOT_FOUND for a month without facts, an unknown source and
 * one that was not silent; PERIOD_CLOSED when it is too late.
 */
export async function acknowledgeSilence(ports: AcknowledgeSilencePorts, input: AcknowledgeSilenceInput): Promise<SilenceAcknowledgement> {
  const reason = requireText(input.reason, ["reason"], 500);
  const uri = requireSourceUri(input.source, ["source"]);
  const key = requirePeriodKey(input.period);
  const period = await ports.holdPeriod(key);
  if (!period) throw new Refusal("NOT_FOUND", `There is nothing in ${key}: no usage and no cost.`, ["period"]);
  if (period.status === "CLOSED") throw new Refusal("PERIOD_CLOSED", `${key} is closed: whether a source was silent in it no longer matters.`, ["period"]);
  const source = await ports.findSource(uri);
  if (!source) throw new Refusal("NOT_FOUND", `There is no source ${uri}.`, ["source"]);
  const silences = await ports.silences(source, period);
  const earlier = await ports.findAcknowledgement(source, period);
  const open = notCovered(silences, earlier?.coversUntil ?? null);
  if (open.length === 0) {
    if (earlier) return earlier;
    throw new Refusal("NOT_FOUND", `${uri} was not silent in ${key}: there is nothing to acknowledge.`, ["source"]);
  }
  const acknowledgement = await ports.save(source, period, new Date(Math.max(...open.map(({ toMs }) => toMs))), reason);
  await ports.audit(acknowledgement, open);
  return acknowledgement;
}
