import { invariant } from "../kernel/refusal";
import { Refusal } from "../kernel/refusal";
import { TenantTransaction } from "../tenancy/database.store";
import { NOBODY } from "./usage-event";
import { CONNECTED } from "./restate-legs.store";
import { MINIMUM_GROUP, UsageDimension, UsageFigures, UsageWhere } from "./usage-report";

/** A filter after its codes were found. */
export interface ResolvedUsageWhere {
  readonly fromMs: number | null;
  readonly toMs: number | null;
  readonly period: string | null;
  readonly unitIds: readonly string[] | null;
  readonly useCaseIds: readonly string[] | null;
  readonly channels: readonly string[] | null;
  readonly directions: readonly string[] | null;
}

export interface UnitName { readonly id: string; readonly code: string; readonly name: string; readonly costCentre: string | null; readonly chargebackMode: string }
export interface UseCaseName { readonly id: string; readonly code: string; readonly name: string }

export interface UsageGroup extends UsageFigures {
  readonly businessUnit: UnitName | null;
  readonly useCase: UseCaseName | null;
  readonly channel: string | null;
  readonly direction: string | null;
  readonly provider: string | null;
  readonly outcome: string | null;
  readonly bucket: Date | null;
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
  const rows = await tx.query<Record<string, string | null>>(
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
export async function distinctContacts(tx: TenantTransaction, where: ResolvedUsageWhere): Promise<bigint> {
  const parameters: unknown[] = [tx.scope.programme.id];
  const bind = (value: unknown): string => `$${parameters.push(value)}`;
  const zone = bind(tx.scope.programme.timeZone);
  const [row] = await tx.query<{ contacts: string }>(
    `select count(distinct e.contact_key) as contacts from ${SOURCES.raw.from} where e.programme_id = $1 and $2::text is not null ${conditionsOf("raw", where, bind, zone)}`,
    parameters,
  );
  return BigInt(row!.contacts);
}

type Source = "raw" | "daily" | "period";

const COLUMN: Readonly<Record<UsageDimension, string>> = {
  BUSINESS_UNIT: "unitId", USE_CASE: "useCaseId", CHANNEL: "channel", DIRECTION: "direction", PROVIDER: "provider", OUTCOME: "outcome",
  PERIOD: "bucket", MONTH: "bucket", WEEK: "bucket", DAY: "bucket", HOUR: "bucket",
};

const truncated = (unit: string): string => `date_trunc('${unit}', e.day::timestamp) at time zone $zone`;
const BY_DAY = { PERIOD: truncated("month"), MONTH: truncated("month"), WEEK: truncated("week"), DAY: truncated("day") };

const DIMENSIONS: Readonly<Record<Source, Partial<Record<UsageDimension, string>>>> = {
  raw: {
    BUSINESS_UNIT: "e.business_unit_id", USE_CASE: "e.use_case_id", CHANNEL: "e.channel::text", DIRECTION: "e.direction::text",
    PROVIDER: "nullif(e.provider, '')", OUTCOME: "e.outcome::text", ...BY_DAY, HOUR: "date_trunc('hour', e.ended_at, $zone)",
  },
  daily: {
    BUSINESS_UNIT: "e.business_unit_id", USE_CASE: "e.use_case_id", CHANNEL: "e.channel::text", DIRECTION: "e.direction::text",
    PROVIDER: "nullif(e.provider, '')", OUTCOME: "nullif(e.outcome, '')", ...BY_DAY,
  },
  period: {
    BUSINESS_UNIT: "e.business_unit_id", USE_CASE: "e.use_case_id",
    PERIOD: "to_date(e.period_key, 'YYYY-MM')::timestamp at time zone $zone", MONTH: "to_date(e.period_key, 'YYYY-MM')::timestamp at time zone $zone",
  },
};

/**
 * Every type but LEG_VOIDED, named one by one: of `<>` the planner may not look at the statistics under row-level
 * security (it is not leakproof), believes that no row is left where one type is all there is, and plans for that.
 */
const COUNTED_TYPE = "e.type in ('LEG_COMPLETED', 'LEG_UPDATED', 'LEG_RATED', 'LEG_ANALYSED')";

/** What counts at all: not a test, not voided, not answered by a later row. */
export const COUNTING_EVENTS = `(
  select e.*, ${CONNECTED} as connected from metering.usage_event e
  where not e.test and ${COUNTED_TYPE}
    and not exists (select from metering.usage_superseded x where x.programme_id = e.programme_id and x.event_key = e.event_key)) e`;

/** Of a row of totals; null when nothing in it counts any more, so that a unit whose legs were all voided hides nobody. */
const ACTIVE_UNIT = `case when e.legs > 0 and e.business_unit_id <> '${NOBODY}' then e.business_unit_id end`;

const SOURCES: Readonly<Record<Source, { from: string; activeUnit: string; figures: (contacts: boolean) => string[] }>> = {
  raw: {
    from: COUNTING_EVENTS,
    activeUnit: "e.business_unit_id",
    figures: (contacts) => [
      "count(*) as legs", `count(*) filter (where e.connected and e.channel = 'VOICE') as calls`,
      `coalesce(sum(e.connected_ms) filter (where e.connected and e.channel = 'VOICE'), 0) as "connectedMs"`,
      ...(contacts ? ["count(distinct e.contact_key) as contacts"] : []),
    ],
  },
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
    if (source === "raw") {
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
  return {
    businessUnit: row.unitCode ? { id: row.unitId!, code: row.unitCode, name: row.unitName!, costCentre: row.costCentre ?? null, chargebackMode: row.chargebackMode! } : null,
    useCase: row.useCaseCode ? { id: row.useCaseId!, code: row.useCaseCode, name: row.useCaseName! } : null,
    channel: row.channel ?? null,
    direction: row.direction ?? null,
    provider: row.provider ?? null,
    outcome: row.outcome ?? null,
    bucket: row.bucket ? new Date(row.bucket) : null,
    legs: BigInt(row.legs!),
    calls: BigInt(row.calls!),
    connectedMs: BigInt(row.connectedMs!),
    contacts: row.contacts === undefined || row.contacts === null ? null : BigInt(row.contacts),
  };
}

/** NOT_FOUND for a period that nothing ever fell into; asked only where there is no usage, so that a report with rows does not pay for it. */
export async function requireKnownPeriod(tx: TenantTransaction, period: string): Promise<void> {
  const [known] = await tx.query("select 1 from governance.period where programme_id = $1 and key = $2", [tx.scope.programme.id, period]);
  if (!known) throw new Refusal("NOT_FOUND", `There is nothing in ${period}: no usage and no cost.`, ["where", "period"]);
}

/** Finds the codes of a filter; NOT_FOUND names the first that the caller does not have. */
export async function resolveUsageWhere(tx: TenantTransaction, where: UsageWhere): Promise<ResolvedUsageWhere> {
  const programmeId = tx.scope.programme.id;
  const find = async (codes: readonly string[] | null | undefined, table: "business_unit" | "use_case", field: string): Promise<string[] | null> => {
    if (!codes) return null;
    const rows = await tx.query<{ id: string; code: string }>(`select id, code from tenancy.${table} where programme_id = $1 and code = any($2)`, [programmeId, codes]);
    const known = new Map(rows.map((row) => [row.code, row.id]));
    return codes.map((code) => {
      const id = known.get(code);
      if (!id) throw new Refusal("NOT_FOUND", `There is no ${table.replace("_", " ")} ${code.slice(0, 64)}.`, ["where", field]);
      return id;
    });
  };
  const resolved = {
    fromMs: where.from?.getTime() ?? null,
    toMs: where.to?.getTime() ?? null,
    period: where.period ?? null,
    unitIds: await find(where.businessUnit, "business_unit", "businessUnit"),
    useCaseIds: await find(where.useCase, "use_case", "useCase"),
    channels: where.channel ?? null,
    directions: where.direction ?? null,
  };
  invariant(resolved.fromMs === null || Number.isFinite(resolved.fromMs), "an instant that is not one");
  return resolved;
}
