import fc from "fast-check";
import { BookedPool, PnlCell, PnlCharge, PnlMonth, NO_SOURCES, PNL_LEAVES, PNL_LINES, PnlLine, RatedCost, benefitCells, bridgeEbit, costCells, hashOfMonth, leavesOf, mergeCells, missingForEbit, overheadOf, plannedMonth, pnlRows, readGroups, readPlanLines, reconcileMonth, differenceOf, undecidedGap } from "../../src/programme";

const GBP = { code: "GBP", exponent: 2 };
const p = (pounds: string): bigint => BigInt(pounds.replace(".", ""));
const UNITS: Readonly<Record<string, string>> = { U1: "service", U2: "sales", U3: "collections" };
const of = (useCase: string): { businessUnit: string; useCase: string } => ({ businessUnit: UNITS[useCase]!, useCase });

const booked = (code: string, kind: BookedPool["kind"], amountMinor: bigint, more: Partial<BookedPool> = {}): BookedPool => ({ code, kind, amountMinor, dividedMinor: amountMinor, creditedMinor: 0n, varianceMinor: 0n, ...more });
const POOLS: readonly BookedPool[] = [
  booked("platform", "PLATFORM_CONTRACT", p("30000.00")), booked("telephony", "TELEPHONY", p("6000.00")),
  booked("integration", "INTEGRATION", p("14000.00")), booked("compliance", "COMPLIANCE", p("10000.00")),
  booked("direct", "DIRECT", p("25300.00")), booked("office", "PROGRAMME_MANAGEMENT", overheadOf(p("5000.00"), 3)),
];
const RATED: readonly RatedCost[] = [["U1", "9000.00", "1200.00"], ["U2", "2812.50", "375.00"], ["U3", "3187.50", "425.00"]].flatMap(([useCase, vendor, carrier]) => [
  { ...of(useCase!), component: "PLATFORM", amountMinor: p(vendor!) }, { ...of(useCase!), component: "TELEPHONY", amountMinor: p(carrier!) },
]);
/** Shared cost by minutes and by calls, and everything direct. */
const BY_MINUTES = { U1: ["18000.00", "3600.00", "8400.00", "6000.00"], U2: ["5625.00", "1125.00", "2625.00", "1875.00"], U3: ["6375.00", "1275.00", "2975.00", "2125.00"] };
const BY_CALLS = { U1: ["16000.00", "3200.00", "7466.67", "5333.33"], U2: ["10000.00", "2000.00", "4666.67", "3333.33"], U3: ["4000.00", "800.00", "1866.66", "1333.34"] };
const chargesBy = (basis: typeof BY_MINUTES): PnlCharge[] => Object.entries(basis).flatMap(([useCase, amounts]) => amounts.map((amount, index) => ({ ...of(useCase), pool: POOLS[index]!.code, amountMinor: p(amount) })));
const DIRECT: readonly PnlCharge[] = [["U1", "13000.00"], ["U2", "5687.50"], ["U3", "6612.50"]].map(([useCase, amount]) => ({ ...of(useCase!), pool: "direct", amountMinor: p(amount!) }));
const BENEFITS: readonly PnlCell[] = benefitCells({
  recognised: [
    { ...of("U1"), kind: "COST_REDUCTION", cashableMinor: p("58665.60"), nonCashableMinor: p("39110.40") }, { ...of("U2"), kind: "MARGIN", cashableMinor: p("26600.00"), nonCashableMinor: 0n },
    { ...of("U3"), kind: "COST_REDUCTION", cashableMinor: p("10440.00"), nonCashableMinor: p("10440.00") }, { ...of("U3"), kind: "OTHER_EBIT", cashableMinor: p("3200.00"), nonCashableMinor: 0n },
  ], memo: [{ ...of("U3"), attributedMinor: p("1500.00") }], eliminations: [], undecided: [],
});
const AMORTISED: readonly PnlCell[] = [["U1", "5000.00"], ["U2", "2000.00"], ["U3", "3000.00"]].map(([useCase, amount]) => ({ ...of(useCase!), line: "D_AMORTISATION", amountMinor: -p(amount!) }));
const month = (cells: readonly PnlCell[], more: Partial<PnlMonth> = {}): PnlMonth => ({ period: "2026-09", status: "OPEN", cells: mergeCells(cells), gaps: [], sources: NO_SOURCES, source: "ACTUAL", ...more });
const SEPTEMBER = month([...BENEFITS, ...AMORTISED, ...costCells(POOLS, [...chargesBy(BY_MINUTES), ...DIRECT], RATED)]);
const BY_CALLS_SEPTEMBER = month([...BENEFITS, ...AMORTISED, ...costCells(POOLS, [...chargesBy(BY_CALLS), ...DIRECT], RATED)]);

