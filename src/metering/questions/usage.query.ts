import { Refusal } from "../../kernel/refusal";
import { TenantTransaction } from "../../tenancy/database.store";
import { NOBODY } from "../usage-event";
import { COUNTING_EVENTS, RESTATED_EVENTS } from "./counting-events.query";
import { ResolvedUsageWhere, requireKnownPeriod } from "./usage-where.query";
import { MINIMUM_GROUP, UsageDimension, UsageFigures, asMinutes, asSeconds } from "./usage-report";

export interface UnitName { readonly id: string; readonly code: string; readonly name: string; readonly costCentre: string | null; readonly chargebackMode: string }
export interface UseCaseName { readonly id: string; readonly code: string; readonly name: string }

/** A group with its names; the durations in other units are worked out where somebody asks for them. */
export class UsageGroup implements UsageFigures {
  constructor(
    readonly legs: number,
    readonly calls: number,
    readonly connectedMs: number,
    readonly contacts: number,
    readonly businessUnit: UnitName | null = null,
    readonly useCase: UseCaseName | null = null,
    readonly channel: string | null = null,
    readonly direction: string | null = null,
    readonly provider: string | null = null,
    readonly outcome: string | null = null,
    readonly bucket: Date | null = null,
  ) {}

  get connectedSeconds(): string {
    return asSeconds(this.connectedMs);
  }

  get minutes(): string {
    return asMinutes(this.connectedMs);
  }
}

const MOST_ROWS = 50_000;

/**
 * Usage by any mix of dimensions. Answers from the coarsest totals that hold the question: per period, per day, or the
 * raw rows (hours, instants inside a day, distinct contacts of other groups).
 */
export async function usageByGroup(tx: TenantTransaction, where: ResolvedUsageWhere, groupBy: readonly UsageDimension[], asks: { readonly contacts: boolean; readonly onlyGroups: boolean }): Promise<UsageGroup[]> {
  const source = await chooseSource(tx, where, groupBy, asks.contacts);
  const parameters: unknown[] = [tx.scope.programme.id];
  const bind = (value: unknown): string => `$${parameters.push(value)}`;
  const zone = bind(tx.scope.programme.timeZone);
  const relation = SOURCES[source];
  const dimensions = groupBy.map((dimension) => `${DIMENSIONS[source][dimension]!.replaceAll("$zone", zone)} as "${COLUMN[dimension]}"`);
  const conditions = conditionsOf(source, where, bind, zone);
  const units = groupBy.includes("BUSINESS_UNIT"), useCases = groupBy.includes("USE_CASE");
  const rows = await tx.prepared<Record<string, string | null>>(
    `select g.*
       ${units ? `, u.code as "unitCode", u.name as "unitName", u.cost_centre as "costCentre", u.chargeback_mode as "chargebackMode"` : ""}
       ${useCases ? `, c.code as "useCaseCode", c.name as "useCaseName"` : ""}
     from (
       select ${[...dimensions, ...relation.figures(asks.contacts)].join(", ")}
       from ${relation.from}
       where e.programme_id = $1 and $2::text is not null ${conditions}
       ${groupBy.length > 0 ? `group by ${groupBy.map((_, index) => index + 1).join(", ")}` : ""}
       having count(*) > 0 ${asks.onlyGroups ? `and count(distinct ${relation.activeUnit}) >= ${MINIMUM_GROUP}` : ""}
     ) g
     ${units ? `left join tenancy.business_unit u on u.programme_id = $1 and u.id = g."unitId"` : ""}
     ${useCases ? `left join tenancy.use_case c on c.programme_id = $1 and c.id = g."useCaseId"` : ""}
     where g.legs > 0
     order by ${[...(units ? ['u.code collate "C"'] : []), ...(useCases ? ['c.code collate "C"'] : []), ...groupBy.map((dimension) => `g."${COLUMN[dimension]}"`), "g.legs"].join(", ")}
     limit ${MOST_ROWS + 1}`,
    parameters,
  );
  if (rows.length === 0 && where.period !== null) await requireKnownPeriod(tx, where.period);
  if (rows.length > MOST_ROWS) throw new Refusal("LIMIT_EXCEEDED", `This report has more than ${MOST_ROWS} rows. Ask for a shorter range or fewer groups.`);
  return rows.map(toGroup);
}

