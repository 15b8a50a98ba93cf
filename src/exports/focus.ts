import { apportion } from "../kernel/apportion";
import { fraction } from "../kernel/fraction";
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
}

/** A charge as a row, with what only its place among the parts of its origin tells. */
export interface FocusRow extends FocusCharge {
  /** Names the charge that was split; rows of the same origin share it. */
  readonly originId: string;
  /** Billionths of what units bear of the origin; null for a remainder and for what was not split. */
  readonly ratio: bigint | null;
  readonly chargeClass: "Correction" | null;
  readonly chargeCategory: "Usage" | "Adjustment";
}

/** Ratios are cut at nine places. */
export const RATIO_SCALE = 9;

/**
 * Charges as rows in a fixed order. Rows are parts: what they come from is no row, so that nothing counts twice. The ratios of what
 * units bear of an origin sum to 1 exactly, by largest remainder; where parts have both signs they tell the parts' sizes.
 */
export function focusRows(charges: readonly FocusCharge[]): FocusRow[] {
  const origins = groupBy(charges.filter(({ amountMinor }) => amountMinor !== 0n), ({ originPeriod, kind, pool, methodId }) => [originPeriod, kind, pool, methodId ?? "direct"].join("/"));
  return [...origins].sort(([a], [b]) => (a < b ? -1 : 1)).flatMap(([originId, parts]) => {
    const sorted = [...parts].sort((a, b) => (placeOf(a) < placeOf(b) ? -1 : 1));
    const ratios = ratiosOf(sorted.filter(isAllocated));
    return sorted.map((part): FocusRow => ({
      ...part, originId, ratio: ratios.get(part) ?? null,
      chargeClass: part.kind === "ALLOCATION" || part.kind === "DIRECT" ? null : "Correction", chargeCategory: part.kind === "TRUE_UP" ? "Adjustment" : "Usage",
    }));
  });
}

/** True for a part of a split that a unit bears. */
export const isAllocated = ({ methodId, businessUnit }: FocusCharge): boolean => methodId !== null && businessUnit !== null;

/** What the part of a split is given to. */
export const receiverOf = ({ businessUnit, useCase }: FocusCharge): string => `bu-${businessUnit}/${useCase}`;

/** The remainder stands after the units' parts. */
const placeOf = (charge: FocusCharge): string => (charge.businessUnit === null ? `1/${charge.useCase ?? ""}` : `0/${receiverOf(charge)}/${charge.runId ?? ""}`);

function ratiosOf(parts: readonly FocusCharge[]): Map<FocusCharge, bigint> {
  if (parts.length === 0) return new Map();
  const ratios = apportion(10n ** BigInt(RATIO_SCALE), parts.map((part) => ({ code: receiverOf(part), weight: fraction(part.amountMinor < 0n ? -part.amountMinor : part.amountMinor) })));
  return new Map(parts.map((part, index) => [part, ratios[index]!]));
}