const table = (of: PnlMonth, lines: readonly PnlLine[]): Record<string, string[]> => {
  const rows = [...pnlRows([of], ["USE_CASE"]).filter(({ useCase }) => useCase !== null), pnlRows([of], [])[0]!];
  const text = (minor: bigint | null | undefined): string => (minor === null || minor === undefined ? "-" : `${minor < 0n ? "-" : ""}${String(minor < 0n ? -minor : minor).padStart(3, "0").replace(/(\d\d)$/, ".$1")}`);
  return Object.fromEntries(lines.map((line) => [line, rows.map(({ amounts }) => text(amounts.get(line)))]));
};

describe("the statement of September", () => {
  it("is the worked one, line by line, U1, U2, U3 and the programme", () => {
    expect(table(SEPTEMBER, ["A_RECOGNISED_BENEFIT", "B1_VENDOR_USAGE", "B2_CARRIER_USAGE", "B4_CASE_OPEX", "C_SHARED", "EBITDA_CONTRIBUTION", "D_AMORTISATION", "EBIT_CONTRIBUTION", "MEMO_NON_CASHABLE", "MEMO_ECONOMIC_VALUE", "MEMO_WORKING_CAPITAL_INTEREST"])).toEqual({
      A_RECOGNISED_BENEFIT: ["58665.60", "26600.00", "13640.00", "98905.60"],
      B1_VENDOR_USAGE: ["-9000.00", "-2812.50", "-3187.50", "-15000.00"],
      B2_CARRIER_USAGE: ["-1200.00", "-375.00", "-425.00", "-2000.00"],
      B4_CASE_OPEX: ["-2800.00", "-2500.00", "-3000.00", "-8300.00"],
      C_SHARED: ["-36000.00", "-11250.00", "-12750.00", "-60000.00"],
      EBITDA_CONTRIBUTION: ["9665.60", "9662.50", "-5722.50", "13605.60"],
      D_AMORTISATION: ["-5000.00", "-2000.00", "-3000.00", "-10000.00"],
      EBIT_CONTRIBUTION: ["4665.60", "7662.50", "-8722.50", "3605.60"],
      MEMO_NON_CASHABLE: ["39110.40", ".00", "10440.00", "49550.40"].map((each) => (each === ".00" ? "0.00" : each)),
      MEMO_ECONOMIC_VALUE: ["43776.00", "7662.50", "1717.50", "42156.00"],
      MEMO_WORKING_CAPITAL_INTEREST: ["0.00", "0.00", "1500.00", "1500.00"],
    });
    expect(table(SEPTEMBER, ["C1_PLATFORM_CONTRACT", "C2_TELEPHONY", "C3_INTEGRATION", "C4_COMPLIANCE", "E_PROGRAMME_MANAGEMENT", "PROGRAMME_EBIT"])).toMatchObject({
      C1_PLATFORM_CONTRACT: ["-18000.00", "-5625.00", "-6375.00", "-30000.00"], E_PROGRAMME_MANAGEMENT: ["0.00", "0.00", "0.00", "-11000.00"], PROGRAMME_EBIT: ["4665.60", "7662.50", "-8722.50", "-7394.40"],
    });
  });

  it("by calls instead of minutes moves the units and never the programme", () => {
    expect(table(BY_CALLS_SEPTEMBER, ["EBIT_CONTRIBUTION", "PROGRAMME_EBIT"])).toEqual({ EBIT_CONTRIBUTION: ["8665.60", "-1087.50", "-3972.50", "3605.60"], PROGRAMME_EBIT: ["8665.60", "-1087.50", "-3972.50", "-7394.40"] });
    const [minutes, calls] = [pnlRows([SEPTEMBER], [])[0]!, pnlRows([BY_CALLS_SEPTEMBER], [])[0]!];
    expect(calls.amounts).toEqual(minutes.amounts);
    expect(hashOfMonth(BY_CALLS_SEPTEMBER, "GBP")).not.toBe(hashOfMonth(SEPTEMBER, "GBP"));
  });

  it("recovers 64,000 of 60,000 by a standard rate of 0.32: over-recovery of 4,000 stands with the programme", () => {
    const standard: PnlCharge[] = [["U1", "38400.00"], ["U2", "12000.00"], ["U3", "13600.00"]].map(([useCase, amount]) => ({ ...of(useCase!), pool: "platform", amountMinor: p(amount!) }));
    const pools: BookedPool[] = [booked("platform", "PLATFORM_CONTRACT", p("60000.00"), { varianceMinor: p("-4000.00") })];
    const cells = mergeCells(costCells(pools, standard, []));
    const [row] = pnlRows([month(cells)], []);
    expect([row!.amounts.get("C_SHARED"), row!.amounts.get("G_UNALLOCATED"), row!.amounts.get("H_RECOVERY_VARIANCE"), row!.amounts.get("PROGRAMME_EBIT")]).toEqual([p("-64000.00"), 0n, p("4000.00"), p("-60000.00")]);
    const checks = reconcileMonth(month(cells), { bookedMinor: p("60000.00"), charged: new Map([["service", p("64000.00")]]), unallocatedMinor: 0n, overRecoveryMinor: p("4000.00") }, { signedMinor: 0n, eliminatedMinor: 0n });
    expect(checks.map((check) => differenceOf(check))).toEqual([0n, 0n, 0n, 0n]);
    expect(reconcileMonth(month(cells), { bookedMinor: p("60000.01"), charged: new Map(), unallocatedMinor: 0n, overRecoveryMinor: 0n }, { signedMinor: 1n, eliminatedMinor: 0n }).map((check) => differenceOf(check) === 0n)).toEqual([false, false, false, true]);
  });

  it("puts a pool whose month is a credit into service credits, what nobody is charged into unallocated, and what overlaps into eliminations", () => {
    const pools: BookedPool[] = [booked("credit", "PLATFORM_CONTRACT", -500n), booked("idle", "UNUSED_COMMITMENT", 300n)];
    const cells = mergeCells([...costCells(pools, [{ ...of("U1"), pool: "credit", amountMinor: -499n }], []), ...benefitCells({ recognised: [], memo: [], eliminations: [{ poolCode: "calls", businessUnit: "U1", amountMinor: 20n, nonCashableMinor: 5n }], undecided: [] })]);
    expect(cells).toEqual([
      { line: "C5_SERVICE_CREDITS", ...of("U1"), amountMinor: 499n }, { line: "F_ELIMINATIONS", businessUnit: null, useCase: null, amountMinor: -20n },
      { line: "G_UNALLOCATED", businessUnit: null, useCase: null, amountMinor: -299n }, { line: "MEMO_NON_CASHABLE", businessUnit: null, useCase: null, amountMinor: -5n },
    ]);
  });

  it("with credits inside its pools shows them apart, to whom they are charged, and moves no sum", () => {
    const credited = { platform: p("-5000.00"), telephony: p("-0.01"), office: p("-100.00"), direct: p("-100.00") } as Record<string, bigint>;
    const pools = POOLS.map((pool) => ({ ...pool, creditedMinor: credited[pool.code] ?? 0n }));
    const with5 = month([...BENEFITS, ...AMORTISED, ...costCells(pools, [...chargesBy(BY_MINUTES), ...DIRECT], RATED)]);
    expect(table(with5, ["C1_PLATFORM_CONTRACT", "C2_TELEPHONY", "C3_INTEGRATION", "C5_SERVICE_CREDITS", "C_SHARED", "E_PROGRAMME_MANAGEMENT", "PROGRAMME_EBIT"])).toEqual({
      C1_PLATFORM_CONTRACT: ["-21000.00", "-6562.50", "-7437.50", "-35000.00"], C2_TELEPHONY: ["-3600.01", "-1125.00", "-1275.00", "-6000.01"], C3_INTEGRATION: ["-8400.00", "-2625.00", "-2975.00", "-14000.00"],
      C5_SERVICE_CREDITS: ["3000.01", "937.50", "1062.50", "5000.01"], C_SHARED: ["-36000.00", "-11250.00", "-12750.00", "-60000.00"], E_PROGRAMME_MANAGEMENT: ["0.00", "0.00", "0.00", "-11000.00"],
      PROGRAMME_EBIT: ["4665.60", "7662.50", "-8722.50", "-7394.40"],
    });
  });

  it.each<[string, Partial<BookedPool>, Array<[string, bigint]>, Record<string, bigint[]>]>([
    ["of what nobody is charged stays there", { amountMinor: 900n, creditedMinor: -100n }, [["U1", 450n]], { C1: [-500n, 0n], C5: [50n, 0n], G: [0n, -450n] }],
    ["of a pool that nobody is charged for is nobody's", { amountMinor: 900n, creditedMinor: -100n }, [], { G: [0n, -900n] }],
    ["as high as the cost is the programme's, beside it", { amountMinor: 0n, creditedMinor: -100n }, [], { C1: [0n, -100n], C5: [0n, 100n] }],
    ["higher than the cost leaves its line its cost", { amountMinor: -60n, creditedMinor: -100n }, [["U1", -60n]], { C1: [-40n, 0n], C5: [100n, 0n] }],
    ["beside a correction that lowers cost is one line", { amountMinor: -150n, creditedMinor: -100n }, [["U1", -150n]], { C5: [150n, 0n] }],
    ["that is taken back raises cost on its line", { amountMinor: 1000n, creditedMinor: 100n }, [["U1", 1000n]], { C1: [-900n, 0n], C5: [-100n, 0n] }],
    ["that standard rates recover stands there whole", { amountMinor: 900n, creditedMinor: -100n, varianceMinor: -300n }, [["U1", 1200n]], { C1: [-1300n, 0n], C5: [100n, 0n], H: [0n, 300n] }],
    ["stands there once where other pools passed theirs on", { amountMinor: 900n, creditedMinor: -100n }, [["U1", 2000n]], { C1: [-2100n, 0n], C5: [100n, 0n], G: [0n, 1100n] }],
    ["that a run has not seen is not divided", { amountMinor: 900n, dividedMinor: 1000n }, [["U1", 1000n]], { C1: [-1000n, 0n], G: [0n, 100n] }],
    ["that a run has seen is whole, whatever was booked since", { amountMinor: 1900n, dividedMinor: 900n, creditedMinor: -100n }, [["U1", 900n]], { C1: [-1000n, 0n], C5: [100n, 0n], G: [0n, -1000n] }],
    ["goes past a place that is given cost back", { amountMinor: 900n, creditedMinor: -100n }, [["U1", 1000n], ["U2", -100n]], { C1: [-1100n, 0n], C5: [100n, 0n] }],
  ])("a credit %s", (_, more, charges, lines) => {
    const pool = booked("platform", "PLATFORM_CONTRACT", more.amountMinor!, more);
    const cells = costCells([pool], charges.map(([useCase, amountMinor]) => ({ ...of(useCase), pool: "platform", amountMinor })), []);
    const found: Record<string, bigint[]> = {};
    for (const { line, useCase, amountMinor } of mergeCells(cells)) if (useCase !== "U2") (found[line.split("_")[0]!] ??= [0n, 0n])[useCase === null ? 1 : 0]! += amountMinor;
    expect(found).toEqual(lines);
    expect(cells.reduce((sum, { amountMinor }) => sum + amountMinor, 0n)).toBe(-pool.amountMinor);
  });

  it("moves no place's sum by a credit, whatever is booked and charged", () => {
    const minor = fc.bigInt({ min: -(10n ** 9n), max: 10n ** 9n });
    fc.assert(fc.property(fc.array(fc.record({ useCase: fc.constantFrom("U1", "U2", "U3"), pool: fc.constantFrom("a", "b"), amountMinor: minor }), { maxLength: 8 }), minor, minor, minor, minor, (charged, amountMinor, dividedMinor, creditedMinor, varianceMinor) => {
      const charges = charged.map(({ useCase, ...charge }) => ({ ...of(useCase), ...charge }));
      const cells = (credit: bigint): PnlCell[] => costCells([booked("a", "COMPLIANCE", amountMinor, { dividedMinor, creditedMinor: credit, varianceMinor }), booked("b", "TELEPHONY", amountMinor)], charges, []);
      const sums = (of: readonly PnlCell[]): PnlCell[] => mergeCells(of.map((cell) => (cell.line.startsWith("C") ? { ...cell, line: "C6_OTHER_SHARED" as const } : cell)));
      expect(sums(cells(creditedMinor))).toEqual(sums(cells(0n)));
      const apart = (of: readonly PnlCell[]): bigint => of.reduce((sum, { line, amountMinor: each }) => (line === "C4_COMPLIANCE" ? sum + each : sum), 0n);
      if (dividedMinor < creditedMinor || dividedMinor < 0n) return;
      const shown = apart(cells(creditedMinor)) - apart(cells(0n));
      expect(shown * creditedMinor >= 0n && shown * shown <= creditedMinor * creditedMinor).toBe(true);
    }), { numRuns: 300 });
  });

  it("is null with a reason where an input is missing, for whom it is missing", () => {
    const open = { ...SEPTEMBER, gaps: [undecidedGap("2026-09", of("U2"))] };
    const text = table(open, ["A_RECOGNISED_BENEFIT", "B_DIRECT", "PROGRAMME_EBIT"]);
    expect(text).toEqual({ A_RECOGNISED_BENEFIT: ["58665.60", "-", "13640.00", "-"], B_DIRECT: ["-13000.00", "-5687.50", "-6612.50", "-25300.00"], PROGRAMME_EBIT: ["4665.60", "-", "-8722.50", "-"] });
    expect(missingForEbit(open.gaps)).toEqual(["A: U2 defines a benefit and finance decided on no claim of it for 2026-09. Claim it and have it signed off or rejected."]);
    expect(pnlRows([open], [])[0]!.missing).toEqual(missingForEbit(open.gaps));
    const nowhere = { ...SEPTEMBER, period: "2026-10", cells: [], gaps: [{ lines: PNL_LEAVES, businessUnit: null, useCase: null, reason: "nothing" }] };
    expect(pnlRows([SEPTEMBER, nowhere], ["PERIOD"]).map(({ period, amounts }) => [period, amounts.get("PROGRAMME_EBIT")])).toEqual([["2026-09", p("-7394.40")], ["2026-10", null]]);
    expect(pnlRows([SEPTEMBER, nowhere], [])[0]!.amounts.get("B_DIRECT")).toBeNull();
  });

  it("sums over every grouping to the row without one, and a balance is the last month's", () => {
    const place = fc.constantFrom<{ businessUnit: string | null; useCase: string | null }>(of("U1"), of("U2"), of("U3"), { businessUnit: null, useCase: null });
    const cell = fc.record({ line: fc.constantFrom(...PNL_LEAVES), place, amountMinor: fc.bigInt({ min: -(10n ** 12n), max: 10n ** 12n }) }).map(({ line, place: at, amountMinor }): PnlCell => ({ line, ...at, amountMinor }));
    fc.assert(fc.property(fc.array(fc.array(cell, { maxLength: 12 }), { minLength: 1, maxLength: 3 }), fc.subarray(["PERIOD", "BUSINESS_UNIT", "USE_CASE"] as const), (months, groupBy) => {
      const all = months.map((cells, index) => month(cells, { period: `2026-0${index + 1}` }));
      const [whole] = pnlRows(all, []);
      const rows = pnlRows(all, groupBy);
      for (const line of PNL_LINES) {
        if (line === "MEMO_CUMULATIVE_INVESTMENT") continue;
        expect(rows.reduce((sum, { amounts }) => sum + amounts.get(line)!, 0n)).toBe(whole!.amounts.get(line));
        expect(leavesOf(line).reduce((sum, leaf) => sum + whole!.amounts.get(leaf)!, 0n)).toBe(whole!.amounts.get(line));
      }
      expect(whole!.amounts.get("MEMO_CUMULATIVE_INVESTMENT")).toBe(all.at(-1)!.cells.filter(({ line }) => line === "MEMO_CUMULATIVE_INVESTMENT").reduce((sum, { amountMinor }) => sum + amountMinor, 0n));
    }), { numRuns: 100 });
  });
});

