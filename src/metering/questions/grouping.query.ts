import { firstInstantOf, firstInstantOfHour } from "../../kernel/local-days";
import { FIELD_DIMENSIONS, TimeDimension, UsageDimension, isTimeDimension } from "./usage-report";

export interface UnitName { readonly id: string; readonly code: string; readonly name: string; readonly costCentre: string | null; readonly chargebackMode: string }
export interface UseCaseName { readonly id: string; readonly code: string; readonly name: string }

/** Which rows are asked: legs, or the totals of a day or of a period. */
export type Grain = "leg" | "day" | "period";

type FieldDimension = (typeof FIELD_DIMENSIONS)[number];

/** Name of a dimension in rows of the database; buckets longer than an hour stand there as their first local day. */
const ALIAS: Readonly<Record<Exclude<UsageDimension, TimeDimension>, string>> = {
  BUSINESS_UNIT: "unitId", USE_CASE: "useCaseId", CHANNEL: "channel", DIRECTION: "direction", PROVIDER: "provider", OUTCOME: "outcome", SOURCE: "sourceId",
  AGENT: "agent", AGENT_VERSION: "agentVersion", PROMPT_VERSION: "promptVersion", MODEL: "model", LANGUAGE: "language", COUNTRY: "country",
  CAMPAIGN_RUN: "campaignRun", WORKFLOW: "workflow", COHORT: "cohort", VARIANT: "variant",
};

const FIELD_COLUMNS: Readonly<Record<FieldDimension, string>> = {
  AGENT: "agent_id", AGENT_VERSION: "agent_version", PROMPT_VERSION: "prompt_version", MODEL: "model", LANGUAGE: "language", COUNTRY: "country",
  CAMPAIGN_RUN: "campaign_run_id", WORKFLOW: "workflow", COHORT: "cohort", VARIANT: "variant",
};

/** The unit that a row named `e` was charged to. */
export const CHARGED_UNIT = "e.business_unit_id";

const UNITS = { BUSINESS_UNIT: CHARGED_UNIT, USE_CASE: "e.use_case_id" };
const DAYS = { CHANNEL: "e.channel::text", DIRECTION: "e.direction::text", PROVIDER: "nullif(e.provider, '')", OUTCOME: "nullif(e.outcome::text, '')" };
const FIELDS = Object.fromEntries(Object.entries(FIELD_COLUMNS).map(([dimension, column]) => [dimension, `nullif(e.${column}, '')`]));

const COLUMNS: Readonly<Record<Grain, Readonly<Record<string, string>>>> = { period: UNITS, day: { ...UNITS, ...DAYS }, leg: { ...UNITS, ...DAYS, SOURCE: "e.source_id", ...FIELDS } };
const FINEST: Readonly<Record<Grain, readonly TimeDimension[]>> = { period: ["PERIOD", "MONTH"], day: ["PERIOD", "MONTH", "WEEK", "DAY"], leg: ["PERIOD", "MONTH", "WEEK", "DAY", "HOUR"] };

/** Whether rows of a grain hold a dimension. */
export function holds(grain: Grain, dimension: UsageDimension): boolean {
  return isTimeDimension(dimension) ? FINEST[grain].includes(dimension) : dimension in COLUMNS[grain];
}

/** The bucket that a local day lies in, as the first day of that bucket. */
function firstDay(bucket: TimeDimension, day: string): string {
  return bucket === "DAY" ? day : `date_trunc('${bucket === "WEEK" ? "week" : "month"}', ${day}::timestamp)::date`;
}

/** The bucket of an instant: of an hour its first instant, of longer ones the first local day. */
export function bucketKey(bucket: TimeDimension, instant: string, zone: string): string {
  return bucket === "HOUR" ? firstInstantOfHour(instant, zone) : firstDay(bucket, `(${instant} at time zone ${zone})::date`);
}

/** First instant of a bucket that `bucketKey` named. */
export function bucketStart(bucket: TimeDimension, key: string, zone: string): string {
  return bucket === "HOUR" ? key : firstInstantOf(`${key}::timestamp`, zone);
}

/** A group by, in the parts of a statement `with g as (select <columns>, ... group by 1, 2, ...) select <named> from g <joins> order by <order>`. */
export interface Grouping {
  readonly names: readonly string[];
  readonly columns: readonly string[];
  /** What a row says of its group, to be read by `GroupKeys`. */
  readonly named: readonly string[];
  readonly joins: string;
  readonly order: readonly string[];
}

