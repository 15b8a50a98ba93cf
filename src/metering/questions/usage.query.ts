import { firstInstantOf } from "../../kernel/local-days";
import { Refusal, invariant } from "../../kernel/refusal";
import { TenantTransaction } from "../../tenancy/database.store";
import { ownersAt } from "../../tenancy/ownership.query";
import { NOBODY } from "../usage-event";
import { COUNTING_EVENTS, RESTATED_EVENTS, countingBefore, postedBefore } from "./counting-events.query";
import { CHARGED_UNIT, Grain, GroupKeys, groupingOf, holds } from "./grouping.query";
import { MINIMUM_GROUP, UsageDimension, UsageFigures, asMinutes, asSeconds } from "./usage-report";
import { ResolvedUsageWhere, fieldConditions, ofMonth, requireKnownPeriod } from "./usage-where.query";

/** A group with its names; the durations in other units are worked out where somebody asks for them. */
export class UsageGroup extends GroupKeys implements UsageFigures {
  constructor(readonly legs: number, readonly calls: number, readonly connectedMs: number, readonly contacts: number, row: Record<string, string | null> = {}) {
    super(row);
  }

  get connectedSeconds(): string {
    return asSeconds(this.connectedMs);
  }

  get minutes(): string {
    return asMinutes(this.connectedMs);
  }
}

/** The most rows that a report may have. */
export const MOST_ROWS = 50_000;

/**
 * Usage by any mix of dimensions. Answers from the coarsest totals that hold the question: per period, per day, or the
 * raw rows (hours, instants inside a day, fields that totals do not know, distinct contacts of other groups).
 */
export async function usageByGroup(tx: TenantTransaction, where: ResolvedUsageWhere, groupBy: readonly UsageDimension[], asks: { readonly contacts: boolean; readonly onlyGroups: boolean }): Promise<UsageGroup[]> {
  const grain = await chooseGrain(tx, where, groupBy, asks.contacts);
  const parameters: unknown[] = [tx.scope.programme.id];
  const bind = (value: unknown): string => `$${parameters.push(value)}`;
  const zone = bind(tx.scope.programme.timeZone);
  const shown = shownUnits(where, bind);
  const grouping = groupingOf(grain, groupBy, zone, shown.unit);
  const conditions = await conditionsOf(tx, grain, where, bind, zone, shown.unit);
  // Questions to the coarsest totals come in few forms and are answered faster than they are planned.
  const ask = grain === "period" ? tx.prepared : tx.query;
  const rows = await ask<Record<string, string | null>>(
    `with g as (
       select ${[...grouping.columns, ...figures(grain, asks.contacts)].join(", ")}
       from ${relation(grain, where, bind)} ${shown.join}
       where e.programme_id = $1 and $2::text is not null ${conditions}
       ${groupBy.length > 0 ? `group by ${groupBy.map((_, index) => index + 1).join(", ")}` : ""}
       having count(*) > 0 ${asks.onlyGroups ? `and count(distinct ${ACTIVE_UNIT[grain]}) >= ${MINIMUM_GROUP}` : ""}
     )
     select ${["g.legs", "g.calls", 'g."connectedMs"', ...(asks.contacts ? ["g.contacts"] : []), ...grouping.named].join(", ")}
     from g ${grouping.joins}
     where g.legs > 0
     order by ${[...grouping.order, "g.legs"].join(", ")}
     limit ${MOST_ROWS + 1}`,
    parameters,
  );
  if (rows.length === 0 && where.period !== null) await requireKnownPeriod(tx, where.period);
  requireFewRows(rows.length);
  return rows.map((row) => new UsageGroup(whole(row.legs!), whole(row.calls!), whole(row.connectedMs!), row.contacts ? whole(row.contacts) : 0, row));
}

/** LIMIT_EXCEEDED when a report has more rows than anybody reads. */
export function requireFewRows(rows: number): void {
  if (rows > MOST_ROWS) throw new Refusal("LIMIT_EXCEEDED", `This report has more than ${MOST_ROWS} rows. Ask for a shorter range or fewer groups.`);
}

