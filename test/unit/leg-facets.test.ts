import { LegFacts, compositionOf, facetOf } from "../../src/metering/ingest/leg-facets";

const plain: LegFacts = { legEventKey: "leg", costEventKey: null, outcomeEventKey: null, correctionEventKey: null, overrideUseCaseId: null, carriedBy: null, isVoided: false, isSuperseded: false, isMoved: false };
const composed = { baseKey: "leg", costKey: null, outcomeKey: null, useCaseId: null, carried: false, isComposed: true };

test.each([
  ["LEG_COMPLETED", "LEG"], ["LEG_UPDATED", "LEG"], ["LEG_VOIDED", "LEG"], ["LEG_RATED", "COST"], ["LEG_ANALYSED", "OUTCOME"],
] as const)("%s speaks of %s", (type, facet) => expect(facetOf(type)).toBe(facet));

test.each<[string, Partial<LegFacts>, ReturnType<typeof compositionOf>]>([
  ["its own event",                          {},                                                             { ...composed, isComposed: false }],
  ["nothing while only facets came",         { legEventKey: null, costEventKey: "cost" },                    null],
  ["late cost",                              { costEventKey: "cost" },                                       { ...composed, costKey: "cost" }],
  ["a late outcome",                         { outcomeEventKey: "outcome" },                                 { ...composed, outcomeKey: "outcome" }],
  ["both, where a person placed it",         { costEventKey: "c", outcomeEventKey: "o", overrideUseCaseId: "u" }, { ...composed, costKey: "c", outcomeKey: "o", useCaseId: "u" }],
  ["its cost alone, when a platform has it", { carriedBy: "other" },                                         { ...composed, carried: true }],
  ["a void has no facets",                   { isVoided: true, costEventKey: "c", outcomeEventKey: "o", overrideUseCaseId: "u", carriedBy: "x" }, { ...composed, isComposed: false }],
  ["a correction wins",                      { correctionEventKey: "fix", outcomeEventKey: "o" },            { ...composed, baseKey: "fix", isComposed: false }],
  ["late cost is added to a correction",     { correctionEventKey: "fix", costEventKey: "c" },               { ...composed, baseKey: "fix", costKey: "c" }],
  ["a correction of a leg unheard of",       { legEventKey: null, correctionEventKey: "fix" },               { ...composed, baseKey: "fix", isComposed: false }],
  ["written anew when answered before",      { isSuperseded: true },                                         composed],
  ["written anew when its use case moved",   { isMoved: true },                                              composed],
])("a leg counts by %s", (_name, facts, expected) => expect(compositionOf({ ...plain, ...facts })).toEqual(expected));
