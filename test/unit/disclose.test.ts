import {
  EliminatedCell, Figure, GrantUnitViewPorts, NO_SOURCES, PnlCell, PnlLeaf, PNL_LEAVES, SignPnlPorts, SignedCells, SignedStatement, ToldMonth, UnitGroup, WHOLE, amountOf, changedCells, disclosable, eliminatedCells, executiveRows, figuresOf, grantUnitView, hashOfMonth, isSafe, leavesOf,
  rankOf, signProgrammePnl,
} from "../../src/programme";
import { fraction, multiply, subtract, divide, Fraction, ZERO } from "../../src/kernel/fraction";

/** A small generator of our own: the same numbers every time. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state % below;
  };
}

const LEAVES = PNL_LEAVES.filter((leaf) => !["E_PROGRAMME_MANAGEMENT", "F_ELIMINATIONS", "G_UNALLOCATED", "H_RECOVERY_VARIANCE", "MEMO_CUMULATIVE_INVESTMENT"].includes(leaf));

/** A programme whose units have an amount here and there: few units in many lines, and an elimination of some of them. */
function programme(next: (below: number) => number): ToldMonth & { groups: UnitGroup[]; units: string[] } {
  const units = Array.from({ length: 3 + next(7) }, (_, index) => `u${index}`);
  const cells: PnlCell[] = [];
  for (const line of LEAVES) for (const unit of units) if (next(3) > 0) cells.push({ line, businessUnit: unit, useCase: `${unit}-case`, amountMinor: BigInt(1 + next(1_000_000)) * (next(2) ? 1n : -1n) });
  const eliminated = eliminatedCells(units.filter(() => next(3) === 0).map((businessUnit) => ({ poolCode: "pool", businessUnit, amountMinor: BigInt(next(99_999)), nonCashableMinor: BigInt(next(99_999)) })));
  for (const { line, amountMinor } of eliminated) cells.push({ line, businessUnit: null, useCase: null, amountMinor });
  cells.push({ line: "E_PROGRAMME_MANAGEMENT", businessUnit: null, useCase: null, amountMinor: -BigInt(next(9_999)) });
  const groups = units.length >= 6 ? [{ code: "first", name: "First", businessUnits: units.slice(0, 3) }, { code: "rest", name: "Rest", businessUnits: units.slice(3) }] : [];
  return { cells, eliminated, groups, units };
}

/** Solves for every value of a unit's line that the answers determine; the answers are rows over unknown values. */
function recovered(rows: ReadonlyArray<{ readonly of: ReadonlyMap<string, bigint>; readonly value: bigint }>): Map<string, Fraction> {
  const names = [...new Set(rows.flatMap(({ of }) => [...of.keys()]))].sort();
  const matrix = rows.map(({ of, value }) => [...names.map((name) => fraction(of.get(name) ?? 0n)), fraction(value)]);
  let rank = 0;
  const pivots: number[] = [];
  for (let column = 0; column < names.length; column += 1) {
    const found = matrix.findIndex((row, index) => index >= rank && row[column]!.numerator !== 0n);
    if (found === -1) continue;
    [matrix[rank], matrix[found]] = [matrix[found]!, matrix[rank]!];
    const pivot = matrix[rank]![column]!;
    matrix[rank] = matrix[rank]!.map((each) => divide(each, pivot));
    matrix.forEach((row, index) => {
      const factor = row[column]!;
      if (index !== rank && factor.numerator !== 0n) matrix[index] = row.map((each, at) => subtract(each, multiply(factor, matrix[rank]![at]!)));
    });
    pivots.push(column);
    rank += 1;
  }
  const known = new Map<string, Fraction>();
  pivots.forEach((column, row) => {
    if (matrix[row]!.slice(0, names.length).every((each, at) => at === column || each.numerator === 0n)) known.set(names[column]!, matrix[row]![names.length] ?? ZERO);
  });
  return known;
}

/** What an answer says of single amounts: a sum over units and lines, and of the programme over what is eliminated of each unit. What the programme alone bears is known. */
const rowOf = ({ group, line }: Figure, { cells, eliminated }: ToldMonth, groups: readonly UnitGroup[]) => {
  const within = group === WHOLE ? null : groups.find(({ code }) => code === group)!.businessUnits;
  const isOf = (leaf: PnlLeaf): boolean => (leavesOf(line) as readonly PnlLeaf[]).includes(leaf);
  const counted = cells.filter((cell) => cell.businessUnit !== null && isOf(cell.line) && (within === null || within.includes(cell.businessUnit)));
  const taken = within === null ? eliminated.filter((each) => isOf(each.line)) : [];
  const ofProgramme = cells.filter((cell) => within === null && cell.line === "E_PROGRAMME_MANAGEMENT" && isOf(cell.line)).reduce((sum, { amountMinor }) => sum + amountMinor, 0n);
  const names = [...counted.map((cell) => `${cell.businessUnit} ${cell.line}`), ...taken.map((each) => `${each.businessUnit} eliminated ${each.line}`)];
  return { of: new Map(names.map((name) => [name, 1n])), value: amountOf({ group, line }, cells, groups) - ofProgramme };
};

