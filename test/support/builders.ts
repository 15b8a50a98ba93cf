import { Actor, TestServer } from "./server";

/** Somebody who hands out tokens for a running server. */
export type Door = Pick<TestServer, "as">;

/** The programme that journeys play in: three units, a use case or two each, made through the API. */
export const UNITS = ["retail", "claims", "support"] as const;
export const USE_CASES: ReadonlyArray<[string, (typeof UNITS)[number]]> = [["order-status", "retail"], ["returns", "retail"], ["triage", "claims"], ["helpdesk", "support"]];

export async function createAcme(server: Door, options: { code?: string; currency?: string; timeZone?: string } = {}): Promise<void> {
  const { code = "acme", currency = "USD", timeZone = "America/New_York" } = options;
  const admin = server.as("ADMIN", { programme: code });
  await must(server.as("ADMIN", { programme: null }), "mutation($input: CreateProgrammeInput!) { createProgramme(input: $input) { programme { code } userErrors { code message } } }", { input: { code, name: "Acme voice", currency, timeZone } });
  await mustEach(admin, "createBusinessUnit", UNITS.map((unit) => ({ code: unit, name: `Unit ${unit}` })));
  await mustEach(admin, "createUseCase", USE_CASES.map(([useCase, businessUnit]) => ({ code: useCase, name: `Use case ${useCase}`, businessUnit })));
}

/** Does the same with each input, one after the other, in one request; fails on any error or user error. */
export async function mustEach(actor: Actor, verb: string, inputs: ReadonlyArray<Record<string, unknown>>, type = `${verb[0]!.toUpperCase()}${verb.slice(1)}Input`): Promise<void> {
  const named = Object.fromEntries(inputs.map((input, index) => [`i${index}`, input]));
  await must(actor, `mutation(${Object.keys(named).map((name) => `$${name}: ${type}!`).join(", ")}) { ${Object.keys(named).map((name) => `${name}: ${verb}(input: $${name}) { userErrors { code message field } }`).join(" ")} }`, named);
}

/** Asks and fails on any error or user error; answers the data. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- tests read what they asked for
export async function must<T = any>(actor: Actor, query: string, variables?: Record<string, unknown>): Promise<T> {
  const answer = await actor.ask<T>(query, variables);
  const userErrors = Object.values((answer.data ?? {}) as Record<string, { userErrors?: unknown[] } | null>).flatMap((field) => field?.userErrors ?? []);
  if (answer.errors || userErrors.length > 0) throw new Error(`${query.slice(0, 80)}: ${answer.body.slice(0, 1000)}`);
  return answer.data;
}

/** The rows of a dataset as somebody exports them; the status instead when it is not 200. */
export async function exported(server: Pick<TestServer, "url">, actor: Actor, file: string): Promise<Array<Record<string, string | null>> | number> {
  const response = await fetch(`${server.url}/export/${file}`, { headers: { authorization: `Bearer ${actor.token}` } });
  const body = await response.text();
  return response.status === 200 ? (JSON.parse(body) as Array<Record<string, string | null>>) : response.status;
}

/** A completed voice call with the least fields; `more` overrides. */
export function call(id: string, more: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    eventId: id, contactId: `contact-${id}`, legId: `leg-${id}`, useCase: "order-status", channel: "VOICE", direction: "INBOUND", status: "COMPLETED",
    connectedAt: "2025-10-10T14:00:00.000Z", endedAt: "2025-10-10T14:01:00.000Z", connectedMs: 60_000, ...more,
  };
}

export const REPORT = `mutation($input: ReportUsageInput!) { reportUsage(input: $input) {
  results { index eventId outcome code message } accepted duplicate superseded conflict rejected held userErrors { code message field } } }`;

export interface Reported {
  readonly results: Array<{ index: number; eventId: string; outcome: string; code: string | null; message: string | null }>;
  readonly accepted: number;
  readonly duplicate: number;
  readonly superseded: number;
  readonly conflict: number;
  readonly rejected: number;
  readonly held: number;
  readonly userErrors: Array<{ code: string; message: string; field: string[] | null }>;
}

export function integration(server: Door, businessUnits: string[] = [...UNITS]): Actor {
  return server.as("INTEGRATION", { businessUnits });
}

export async function report(actor: Actor, events: unknown[], source = "test://source"): Promise<Reported> {
  return (await must<{ reportUsage: Reported }>(actor, REPORT, { input: { source, events } })).reportUsage;
}

/** A pool with an amount booked in a period, and a policy for it that two people agreed on. */
export async function bookAndAgree(server: Door, options: { pool?: string; period?: string; amount?: string; parts?: unknown[]; rule?: Record<string, unknown> } = {}): Promise<void> {
  const { pool = "platform", period = "2025-10", amount = "25000.00", parts = [{ driver: "CONNECTED_SECONDS" }], rule = {} } = options;
  const finance = server.as("FINANCE");
  await must(finance, "mutation($input: CreateCostPoolInput!) { createCostPool(input: $input) { pool { code } userErrors { code message } } }", { input: { code: pool, name: `Pool ${pool}`, kind: "PLATFORM_CONTRACT" } });
  await must(finance, "mutation($input: BookCostInput!) { bookCost(input: $input) { entry { id } userErrors { code message } } }", { input: { pool, period, amount, currency: "USD", externalId: `${pool}-${period}` } });
  await agree(server, [{ pool, parts, ...rule }], period);
}

/** Proposes rules and has a second person approve them; answers the version. */
export async function agree(server: Door, rules: unknown[], effectiveFrom = "2025-10"): Promise<number> {
  const { proposeAllocationPolicy } = await must(server.as("FINANCE"), "mutation($input: ProposeAllocationPolicyInput!) { proposeAllocationPolicy(input: $input) { policy { version } userErrors { code message } } }", { input: { effectiveFrom, rules } });
  const version = proposeAllocationPolicy.policy.version as number;
  await must(server.as("FINANCE", { subject: "second-person" }), "mutation($input: ApproveAllocationPolicyInput!) { approveAllocationPolicy(input: $input) { policy { status } userErrors { code message } } }", { input: { version } });
  return version;
}

export const ALLOCATE = "mutation($input: AllocatePeriodInput!) { allocatePeriod(input: $input) { run { id sequence status policyVersion inputHash resultHash cutoff } userErrors { code message field } } }";
