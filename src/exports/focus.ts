import { apportion } from "../kernel/apportion";
import { fraction, roundHalfUp } from "../kernel/fraction";
import { groupBy } from "../kernel/group-by";

/** A part of what a billing period charges. Minor units. */
export interface FocusCharge {
  readonly kind: "ALLOCATION" | "DIRECT" | "ADJUSTMENT" | "RESTATEMENT" | "TRUE_UP";
  readonly pool: string;
  /** Null: what no unit bears. */
  readonly businessUnit: string | null;
  readonly useCase: string | null;
  /** The month that the charge is about. */
  readonly originPeriod: string;
  readonly runId: string | null;
  /** Names the method that split the pool; null where nothing was split. */
  readonly methodId: string | null;
  readonly amountMinor: bigint;
  /** True of what vendors' service credits lower the pool by. */
  readonly isCredit: boolean;
}

/** A charge as a row, with what only its place among the parts of its origin tells. */
export interface FocusRow extends FocusCharge {
  /** Names the charge that was split; rows of the same origin share it. */
  readonly originId: string;
  /** Billionths of what units bear of the origin; null for a remainder and for what was not split. */
  readonly ratio: bigint | null;
  readonly chargeClass: "Correction" | null;
  readonly chargeCategory: "Usage" | "Credit" | "Adjustment";
}

/** Ratios are cut at nine places. */
export const RATIO_SCALE = 9;

/**
 * Charges as rows in a fixed order. Rows are parts: what they come from is no row, so that nothing counts twice. The ratios of what
 * units bear of an origin sum to 1 exactly, by largest remainder; where parts have both signs they tell the parts' sizes.
 */
export function focusRows(charges: readonly FocusCharge[]): FocusRow[] {
  const origins = groupBy(charges.filter(({ amountMinor }) => amountMinor !== 0n), ({ originPeriod, kind, pool, methodId, isCredit }) => [originPeriod, kind, pool, methodId ?? "direct", ...(isCredit ? ["credit"] : [])].join("/"));
  return [...origins].sort(([a], [b]) => (a < b ? -1 : 1)).flatMap(([originId, parts]) => {
    const sorted = [...parts].sort((a, b) => (placeOf(a) < placeOf(b) ? -1 : 1));
    const ratios = ratiosOf(sorted.filter(isAllocated));
    return sorted.map((part): FocusRow => ({
      ...part, originId, ratio: ratios.get(part) ?? null,
      chargeClass: part.kind === "ALLOCATION" || part.kind === "DIRECT" ? null : "Correction", chargeCategory: part.kind === "TRUE_UP" ? "Adjustment" : part.isCredit ? "Credit" : "Usage",
    }));
  });
}

/** What was booked into a pool and divided, and what of it are credits. Minor units. */
export interface DividedPool {
  readonly bookedMinor: bigint;
  readonly creditedMinor: bigint;
}

/**
 * The parts of a pool that was divided net of credits, told apart: of the credit each has what it has of the pool, exactly, by largest
 * remainder among the parts of the sum's sign, and the rest is its charge. What of the pool is passed on to others takes its share of
 * the credit along. Nothing is told apart where the parts add up to nothing.
 */
export function partCredit(parts: readonly FocusCharge[], { bookedMinor, creditedMinor }: DividedPool): FocusCharge[] {
  const net = parts.reduce((sum, { amountMinor }) => sum + amountMinor, 0n);
  if (creditedMinor === 0n || net === 0n) return [...parts];
  const kept = magnitude(net) < magnitude(bookedMinor) ? roundHalfUp(fraction(creditedMinor * magnitude(net), magnitude(bookedMinor))) : creditedMinor;
  const bearers = parts.filter(({ amountMinor }) => amountMinor * net > 0n);
  const credits = apportion(kept, bearers.map((part) => ({ code: placeOf(part), weight: fraction(magnitude(part.amountMinor)) })));
  return withCredits(parts, new Map(bearers.map((part, index) => [part, credits[index]!])));
}

/** Each charge less its credit, and the credit beside it. */
export const withCredits = (charges: readonly FocusCharge[], credits: ReadonlyMap<FocusCharge, bigint>): FocusCharge[] =>
  charges.flatMap((charge) => {
    const credit = credits.get(charge) ?? 0n;
    return credit === 0n ? [charge] : [{ ...charge, amountMinor: charge.amountMinor - credit }, { ...charge, amountMinor: credit, isCredit: true }];
  });

const magnitude = (minor: bigint): bigint => (minor < 0n ? -minor : minor);

/** True for a part of a split that a unit bears. */
export const isAllocated = ({ methodId, businessUnit }: FocusCharge): boolean => methodId !== null && businessUnit !== null;

/** What the part of a split is given to. */
export const receiverOf = ({ businessUnit, useCase }: FocusCharge): string => `bu-${businessUnit}/${useCase}`;

/** The remainder stands after the units' parts. */
const placeOf = (charge: FocusCharge): string => (charge.businessUnit === null ? `1/${charge.useCase ?? ""}` : `0/${receiverOf(charge)}/${charge.runId ?? ""}`);

function ratiosOf(parts: readonly FocusCharge[]): Map<FocusCharge, bigint> {
  if (parts.length === 0) return new Map();
  const ratios = apportion(10n ** BigInt(RATIO_SCALE), parts.map((part) => ({ code: receiverOf(part), weight: fraction(magnitude(part.amountMinor)) })));
  return new Map(parts.map((part, index) => [part, ratios[index]!]));
}