/** True when answers can be added and subtracted to something that is of these units alone; over single amounts, without any thought of parts. */
function tellsOf(few: readonly string[], rows: ReadonlyArray<{ readonly of: ReadonlyMap<string, bigint> }>): boolean {
  const names = [...new Set(rows.flatMap(({ of }) => [...of.keys()]))];
  const over = (some: readonly string[]): number => rankOf(rows.map(({ of }) => some.map((name) => of.get(name) ?? 0n)));
  return over(names.filter((name) => !few.some((unit) => name.startsWith(`${unit} `)))) < over(names);
}

describe("what executives are shown", () => {
  it("tells no unit's value to who asks a thousand pairs of questions and solves for everything", () => {
    const next = numbers(20_260_901);
    let [asked, hidden, eliminations] = [0, 0, 0];
    for (let round = 0; round < 100; round += 1) {
      const { groups, units, ...month } = programme(next);
      const shown = disclosable(month, groups, new Set());
      hidden += figuresOf(groups).length - shown.length;
      // Ten pairs each, and what all of them say together.
      const pairs = Array.from({ length: 10 }, () => [shown[next(shown.length)]!, shown[next(shown.length)]!] as const);
      asked += pairs.length;
      for (const figures of [...pairs, shown]) {
        const values = recovered(figures.map((figure) => rowOf(figure, month, groups)));
        expect([...values.keys()]).toEqual([]);
      }
      // Nor a sum over one unit, or over two together: unknown are then the units, not their lines, and what of them is eliminated.
      expect(isSafe(shown, month, groups, new Set())).toBe(true);
      const rows = shown.map((figure) => rowOf(figure, month, groups));
      expect(units.flatMap((unit, index) => [[unit], ...units.slice(index + 1).map((other) => [unit, other])]).filter((few) => tellsOf(few, rows))).toEqual([]);
      if (shown.some(({ line }) => line === "F_ELIMINATIONS") && month.eliminated.some(({ line }) => line === "F_ELIMINATIONS")) eliminations += 1;
    }
    expect(asked).toBe(1_000);
    // Eliminations of many units are shown.
    expect(eliminations).toBeGreaterThan(0);
    // The attack is one: shown everything, it recovers values.
    expect(hidden).toBeGreaterThan(0);
  });

  it("is an attack that recovers values where nothing is left out", () => {
    const next = numbers(7);
    let [told, eliminations] = [0, 0];
    for (let round = 0; round < 20; round += 1) {
      const { groups, ...month } = programme(next);
      const values = recovered(figuresOf(groups).map((figure) => rowOf(figure, month, groups)));
      for (const [name, value] of values) {
        const cell = month.cells.find((each) => `${each.businessUnit} ${each.line}` === name);
        const taken = month.eliminated.find((each) => `${each.businessUnit} eliminated ${each.line}` === name);
        expect(value).toEqual(fraction((cell ?? taken)!.amountMinor));
        told += 1;
        eliminations += taken ? 1 : 0;
      }
    }
    expect(told).toBeGreaterThan(eliminations);
    expect(eliminations).toBeGreaterThan(0);
  });

  const cell = (line: PnlLeaf, businessUnit: string | null, amountMinor = 100n): PnlCell => ({ line, businessUnit, useCase: businessUnit, amountMinor });
  const everywhere = (line: PnlLeaf, ...units: string[]): PnlCell[] => units.map((unit, index) => cell(line, unit, BigInt(100 + index)));
  const taken = (...units: string[]): EliminatedCell[] => units.map((businessUnit) => ({ line: "F_ELIMINATIONS", businessUnit, amountMinor: -5n }));
  const shows = (cells: readonly PnlCell[], groups: readonly UnitGroup[] = [], known: readonly string[] = [], eliminated: readonly EliminatedCell[] = []): string[] => disclosable({ cells, eliminated }, groups, new Set(known)).map(({ group, line }) => `${group}${group ? " " : ""}${line}`);

  it("is everything where every line stands for three units", () => {
    const cells = [...everywhere("A1_COST_REDUCTION", "a", "b", "c"), ...everywhere("C1_PLATFORM_CONTRACT", "a", "b", "c"), cell("E_PROGRAMME_MANAGEMENT", null)];
    expect(shows(cells)).toEqual(figuresOf([]).map(({ line }) => line));
    expect(shows(cells)).not.toContain("MEMO_CUMULATIVE_INVESTMENT");
  });

  it("leaves out lines of one or two units and keeps their total", () => {
    const cells = [...everywhere("A1_COST_REDUCTION", "a", "b"), ...everywhere("A2_MARGIN", "c"), ...everywhere("C1_PLATFORM_CONTRACT", "a", "b", "c")];
    const figures = shows(cells);
    expect(figures).toContain("A_RECOGNISED_BENEFIT");
    for (const told of ["A1_COST_REDUCTION", "A2_MARGIN"]) expect(figures).not.toContain(told);
  });

  it("leaves out a total when all but one or two of its units stand in other figures", () => {
    // Impairment is of one unit: EBIT with it and without it cannot both be shown.
    const cells = [...everywhere("C1_PLATFORM_CONTRACT", "a", "b", "c"), ...everywhere("I_IMPAIRMENT", "a")];
    const figures = shows(cells);
    expect(figures).toContain("PROGRAMME_EBIT");
    for (const told of ["I_IMPAIRMENT", "C_SHARED", "EBIT_CONTRIBUTION"]) expect(figures).not.toContain(told);
  });

  it("counts units that somebody was granted as known", () => {
    const cells = everywhere("C1_PLATFORM_CONTRACT", "a", "b", "c", "d");
    expect(shows(cells)).toContain("C_SHARED");
    expect(shows(cells, [], ["a"])).toContain("C_SHARED");
    expect(shows(cells, [], ["a", "b"])).not.toContain("C_SHARED");
    expect(isSafe([{ group: WHOLE, line: "C_SHARED" }], { cells, eliminated: [] }, [], new Set(["a", "b"]))).toBe(false);
  });

  it("leaves out a group's line of few units, and of the rest what would tell it", () => {
    const groups: UnitGroup[] = [{ code: "left", name: "Left", businessUnits: ["a", "b", "c"] }, { code: "right", name: "Right", businessUnits: ["d", "e", "f"] }];
    const cells = everywhere("C2_TELEPHONY", "a", "d", "e", "f");
    const figures = shows(cells, groups);
    expect(figures).toContain("C2_TELEPHONY");
    expect(figures).not.toContain("left C2_TELEPHONY");
    expect(figures).not.toContain("right C2_TELEPHONY");
  });

  describe("of eliminations", () => {
    const units = ["a", "b", "c", "d"];
    const cells = [...(["A1_COST_REDUCTION", "C1_PLATFORM_CONTRACT", "D_AMORTISATION"] as const).flatMap((line) => everywhere(line, ...units)), cell("E_PROGRAMME_MANAGEMENT", null, -7n), cell("F_ELIMINATIONS", null, -15n)];

    it("is the sum of what is taken off three units", () => {
      expect(shows(cells, [], [], taken("a", "b", "c"))).toEqual(figuresOf([]).map(({ line }) => line));
    });

    it.each<[string, string[], string[]]>([["one unit", ["a"], []], ["two units", ["a", "b"], []], ["units that nobody knows of", [], []], ["three of which one is granted", ["a", "b", "c"], ["a"]], ["a granted unit alone, for others claimed the same", ["a"], ["a"]]])("is neither told nor left between totals where it is taken off %s", (_, off, known) => {
      const month = { cells, eliminated: taken(...off) };
      const shown = disclosable(month, [], new Set(known));
      const lines = shown.map(({ line }) => line);
      expect([lines.includes("PROGRAMME_EBIT"), lines.includes("E_PROGRAMME_MANAGEMENT"), lines.includes("F_ELIMINATIONS")]).toEqual([true, true, false]);
      // Programme EBIT, contribution, G, H and I would leave it between them; so would A to D.
      expect(lines).not.toContain("EBIT_CONTRIBUTION");
      expect(["A_RECOGNISED_BENEFIT", "B_DIRECT", "C_SHARED", "D_AMORTISATION"].every((line) => lines.includes(line as PnlLeaf))).toBe(false);
      expect(recovered([...shown.map((figure) => rowOf(figure, month, [])), ...(known.length > 0 ? everywhere("A1_COST_REDUCTION", ...known).map((own) => ({ of: new Map([[`${own.businessUnit} ${own.line}`, 1n]]), value: own.amountMinor })) : [])].filter(({ of }) => of.size > 0)).has(`${off[0] ?? "x"} eliminated F_ELIMINATIONS`)).toBe(false);
    });

    it("of what is no cash is not told by the programme less its groups", () => {
      const groups: UnitGroup[] = [{ code: "left", name: "Left", businessUnits: ["a", "b", "c"] }, { code: "right", name: "Right", businessUnits: ["d", "e", "f"] }];
      const month = { cells: [...everywhere("MEMO_NON_CASHABLE", "a", "b", "c", "d", "e", "f"), cell("MEMO_NON_CASHABLE", null, -9n)], eliminated: [{ line: "MEMO_NON_CASHABLE" as const, businessUnit: "b", amountMinor: -9n }] };
      const shown = disclosable(month, groups, new Set()).filter(({ line }) => line === "MEMO_NON_CASHABLE").map(({ group }) => group);
      expect([shown.length, shown[0]]).toEqual([2, WHOLE]);
      expect(tellsOf(["b"], [WHOLE, "left", "right"].map((group) => rowOf({ group, line: "MEMO_NON_CASHABLE" }, month, groups)))).toBe(true);
    });

    it("is by unit and line, and nothing where what is taken off was given back", () => {
      const of = (businessUnit: string, amountMinor: bigint, nonCashableMinor: bigint) => ({ poolCode: "p", businessUnit, amountMinor, nonCashableMinor });
      expect(eliminatedCells([of("a", 20n, 5n), of("a", -20n, 1n), of("b", 7n, 0n)])).toEqual([{ line: "MEMO_NON_CASHABLE", businessUnit: "a", amountMinor: -6n }, { line: "F_ELIMINATIONS", businessUnit: "b", amountMinor: -7n }]);
    });
  });

  it("tells by which cells two versions differ", () => {
    expect(changedCells([cell("A2_MARGIN", "a"), cell("A2_MARGIN", "b")], [cell("A2_MARGIN", "a", 150n), cell("A2_MARGIN", "b")])).toEqual([cell("A2_MARGIN", "a", 50n)]);
  });

  it("ranks matrices exactly", () => {
    expect([rankOf([]), rankOf([[0n, 0n]]), rankOf([[1n, 1n], [2n, 2n]]), rankOf([[0n, 1n], [1n, 0n]]), rankOf([[1n, 1n, 0n], [0n, 1n, 1n], [1n, 2n, 1n]])]).toEqual([0, 0, 1, 2, 2]);
  });
});

