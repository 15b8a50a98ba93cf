import fc from "fast-check";
import { Candidate, Evidence, Suggestion, editDistance, suggestUseCase } from "../../src/metering/unattributed/suggest-use-case";

const candidates: readonly Candidate[] = [
  { useCaseId: "id-order", code: "order-status", unitId: "retail" },
  { useCaseId: "id-returns", code: "returns", unitId: "retail" },
  { useCaseId: "id-triage", code: "triage", unitId: "claims" },
  { useCaseId: "id-line-a", code: "line-a", unitId: "support" },
  { useCaseId: "id-line-b", code: "line-b", unitId: "support" },
];
const nothing: Evidence = { reportedUnitId: null, ruled: null, earlier: new Map(), contacts: new Map(), contactsSeen: 0 };
const told = (answer: Suggestion | null): string => (answer ? `${answer.reason} ${answer.useCaseId ?? "-"} ${answer.unitId}: ${answer.explanation}` : "nothing");

describe("where unattributed usage probably belongs", () => {
  test.each<[string, string | null, Partial<Evidence>, string]>([
    ["nothing speaks for anything",              "mystery",        {},                                                                       "nothing"],
    ["no code and nothing else",                 null,             {},                                                                       "nothing"],
    ["another letter case",                      "Order-Status",   {},                                                                       "OTHER_LETTER_CASE id-order retail: Order-Status is order-status in other letter case."],
    ["other punctuation",                        "order_status",   {},                                                                       "OTHER_PUNCTUATION id-order retail: order_status is order-status with other punctuation."],
    ["one letter off",                           "triag",          {},                                                                       "SIMILAR_CODE id-triage claims: triag differs from triage by 1 letter."],
    ["two letters off a long code",              "ordr-sttus",     {},                                                                       "SIMILAR_CODE id-order retail: ordr-sttus differs from order-status by 2 letters."],
    ["two letters off a short code",             "trige2",         {},                                                                       "nothing"],
    ["equally close to two",                     "line-c",         {},                                                                       "nothing"],
    ["too short to be similar",                  "abc",            {},                                                                       "nothing"],
    ["people said so before",                    "triage-",        { earlier: new Map([["id-order", 3], ["id-triage", 2]]) },                "EARLIER_ATTRIBUTION id-order retail: 3 legs sent as triage- went to order-status by hand."],
    ["people said both equally often",           "mystery",        { earlier: new Map([["id-order", 2], ["id-triage", 2]]) },                "nothing"],
    ["a rule that could not apply",              "x",              { ruled: "id-triage", earlier: new Map([["id-order", 3]]) },              "STANDING_RULE id-triage claims: A standing rule says that x means triage; the sender may not write there."],
    ["the company it keeps",                     null,             { contacts: new Map([["id-triage", 3]]), contactsSeen: 5 },               "SAME_CONTACTS id-triage claims: 3 of 5 contacts looked at have another leg in triage."],
    ["half the company is not enough",           null,             { contacts: new Map([["id-triage", 2]]), contactsSeen: 4 },               "nothing"],
    ["the looks go before the company",          "Returns",        { contacts: new Map([["id-triage", 4]]), contactsSeen: 4 },               "OTHER_LETTER_CASE id-returns retail: Returns is returns in other letter case."],
    ["the unit that was sent has one use case",  null,             { reportedUnitId: "claims" },                                             "REPORTED_UNIT id-triage claims: triage is the only use case of the unit that was sent."],
    ["the unit that was sent has several",       "mystery",        { reportedUnitId: "retail" },                                             "REPORTED_UNIT - retail: The unit was sent; which of its use cases it is cannot be told."],
    ["the unit that was sent has none",          null,             { reportedUnitId: "empty" },                                              "REPORTED_UNIT - empty: The unit was sent; which of its use cases it is cannot be told."],
    ["looks like another unit's",                "Triage",         { reportedUnitId: "retail" },                                             "REPORTED_UNIT - retail: The unit was sent; which of its use cases it is cannot be told."],
    ["the unit settles a tie",                   "LINE_A",         { reportedUnitId: "support" },                                            "OTHER_PUNCTUATION id-line-a support: LINE_A is line-a with other punctuation."],
    ["company in another unit than was sent",    null,             { reportedUnitId: "claims", contacts: new Map([["id-order", 4]]), contactsSeen: 4 }, "REPORTED_UNIT id-triage claims: triage is the only use case of the unit that was sent."],
  ])("%s", (_, reported, evidence, expected) => expect(told(suggestUseCase(reported, candidates, { ...nothing, ...evidence }))).toBe(expected));

  test("the order in which use cases are listed does not matter", () => {
    fc.assert(fc.property(fc.shuffledSubarray([...candidates], { minLength: candidates.length }), fc.constantFrom("Returns", "line-c", "triag", null), (shuffled, reported) => {
      expect(suggestUseCase(reported, shuffled, nothing)).toEqual(suggestUseCase(reported, candidates, nothing));
    }));
  });

  test.each<[string, string, number]>([["", "", 0], ["triage", "triage", 0], ["triage", "triag", 1], ["triage", "trixge", 1], ["triage", "striage", 1], ["kitten", "sitting", 3], ["ab", "ba", 2], ["", "abc", 3]])("from %p to %p it is %i letters, in both directions", (a, b, distance) => {
    for (const most of [3, 4]) expect([editDistance(a, b, most), editDistance(b, a, most)]).toEqual([distance, distance]);
    if (distance > 0) expect(editDistance(a, b, distance - 1)).toBe(distance);
  });
});
