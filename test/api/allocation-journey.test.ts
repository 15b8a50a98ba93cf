import { ALLOCATE, bookAndAgree, call, createAcme, integration, must, report } from "../support/builders";
import { PUBLISHED_CASES, PublishedCase } from "../support/published-cases";
import { TestServer, startTestServer } from "../support/server";

const REPORT = `query($period: PeriodKey!, $groupBy: [AllocationDimension!]!) { allocation(period: $period, groupBy: $groupBy) {
  run { id status sequence policyVersion } rows { businessUnit { code } useCase { code } pool { code } channel driverQuantity driverTotal share amount { amount currency } missing }
  total { amount } allocated { amount } unallocated { amount } asOf } }`;

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
  await createAcme(server);
});
afterAll(() => server.close());

describe("from usage to an explained charge", () => {
  it("divides, stores, explains and drills to the calls", async () => {
    const pushed = await report(integration(server), [
      call("a", { connectedMs: 60_000 }),
      call("b", { useCase: "triage", connectedMs: 30_000, endedAt: "2025-10-10T14:00:30.000Z" }),
      call("c", { useCase: "helpdesk", connectedMs: 10_000, endedAt: "2025-10-10T14:00:10.000Z" }),
      call("d", { useCase: "returns", status: "NO_ANSWER", connectedAt: null, connectedMs: 0 }),
    ]);
    expect(pushed).toMatchObject({ accepted: 4, rejected: 0 });
    await bookAndAgree(server, { amount: "100.00" });
    const { allocatePeriod } = await must(server.as("FINANCE"), ALLOCATE, { input: { period: "2025-10" } });
    expect(allocatePeriod.run).toMatchObject({ sequence: 1, status: "FINAL", policyVersion: 1 });

    const { allocation } = await must(server.as("FINANCE"), REPORT, { period: "2025-10", groupBy: ["BUSINESS_UNIT", "POOL"] });
    expect(allocation.rows.map((row: { businessUnit: { code: string }; amount: { amount: string }; driverQuantity: string }) => [row.businessUnit.code, row.amount.amount, row.driverQuantity])).toEqual([
      ["claims", "30.00", "30"],
      ["retail", "60.00", "60"],
      ["support", "10.00", "10"],
    ]);
    expect(allocation).toMatchObject({ total: { amount: "100.00" }, allocated: { amount: "100.00" }, unallocated: { amount: "0.00" } });

    const own = await must(server.as("BUSINESS_UNIT", { businessUnits: ["claims"] }), REPORT, { period: "2025-10", groupBy: ["BUSINESS_UNIT", "POOL"] });
    expect(own.allocation.rows).toEqual([allocation.rows[0]]);
    expect(own.allocation).toMatchObject({ total: { amount: "100.00" }, allocated: { amount: "30.00" } });

    const { explainAllocation } = await must(
      server.as("BUSINESS_UNIT", { businessUnits: ["claims"] }),
      `{ explainAllocation(period: "2025-10", businessUnit: "claims") { pool { code } poolAmount { amount } driver driverQuantity driverTotal shareNumerator shareDenominator exactAmount adjustmentMinor amount { amount } policyVersion
         calls(first: 10) { edges { node { eventId connectedMs } } pageInfo { hasNextPage } } } }`,
    );
    expect(explainAllocation).toEqual([
      {
        pool: { code: "platform" }, poolAmount: { amount: "100.00" }, driver: "CONNECTED_SECONDS", driverQuantity: "30", driverTotal: "100", shareNumerator: "3", shareDenominator: "10",
        exactAmount: "30", adjustmentMinor: 0, amount: { amount: "30.00" }, policyVersion: 1,
        calls: { edges: [{ node: { eventId: "b", connectedMs: 30_000 } }], pageInfo: { hasNextPage: false } },
      },
    ]);
  });

  it("answers the same run on the same facts, and eight callers at once get one", async () => {
    const finance = server.as("FINANCE");
    const runs = await Promise.all(Array.from({ length: 8 }, () => must(finance, ALLOCATE, { input: { period: "2025-10" } })));
    expect(new Set(runs.map((each) => each.allocatePeriod.run.id)).size).toBe(1);
    await report(integration(server), [call("e", { useCase: "triage" })]);
    const changed = await Promise.all(Array.from({ length: 8 }, () => must(finance, ALLOCATE, { input: { period: "2025-10" } })));
    expect(new Set(changed.map((each) => each.allocatePeriod.run.id)).size).toBe(1);
    expect(changed[0].allocatePeriod.run).toMatchObject({ sequence: 2, status: "FINAL" });
    const [count] = await server.sql<{ runs: string }>("select count(*) as runs from allocation.run");
    expect(count!.runs).toBe("2");
  });

  it("keeps the calls of an old run as they counted then", async () => {
    const { allocationRuns } = await must(server.as("FINANCE"), `{ allocationRuns(first: 10) { edges { node { id sequence status period { key } } } } }`);
    const [first, second] = allocationRuns.edges.map((edge: { node: { id: string; status: string } }) => edge.node);
    expect([first.status, second.status]).toEqual(["SUPERSEDED", "FINAL"]);
    const query = `query($run: ID) { explainAllocation(period: "2025-10", run: $run, businessUnit: "claims") { driverQuantity calls(first: 10) { edges { node { eventId } } } } }`;
    const ids = (data: { explainAllocation: Array<{ calls: { edges: Array<{ node: { eventId: string } }> } }> }): string[] => data.explainAllocation[0]!.calls.edges.map((edge) => edge.node.eventId);
    expect(ids(await must(server.as("FINANCE"), query, { run: first.id }))).toEqual(["b"]);
    expect(ids(await must(server.as("FINANCE"), query, { run: second.id }))).toEqual(["b", "e"]);
  });

  it("leaves a pool without driver with the programme", async () => {
    await bookAndAgree(server, { period: "2025-12", pool: "later", amount: "7.77" });
    const { allocatePeriod } = await must(server.as("FINANCE"), ALLOCATE, { input: { period: "2025-12" } });
    expect(allocatePeriod.run.sequence).toBe(1);
    const { allocation } = await must(server.as("FINANCE"), REPORT, { period: "2025-12", groupBy: [] });
    expect(allocation).toMatchObject({ rows: [], total: { amount: "7.77" }, allocated: { amount: "0.00" }, unallocated: { amount: "7.77" } });
  });

  it("refuses what cannot be divided, and says why", async () => {
    const finance = server.as("FINANCE");
    const refused = async (period: string): Promise<string> => (await finance.ask(ALLOCATE, { input: { period } })).data.allocatePeriod.userErrors[0].code;
    expect(await refused("2031-01")).toBe("NOT_FOUND");
    const noRun = Buffer.from(`AllocationRun:${"-".repeat(36)}`).toString("base64url");
    const unknown = await server.as("FINANCE").ask(`{ explainAllocation(period: "2025-10", run: "${noRun}", businessUnit: "retail") { amount { amount } } }`);
    expect(unknown.errors!.map(({ extensions }) => extensions.code)).toEqual(["NOT_FOUND"]);
    await report(integration(server), [call("f", { endedAt: "2025-11-05T10:00:00.000Z", connectedAt: null })]);
    expect(await refused("2025-11")).toBe("NOT_READY");
  });

  it("simulates another policy without storing anything", async () => {
    const before = await server.sql("select count(*) from allocation.run");
    const { simulateAllocation } = await must(
      server.as("FINANCE"),
      `{ simulateAllocation(input: { period: "2025-10", groupBy: [BUSINESS_UNIT], policy: { effectiveFrom: "2025-10", rules: [{ pool: "platform", parts: [{ driver: CALLS }] }] } }) {
         run { id } rows { businessUnit { code } amount { amount } share driverQuantity } allocated { amount } } }`,
    );
    expect(simulateAllocation).toEqual({
      run: null, allocated: { amount: "100.00" },
      rows: [
        { businessUnit: { code: "claims" }, amount: { amount: "50.00" }, share: "0.500000000000", driverQuantity: "2" },
        { businessUnit: { code: "retail" }, amount: { amount: "25.00" }, share: "0.250000000000", driverQuantity: "1" },
        { businessUnit: { code: "support" }, amount: { amount: "25.00" }, share: "0.250000000000", driverQuantity: "1" },
      ],
    });
    expect(await server.sql("select count(*) from allocation.run")).toEqual(before);
  });

  it("divides literal facts by the method of each pool, exactly beside what is posted, and shows the chain", async () => {
    const query = `query($input: SimulateAllocationInput!) { simulateAllocation(input: $input) { run { id } rows { share } total { amount currency } allocated { amount } unallocated { amount } simulation {
      receivers { code amountMinor exactTotal rolledUpMinor } pools { code step receivedMinor unallocatedMinor exactFull reasons lines { receiver amount { amount } exactAmount share } } chain { pool part method leg to toPool driver quantity rate exactAmount } } } }`;
    const facts = {
      currency: "EUR", services: "STEP_DOWN",
      receivers: [{ code: "group" }, { code: "shop", parent: "group", directCost: "10.005" }, { code: "depot", parent: "group" }],
      drivers: [{ code: "calls", quantities: [{ of: "shop", quantity: "2" }, { of: "depot", quantity: "1" }] }],
      pools: [
        { code: "desk", amount: "10.00", parts: [{ method: "FIXED_SHARES", shares: [{ to: "voice", percent: "50" }, { to: "shop", percent: "50" }] }] },
        { code: "voice", amount: "5.00", parts: [{ method: "PRACTICAL_CAPACITY", driver: "calls", capacity: "4" }] },
      ],
    };
    const { simulateAllocation } = await must(server.as("FINANCE"), query, { input: { facts, groupBy: [] } });
    expect(simulateAllocation).toEqual({
      run: null, rows: [], total: { amount: "15.00", currency: "EUR" }, allocated: { amount: "12.50" }, unallocated: { amount: "2.50" },
      simulation: {
        receivers: [
          { code: "depot", amountMinor: "250", exactTotal: "5/2", rolledUpMinor: "250" },
          { code: "group", amountMinor: "0", exactTotal: "0", rolledUpMinor: "1250" },
          { code: "shop", amountMinor: "1000", exactTotal: "4001/200", rolledUpMinor: "1000" },
        ],
        pools: [
          { code: "desk", step: 1, receivedMinor: "0", unallocatedMinor: "0", exactFull: "10", reasons: [], lines: [{ receiver: "shop", amount: { amount: "5.00" }, exactAmount: "5", share: "1/2" }] },
          { code: "voice", step: 2, receivedMinor: "500", unallocatedMinor: "250", exactFull: "10", reasons: ["Idle capacity, kept by the programme."],
            lines: [{ receiver: "depot", amount: { amount: "2.50" }, exactAmount: "5/2", share: "1/4" }, { receiver: "shop", amount: { amount: "5.00" }, exactAmount: "5", share: "1/2" }] },
        ],
        chain: [
          { pool: "desk", part: 0, method: "FIXED_SHARES", leg: null, to: "shop", toPool: false, driver: null, quantity: null, rate: null, exactAmount: "5" },
          { pool: "desk", part: 0, method: "FIXED_SHARES", leg: null, to: "voice", toPool: true, driver: null, quantity: null, rate: null, exactAmount: "5" },
          { pool: "voice", part: 0, method: "PRACTICAL_CAPACITY", leg: "USED", to: "depot", toPool: false, driver: "calls", quantity: "1", rate: "5/2", exactAmount: "5/2" },
          { pool: "voice", part: 0, method: "PRACTICAL_CAPACITY", leg: "USED", to: "shop", toPool: false, driver: "calls", quantity: "2", rate: "5/2", exactAmount: "5" },
        ],
      },
    });
    const refused = await server.as("FINANCE").ask(query, { input: { facts: { ...facts, services: null, pools: [facts.pools[1], facts.pools[0]] }, groupBy: [] } });
    expect(refused.errors![0]).toMatchObject({ message: expect.stringContaining("a closed pool never receives"), extensions: { code: "BAD_USER_INPUT" } });
    const neither = await server.as("FINANCE").ask(query, { input: { groupBy: [] } });
    expect(neither.errors![0]).toMatchObject({ extensions: { code: "BAD_USER_INPUT" } });
  });
});

