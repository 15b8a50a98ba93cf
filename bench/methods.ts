import { approvePolicy, proposePolicy } from "../src/allocation";
import { approvePolicyPorts, proposePolicyPorts } from "../src/allocation/allocation-ports.store";
import { PolicyInput } from "../src/allocation/policy";
import { recordAudit } from "../src/app/serve";
import { bookCost, createCostPool } from "../src/costs";
import { bookCostPorts, createCostPoolPorts } from "../src/costs/costs-ports.store";
import { Programme, createProgramme } from "../src/tenancy";
import { createProgrammePorts } from "../src/tenancy/tenancy-ports.store";
import { compareAllocation } from "./allocate";
import { BY_HAND } from "./bare-allocation";
import { fillTotals } from "./bulk-month";
import { printFigure, say } from "./figures";
import { ask } from "./http-client";
import { Place, tokenFor } from "./place";
import { processorMs } from "./processor-time";

const PROGRAMME = { code: "bench-methods", name: "Programme with methods", currency: "GBP", timeZone: "Europe/London" } as const;
const PERIOD = "2025-06";
const UNITS = 1_000, CASES_OF_UNIT = 3, POOLS = 30;
const CIRCLE = 50, RECEIVERS = 100, ROUNDS = 5;
const MOST_PROCESSOR_MS = 1_000;

const unitCode = (index: number): string => `u${String(index + 1).padStart(4, "0")}`;
const poolCode = (index: number): string => `pool-${String(index + 1).padStart(2, "0")}`;

/** Thirty pools in step-down: each passes a fifth on to the next two, and divides the rest by calls or by time. */
const POLICY: PolicyInput = {
  effectiveFrom: "2025-01", services: "STEP_DOWN",
  rules: Array.from({ length: POOLS }, (_, index) => {
    const next = [index + 1, index + 2].filter((each) => each < POOLS).map(poolCode);
    const driver = index % 2 === 0 ? ("CALLS" as const) : ("CONNECTED_SECONDS" as const);
    if (next.length === 0) return { pool: poolCode(index), parts: [{ driver }] };
    const shares = next.map((to) => ({ to, percent: next.length === 2 ? "50" : "100" }));
    return { pool: poolCode(index), parts: [{ fraction: "0.8", driver }, { fraction: "0.2", method: "FIXED_SHARES" as const, shares }] };
  }),
};

/** A run by methods of a large programme against bare SQL over the same totals, and pools in a circle by processor time. */
export async function benchMethods(place: Place, _: Programme, { large }: { readonly large: boolean }): Promise<void> {
  const events = large ? 10_000_000 : 1_000_000;
  const programme = await makeLargeProgramme(place);
  await fillTotals(place, programme, PERIOD, events, UNITS * CASES_OF_UNIT);
  await compareAllocation(place, programme, { bench: "methods", period: PERIOD, pool: poolCode(0), aggregates: BY_HAND.totals, setting: { events, units: UNITS, useCases: UNITS * CASES_OF_UNIT, pools: POOLS, sequence: "STEP_DOWN" } });
  await benchCircle(place, programme);
}

/** Units and what each owns ($2 and $3 say how many), in one statement: through the verbs they would take longer than what is measured. */
const NAMES = `
  with unit as (
    insert into tenancy.business_unit (programme_id, id, code, name, cost_centre, chargeback_mode)
    select $1, gen_random_uuid(), 'u' || to_char(n, 'FM0000'), 'Business u' || to_char(n, 'FM0000'), 'u' || to_char(n, 'FM0000'), 'CHARGEBACK' from generate_series(1, $2::int) n returning id, code
  ), use_case as (
    insert into tenancy.use_case (programme_id, id, code, name) select $1, gen_random_uuid(), u.code || '-' || n, 'Use case ' || n || ' of ' || u.code from unit u, generate_series(1, $3::int) n returning id, code
  )
  insert into tenancy.use_case_ownership (programme_id, use_case_id, effective_from, business_unit_id)
  select $1, c.id, '-infinity', u.id from use_case c join unit u on u.code = split_part(c.code, '-', 1)`;

