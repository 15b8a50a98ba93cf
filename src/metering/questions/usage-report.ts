import { trimDecimal } from "../../kernel/decimal";
import { fraction, roundForDisplay } from "../../kernel/fraction";
import { Refusal } from "../../kernel/refusal";
import { OwnershipView, Role } from "../../tenancy";
import { Channel, Direction } from "../usage-event";

/** Dimensions whose values stand in one column of every leg, as the integration sent them. */
export const FIELD_DIMENSIONS = ["AGENT", "AGENT_VERSION", "PROMPT_VERSION", "MODEL", "LANGUAGE", "COUNTRY", "CAMPAIGN_RUN", "WORKFLOW", "COHORT", "VARIANT"] as const;
export const TIME_DIMENSIONS = ["PERIOD", "MONTH", "WEEK", "DAY", "HOUR"] as const;
export const USAGE_DIMENSIONS = ["BUSINESS_UNIT", "USE_CASE", "CHANNEL", "DIRECTION", "PROVIDER", "OUTCOME", "SOURCE", ...FIELD_DIMENSIONS, ...TIME_DIMENSIONS] as const;
export type UsageDimension = (typeof USAGE_DIMENSIONS)[number];
export type TimeDimension = (typeof TIME_DIMENSIONS)[number];

export function isTimeDimension(dimension: UsageDimension): dimension is TimeDimension {
  return (TIME_DIMENSIONS as readonly string[]).includes(dimension);
}

/** Fields of a leg that a filter may name values of. */
export const FILTER_FIELDS = ["provider", "outcome", "language", "agentVersion", "promptVersion", "campaignRun"] as const;
export type FilterField = (typeof FILTER_FIELDS)[number];

export const USAGE_VIEWS = ["POSTED", "RESTATED"] as const;
/** POSTED: a closed period as it was at its cut-off. RESTATED: with what arrived or was corrected since. */
export type UsageView = (typeof USAGE_VIEWS)[number];

/** Which usage: codes, values of fields, and a half-open range of the instants at which legs ended. */
export interface UsageWhere extends Readonly<Partial<Record<FilterField, readonly string[] | null>>> {
  readonly period?: string | null;
  readonly from?: Date | null;
  readonly to?: Date | null;
  readonly businessUnit?: readonly string[] | null;
  readonly useCase?: readonly string[] | null;
  readonly channel?: readonly Channel[] | null;
  readonly direction?: readonly Direction[] | null;
  readonly view?: UsageView | null;
  readonly ownership?: OwnershipView | null;
}

/** Figures of one group: whole numbers that a number holds exactly. Durations are of connected voice legs. */
export interface UsageFigures {
  readonly legs: number;
  readonly calls: number;
  readonly connectedMs: number;
  /** 0 when nobody asked for it. */
  readonly contacts: number;
}

/** The fewest business units that a figure for executives may stand for. */
export const MINIMUM_GROUP = 3;

/** BAD_USER_INPUT when the range or the groups contradict themselves. */
export function requireSoundQuestion(where: UsageWhere, groupBy: readonly UsageDimension[]): void {
  if (where.period && (where.from || where.to)) throw new Refusal("BAD_USER_INPUT", "Give either period or from and to.", ["where"]);
  if (where.from && where.to && where.from >= where.to) throw new Refusal("BAD_USER_INPUT", "from must be before to.", ["where", "from"]);
  if (new Set(groupBy).size !== groupBy.length) throw new Refusal("BAD_USER_INPUT", "groupBy names a dimension twice.", ["groupBy"]);
  if (groupBy.filter(isTimeDimension).length > 1) throw new Refusal("BAD_USER_INPUT", "groupBy takes one of PERIOD, MONTH, WEEK, DAY and HOUR.", ["groupBy"]);
}

/** All that a role which sees whole months alone may filter by. */
const MONTH_FILTERS: ReadonlySet<string> = new Set(["period", "view", "ownership"]);

/**
 * What a role may ask of usage beyond the rows that row-level security lets it see; FORBIDDEN otherwise.
 * Executives and the steering group get whole months of the whole programme: any other filter or group, named here or
 * not, would let two answers differ by one unit. The programme lead gets no unit, and no source, which may be a unit's own.
 */
export function requirePermittedQuestion(role: Role, where: UsageWhere, groupBy: readonly UsageDimension[]): void {
  if (seesOnlyGroups(role)) {
    const narrow = where.view === "RESTATED" || where.ownership === "AS_IS" || Object.entries(where).some(([name, value]) => value !== null && value !== undefined && !MONTH_FILTERS.has(name));
    if (narrow || groupBy.some((dimension) => dimension !== "PERIOD" && dimension !== "MONTH")) {
      throw new Refusal("FORBIDDEN", "This role sees totals of whole months of the programme: as posted; filter by period and group by PERIOD only.");
    }
  }
  if (role === "PROGRAMME_LEAD" && (where.businessUnit || groupBy.includes("BUSINESS_UNIT") || groupBy.includes("SOURCE"))) {
    throw new Refusal("FORBIDDEN", "This role sees totals per use case, not per business unit nor per source.");
  }
}

/** True when a figure of this role must stand for at least MINIMUM_GROUP units. */
export function seesOnlyGroups(role: Role): boolean {
  return role === "EXECUTIVE" || role === "STEERING";
}

/** Milliseconds as exact seconds: "61.5". */
export function asSeconds(ms: number): string {
  return decimal(ms, 3);
}

/** Milliseconds as minutes, rounded half up to six decimals for reading. */
export function asMinutes(ms: number): string {
  // Millionths of a minute: whole numbers all along, which numbers of this size hold exactly; above it big integers take over.
  return ms < PLAIN ? decimal(Math.floor((ms * 100 + 3) / 6), 6) : trimDecimal(roundForDisplay(fraction(BigInt(ms), 60_000n), 6));
}

/** Below this a hundredfold is still exact as a number. */
const PLAIN = 2 ** 46;

/** Whole units of 10^-scale as decimal text without trailing zeros. */
function decimal(units: number, scale: number): string {
  const one = 10 ** scale;
  const rest = units % one;
  return rest === 0 ? String(units / one) : `${(units - rest) / one}.${String(rest).padStart(scale, "0").replace(/0+$/, "")}`;
}