describe("worked examples that others published hold to the last digit", () => {
  const QUERY = `query($input: SimulateAllocationInput!) { simulateAllocation(input: $input) { total { amount } allocated { amount } unallocated { amount } simulation {
    receivers { code exactTotal } pools { code exactFull lines { receiver amountMinor } } chain { to toPool rate } } } }`;

  it.each(PUBLISHED_CASES.map((each): [string, PublishedCase] => [each.name, each]))("%s", async (_, { facts, totals, posted, full, kept, rates }) => {
    const { total, allocated, unallocated, simulation } = (await must(server.as("FINANCE"), QUERY, { input: { facts, groupBy: [] } })).simulateAllocation as {
      total: { amount: string }; allocated: { amount: string }; unallocated: { amount: string };
      simulation: { receivers: Array<{ code: string; exactTotal: string }>; pools: Array<{ code: string; exactFull: string; lines: Array<{ receiver: string; amountMinor: string }> }>; chain: Array<{ to: string; toPool: boolean; rate: string }> };
    };
    const minor = ({ amount }: { amount: string }): bigint => BigInt(amount.replace(".", ""));
    expect(minor(allocated) + minor(unallocated)).toBe(minor(total));
    expect(minor(unallocated)).toBe(kept === undefined ? 0n : minor({ amount: kept }));
    if (totals) expect(Object.fromEntries(simulation.receivers.map(({ code, exactTotal }) => [code, exactTotal]))).toEqual(totals);
    if (full) expect(Object.fromEntries(simulation.pools.map(({ code, exactFull }) => [code, exactFull]))).toEqual(full);
    if (posted) expect(Object.fromEntries(simulation.pools.map(({ code, lines }) => [code, Object.fromEntries(lines.map(({ receiver, amountMinor }) => [receiver, amountMinor]))]))).toEqual(posted);
    if (rates) expect(simulation.chain.map(({ to, rate }) => [to, rate])).toEqual(expect.arrayContaining(Object.entries(rates)));
  });
});
