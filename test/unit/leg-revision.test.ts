import fc from "fast-check";
import { RevisionRank, compareRevisions, winningRevision } from "../../src/metering/ingest/leg-revision";
import { UsageEventType } from "../../src/metering/usage-event";

const RUNS = { numRuns: 1_000, seed: 20251031 };

/** "3 LEG_VOIDED k" as a candidate. */
const rank = (text: string): RevisionRank => {
  const [revision, type, eventKey] = text.split(" ");
  return { revision: BigInt(revision!), type: type as UsageEventType, eventKey: eventKey! };
};

describe("which event of a leg counts", () => {
  test.each([
    // winner                               the other                      why
    ["2 LEG_COMPLETED a",                   "1 LEG_COMPLETED b",           "the higher revision"],
    ["10 LEG_COMPLETED a",                  "9 LEG_COMPLETED b",           "revisions are numbers, not text"],
    ["9007199254740993 LEG_COMPLETED a",    "9007199254740992 LEG_COMPLETED b", "and exact at any size"],
    ["2 LEG_COMPLETED a",                   "1 LEG_VOIDED b",              "an older void loses"],
    ["2 LEG_VOIDED a",                      "1 LEG_COMPLETED b",           "a newer void wins"],
    ["1 LEG_VOIDED a",                      "1 LEG_COMPLETED b",           "at the same revision a void wins"],
    ["1 LEG_VOIDED a",                      "1 LEG_UPDATED b",             "whatever it voids"],
    ["1 LEG_VOIDED b",                      "1 LEG_VOIDED a",              "of two voids the greater key"],
    ["1 LEG_COMPLETED b",                   "1 LEG_UPDATED a",             "an update is no better than a completion: the greater key"],
    ["1 LEG_UPDATED b",                     "1 LEG_COMPLETED a",           "the other way round too"],
    ["0 LEG_COMPLETED ff",                  "0 LEG_COMPLETED 0f",          "keys compare as text"],
  ])("%s before %s: %s", (winner, loser) => {
    expect(compareRevisions(rank(winner), rank(loser))).toBe(1);
    expect(compareRevisions(rank(loser), rank(winner))).toBe(-1);
    expect(winningRevision([rank(winner), rank(loser)])).toEqual(rank(winner));
    expect(winningRevision([rank(loser), rank(winner)])).toEqual(rank(winner));
  });

  test("one alone wins, and nothing beats itself", () => {
    const only = rank("1 LEG_VOIDED a");
    expect(winningRevision([only])).toBe(only);
    expect(compareRevisions(only, rank("1 LEG_VOIDED a"))).toBe(0);
  });
});

describe("in whatever order events arrive", () => {
  const types: readonly UsageEventType[] = ["LEG_COMPLETED", "LEG_UPDATED", "LEG_VOIDED"];
  const candidate = fc.record({ revision: fc.oneof(fc.bigInt(0n, 2n), fc.bigInt(0n, 2n ** 53n)), type: fc.constantFrom(...types), eventKey: fc.string({ unit: fc.constantFrom(..."0123456789abcdef"), minLength: 2, maxLength: 2 }) });
  const leg = fc.uniqueArray(candidate, { selector: (each) => each.eventKey, minLength: 1, maxLength: 8 });
  const shuffled = leg.chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })));

  test("the same one wins", () => {
    fc.assert(fc.property(shuffled, ([list, other]) => {
      expect(winningRevision(other)).toBe(winningRevision(list));
    }), RUNS);
  });

  test("the same one wins when they come one by one or in batches, some of them again", () => {
    const schedule = shuffled.chain(([list, other]) => fc.tuple(fc.constant(list), fc.array(fc.subarray(other, { minLength: 1 }), { maxLength: 4 }).map((batches) => [...batches, ...other.map((each) => [each])])));
    fc.assert(fc.property(schedule, ([list, batches]) => {
      let head: RevisionRank | null = null;
      for (const batch of batches) head = winningRevision(head === null ? batch : [head, ...batch]);
      expect(head).toBe(winningRevision(list));
    }), RUNS);
  });

  test("nobody beats the winner", () => {
    fc.assert(fc.property(leg, (list) => {
      const winner = winningRevision(list);
      const highest = list.filter((each) => each.revision === list.reduce((most, other) => (other.revision > most ? other.revision : most), 0n));
      const voids = highest.filter((each) => each.type === "LEG_VOIDED");
      const keys = (voids.length > 0 ? voids : highest).map((each) => each.eventKey).sort();
      expect(winner.eventKey).toBe(keys[keys.length - 1]);
    }), RUNS);
  });

  test("ranks are a total order", () => {
    fc.assert(fc.property(candidate, candidate, candidate, (a, b, c) => {
      expect(compareRevisions(a, b)).toBe(-compareRevisions(b, a) + 0);
      if (compareRevisions(a, b) > 0 && compareRevisions(b, c) > 0) expect(compareRevisions(a, c)).toBe(1);
    }), RUNS);
  });
});
