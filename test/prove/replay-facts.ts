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
  | { readonly kind: "run"; readonly period: string; readonly inputHash: string; readonly resultHash: string }
  | { readonly kind: "close"; readonly period: string; readonly hash: string }
  | { readonly kind: "attribution"; readonly eventIds: readonly string[]; readonly useCase: string }
  | { readonly kind: "policy"; readonly effectiveFrom: string; readonly rules: unknown }
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
  const runs = await rows<{ period: string; inputHash: string; resultHash: string; at: number }>(`select period_key as period, input_hash as "inputHash", result_hash as "resultHash", ${ms("cutoff")} from allocation.run where programme_id = (select id from me)`);
  const closes = await rows<{ period: string; hash: string; at: number }>(`select key as period, hash, ${ms("cutoff")} from governance.period where programme_id = (select id from me) and status = 'CLOSED'`);
  const attributions = await rows<{ useCase: string; after: { eventIds: string[] }; at: number }>(`select subject_key as "useCase", after, ${ms("recorded_at")} from governance.audit_entry where programme_id = (select id from me) and action = 'attributeUsage'`);
  const policies = await rows<{ effectiveFrom: string; rules: unknown; at: number }>(
    `select p.effective_from as "effectiveFrom", p.rules, ${ms("a.approved_at")} from allocation.policy p join allocation.policy_approval a on a.programme_id = p.programme_id and a.version = p.version where p.programme_id = (select id from me)`,
  );
  const marks: Mark[] = [
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
  for (const [index, mark] of marks.entries()) {
    if (mark.kind === "run" && !everyRun && !isLastRun(marks, index)) continue;
    await tell(told, mark.at);
    told = mark.at;
    if (mark.kind === "run") await allocate(mark.period, mark);
    else if (mark.kind === "attribution") await must(finance, "mutation($input: AttributeUsageInput!) { attributeUsage(input: $input) { attributed userErrors { code message } } }", { input: { eventIds: mark.eventIds, useCase: mark.useCase, reason: "told again" } });
    else if (mark.kind === "policy") {
      const { proposeAllocationPolicy } = await must(finance, "mutation($input: ProposeAllocationPolicyInput!) { proposeAllocationPolicy(input: $input) { policy { version } userErrors { code message } } }", { input: { effectiveFrom: mark.effectiveFrom, rules: withoutForeignDefaults(mark.rules) } });
      await must(second, "mutation($input: ApproveAllocationPolicyInput!) { approveAllocationPolicy(input: $input) { userErrors { code message } } }", { input: { version: proposeAllocationPolicy.policy.version as number } });
    } else {
      await must(finance, REQUEST_CLOSE, { input: { period: mark.period } });
      const { closePeriod } = await must(second, CLOSE_PERIOD, { input: { period: mark.period } });
      same(`close of ${mark.period}`, closePeriod.period.hash as string, mark.hash);
    }
  }
  await tell(told, Infinity);
  return { faults, compared };
}

function isLastRun(marks: readonly Mark[], index: number): boolean {
  const mark = marks[index]!;
  return mark.kind === "run" && !marks.slice(index + 1).some((later) => later.kind === "run" && later.period === mark.period);
}

/** A stored document writes every default out; the input refuses those that belong to another driver. */
function withoutForeignDefaults(rules: unknown): unknown {
  return (rules as Array<{ parts: Array<Record<string, unknown>> }>).map((rule) => ({
    ...rule, parts: rule.parts.map(({ minimumSeconds, incrementSeconds, ...part }) => (part.driver === "BILLED_MINUTES" ? { ...part, minimumSeconds, incrementSeconds } : part)),
  }));
}