/** Distinct contacts over everything that matches; from raw rows, because contacts of groups do not add up. */
export async function distinctContacts(tx: TenantTransaction, where: ResolvedUsageWhere): Promise<number> {
  const parameters: unknown[] = [tx.scope.programme.id];
  const bind = (value: unknown): string => `$${parameters.push(value)}`;
  const zone = bind(tx.scope.programme.timeZone);
  const source = where.view === "RESTATED" ? "restated" : "raw";
  const [row] = await tx.query<{ contacts: string }>(
    `select count(distinct e.contact_key) as contacts from ${SOURCES[source].from} where e.programme_id = $1 and $2::text is not null ${conditionsOf(source, where, bind, zone)}`,
    parameters,
  );
  return whole(row!.contacts);
}

type Source = "raw" | "restated" | "daily" | "period";

const COLUMN: Readonly<Record<UsageDimension, string>> = {
  BUSINESS_UNIT: "unitId", USE_CASE: "useCaseId", CHANNEL: "channel", DIRECTION: "direction", PROVIDER: "provider", OUTCOME: "outcome",
  PERIOD: "bucket", MONTH: "bucket", WEEK: "bucket", DAY: "bucket", HOUR: "bucket",
};

const truncated = (unit: string): string => `date_trunc('${unit}', e.day::timestamp) at time zone $zone`;
const BY_DAY = { PERIOD: truncated("month"), MONTH: truncated("month"), WEEK: truncated("week"), DAY: truncated("day") };

const RAW: Partial<Record<UsageDimension, string>> = {
  BUSINESS_UNIT: "e.business_unit_id", USE_CASE: "e.use_case_id", CHANNEL: "e.channel::text", DIRECTION: "e.direction::text",
  PROVIDER: "nullif(e.provider, '')", OUTCOME: "e.outcome::text", ...BY_DAY, HOUR: "date_trunc('hour', e.ended_at, $zone)",
};

const DIMENSIONS: Readonly<Record<Source, Partial<Record<UsageDimension, string>>>> = {
  raw: RAW,
  restated: RAW,
  daily: {
    BUSINESS_UNIT: "e.business_unit_id", USE_CASE: "e.use_case_id", CHANNEL: "e.channel::text", DIRECTION: "e.direction::text",
    PROVIDER: "nullif(e.provider, '')", OUTCOME: "nullif(e.outcome, '')", ...BY_DAY,
  },
  period: {
    BUSINESS_UNIT: "e.business_unit_id", USE_CASE: "e.use_case_id",
    PERIOD: "to_date(e.period_key, 'YYYY-MM')::timestamp at time zone $zone", MONTH: "to_date(e.period_key, 'YYYY-MM')::timestamp at time zone $zone",
  },
};

/** Of a row of totals; null when nothing in it counts any more, so that a unit whose legs were all voided hides nobody. */
const ACTIVE_UNIT = `case when e.legs > 0 and e.business_unit_id <> '${NOBODY}' then e.business_unit_id end`;

interface SourceSql { readonly from: string; readonly activeUnit: string; readonly figures: (contacts: boolean) => string[] }

const rawSource = (from: string): SourceSql => ({
  from,
  activeUnit: "e.business_unit_id",
  figures: (contacts) => [
    "count(*) as legs", `count(*) filter (where e.connected and e.channel = 'VOICE') as calls`,
    `coalesce(sum(e.connected_ms) filter (where e.connected and e.channel = 'VOICE'), 0) as "connectedMs"`,
    ...(contacts ? ["count(distinct e.contact_key) as contacts"] : []),
  ],
});

const SOURCES: Readonly<Record<Source, SourceSql>> = {
  raw: rawSource(COUNTING_EVENTS),
  restated: rawSource(RESTATED_EVENTS),
  daily: {
    from: "metering.usage_daily_total e",
    activeUnit: ACTIVE_UNIT,
    figures: () => [
      "sum(e.legs) as legs", `coalesce(sum(e.connected_legs) filter (where e.channel = 'VOICE'), 0) as calls`,
      `coalesce(sum(e.connected_ms) filter (where e.channel = 'VOICE'), 0) as "connectedMs"`,
    ],
  },
  period: {
    from: "metering.usage_period_total e",
    activeUnit: ACTIVE_UNIT,
    figures: (contacts) => ["sum(e.legs) as legs", "sum(e.connected_legs) as calls", `sum(e.connected_ms) as "connectedMs"`, ...(contacts ? ["sum(e.contacts) as contacts"] : [])],
  },
};