describe("plans", () => {
  it("adds 60 % of the first overhead for every further use case", () => {
    expect([1, 2, 3, 4].map((n) => overheadOf(2_000_000n, n))).toEqual([2_000_000n, 3_200_000n, 4_400_000n, 5_600_000n]);
    expect(overheadOf(1n, 2)).toBe(2n);
  });

  it("reads amounts, quantity x price, and overhead, in order", () => {
    expect(readPlanLines([
      { period: "2026-10", line: "A1_COST_REDUCTION", amount: "100.00" }, { period: "2026-09", line: "E_PROGRAMME_MANAGEMENT", overhead: { base: "5000.00", useCases: 3 } },
      { period: "2026-09", line: "B1_VENDOR_USAGE", volume: { unit: "MINUTE", quantity: "180000", rate: "0.080" } },
    ], GBP)).toEqual([
      { period: "2026-09", line: "B1_VENDOR_USAGE", amountMinor: "-1440000", volume: { unit: "MINUTE", quantity: "180000", rate: "0.08" } }, { period: "2026-09", line: "E_PROGRAMME_MANAGEMENT", amountMinor: "-1100000", volume: null },
      { period: "2026-10", line: "A1_COST_REDUCTION", amountMinor: "10000", volume: null },
    ]);
  });

  it.each<[string, Parameters<typeof readPlanLines>[0], string]>([
    ["a cost with the sign of a benefit", [{ period: "2026-09", line: "C1_PLATFORM_CONTRACT", amount: "1.00" }], "lines.0.amount"], ["a benefit with the sign of a cost", [{ period: "2026-09", line: "A2_MARGIN", amount: "-1.00" }], "lines.0.amount"],
    ["a line twice", [{ period: "2026-09", line: "A2_MARGIN", amount: "1.00" }, { period: "2026-09", line: "A2_MARGIN", amount: "2.00" }], "lines.0.line"], ["nothing at all", [], "lines"],
    ["no figure", [{ period: "2026-09", line: "A2_MARGIN" }], "lines.0.amount"], ["two figures", [{ period: "2026-09", line: "E_PROGRAMME_MANAGEMENT", amount: "-1.00", overhead: { base: "1.00", useCases: 1 } }], "lines.0.amount"],
    ["an overhead of another line", [{ period: "2026-09", line: "B4_CASE_OPEX", overhead: { base: "1.00", useCases: 1 } }], "lines.0.overhead"], ["a volume of a benefit", [{ period: "2026-09", line: "A2_MARGIN", volume: { unit: "CALL", quantity: "1", rate: "1" } }], "lines.0.volume"],
  ])("refuses %s and says where", (_, lines, field) => {
    let refused: unknown;
    try { readPlanLines(lines, GBP); } catch (error) { refused = error; }
    expect(refused).toMatchObject({ code: "BAD_USER_INPUT" });
    expect((refused as { field: string[] }).field.join(".").startsWith(field.replace("lines.0.line", "lines."))).toBe(true);
  });

  it("takes groups of three units and a remainder of none or three", () => {
    const units = ["a", "b", "c", "d", "e", "f", "g"];
    const group = (code: string, ...businessUnits: string[]) => ({ code, name: code, businessUnits });
    expect(readGroups([group("one", "c", "b", "a"), group("two", "d", "e", "f", "g")], units).map(({ code, businessUnits }) => [code, businessUnits.join("")])).toEqual([["one", "abc"], ["two", "defg"]]);
    for (const wrong of [[group("one", "a", "b")], [group("one", "a", "b", "c", "d", "e")], [group("one", "a", "b", "c"), group("two", "c", "d", "e", "f", "g")], [group("one", "a", "b", "c"), group("one", "d", "e", "f", "g")], [group("one", "a", "a", "b")]]) expect(() => readGroups(wrong, units)).toThrow();
    expect(() => readGroups([group("one", "a", "b", "nobody")], units)).toThrow(/no business unit nobody/);
  });
});

