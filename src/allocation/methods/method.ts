import { Fraction } from "../../kernel/fraction";
import { Parents } from "./settle";

export const ALLOCATION_METHODS = [
  "DIRECT", "PROPORTIONAL", "FIXED_SHARES", "EVEN", "DIRECT_COST", "DUAL_RATE", "PRACTICAL_CAPACITY", "COMMITMENT", "RATE", "TIERS", "CUMULATIVE", "KEEP",
] as const;
export type AllocationMethod = (typeof ALLOCATION_METHODS)[number];

/** What becomes of a part whose driver is zero for everybody. */
export const EMPTY_DRIVER_RULES = ["UNALLOCATED", "EVEN", "DIRECT_COST", "REFUSE"] as const;
export type EmptyDriverRule = (typeof EMPTY_DRIVER_RULES)[number];

/** What becomes of quantities below zero. */
export const NEGATIVE_DRIVER_RULES = ["REFUSE", "UNSCALED", "STANDARD_SCALING"] as const;
export type NegativeDriverRule = (typeof NEGATIVE_DRIVER_RULES)[number];

/** Who pays for capacity, or for a commitment, that nobody used. */
export const IDLE_RULES = ["KEEP", "EVEN", "BY_USE", "BY_CAPACITY", "BY_DIRECT_COST"] as const;
export type IdleRule = (typeof IDLE_RULES)[number];

/** Where the excess over a cap goes, and where the lift to a minimum comes from. */
export const SPILL_RULES = ["PROPORTIONAL", "EVEN", "PROGRAMME"] as const;
export type SpillRule = (typeof SPILL_RULES)[number];

/** A quantity is priced band by band, or wholly at the band that it reaches. */
export const TIER_RULES = ["GRADUATED", "ALL_UNITS"] as const;
export type TierRule = (typeof TIER_RULES)[number];

/** How pools serve each other: not at all, each only those after it, or all of them at once. */
export const SERVICE_RULES = ["DIRECT", "STEP_DOWN", "RECIPROCAL"] as const;
export type ServiceRule = (typeof SERVICE_RULES)[number];

/** Quantities up to `upTo` (null: without end) cost `rate` a unit. */
export interface Tier {
  readonly upTo: Fraction | null;
  readonly rate: Fraction;
}

/** A fraction of a pool and how it is divided. Amounts and rates are in minor units. */
export interface Part {
  readonly method: AllocationMethod;
  readonly fraction: Fraction;
  /** Whom the part may go to; null for everybody. */
  readonly to: readonly string[] | null;
  /** What was used. */
  readonly driver: string | null;
  /** What was budgeted or reserved. */
  readonly capacityDriver: string | null;
  /** FIXED_SHARES; they sum to one. */
  readonly shares: ReadonlyMap<string, Fraction> | null;
  readonly capacity: Fraction | null;
  readonly fixedAmount: Fraction | null;
  readonly fixedRate: Fraction | null;
  readonly rate: Fraction | null;
  readonly tiers: readonly Tier[];
  readonly tierRule: TierRule;
  readonly idle: IdleRule;
  /** CUMULATIVE: the pools of the months before and what each receiver was charged of them. */
  readonly priorPool: Fraction | null;
  readonly prior: ReadonlyMap<string, Fraction>;
  readonly zeroDriver: EmptyDriverRule;
  readonly negative: NegativeDriverRule;
}

/** Least and most that a receiver bears of a pool, in minor units of its magnitude; null: no bound. */
export interface Limit {
  readonly minimum: Fraction | null;
  readonly maximum: Fraction | null;
}

export interface FactPool {
  readonly code: string;
  readonly amountMinor: bigint;
  readonly parts: readonly Part[];
  readonly exclude: ReadonlySet<string>;
  readonly limits: ReadonlyMap<string, Limit>;
  readonly spill: SpillRule;
  /** Where it was said, for refusals. */
  readonly path: readonly string[];
}

export interface FactReceiver {
  readonly code: string;
  readonly parent: string | null;
  /** In minor units; may be finer than one of them. */
  readonly directCost: Fraction;
}

/** Everything that a division of literal facts depends on. Codes of receivers and pools are distinct. */
export interface MethodFacts {
  readonly currency: string;
  readonly exponent: number;
  readonly receivers: readonly FactReceiver[];
  /** Weighted quantities of receivers and pools, by driver. */
  readonly drivers: ReadonlyMap<string, ReadonlyMap<string, Fraction>>;
  /** In the order in which they are divided. */
  readonly pools: readonly FactPool[];
  readonly services: ServiceRule | null;
  readonly parents: Parents;
}