/** Distinct contacts over everything that matches; from raw rows, because contacts of groups do not add up. */
export async function distinctContacts(tx: TenantTransaction, where: ResolvedUsageWhere): Promise<number> {
  const parameters: unknown[] = [tx.scope.programme.id];
  const bind = (value: unknown): string => `$${parameters.push(value)}`;
  const zone = bind(tx.scope.programme.timeZone);
  const shown = shownUnits(where, bind);
  const conditions = await conditionsOf(tx, "leg", where, bind, zone, shown.unit);
  const [row] = await tx.query<{ contacts: string }>(
    `select count(distinct e.contact_key) as contacts from ${relation("leg", where, bind)} ${shown.join} where e.programme_id = $1 and $2::text is not null ${conditions}`,
    parameters,
  );
  return whole(row!.contacts);
}

/** Of a row of totals; null when nothing in it counts any more, so that a unit whose legs were all voided hides nobody. */
const OF_TOTAL = `case when e.legs > 0 and e.business_unit_id <> '${NOBODY}' then e.business_unit_id end`;
const ACTIVE_UNIT: Readonly<Record<Grain, string>> = { leg: "e.business_unit_id", day: OF_TOTAL, period: OF_TOTAL };

/** Rows of a grain, named `e`; `bind` is asked for only where they are of what was known at an instant. */
export function relation(grain: Grain, where: ResolvedUsageWhere, bind?: (value: unknown) => string): string {
  if (where.knownAt) {
    invariant(bind && grain === "leg", "what was known at an instant is counted from rows");
    const known = `${bind(where.knownAt)}::timestamptz`;
    return where.view === "RESTATED" ? countingBefore(known) : postedBefore(known);
  }
  if (grain === "day") return "metering.usage_daily_total e";
  if (grain === "period") return "metering.usage_period_total e";
  return where.view === "RESTATED" ? RESTATED_EVENTS : COUNTING_EVENTS;
}

/** The unit that a row named `e` is shown under: the one that was charged or, with an instant, its use case's owner then; and the join that it needs. */
export function shownUnits(where: ResolvedUsageWhere, bind: (value: unknown) => string): { readonly unit: string; readonly join: string } {
  if (!where.ownersAt) return { unit: CHARGED_UNIT, join: "" };
  return { unit: "coalesce(w.business_unit_id, e.business_unit_id)", join: `left join (${ownersAt(bind(where.ownersAt))}) w on w.use_case_id = e.use_case_id` };
}

function figures(grain: Grain, contacts: boolean): string[] {
  if (grain === "day") {
    return ["sum(e.legs) as legs", `coalesce(sum(e.connected_legs) filter (where e.channel = 'VOICE'), 0) as calls`, `coalesce(sum(e.connected_ms) filter (where e.channel = 'VOICE'), 0) as "connectedMs"`];
  }
  if (grain === "period") return ["sum(e.legs) as legs", "sum(e.connected_legs) as calls", `sum(e.connected_ms) as "connectedMs"`, ...(contacts ? ["sum(e.contacts) as contacts"] : [])];
  return [
    "count(*) as legs", `count(*) filter (where e.connected and e.channel = 'VOICE') as calls`,
    `coalesce(sum(e.connected_ms) filter (where e.connected and e.channel = 'VOICE'), 0) as "connectedMs"`,
    ...(contacts ? ["count(distinct e.contact_key) as contacts"] : []),
  ];
}