async function makeLargeProgramme(place: Place): Promise<Programme> {
  const { database } = place.installation;
  say(`making ${UNITS} units and ${UNITS * CASES_OF_UNIT} use cases`);
  const person = (subject: string, role: "ADMIN" | "FINANCE") => ({ subject, role, programme: PROGRAMME.code, businessUnits: [] });
  const administrator = person("bench-admin", "ADMIN");
  const programme = await database.withInstallation(administrator, (tx) => createProgramme(createProgrammePorts(tx, administrator, recordAudit), PROGRAMME));
  const scope = (subject: string, role: "ADMIN" | "FINANCE") => ({ principal: person(subject, role), programme, reach: "programme" as const, unitIds: [] });
  const JOB = { statementTimeoutMs: 0 };
  await place.admin.query(NAMES, [programme.id, UNITS, CASES_OF_UNIT]);
  await place.admin.query("analyze tenancy.business_unit, tenancy.use_case, tenancy.use_case_ownership");
  await database.withTenant(scope("bench-finance", "FINANCE"), async (tx) => {
    for (let index = 0; index < POOLS; index += 1) {
      await createCostPool(createCostPoolPorts(tx, recordAudit), { code: poolCode(index), name: `Pool ${index + 1}`, kind: "OTHER" });
      await bookCost(bookCostPorts(tx, recordAudit), { pool: poolCode(index), period: PERIOD, amount: `${10_000 + index}.07`, currency: PROGRAMME.currency, externalId: `${poolCode(index)}-${PERIOD}` });
    }
  }, JOB);
  const policy = await database.withTenant(scope("bench-finance", "FINANCE"), (tx) => proposePolicy(proposePolicyPorts(tx, recordAudit), POLICY, "bench-policy"));
  await database.withTenant(scope("bench-controller", "FINANCE"), (tx) => approvePolicy(approvePolicyPorts(tx, recordAudit), policy.version));
  return programme;
}

/** Fifty pools that all serve each other and a hundred receivers, solved exactly over the API. */
async function benchCircle(place: Place, programme: Programme): Promise<void> {
  const pools = Array.from({ length: CIRCLE }, (_, index) => poolCode(index));
  const receivers = Array.from({ length: RECEIVERS }, (_, index) => unitCode(index));
  const quantity = (row: number, column: number): string => String(((row * 7_919 + column * 104_729) % 9_973) + 1);
  const facts = {
    currency: PROGRAMME.currency, services: "RECIPROCAL", receivers: receivers.map((code) => ({ code })),
    drivers: pools.map((pool, row) => ({ code: `use-of-${pool}`, quantities: [...pools.filter((code) => code !== pool), ...receivers].map((of, column) => ({ of, quantity: quantity(row, column) })) })),
    pools: pools.map((code, row) => ({ code, amount: `${10_000 + row}.0${row % 10}`, parts: [{ method: "PROPORTIONAL", driver: `use-of-${code}` }] })),
  };
  const server = await place.startServer();
  try {
    const token = tokenFor(place.installation, "bench-finance", "FINANCE", programme.code);
    const query = "query($input: SimulateAllocationInput!) { simulateAllocation(input: $input) { total { amount } allocated { amount } simulation { receivers { code amountMinor } } } }";
    const used: number[] = [];
    for (let round = 0; round <= ROUNDS; round += 1) {
      const before = processorMs(server.pid);
      const { simulateAllocation } = await ask<{ simulateAllocation: { total: { amount: string }; allocated: { amount: string } } }>(server.found, token, query, { input: { facts, groupBy: [] } });
      if (simulateAllocation.total.amount !== simulateAllocation.allocated.amount) throw new Error("a circle lost cost");
      const after = processorMs(server.pid);
      if (round > 0 && before !== null && after !== null) used.push(after - before);
    }
    const bound = { atMost: MOST_PROCESSOR_MS, passes: used.every((ms) => ms <= MOST_PROCESSOR_MS) };
    printFigure("methods", "reciprocal-processor-time", "ms", used, { ...bound, pools: CIRCLE, receivers: RECEIVERS });
  } finally {
    await server.stop();
  }
}
