import fc from "fast-check";
import { KindTotal, Member, ParentOf, STATEMENT_LINE_KINDS, Statement, chargedAs, membersBelow, requireAllVisible, rollUp } from "../../src/chargeback";

const statement = (businessUnit: string, totalMinor: bigint, mode: Statement["mode"] = "SHOWBACK"): Statement => ({ id: `s-${businessUnit}`, businessUnit, mode, totalMinor }) as Statement;

/** Sums up units whose statements are given as kinds with amounts. */
function summed(members: readonly Member[], charged: Readonly<Record<string, readonly KindTotal[]>>) {
  const totals = (kinds: readonly KindTotal[]): bigint => kinds.reduce((sum, { amountMinor }) => sum + amountMinor, 0n);
  const statements = new Map(Object.entries(charged).map(([unit, kinds]) => [unit, statement(unit, totals(kinds), unit.startsWith("c") ? "CHARGEBACK" : "SHOWBACK")]));
  return rollUp(members, statements, new Map(Object.entries(charged).map(([unit, kinds]) => [`s-${unit}`, kinds])));
}

const PARENTS: readonly ParentOf[] = [{ businessUnit: "claims", parent: "service" }, { businessUnit: "cards", parent: "service" }, { businessUnit: "card-loss", parent: "cards" }, { businessUnit: "retail", parent: "sales" }];

describe("a roll-up", () => {
  test("is a unit and everything below it, each once, branch by branch", () => {
    expect(membersBelow("service", PARENTS)).toEqual([
      { businessUnit: "service", parent: null, depth: 0 }, { businessUnit: "cards", parent: "service", depth: 1 }, { businessUnit: "card-loss", parent: "cards", depth: 2 }, { businessUnit: "claims", parent: "service", depth: 1 },
    ]);
    expect(membersBelow("cards", PARENTS).map(({ businessUnit, parent }) => [businessUnit, parent])).toEqual([["cards", null], ["card-loss", "cards"]]);
    expect(membersBelow("alone", PARENTS)).toEqual([{ businessUnit: "alone", parent: null, depth: 0 }]);
  });

  test("keeps the kinds, and what cancels out stays as zero", () => {
    const units = summed(membersBelow("service", PARENTS), {
      service: [{ kind: "DIRECT", amountMinor: 5n }], claims: [{ kind: "RESOLUTION", amountMinor: -30n }, { kind: "ALLOCATION", amountMinor: 100n }], "card-loss": [{ kind: "RESOLUTION", amountMinor: 30n }],
    });
    expect(units.map(({ businessUnit, statement: own, ownMinor, totalMinor, kinds }) => [businessUnit, own?.id ?? null, ownMinor, totalMinor, kinds.map(({ kind, amountMinor }) => `${kind} ${amountMinor}`)])).toEqual([
      ["service", "s-service", 5n, 105n, ["ALLOCATION 100", "DIRECT 5", "RESOLUTION 0"]],
      ["cards", null, 0n, 30n, ["RESOLUTION 30"]], ["card-loss", "s-card-loss", 30n, 30n, ["RESOLUTION 30"]],
      ["claims", "s-claims", 70n, 70n, ["ALLOCATION 100", "RESOLUTION -30"]],
    ]);
    expect([chargedAs("CHARGEBACK", units), chargedAs("SHOWBACK", units)]).toEqual([100n, 5n]);
  });

  test("stops on a statement whose lines are not its total, and on a circle", () => {
    expect(() => rollUp([{ businessUnit: "a", parent: null, depth: 0 }], new Map([["a", statement("a", 2n)]]), new Map([["s-a", [{ kind: "DIRECT", amountMinor: 1n }]]]))).toThrow(/do not make the total/);
    expect(() => membersBelow("a", [{ businessUnit: "b", parent: "a" }, { businessUnit: "a", parent: "b" }])).toThrow(/stands twice/);
  });

  test("is all or nothing for who may not see every unit", () => {
    const members = membersBelow("service", PARENTS);
    expect(() => requireAllVisible("service", members, new Set(["service", "cards", "card-loss"]))).toThrow("1 of 4 units of service are not in your token. Use one that names them all, or ask finance for the sum.");
    expect(() => requireAllVisible("service", members, new Set(members.map(({ businessUnit }) => businessUnit)))).not.toThrow();
  });

  test("of all heads sums every statement once; a unit is itself and its children, kind by kind", () => {
    // Unit n stands below a unit with a smaller number, or at the top.
    const tree = fc.array(fc.tuple(fc.nat(), fc.boolean(), fc.dictionary(fc.constantFrom(...STATEMENT_LINE_KINDS), fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n }))), { minLength: 1, maxLength: 20 });
    fc.assert(fc.property(tree, (drawn) => {
      const parents = drawn.flatMap(([pick, isTop], index) => (index === 0 || isTop ? [] : [{ businessUnit: `u${index}`, parent: `u${pick % index}` }]));
      const charged = Object.fromEntries(drawn.map(([, , kinds], index) => [`u${index}`, Object.entries(kinds).map(([kind, amountMinor]) => ({ kind, amountMinor }) as KindTotal)]));
      const heads = drawn.map((_, index) => `u${index}`).filter((unit) => !parents.some(({ businessUnit }) => businessUnit === unit));
      const units = heads.flatMap((head) => summed(membersBelow(head, parents), charged));
      expect(units.map(({ businessUnit }) => businessUnit).sort()).toEqual(Object.keys(charged).sort());
      const all = Object.values(charged).flat().reduce((sum, { amountMinor }) => sum + amountMinor, 0n);
      expect(units.filter(({ parent }) => parent === null).reduce((sum, { totalMinor }) => sum + totalMinor, 0n)).toBe(all);
      for (const unit of units) {
        const children = units.filter(({ parent }) => parent === unit.businessUnit);
        expect(unit.totalMinor).toBe(unit.ownMinor + children.reduce((sum, { totalMinor }) => sum + totalMinor, 0n));
        for (const kind of STATEMENT_LINE_KINDS) {
          const of = (kinds: readonly KindTotal[]): bigint => kinds.find((each) => each.kind === kind)?.amountMinor ?? 0n;
          expect(of(unit.kinds)).toBe(of(unit.own) + children.reduce((sum, { kinds }) => sum + of(kinds), 0n));
        }
      }
    }));
  });
});