/** The coarsest totals that answer the question exactly. */
async function chooseGrain(tx: TenantTransaction, where: ResolvedUsageWhere, groupBy: readonly UsageDimension[], contacts: boolean): Promise<Grain> {
  if (where.view === "RESTATED" || where.knownAt) return "leg";
  const wholePeriods = where.fromMs === null && where.toMs === null;
  const fields = Object.keys(where.fields);
  const coarse = wholePeriods && !where.channels && !where.directions && fields.length === 0 && groupBy.every((dimension) => holds("period", dimension));
  // Contacts are counted per unit that was charged: those of a use case that moved do not add up.
  const countedContacts = !where.ownersAt && groupBy.includes("BUSINESS_UNIT") && groupBy.includes("USE_CASE") && (where.period !== null || groupBy.includes("PERIOD") || groupBy.includes("MONTH"));
  if (coarse && (!contacts || countedContacts)) return "period";
  if (contacts || fields.some((field) => field !== "provider" && field !== "outcome") || !groupBy.every((dimension) => holds("day", dimension))) return "leg";
  if (wholePeriods) return "day";
  const wholeDay = firstInstantOf("date_trunc('day', t at time zone $3)", "$3");
  const [aligned] = await tx.query<{ aligned: boolean }>(
    `select bool_and(t is null or ${wholeDay} = t) as aligned from (values ($1::timestamptz), ($2::timestamptz)) v (t)`,
    [instant(where.fromMs), instant(where.toMs), tx.scope.programme.timeZone],
  );
  return aligned?.aligned ? "day" : "leg";
}

/** The bound instant of a range, as text. */
export function instant(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}

/** All that a filter says of the rows of a grain, each with its "and"; `unit` is the one that a row is shown under. */
export async function conditionsOf(tx: TenantTransaction, grain: Grain, where: ResolvedUsageWhere, bind: (value: unknown) => string, zone: string, unit = CHARGED_UNIT): Promise<string> {
  const conditions = attributesOf(tx, grain, where, bind, unit);
  const add = (value: unknown, condition: (parameter: string) => string): void => {
    if (value !== null) conditions.push(condition(bind(value)));
  };
  if (grain === "day") {
    add(where.period, (p) => `e.day >= to_date(${p}, 'YYYY-MM') and e.day < to_date(${p}, 'YYYY-MM') + interval '1 month'`);
    add(instant(where.fromMs), (p) => `e.day >= (${p}::timestamptz at time zone ${zone})::date`);
    add(instant(where.toMs), (p) => `e.day < (${p}::timestamptz at time zone ${zone})::date`);
  } else {
    if (grain === "leg" && where.period !== null) conditions.push(...(await ofMonth(tx, where.period, bind)));
    else add(where.period, (p) => `e.period_key = ${p}`);
    add(instant(where.fromMs), (p) => `e.ended_at >= ${p}`);
    add(instant(where.toMs), (p) => `e.ended_at < ${p}`);
  }
  return conditions.map((condition) => `and ${condition}`).join(" ");
}

/** What a filter says of a row beside its time; `unit` is the one that the row is shown under. */
export function attributesOf(tx: TenantTransaction, grain: Grain, where: ResolvedUsageWhere, bind: (value: unknown) => string, unit = CHARGED_UNIT): string[] {
  const conditions = where.unitIds ? [`${unit} = any(${bind(where.unitIds)}::uuid[])`] : [];
  // Row-level security lets a unit see its own rows alone; said again, it is a range of the index.
  if ((!where.unitIds || unit !== CHARGED_UNIT) && grain === "leg" && tx.scope.reach === "units") conditions.push(`${CHARGED_UNIT} = any(${bind(tx.scope.unitIds)}::uuid[])`);
  if (where.useCaseIds) conditions.push(`e.use_case_id = any(${bind(where.useCaseIds)}::uuid[])`);
  if (where.channels) conditions.push(`e.channel = any(${bind(where.channels)}::metering.channel[])`);
  if (where.directions) conditions.push(`e.direction = any(${bind(where.directions)}::metering.direction[])`);
  return [...conditions, ...fieldConditions(where, bind)];
}

/** A figure that the database counted; LIMIT_EXCEEDED beyond what the API's Long can say. */
export function whole(text: string): number {
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
