import fc from "fast-check";
import { Charge, ChargedPool, Charges, draftAdjustment, hashAdjustment, requireConservation, withUndivided } from "../../src/chargeback/adjustment";
import { BrokenBelief } from "../../src/kernel/refusal";

const charge = (pool: string, businessUnit: string, useCase: string, amountMinor: bigint): Charge => ({ pool, businessUnit, useCase, amountMinor });

/** Charges whose pools hold exactly what is charged and what is not. */
function balanced(charges: readonly Charge[], unallocated: ReadonlyMap<string, bigint>): Charges {
  const pools = new Map<string, ChargedPool>();
  for (const [pool, minor] of unallocated) pools.set(pool, { pool, amountMinor: minor, unallocatedMinor: minor });
  for (const { pool, amountMinor } of charges) {
    const known = pools.get(pool) ?? { pool, amountMinor: 0n, unallocatedMinor: 0n };
    pools.set(pool, { ...known, amountMinor: known.amountMinor + amountMinor });
  }
  return { pools: [...pools.values()], charges };
}

const minor = fc.bigInt({ min: -(10n ** 12n), max: 10n ** 12n });
const charges = fc
  .tuple(
    fc.uniqueArray(fc.tuple(fc.constantFrom("a", "b"), fc.constantFrom("u", "v", "w"), fc.constantFrom("x", "y"), minor), { selector: ([pool, unit, useCase]) => `${pool}/${unit}/${useCase}`, maxLength: 12 }),
    fc.dictionary(fc.constantFrom("a", "b", "c"), minor),
  )
  .map(([lines, unallocated]) => balanced(lines.map(([pool, unit, useCase, amount]) => charge(pool, unit, useCase, amount)), new Map(Object.entries(unallocated))));

