import { USAGE_EVENT_FIELDS } from "../../src/metering";
import { ALLOCATE, Door, UNITS, integration, must, report as push } from "../support/builders";
import { BOOK } from "../support/two-programmes";
import { TestServer } from "../support/server";
import { CLOSE_PERIOD, REQUEST_CLOSE } from "./small-programme";
import { shuffled } from "./usage-arbitrary";

interface Recorded { readonly at: number }
interface RawEvent extends Recorded { readonly source: string; readonly input: Readonly<Record<string, unknown>> }
interface RawCost extends Recorded { readonly input: Readonly<Record<string, unknown>> }

/** Something that must come after every fact recorded before it and before every one recorded later. */
export type Mark = Recorded & (
  | { readonly kind: "run"; readonly period: string; readonly byMethods: boolean; readonly inputHash: string; readonly resultHash: string }
  | { readonly kind: "close"; readonly period: string; readonly hash: string }
  | { readonly kind: "attribution"; readonly eventIds: readonly string[]; readonly useCase: string }
  | { readonly kind: "policy"; readonly effectiveFrom: string; readonly rules: unknown; readonly settings: Readonly<Record<string, unknown>> | null }
  | { readonly kind: "booking"; readonly input: Readonly<Record<string, unknown>> }
  | { readonly kind: "place"; readonly input: Readonly<Record<string, unknown>> }
);

/** All that a programme was told, as it is stored: enough to tell it again. */
export interface RawFacts {
  readonly events: readonly RawEvent[];
  readonly costs: readonly RawCost[];
  readonly marks: readonly Mark[];
}

/** Reads the raw facts of a programme; nothing that was computed from them but the hashes to compare with. */
export async function readFacts(server: Pick<TestServer, "sql">, code: string): Promise<RawFacts> {
  const rows = <Row>(sql: string): Promise<Row[]> => server.sql<Row>(`with me as (select id from tenancy.programme where code = $1) ${sql}`, [code]);
  const ms = (column: string): string => `(extract(epoch from ${column}) * 1000)::float8 as at`;
  const events = await rows<Record<string, unknown> & { uri: string; at: number }>(
    `select e.*, (select jsonb_agg(jsonb_strip_nulls(jsonb_build_object('component', i.component, 'quantity', i.quantity::text, 'unit', i.unit, 'amount', i.amount::text, 'currency', i.currency, 'basis', i.basis)) order by i.place)
       from unnest(e.cost_items) with ordinality i (component, quantity, unit, amount, currency, basis, place)) as cost_items, s.uri, ${ms("e.received_at")} from metering.usage_event e join metering.source s on s.programme_id = e.programme_id and s.id = e.source_id where e.programme_id = (select id from me) and e.derived_from is null`,
  );
  const costs = await rows<{ pool: string; period: string; minor: string; externalId: string; useCase: string | null; at: number }>(
    `select p.code as pool, c.period_key as period, c.amount_minor as minor, c.external_id as "externalId", u.code as "useCase", ${ms("c.recorded_at")} from costs.cost_entry c
       join costs.cost_pool p on p.programme_id = c.programme_id and p.id = c.pool_id left join tenancy.use_case u on u.programme_id = c.programme_id and u.id = c.use_case_id
     where c.programme_id = (select id from me)`,
  );
  const runs = await rows<{ period: string; byMethods: boolean; inputHash: string; resultHash: string; at: number }>(
    `select r.period_key as period, p.settings is not null as "byMethods", r.input_hash as "inputHash", r.result_hash as "resultHash", ${ms("r.cutoff")} from allocation.run r
       join allocation.policy p on p.programme_id = r.programme_id and p.version = r.policy_version where r.programme_id = (select id from me)`,
  );
  const closes = await rows<{ period: string; hash: string; at: number }>(`select key as period, hash, ${ms("cutoff")} from governance.period where programme_id = (select id from me) and status = 'CLOSED'`);
  const attributions = await rows<{ useCase: string; after: { eventIds: string[] }; at: number }>(`select subject_key as "useCase", after, ${ms("recorded_at")} from governance.audit_entry where programme_id = (select id from me) and action = 'attributeUsage'`);
  const policies = await rows<{ effectiveFrom: string; rules: unknown; settings: Record<string, unknown> | null; at: number }>(
    `select p.effective_from as "effectiveFrom", p.rules, p.settings, ${ms("a.approved_at")} from allocation.policy p join allocation.policy_approval a on a.programme_id = p.programme_id and a.version = p.version where p.programme_id = (select id from me)`,
  );
  const bookings = await rows<{ input: Record<string, unknown>; at: number }>(
    `select jsonb_build_object('driver', b.driver, 'period', b.period_key, 'kind', b.kind, 'unit', b.unit, 'holds', b.holds, 'reason', b.reason, 'quantities', (
         select jsonb_agg(jsonb_strip_nulls(jsonb_build_object('businessUnit', u.code, 'useCase', c.code, 'pool', p.code, 'quantity', q.quantity::text)) order by q.position)
         from allocation.booked_quantity q left join tenancy.business_unit u on u.programme_id = q.programme_id and u.id = q.unit_id
           left join tenancy.use_case c on c.programme_id = q.programme_id and c.id = q.use_case_id left join costs.cost_pool p on p.programme_id = q.programme_id and p.id = q.pool_id
         where q.programme_id = b.programme_id and q.booking_id = b.id)) as input, ${ms("b.recorded_at")}
     from allocation.driver_booking b where b.programme_id = (select id from me)`,
  );
  const places = await rows<{ input: Record<string, unknown>; at: number }>(
    `select jsonb_build_object('businessUnit', u.code, 'parent', p.code, 'effectiveFrom', to_char(h.effective_from at time zone 'America/New_York', 'YYYY-MM-DD'), 'reason', h.reason) as input, ${ms("h.recorded_at")}
     from tenancy.business_unit_parent h join tenancy.business_unit u on u.programme_id = h.programme_id and u.id = h.unit_id left join tenancy.business_unit p on p.programme_id = h.programme_id and p.id = h.parent_unit_id
     where h.programme_id = (select id from me)`,
  );
  const marks: Mark[] = [
    ...bookings.map((each): Mark => ({ kind: "booking", ...each })), ...places.map((each): Mark => ({ kind: "place", ...each })),
    ...runs.map((each): Mark => ({ kind: "run", ...each })), ...closes.map((each): Mark => ({ kind: "close", ...each })), ...policies.map((each): Mark => ({ kind: "policy", ...each })),
    ...attributions.map(({ at, useCase, after }): Mark => ({ kind: "attribution", at, useCase, eventIds: after.eventIds })),
  ];
  return {
    events: events.map((row) => ({ at: row.at, source: row.uri, input: inputOf(row) })),
    costs: costs.map(({ at, minor, ...cost }) => ({ at, input: { ...cost, currency: "USD", amount: `${minor.startsWith("-") ? "-" : ""}${minor.replace("-", "").padStart(3, "0").replace(/(..)$/, ".$1")}` } })),
    marks: marks.sort((a, b) => a.at - b.at),
  };
}