describe("versions of one month", () => {
  const period = "2026-09";
  const cellsOf = (amounts: Record<string, bigint>): PnlCell[] => Object.entries(amounts).map(([unit, amountMinor]) => ({ line: "C1_PLATFORM_CONTRACT", businessUnit: unit, useCase: unit, amountMinor }));
  const shownOf = (cells: readonly PnlCell[]): SignedCells => ({ cells, eliminated: [], groups: [], shown: disclosable({ cells, eliminated: [] }, [], new Set()) });

  const portsOf = (cells: readonly PnlCell[], more: Partial<SignPnlPorts>): SignPnlPorts => ({
    subject: "signer", currency: "USD",
    holdMonth: async () => ({ key: period, status: "CLOSED", closedBy: "closer" }) as unknown as Awaited<ReturnType<SignPnlPorts["holdMonth"]>>,
    readMonth: async () => ({ period, status: "CLOSED", cells, gaps: [], sources: NO_SOURCES, source: "ACTUAL" }),
    readEliminated: async () => [],
    newest: async () => null,
    seenByExecutives: async () => [],
    groups: async () => null,
    grantedUnits: async () => [],
    save: async (statement) => ({ ...statement, signedBy: "signer", signedAt: new Date(0) }),
    audit: async () => undefined,
    ...more,
  });
  const signCells = (cells: readonly PnlCell[], more: Partial<SignPnlPorts>): Promise<SignedStatement> => signProgrammePnl(portsOf(cells, more), { period, hash: hashOfMonth({ period, cells, gaps: [] }, "USD") });

  it.each([[["a", "b"], null], [["a", "b", "c"], -60n]] as const)("have for executives what is eliminated of %j as %s", async (units, told) => {
    const cells: PnlCell[] = [...cellsOf({ a: -100n, b: -200n, c: -300n }), { line: "F_ELIMINATIONS", businessUnit: null, useCase: null, amountMinor: -60n }];
    const stored = new Map<string, bigint | null>();
    await signCells(cells, {
      readEliminated: async () => units.map((businessUnit) => ({ line: "F_ELIMINATIONS", businessUnit, amountMinor: -60n / BigInt(units.length) })),
      save: async (statement, _, aggregates) => {
        for (const { line, amountMinor } of aggregates) stored.set(line, amountMinor);
        return { ...statement, signedBy: "signer", signedAt: new Date(0) };
      },
    });
    expect([stored.get("F_ELIMINATIONS"), stored.get("PROGRAMME_EBIT"), stored.get("EBIT_CONTRIBUTION")]).toEqual([told, -660n, told === null ? null : -600n]);
  });

  /** Signs month after month; true where executives see the version. */
  async function sign(...versions: readonly PnlCell[][]): Promise<boolean[]> {
    const signed: SignedStatement[] = [];
    const seen: SignedCells[] = [];
    for (const cells of versions) {
      const statement = await signCells(cells, { newest: async () => signed.at(-1) ?? null, seenByExecutives: async () => seen });
      signed.push(statement);
      if (statement.forExecutives) seen.push(shownOf(cells));
    }
    return signed.map(({ forExecutives }) => forExecutives);
  }

  it("reach executives where three units changed since each version they saw", async () => {
    const first = cellsOf({ a: -100n, b: -200n, c: -300n, d: -400n });
    expect(await sign(first, cellsOf({ a: -101n, b: -202n, c: -303n, d: -400n }), cellsOf({ a: -111n, b: -222n, c: -333n, d: -400n }))).toEqual([true, true, true]);
    expect(await sign(first, cellsOf({ a: -101n, b: -200n, c: -300n, d: -400n }))).toEqual([true, false]);
  });

  it("do not reach them where the last less the first tells a unit, though each step changed three", async () => {
    const first = cellsOf({ a: -100n, b: -200n, c: -300n, d: -400n });
    // The second is put right but for c: the third less the first would be the change of c alone.
    expect(await sign(first, cellsOf({ a: -101n, b: -202n, c: -303n, d: -400n }), cellsOf({ a: -100n, b: -200n, c: -309n, d: -400n }))).toEqual([true, true, false]);
  });

  it("each forbid a grant that would tell of them, also when a later one would not", async () => {
    // Before the change a, b and c shared the line; with a known, that total is b and c.
    const [before, after] = [cellsOf({ a: -100n, b: -200n, c: -300n }), cellsOf({ a: -100n, c: -350n, d: -400n, e: -500n })];
    expect(await sign(before, after)).toEqual([true, true]);
    const ports: GrantUnitViewPorts = {
      subject: "granter",
      findBusinessUnit: async (code) => ({ id: code, code, name: code }) as unknown as Awaited<ReturnType<GrantUnitViewPorts["findBusinessUnit"]>>,
      holdGrants: async () => [],
      signedBetween: async () => [before, after].map((cells) => ({ period, ...shownOf(cells) })),
      saveGrant: async () => { throw new Error("granted"); },
      saveRevocation: async () => { throw new Error("revoked"); },
      audit: async () => undefined,
    };
    await expect(grantUnitView(ports, { subject: "chief", businessUnit: "a", from: period, to: period, reason: "board" })).rejects.toMatchObject({ code: "CONFLICT" });
  });
});

