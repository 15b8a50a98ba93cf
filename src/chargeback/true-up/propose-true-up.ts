import { requireText } from "../../kernel/code";
import { monthsBetween, requirePeriodKey } from "../../kernel/period";
import { Refusal } from "../../kernel/refusal";
import { CostPool } from "../../costs";
import { Period, isClosed } from "../../governance";
import { TrueUpDraft, TrueUpMonth, draftTrueUp } from "./true-up";

/** More months than one true-up takes. */
export const MOST_MONTHS = 24;

export interface TrueUpInput {
  /** Code. */
  readonly pool: string;
  /** First and last month, both included. */
  readonly from: string;
  readonly to: string;
}

/** A proposal, posted or not. */
export interface TrueUp extends TrueUpInput {
  /** 1 for the first of the programme. */
  readonly number: number;
  readonly poolId: string;
  readonly amountMinor: bigint;
  readonly hash: string;
  readonly reason: string;
  readonly proposedBy: string;
  readonly proposedAt: Date;
  /** The month that carries it; null until it is posted. */
  readonly period: string | null;
  readonly postedBy: string | null;
  readonly postedAt: Date | null;
}

/** A month with what is carried of it, and the true-ups that cleared something of these figures of it. */
export interface CarriedMonth extends TrueUpMonth {
  readonly trueUps: readonly number[];
}

export interface DraftTrueUpPorts {
  findPool(code: string): Promise<CostPool | null>;
  /** Those of months in a row that something fell into; later ones may be among them. */
  findPeriods(keys: readonly string[]): Promise<readonly Period[]>;
  /** Those of the months in which a standard rate charged the pool or left a variance. */
  carriedMonths(pool: CostPool, from: string, to: string): Promise<readonly CarriedMonth[]>;
  chargedOf(pool: CostPool, periods: readonly string[]): Promise<ReadonlyArray<{ readonly businessUnit: string; readonly useCase: string; readonly chargedMinor: bigint }>>;
}

/** First and last month of a span in order, MOST_MONTHS at most: BAD_USER_INPUT otherwise. */
export function requireSpan({ from, to }: Pick<TrueUpInput, "from" | "to">): string[] {
  const [first, last] = [requirePeriodKey(from, ["from"]), requirePeriodKey(to, ["to"])];
  if (first > last) throw new Refusal("BAD_USER_INPUT", `${first} is after ${last}: the span ends before it begins.`, ["to"]);
  const months = monthsBetween(first, last);
  if (months.length > MOST_MONTHS) throw new Refusal("LIMIT_EXCEEDED", `A span has ${MOST_MONTHS} months at most.`, ["to"]);
  return months;
}

/**
 * What a pool's true-up over a span would charge, by the figures as they stand. PERIOD_OPEN when a month of it is not closed, NOT_READY
 * when no standard rate charged the pool, CONFLICT when a month was trued up before.
 */
export async function workOutTrueUp(ports: DraftTrueUpPorts, input: TrueUpInput): Promise<{ readonly pool: CostPool; readonly draft: TrueUpDraft }> {
  const span = requireSpan(input);
  const pool = await ports.findPool(input.pool);
  if (!pool) throw new Refusal("NOT_FOUND", `There is no cost pool ${input.pool.slice(0, 64)}.`, ["pool"]);
  const periods = new Map((await ports.findPeriods(span)).map((period) => [period.key, period]));
  const open = span.find((key) => !periods.has(key) || !isClosed(periods.get(key)!));
  if (open !== undefined) throw new Refusal("PERIOD_OPEN", `${open} is ${periods.get(open)?.status ?? "OPEN"}: what it recovers may still change. A true-up takes closed months.`, [open === input.from ? "from" : "to"]);
  const months = await ports.carriedMonths(pool, input.from, input.to);
  if (months.length === 0) throw new Refusal("NOT_READY", `No standard rate charged ${pool.code} from ${input.from} to ${input.to}: there is no over- or under-recovery to true up.`, ["pool"]);
  const before = months.find(({ trueUps }) => trueUps.length > 0);
  if (before) throw new Refusal("CONFLICT", `${before.period} of ${pool.code} was trued up by number ${before.trueUps.join(", ")}: each month of a pool is trued up once. Leave it out.`, ["from"]);
  const charges = await ports.chargedOf(pool, months.map(({ period }) => period));
  return { pool, draft: draftTrueUp(pool.code, input, months.map(({ trueUps: _, ...month }) => month), charges) };
}

export interface ProposeTrueUpPorts extends DraftTrueUpPorts {
  /** Holds other proposals of the programme back until this transaction ends; a proposal of the same figures that waits to be posted. */
  findWaiting(draft: TrueUpDraft): Promise<TrueUp | null>;
  saveProposal(pool: CostPool, draft: TrueUpDraft, reason: string): Promise<TrueUp>;
  audit(trueUp: TrueUp): Promise<void>;
}

/** Proposes to true a pool up; a second person posts it. Naturally idempotent: a proposal of the same figures that waits is answered. */
export async function proposeTrueUp(ports: ProposeTrueUpPorts, input: TrueUpInput & { readonly reason: string }): Promise<TrueUp> {
  const reason = requireText(input.reason, ["reason"], 500);
  const { pool, draft } = await workOutTrueUp(ports, input);
  const waiting = await ports.findWaiting(draft);
  if (waiting) return waiting;
  const saved = await ports.saveProposal(pool, draft, reason);
  await ports.audit(saved);
  return saved;
}