describe("an adjustment", () => {
  it("is replayed less posted, without zeros, in the order of codes", () => {
    const posted = balanced([charge("p", "sales", "calls", 600n), charge("p", "service", "calls", 400n)], new Map());
    const replayed = balanced([charge("p", "service", "calls", 700n), charge("p", "sales", "calls", 250n), charge("p", "sales", "chats", 50n)], new Map());
    expect(draftAdjustment("2025-09", posted, replayed)).toEqual({
      origin: "2025-09", resultHash: expect.stringMatching(/^[0-9a-f]{64}$/),
      pools: [{ pool: "p", amountMinor: 0n, unallocatedMinor: 0n }],
      charges: [charge("p", "sales", "calls", -350n), charge("p", "sales", "chats", 50n), charge("p", "service", "calls", 300n)],
    });
  });

  it("moves what nobody bore to those who turned out to bear it", () => {
    const posted = balanced([], new Map([["p", 1_000n]]));
    const replayed = balanced([charge("p", "sales", "calls", 1_000n)], new Map([["p", 0n]]));
    expect(draftAdjustment("2025-09", posted, replayed)).toMatchObject({ pools: [{ pool: "p", amountMinor: 0n, unallocatedMinor: -1_000n }], charges: [charge("p", "sales", "calls", 1_000n)] });
  });

  it("has late cost that nobody bears yet, with what standard rates did not recover of it; a variance that stays is none", () => {
    const pool = (code: string, amountMinor: bigint, varianceMinor?: bigint): ChargedPool => ({ pool: code, amountMinor, unallocatedMinor: amountMinor, ...(varianceMinor === undefined ? {} : { varianceMinor }) });
    const posted = { pools: [pool("p", 100n), pool("q", 50n, 5n), pool("r", 9n), pool("s", 7n, 7n)], charges: [] };
    const replayed = { pools: [pool("s", 8n, 7n), pool("r", 9n), pool("q", 53n, -3n), pool("p", 105n)], charges: [] };
    const { pools } = draftAdjustment("2025-09", posted, replayed);
    expect(pools).toEqual([pool("p", 5n), pool("q", 3n, -8n), pool("s", 1n)]);
    expect(pools.map((each) => "varianceMinor" in each)).toEqual([false, true, false]);
  });

  it("leaves late cost that nobody can be charged with its pool, beside the charges", () => {
    const charged: Charges = { pools: [{ pool: "p", amountMinor: 10n, unallocatedMinor: 0n }], charges: [charge("p", "sales", "calls", 10n)] };
    const late = withUndivided(charged, [{ pool: "p", amountMinor: 10n }, { pool: "q", amountMinor: 4n }], [{ pool: "q", amountMinor: 1n }, { pool: "p", amountMinor: 10n }, { pool: "a", amountMinor: 6n }]);
    expect(late).toEqual({ charges: charged.charges, pools: [...charged.pools, { pool: "a", amountMinor: 6n, unallocatedMinor: 6n }, { pool: "q", amountMinor: -3n, unallocatedMinor: -3n }] });
  });

  it("conserves every pool, and posted + adjustment = replayed, whatever was posted", () => {
    fc.assert(
      fc.property(charges, charges, (posted, replayed) => {
        const draft = draftAdjustment("2025-09", posted, replayed);
        requireConservation(draft);
        const sum = (...all: Charges[]): Map<string, bigint> => {
          const sums = new Map<string, bigint>();
          for (const each of all.flatMap((one) => one.charges)) {
            const key = `${each.pool}/${each.businessUnit}/${each.useCase}`;
            sums.set(key, (sums.get(key) ?? 0n) + each.amountMinor);
          }
          return new Map([...sums].filter(([, amount]) => amount !== 0n).sort());
        };
        expect([...sum(posted, draft)].sort()).toEqual([...sum(replayed)].sort());
        expect(draftAdjustment("2025-09", { pools: [...posted.pools, ...draft.pools], charges: [...posted.charges, ...draft.charges] }, replayed).charges).toEqual([]);
      }),
      { seed: 11, numRuns: 500 },
    );
  });

  it("hashes the same in any order, and otherwise when an amount differs", () => {
    fc.assert(
      fc.property(charges, (each) => {
        const backwards = { pools: [...each.pools].reverse(), charges: [...each.charges].reverse() };
        expect(hashAdjustment("2025-09", backwards)).toBe(hashAdjustment("2025-09", each));
        const changed = { ...each, charges: [...each.charges, charge("a", "u", "z", 1n)] };
        expect(hashAdjustment("2025-09", changed)).not.toBe(hashAdjustment("2025-09", each));
      }),
      { seed: 12, numRuns: 200 },
    );
  });

  it("is known by every figure of it, and by the same hash as ever: stored ones are held against it", () => {
    const pools: ChargedPool[] = [{ pool: "q", amountMinor: 5n, unallocatedMinor: 5n, varianceMinor: -2n }, { pool: "p", amountMinor: -7n, unallocatedMinor: 0n }];
    const charges = [charge("p", "sales", "calls", -7n)];
    const known = hashAdjustment("2025-09", { pools, charges });
    expect(known).toBe("5f0519fd19f054defbd3b9f8eb40842a782b05fb1f6bacc21780b9ff77c290ae");
    const other = (more: Partial<ChargedPool>): Charges => ({ pools: [{ ...pools[0]!, ...more }, pools[1]!], charges });
    const line = (more: Partial<Charge>): Charges => ({ pools, charges: [{ ...charges[0]!, ...more }] });
    const changed = [other({ pool: "r" }), other({ amountMinor: 6n }), other({ unallocatedMinor: 6n }), other({ varianceMinor: 2n }), other({ varianceMinor: 0n }), line({ pool: "q" }), line({ businessUnit: "service" }), line({ useCase: "chats" }), line({ amountMinor: 7n })];
    expect(new Set([known, ...changed.map((each) => hashAdjustment("2025-09", each)), hashAdjustment("2025-10", { pools, charges })]).size).toBe(changed.length + 2);
  });

  it.each<[string, Charges, string]>([
    ["lines that do not make the pool", { pools: [{ pool: "p", amountMinor: 10n, unallocatedMinor: 0n }], charges: [charge("p", "u", "x", 9n)] }, "charges and unallocated do not make the pool p"],
    ["lines of a pool that is not there", { pools: [], charges: [charge("p", "u", "x", 9n)] }, "charges of a pool that is not there"],
  ])("stops at %s", (_, wrong, message) => {
    expect(() => requireConservation(wrong)).toThrow(new BrokenBelief(message));
  });

  it("does not stop at lines that cancel out in a pool that holds nothing", () => {
    expect(() => requireConservation({ pools: [], charges: [charge("p", "u", "x", 9n), charge("p", "v", "x", -9n)] })).not.toThrow();
  });
});
