import { requireCode, requireText } from "../../kernel/code";
import { formatUnits, requireDecimal, trimDecimal } from "../../kernel/decimal";
import { given } from "../../kernel/given";
import { Currency } from "../../kernel/money";
import { isDay } from "../../kernel/period";
import { Refusal } from "../../kernel/refusal";

/** One thing that was measured before the use case went live. */
export interface BaselineMeasure {
  readonly metric: string;
  /** Plain decimal text. */
  readonly value: string;
  /** What it is counted in: "GBP per contact", "contacts per month", "share of offers". */
  readonly unit: string;
  /** Of money: the programme's currency, in major units; null of everything else. */
  readonly currency: string | null;
  /** The system or report that it was read from. */
  readonly source: string;
}

export interface BaselineDocument {
  /** Code. */
  readonly useCase: string;
  /** First and last day that it was measured over. */
  readonly from: string;
  readonly to: string;
  /** The stated day of going live. */
  readonly goLive: string | null;
  readonly measures: readonly BaselineMeasure[];
  readonly evidence: string;
  /** Captured after the use case went live, from what others had kept: its claims are modelled at best. */
  readonly reconstructed: boolean;
}

export interface Baseline extends BaselineDocument {
  readonly id: string;
  readonly version: number;
  readonly businessUnit: string;
  readonly reason: string | null;
  readonly documentHash: string;
  readonly capturedBy: string;
  /** Day of the programme's time zone. */
  readonly capturedOn: string;
  readonly capturedAt: Date;
  readonly lockedBy: string | null;
  readonly lockedAt: Date | null;
}

export interface BaselineInput {
  readonly useCase: string;
  readonly from: string;
  readonly to: string;
  readonly goLive?: string | null;
  readonly measures: ReadonlyArray<{ readonly metric: string; readonly value: string; readonly unit: string; readonly currency?: string | null; readonly source: string }>;
  readonly evidence: string;
  readonly reconstructed?: boolean | null;
  readonly reason?: string | null;
}

const MOST_MEASURES = 50;

/** The baseline that an input stands for; BAD_USER_INPUT or CURRENCY_MISMATCH names what is wrong. */
export function readBaseline(input: BaselineInput, currency: Currency): BaselineDocument {
  const day = (text: string, field: string): string => {
    if (isDay(text)) return text;
    throw new Refusal("BAD_USER_INPUT", `"${text.slice(0, 20)}" is not a day. Write 2025-03-31.`, [field]);
  };
  const [from, to] = [day(input.from, "from"), day(input.to, "to")];
  if (to < from) throw new Refusal("BAD_USER_INPUT", "The baseline ends before it begins.", ["to"]);
  if (input.measures.length === 0 || input.measures.length > MOST_MEASURES) throw new Refusal("BAD_USER_INPUT", `A baseline holds 1 to ${MOST_MEASURES} measures.`, ["measures"]);
  const measures = input.measures.map((measure, index): BaselineMeasure => {
    const at = ["measures", String(index)];
    if (given(measure.currency) && measure.currency !== currency.code) throw new Refusal("CURRENCY_MISMATCH", `${measure.metric.slice(0, 64)} is in ${measure.currency}; benefits are in the programme's currency, ${currency.code}. Convert it first.`, [...at, "currency"]);
    if (input.measures.findIndex(({ metric }) => metric === measure.metric) !== index) throw new Refusal("BAD_USER_INPUT", `${measure.metric.slice(0, 64)} is measured once: name it once.`, [...at, "metric"]);
    const { units, scale } = requireDecimal(measure.value, [...at, "value"]);
    if (units < 0n) throw new Refusal("BAD_USER_INPUT", `${measure.metric.slice(0, 64)} is below 0. Check the sign.`, [...at, "value"]);
    return { metric: requireCode(measure.metric, [...at, "metric"]), value: trimDecimal(formatUnits(units, scale)), unit: requireText(measure.unit, [...at, "unit"], 100), currency: measure.currency ?? null, source: requireText(measure.source, [...at, "source"], 500) };
  });
  return { useCase: input.useCase, from, to, goLive: given(input.goLive) ? day(input.goLive, "goLive") : null, measures, evidence: requireText(input.evidence, ["evidence"], 500), reconstructed: input.reconstructed ?? false };
}

/** Day on which a use case went live: the stated one or its first day with usage, whichever is earlier; null while neither is known. */
export function liveFrom(goLive: string | null, firstUsage: string | null): string | null {
  return [goLive, firstUsage].filter(given).sort()[0] ?? null;
}

/** True for what was captured on the day of going live or after it. */
export function isLate({ goLive }: Pick<BaselineDocument, "goLive">, capturedOn: string, firstUsage: string | null): boolean {
  const live = liveFrom(goLive, firstUsage);
  return live !== null && capturedOn >= live;
}

/** The newest locked version: what claims are held against. */
export function lockedBaseline(versions: readonly Baseline[]): Baseline | null {
  return [...versions].sort((a, b) => a.version - b.version).filter(({ lockedBy }) => lockedBy !== null).at(-1) ?? null;
}
