import { Fraction, fraction } from "../kernel/fraction";
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

/** Cards of one vendor and component that may stand beside each other: usage has one price, and so has each kind of fee. */
export const RATE_SERIES = ["USAGE", "MONTH", "CONCURRENCY_MONTH"] as const;
export type RateSeries = (typeof RATE_SERIES)[number];

export function seriesOf(unit: RateUnit): RateSeries {
  return unit === "MONTH" || unit === "CONCURRENCY_MONTH" ? unit : "USAGE";
}

/**
 * A kind of usage with prices of its own: legs of a direction, legs whose attributes say something (numberType: toll-free),
 * or tokens of a kind. Everything else is on the line "".
 */
export interface RateLine {
  readonly code: string;
  readonly direction: Direction | null;
  readonly tokenKind: TokenKind | null;
  /** Name and text of an attribute of the leg; both or neither. */
  readonly attribute?: string;
  readonly attributeValue?: string;
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
  /** First day in effect, within effectiveFrom, where that is not the month's first; the card begins with the calls that end on it. */
  readonly firstDay?: string;
  /** Last day in effect, within effectiveTo, inclusive, where that is not the month's last. */
  readonly lastDay?: string;
  /** Version of the card whose place this one takes, for the same months. */
  readonly replaces: number | null;
  readonly minimumSeconds: number;
  readonly incrementSeconds: number;
  readonly rounding: RoundingStage;
  readonly tierMode: TierMode;
  readonly lines: readonly RateLine[];
  readonly tiers: readonly RateTier[];
  /** Of MONTH: how many are charged for each month (numbers that are rented), plain decimal text; 1 where it is left out. */
  readonly quantity?: string;
  /** Charged at least per month, in the card's currency, of a part of a month by its days; null for none. */
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

/** The exact number that plain decimal text of ours stands for, however long. */
export function exact(text: string): Fraction {
  const [whole, places = ""] = text.split(".");
  return fraction(BigInt(`${whole}${places}`), 10n ** BigInt(places.length));
}

/** Lines in the order in which they are asked: an attribute before a direction, both before either, nothing last. */
export function linesByRank(card: Pick<RateCardDocument, "lines">): RateLine[] {
  const rank = ({ attribute, direction }: RateLine): number => (attribute === undefined ? 0 : 2) + (direction === null ? 0 : 1);
  return card.lines.map((line, index) => ({ line, index })).sort((a, b) => rank(b.line) - rank(a.line) || a.index - b.index).map(({ line }) => line);
}

/** Code of the line that usage of a direction is on, as far as no attribute says another; "" where the card has none for it. */
export function lineOf(card: Pick<RateCardDocument, "lines">, direction: string, tokenKind: TokenKind | null = null): string {
  return linesByRank(card).find((line) => line.attribute === undefined && line.tokenKind === tokenKind && (line.direction === null || line.direction === direction))?.code ?? "";
}

/** What one unit costs on a line in a tier, in major units of the card's currency. */
export function priceOf(tier: RateTier, line: string): Fraction {
  return exact(tier.linePrices.find((each) => each.line === line)?.price ?? tier.price);
}

/** Base units (milliseconds, calls, messages, tokens) in one unit of a card. */
export function basePerUnit(unit: RateUnit): bigint {
  return unit === "MINUTE" ? 60_000n : unit === "SECOND" ? 1_000n : unit === "TOKEN_1M" ? 1_000_000n : 1n;
}