/** An event as it could have been sent, from its row. */
function inputOf(row: Record<string, unknown>): Record<string, unknown> {
  const input: Record<string, unknown> = {};
  for (const { name, column, kind } of USAGE_EVENT_FIELDS) {
    const stored = row[column];
    if (stored === null || stored === undefined) continue;
    const value = kind === "whole" ? Number(stored) : stored instanceof Date ? stored.toISOString() : stored;
    const [first, second] = name.split(".");
    if (second === undefined) input[first!] = value;
    else input[first!] = { ...(input[first!] as object | undefined), [second]: value };
  }
  return input;
}

/**
 * Tells the facts again to a programme that has none. Between two marks they come in any order and in any batches; without
 * `everyRun` each month is divided once, right before its close. Answers every hash that came out otherwise.
 */
export async function replay(people: Door, { events, costs, marks }: RawFacts, everyRun: boolean, random: (below: number) => number): Promise<{ faults: string[]; compared: number }> {
  const faults: string[] = [];
  let compared = 0;
  const [finance, second] = [people.as("FINANCE"), people.as("FINANCE", { subject: "second-person" })];
  const same = (what: string, found: string, wanted: string): void => {
    compared += 1;
    if (found !== wanted) faults.push(`${what}: ${found}, was ${wanted}`);
  };
  const allocate = async (period: string, mark: { inputHash: string; resultHash: string } | undefined): Promise<void> => {
    const { run } = (await must(finance, ALLOCATE, { input: { period } })).allocatePeriod as { run: { inputHash: string; resultHash: string } };
    if (mark) same(`run of ${period}`, `${run.inputHash} ${run.resultHash}`, `${mark.inputHash} ${mark.resultHash}`);
  };
  const tell = async (from: number, to: number): Promise<void> => {
    const due = <T extends Recorded>(facts: readonly T[]): T[] => shuffled(facts.filter(({ at }) => at >= from && at < to), random);
    for (const { input } of due(costs)) await must(finance, BOOK, { input });
    const sources = new Set(events.map(({ source }) => source));
    for (const source of sources) {
      const mine = due(events.filter((each) => each.source === source)).map(({ input }) => input);
      while (mine.length > 0) {
        const { results } = await push(integration(people, [...UNITS]), mine.splice(0, 1 + random(40)), source);
        faults.push(...results.filter(({ outcome }) => !["ACCEPTED", "HELD", "SUPERSEDED"].includes(outcome)).map((each) => `${each.eventId}: ${each.outcome} ${each.message}`));
      }
    }
  };
  let told = -Infinity;
  const overlaps: Overlaps = new Map();
  for (const mark of marks) {
    if (mark.kind === "run" && !everyRun) continue;
    await tell(told, mark.at);
    told = mark.at;
    if (mark.kind === "run") await allocate(mark.period, mark);
    else if (mark.kind === "attribution") await must(finance, "mutation($input: AttributeUsageInput!) { attributeUsage(input: $input) { attributed userErrors { code message } } }", { input: { eventIds: mark.eventIds, useCase: mark.useCase, reason: "told again" } });
    else if (mark.kind === "policy") {
      await propose(people, { effectiveFrom: mark.effectiveFrom, rules: withoutForeignDefaults(mark.rules), ...mark.settings }, overlaps);
    } else if (mark.kind === "booking") await must(finance, BOOK_DRIVER, { input: mark.input });
    else if (mark.kind === "place") await must(people.as("ADMIN"), PLACE_UNIT, { input: mark.input });
    else {
      if (!everyRun) await allocate(mark.period, lastRun(marks, mark.period));
      await must(finance, REQUEST_CLOSE, { input: { period: mark.period } });
      const { closePeriod } = await must(second, CLOSE_PERIOD, { input: { period: mark.period } });
      same(`close of ${mark.period}`, closePeriod.period.hash as string, mark.hash);
    }
  }
  await tell(told, Infinity);
  return { faults, compared };
}