/** The parts for some dimensions; `unit` is what BUSINESS_UNIT groups by. */
export function groupingOf(grain: Grain, groupBy: readonly UsageDimension[], zone: string, unit = CHARGED_UNIT): Grouping {
  const names: string[] = [], columns: string[] = [], named: string[] = [], joins: string[] = [], first: string[] = [], order: string[] = [];
  const add = (alias: string, sql: string): void => {
    names.push(`"${alias}"`);
    columns.push(`${sql} as "${alias}"`);
  };
  for (const dimension of groupBy) {
    if (isTimeDimension(dimension)) {
      const day = grain === "period" ? "to_date(e.period_key, 'YYYY-MM')" : "e.day";
      add("bucketKey", dimension === "HOUR" ? firstInstantOfHour("e.ended_at", zone) : firstDay(dimension, day));
      addBucket(dimension, zone, named, joins);
      order.push('g."bucketKey"');
      continue;
    }
    const alias = ALIAS[dimension];
    add(alias, dimension === "BUSINESS_UNIT" ? unit : COLUMNS[grain][dimension]!);
    if (dimension === "BUSINESS_UNIT") {
      named.push('g."unitId"', 'u.code as "unitCode"', 'u.name as "unitName"', 'u.cost_centre as "costCentre"', 'u.chargeback_mode as "chargebackMode"');
      joins.push('left join tenancy.business_unit u on u.programme_id = $1 and u.id = g."unitId"');
      first.push('u.code collate "C"');
    } else if (dimension === "USE_CASE") {
      named.push('g."useCaseId"', 'c.code as "useCaseCode"', 'c.name as "useCaseName"');
      joins.push('left join tenancy.use_case c on c.programme_id = $1 and c.id = g."useCaseId"');
      first.push('c.code collate "C"');
    } else if (dimension === "SOURCE") {
      named.push("s.uri as source");
      joins.push('left join metering.source s on s.programme_id = $1 and s.id = g."sourceId"');
      order.push('s.uri collate "C"');
    } else {
      named.push(`g."${alias}"`);
      order.push(`g."${alias}" collate "C"`);
    }
  }
  const byUnitFirst = groupBy.includes("USE_CASE") && groupBy.indexOf("USE_CASE") < groupBy.indexOf("BUSINESS_UNIT") ? first.reverse() : first;
  return { names, columns, named, joins: joins.join(" "), order: [...byUnitFirst, ...order] };
}

/** The calendar is asked once for each bucket, not once for each row. */
function addBucket(bucket: TimeDimension, zone: string, named: string[], joins: string[]): void {
  if (bucket === "HOUR") {
    named.push('g."bucketKey" as bucket');
    return;
  }
  named.push("b.bucket");
  joins.push(`left join (select d."bucketKey", ${bucketStart(bucket, 'd."bucketKey"', zone)} as bucket from (select distinct "bucketKey" from g) d) b on b."bucketKey" = g."bucketKey"`);
}

/** What a row of a report says of its group; null where nobody asked. */
export class GroupKeys {
  readonly businessUnit: UnitName | null;
  readonly useCase: UseCaseName | null;
  readonly channel: string | null;
  readonly direction: string | null;
  readonly provider: string | null;
  readonly outcome: string | null;
  readonly bucket: Date | null;

  constructor(private readonly row: Record<string, string | null>) {
    this.businessUnit = row.unitCode ? { id: row.unitId!, code: row.unitCode, name: row.unitName!, costCentre: row.costCentre ?? null, chargebackMode: row.chargebackMode! } : null;
    this.useCase = row.useCaseCode ? { id: row.useCaseId!, code: row.useCaseCode, name: row.useCaseName! } : null;
    this.channel = row.channel ?? null;
    this.direction = row.direction ?? null;
    this.provider = row.provider ?? null;
    this.outcome = row.outcome ?? null;
    this.bucket = row.bucket ? new Date(row.bucket) : null;
  }

  get source(): string | null { return this.row.source ?? null; }
  get agent(): string | null { return this.row.agent ?? null; }
  get agentVersion(): string | null { return this.row.agentVersion ?? null; }
  get promptVersion(): string | null { return this.row.promptVersion ?? null; }
  get model(): string | null { return this.row.model ?? null; }
  get language(): string | null { return this.row.language ?? null; }
  get country(): string | null { return this.row.country ?? null; }
  get campaignRun(): string | null { return this.row.campaignRun ?? null; }
  get workflow(): string | null { return this.row.workflow ?? null; }
  get cohort(): string | null { return this.row.cohort ?? null; }
  get variant(): string | null { return this.row.variant ?? null; }
}
