import { ExactDecimal, parseDecimal } from "../kernel/decimal";
import { Fraction, fromDecimal } from "../kernel/fraction";
import { Direction } from "../metering";

/** What a price is of. MINUTE and SECOND are billed time; TOKEN_1M a million tokens; CHARACTER what cost items count. */
export const RATE_UNITS = ["MINUTE", "SECOND", "CALL", "MESSAGE", "SEGMENT", "TOKEN_1M", "CHARACTER", "RESOLUTION", "MONTH", "CONCURRENCY_MONTH"] as const;
export type RateUnit = (typeof RATE_UNITS)[number];

export const TIER_MODES = ["GRADUATED", "ALL_UNITS"] as const;
export type TierMode = (typeof TIER_MODES)[number];

/** PER_EVENT: minimum and increment apply to every call. PER_PERIOD: once to the sum of the month. Money is never rounded before it is posted. */
export const ROUNDING_STAGES = ["PER_EVENT", "PER_PERIOD"] as const;
export type RoundingStage = (typeof ROUNDING_STAGES)[number];

export const TOKEN_KINDS = ["IN", "OUT", "CACHED", "AUDIO_IN", "AUDIO_OUT"] as const;
export type TokenKind = (typeof TOKEN_KINDS)[number];

/** Units whose cost no single call causes: it goes to a shared pool. */
export function isFee(unit: RateUnit): boolean {
  return unit === "MONTH" || unit === "CONCURRENCY_MONTH";
}

export function isTimed(unit: RateUnit): boolean {
  return unit === "MINUTE" || unit === "SECOND";
}

/** A kind of usage with prices of its own: legs of a direction, or tokens of a kind. Everything else is on the line "". */
export interface RateLine {
  readonly code: string;
  readonly direction: Direction | null;
  readonly tokenKind: TokenKind | null;
}

/** A band of volume, all lines counted together; `upTo` is in units, inclusive, null in the last band. */
export interface RateTier {
  readonly upTo: string | null;
  /** Major units of the card's currency for one unit; of every line without a price of its own. */
  readonly price: string;
  readonly linePrices: ReadonlyArray<{ readonly line: string; readonly price: string }>;
}

/** What two people agree on: what one vendor asks for one component, for some months. Plain decimal text, months as "2025-10". */
export interface RateCardDocument {
  readonly vendor: string;
  readonly component: string;
  readonly unit: RateUnit;
  readonly currency: string;
  readonly effectiveFrom: string;
  /** Last month, inclusive; null: until a later card begins. */
  readonly effectiveTo: string | null;
  /** Version of the card whose place this one takes, for the same months. */
  readonly replaces: number | null;
  readonly minimumSeconds: number;
  readonly incrementSeconds: number;
  readonly rounding: RoundingStage;
  readonly tierMode: TierMode;
  readonly lines: readonly RateLine[];
  readonly tiers: readonly RateTier[];
  /** Charged at least per month, in the card's currency; null for none. */
  readonly minimumCommitment: string | null;
  /** Calls shorter than this, by unrounded time, cost nothing. */
  readonly exemptUnderSeconds: number;
  /** Calls whose attributes say "spam": true cost nothing. */
  readonly exemptSpam: boolean;
  /** Code of the pool that the cost is booked to: DIRECT for usage, a shared one for MONTH and CONCURRENCY_MONTH. */
  readonly pool: string;
  /** Code of the pool of kind UNUSED_COMMITMENT for what a commitment leaves over; null without a commitment. */
  readonly commitmentPool: string | null;
  readonly note: string | null;
}

/** A version of a card, proposed and (perhaps) approved. */
export interface RateCard extends RateCardDocument {
  readonly version: number;
  readonly documentHash: string;
  readonly proposedBy: string;
  readonly proposedAt: Date;
  readonly approvedBy: string | null;
  readonly approvedAt: Date | null;
}

/** The exact number that plain decimal text of a stored document stands for. */
export function exact(text: string): Fraction {
  return fromDecimal(parseDecimal(text) as ExactDecimal);
}

/** What one unit costs on a line in a tier, in major units of the card's currency. */
export function priceOf(tier: RateTier, line: string): Fraction {
  return exact(tier.linePrices.find((each) => each.line === line)?.price ?? tier.price);
}

/** Base units (milliseconds, calls, messages, tokens) in one unit of a card. */
export function basePerUnit(unit: RateUnit): bigint {
  return unit === "MINUTE" ? 60_000n : unit === "SECOND" ? 1_000n : unit === "TOKEN_1M" ? 1_000_000n : 1n;
}