/** The run that a month was closed with: nothing that it stands on changed between the two. */
function lastRun(marks: readonly Mark[], period: string): Extract<Mark, { kind: "run" }> {
  return marks.filter((mark): mark is Extract<Mark, { kind: "run" }> => mark.kind === "run" && mark.period === period).at(-1)!;
}

export const BOOK_DRIVER = "mutation($input: BookDriverQuantitiesInput!) { bookDriverQuantities(input: $input) { booking { version } userErrors { code message } } }";
export const PLACE_UNIT = "mutation($input: PlaceBusinessUnitInput!) { placeBusinessUnit(input: $input) { userErrors { code message } } }";

/** The newest version that starts with a month: one by methods must say that it replaces it. */
export type Overlaps = Map<string, number>;

/** Has two people agree on a policy of either kind. */
export async function propose(people: Door, document: { readonly effectiveFrom: string; readonly services?: unknown; readonly [field: string]: unknown }, overlaps: Overlaps): Promise<void> {
  const replaces = "services" in document ? overlaps.get(document.effectiveFrom) : undefined;
  const { proposeAllocationPolicy } = await must(people.as("FINANCE"), "mutation($input: ProposeAllocationPolicyInput!) { proposeAllocationPolicy(input: $input) { policy { version } userErrors { code message } } }", { input: { ...document, replaces } });
  const version = proposeAllocationPolicy.policy.version as number;
  await must(people.as("FINANCE", { subject: "second-person" }), "mutation($input: ApproveAllocationPolicyInput!) { approveAllocationPolicy(input: $input) { userErrors { code message } } }", { input: { version } });
  overlaps.set(document.effectiveFrom, version);
}

/** A stored document writes every default out; the input refuses those that belong to another driver. */
function withoutForeignDefaults(rules: unknown): unknown {
  return (rules as Array<{ parts: Array<Record<string, unknown>> }>).map((rule) => ({
    ...rule, parts: rule.parts.map(({ minimumSeconds, incrementSeconds, channels, ...part }) => ({ ...part, ...(part.driver === null ? {} : { channels }), ...(part.driver === "BILLED_MINUTES" ? { minimumSeconds, incrementSeconds } : {}) })),
  }));
}