describe("a bridge of EBIT", () => {
  const budget = { kind: "BUDGET" as const, version: 1, lines: readPlanLines([
    { period: "2026-09", line: "A1_COST_REDUCTION", amount: "90000.00" }, { period: "2026-09", line: "B1_VENDOR_USAGE", volume: { unit: "MINUTE", quantity: "180000", rate: "0.08" } }, { period: "2026-09", line: "E_PROGRAMME_MANAGEMENT", overhead: { base: "5000.00", useCases: 2 } },
  ], GBP) };
  const [from, to] = [pnlRows([plannedMonth(budget, "2026-09")], [])[0]!, pnlRows([SEPTEMBER], [])[0]!];

  it("goes from plan to actual in the order of the statement and splits by volume and price what was planned by them", () => {
    const volumes = new Map(budget.lines.flatMap(({ line, volume }) => (volume ? [[line, volume] as const] : [])));
    const bridge = bridgeEbit(from, to, volumes, { calls: 75_000n, connectedMs: 200_000n * 60_000n }, GBP);
    expect([bridge.fromMinor, bridge.toMinor, bridge.steps.reduce((sum, { changeMinor }) => sum + changeMinor, 0n)]).toEqual([p("67600.00"), p("-7394.40"), p("-74994.40")]);
    expect(bridge.steps.map(({ line }) => line)).toEqual(["A1_COST_REDUCTION", "A2_MARGIN", "A3_OTHER_EBIT", "B1_VENDOR_USAGE", "B2_CARRIER_USAGE", "B4_CASE_OPEX", "C1_PLATFORM_CONTRACT", "C2_TELEPHONY", "C3_INTEGRATION", "C4_COMPLIANCE", "D_AMORTISATION", "E_PROGRAMME_MANAGEMENT"]);
    // 180,000 x 0.080 = 14,400 against 200,000 x 0.075 = 15,000: 600 adverse, of it 1,600 by volume, 1,000 favourable by price.
    expect(bridge.steps.find(({ line }) => line === "B1_VENDOR_USAGE")).toMatchObject({ changeMinor: p("-600.00"), volumeMinor: p("-1600.00"), rateMinor: p("1000.00") });
    expect(bridge.steps.find(({ line }) => line === "A2_MARGIN")).toMatchObject({ volumeMinor: null, rateMinor: null });
  });

  it("has no steps while an end has no figure", () => {
    const nothing = pnlRows([plannedMonth(budget, "2026-10")], [])[0]!;
    expect(bridgeEbit(nothing, to, new Map(), null, GBP)).toEqual({ fromMinor: null, toMinor: p("-7394.40"), steps: [], missing: ["BUDGET 1 plans nothing for 2026-10."] });
  });
});