/** The coarsest totals that answer the question exactly. */
async function chooseSource(tx: TenantTransaction, where: ResolvedUsageWhere, groupBy: readonly UsageDimension[], contacts: boolean): Promise<Source> {
  if (where.view === "RESTATED") return "restated";
  const wholePeriods = where.fromMs === null && where.toMs === null;
  const coarse = wholePeriods && !where.channels && !where.directions && groupBy.every((dimension) => dimension in DIMENSIONS.period);
  const countedContacts = groupBy.includes("BUSINESS_UNIT") && groupBy.includes("USE_CASE") && (where.period !== null || groupBy.includes("PERIOD") || groupBy.includes("MONTH"));
  if (coarse && (!contacts || countedContacts)) return "period";
  if (contacts || groupBy.includes("HOUR")) return "raw";
  if (wholePeriods) return "daily";
  const [aligned] = await tx.query<{ aligned: boolean }>(
    `select bool_and(t is null or date_trunc('day', t at time zone $3) = t at time zone $3) as aligned from (values (to_timestamp($1::float8 / 1000)), (to_timestamp($2::float8 / 1000))) v (t)`,
    [where.fromMs, where.toMs, tx.scope.programme.timeZone],
  );
  return aligned?.aligned ? "daily" : "raw";
}

function conditionsOf(source: Source, where: ResolvedUsageWhere, bind: (value: unknown) => string, zone: string): string {
  const conditions: string[] = [];
  const add = (value: unknown, condition: (parameter: string) => string): void => {
    if (value !== null) conditions.push(`and ${condition(bind(value))}`);
  };
  const instant = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());
  if (source === "daily") {
    add(where.period, (p) => `e.day >= to_date(${p}, 'YYYY-MM') and e.day < to_date(${p}, 'YYYY-MM') + interval '1 month'`);
    add(instant(where.fromMs), (p) => `e.day >= (${p}::timestamptz at time zone ${zone})::date`);
    add(instant(where.toMs), (p) => `e.day < (${p}::timestamptz at time zone ${zone})::date`);
  } else {
    add(where.period, (p) => `e.period_key = ${p}`);
    if (source !== "period") {
      add(instant(where.fromMs), (p) => `e.ended_at >= ${p}`);
      add(instant(where.toMs), (p) => `e.ended_at < ${p}`);
    }
  }
  add(where.unitIds, (p) => `e.business_unit_id = any(${p}::uuid[])`);
  add(where.useCaseIds, (p) => `e.use_case_id = any(${p}::uuid[])`);
  add(where.channels, (p) => `e.channel = any(${p}::metering.channel[])`);
  add(where.directions, (p) => `e.direction = any(${p}::metering.direction[])`);
  return conditions.join(" ");
}

function toGroup(row: Record<string, string | null>): UsageGroup {
  return new UsageGroup(
    whole(row.legs!), whole(row.calls!), whole(row.connectedMs!), row.contacts ? whole(row.contacts) : 0,
    row.unitCode ? { id: row.unitId!, code: row.unitCode, name: row.unitName!, costCentre: row.costCentre ?? null, chargebackMode: row.chargebackMode! } : null,
    row.useCaseCode ? { id: row.useCaseId!, code: row.useCaseCode, name: row.useCaseName! } : null,
    row.channel ?? null, row.direction ?? null, row.provider ?? null, row.outcome ?? null, row.bucket ? new Date(row.bucket) : null,
  );
}

/** A figure that the database counted; LIMIT_EXCEEDED beyond what the API's Long can say. */
function whole(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new Refusal("LIMIT_EXCEEDED", "A total of this report is beyond 2^53 - 1. Ask for a shorter range or more groups.");
  return value;
}

/** The sum of the groups; `contacts` counts apart, because contacts of groups do not add up. */
export function totalOf(groups: readonly UsageGroup[], contacts: number): UsageGroup {
  let legs = 0, calls = 0, connectedMs = 0;
  for (const group of groups) {
    legs += group.legs;
    calls += group.calls;
    connectedMs += group.connectedMs;
  }
  return new UsageGroup(whole(String(legs)), whole(String(calls)), whole(String(connectedMs)), contacts);
}