describe("rows of executives", () => {
  const figure = (group: string, line: "C_SHARED" | "PROGRAMME_EBIT", amountMinor: bigint | null) => ({ group, groupName: group, line, amountMinor });
  const months = [{ period: "2026-08", aggregates: [figure("", "C_SHARED", 5n), figure("", "PROGRAMME_EBIT", 1n)] }, { period: "2026-09", aggregates: [figure("", "C_SHARED", 7n), figure("", "PROGRAMME_EBIT", null)] }];

  it("are sums of what is stored, and what one month leaves out the range leaves out", () => {
    const [row] = executiveRows(months, { period: false, group: false }, null);
    expect([row!.amounts.get("C_SHARED"), row!.amounts.get("PROGRAMME_EBIT")]).toEqual([12n, null]);
    expect(row!.missing[0]).toMatch(/PROGRAMME_EBIT/);
    expect(executiveRows([...months, { period: "2026-10", aggregates: null }], { period: false, group: false }, null)[0]!.amounts.get("C_SHARED")).toBeNull();
    expect(executiveRows(months, { period: true, group: false }, new Set(["C_SHARED"])).map(({ period, amounts }) => [period, [...amounts]])).toEqual([["2026-08", [["C_SHARED", 5n]]], ["2026-09", [["C_SHARED", 7n]]]]);
  });
});
