import { monthsBetween, shiftPeriod } from "../kernel/period";
import { Refusal } from "../kernel/refusal";
import { Benefit, plannedMinor } from "./benefit";
import { Claim, ClaimStatus, statusOf } from "./claims/claim";
import { Eliminated } from "./claims/decide-claim";

/** A row of the report: a version of a claim, its benefit, and what is eliminated of it. */
export interface LadderRow {
  readonly benefit: Benefit;
  readonly claim: Claim;
  readonly status: ClaimStatus;
  /** Null of what is not recognised. */
  readonly eliminated: Pick<Eliminated, "overlapMinor" | "cashableMinor" | "nonCashableMinor"> | null;
  readonly plannedMinor: bigint | null;
}

/** Sums over what is signed off; what is below EBIT is a memo of its own. */
export interface LadderTotal {
  readonly grossMinor: bigint;
  readonly attributedMinor: bigint;
  readonly cashableMinor: bigint;
  readonly nonCashableMinor: bigint;
  readonly eliminatedCashableMinor: bigint;
  readonly eliminatedNonCashableMinor: bigint;
  readonly memoMinor: bigint;
}

/** A benefit's plan for a month beside what was signed off. */
export interface PlanRow {
  readonly benefit: Benefit;
  readonly period: string;
  readonly plannedMinor: bigint;
  /** Attributed after elimination; null where nothing is signed off. */
  readonly actualMinor: bigint | null;
}

export const MOST_MONTHS = 60;

/** The months of a range; BAD_USER_INPUT where it runs backwards, LIMIT_EXCEEDED where it is too long. */
export function requireRange(from: string, to: string): string[] {
  if (to < from) throw new Refusal("BAD_USER_INPUT", `${to} is before ${from}.`, ["to"]);
  if (shiftPeriod(from, MOST_MONTHS) <= to) throw new Refusal("LIMIT_EXCEEDED", `At most ${MOST_MONTHS} months at once. Ask for a shorter range.`, ["to"]);
  return monthsBetween(from, to);
}

const keyOf = (benefitId: string, period: string): string => `${benefitId}/${period}`;
const NOTHING = { overlapMinor: 0n, cashableMinor: 0n, nonCashableMinor: 0n };

/** Rows of claims, every version of each benefit and month among them. */
export function ladderRows(claims: readonly Claim[], benefits: ReadonlyMap<string, Benefit>, eliminated: ReadonlyArray<Eliminated & { readonly period: string }>): LadderRow[] {
  const taken = new Map(eliminated.map((each) => [keyOf(each.benefitId, each.period), each]));
  const versions = new Map<string, Claim[]>();
  for (const claim of claims) {
    const key = keyOf(claim.benefitId, claim.period);
    const others = versions.get(key);
    if (others) others.push(claim);
    else versions.set(key, [claim]);
  }
  return claims.flatMap((claim) => {
    const benefit = benefits.get(claim.benefitId);
    if (!benefit) return [];
    const status = statusOf(claim, versions.get(keyOf(claim.benefitId, claim.period))!);
    return [{ benefit, claim, status, eliminated: status === "SIGNED_OFF" ? (taken.get(keyOf(claim.benefitId, claim.period)) ?? NOTHING) : null, plannedMinor: plannedMinor(benefit.plan, claim.period) }];
  });
}

/** What stands of each benefit and month: what is signed off, and a newer version that waits or was rejected. */
export function standing(rows: readonly LadderRow[]): LadderRow[] {
  const newest = new Map<string, number>();
  for (const { claim } of rows) newest.set(keyOf(claim.benefitId, claim.period), Math.max(claim.version, newest.get(keyOf(claim.benefitId, claim.period)) ?? 0));
  return rows.filter(({ status, claim }) => status === "SIGNED_OFF" || (status !== "SUPERSEDED" && newest.get(keyOf(claim.benefitId, claim.period)) === claim.version));
}

export function totalOf(rows: readonly LadderRow[]): LadderTotal {
  const signed = rows.filter(({ status }) => status === "SIGNED_OFF");
  const inEbit = signed.filter(({ benefit }) => benefit.kind !== "NON_EBIT");
  const sum = <T>(of: readonly T[], minor: (each: T) => bigint): bigint => of.reduce((total, each) => total + minor(each), 0n);
  return {
    grossMinor: sum(inEbit, ({ claim }) => claim.grossMinor), attributedMinor: sum(inEbit, ({ claim }) => claim.attributedMinor), cashableMinor: sum(inEbit, ({ claim }) => claim.cashableMinor),
    nonCashableMinor: sum(inEbit, ({ claim }) => claim.nonCashableMinor), eliminatedCashableMinor: sum(inEbit, ({ eliminated }) => eliminated!.cashableMinor), eliminatedNonCashableMinor: sum(inEbit, ({ eliminated }) => eliminated!.nonCashableMinor),
    memoMinor: sum(signed.filter(({ benefit }) => benefit.kind === "NON_EBIT"), ({ claim }) => claim.attributedMinor),
  };
}

/** Plans of benefits for some months, where there are any. */
export function planRows(benefits: readonly Benefit[], months: readonly string[], rows: readonly LadderRow[]): PlanRow[] {
  const signedRows = new Map(rows.filter(({ status }) => status === "SIGNED_OFF").map((row) => [keyOf(row.claim.benefitId, row.claim.period), row]));
  return benefits.flatMap((benefit) => months.flatMap((period) => {
    const planned = plannedMinor(benefit.plan, period);
    if (planned === null) return [];
    const signed = signedRows.get(keyOf(benefit.id, period));
    return [{ benefit, period, plannedMinor: planned, actualMinor: signed ? signed.claim.attributedMinor - signed.eliminated!.cashableMinor - signed.eliminated!.nonCashableMinor : null }];
  }));
}
