import { fraction } from "../../src/kernel/fraction";
import { planPostings } from "../../src/rating/plan-postings";

describe("what is posted", () => {
  const zero = fraction(0n);
  const line = (useCase: string, amountMinor: bigint, more = {}) => ({
    kind: "USAGE" as const, vendor: "v", component: "PLATFORM", basis: "RATED" as const, cardVersion: 1, rateLine: "", span: null, pool: "usage", businessUnit: "u", useCase, calls: 1n, exemptCalls: 0n, measuredMs: 1n, unit: "MINUTE" as const,
    measured: zero, billed: zero, originalCurrency: "USD", amount: zero, amountMinor, ...more,
  });
  const key = (useCase: string, amountMinor: bigint) => ({ kind: "USAGE" as const, vendor: "v", component: "PLATFORM", pool: "usage", businessUnit: "u", useCase, amountMinor });

  test.each<[string, ReturnType<typeof line>[], ReturnType<typeof key>[], Array<[string, bigint, boolean]>]>([
    ["everything, the first time",                   [line("a", 5n), line("b", 7n)],                       [],                         [["a", 5n, false], ["b", 7n, false]]],
    ["two bases of a use case in one entry",         [line("a", 5n), line("a", 2n, { basis: "REPORTED" })], [],                        [["a", 7n, false]]],
    ["nothing twice",                                [line("a", 5n)],                                      [key("a", 5n)],             []],
    ["the difference that came late",                [line("a", 8n)],                                      [key("a", 5n)],             [["a", 3n, true]]],
    ["back what is not there any more",              [],                                                   [key("a", 5n), key("a", 1n)], [["a", -6n, true]]],
    ["each unit for its own calls",                  [line("a", 5n), line("a", 7n, { businessUnit: "w" })], [],                         [["a", 5n, false], ["a", 7n, false]]],
    ["the difference of a unit that lost it",        [line("a", 5n, { businessUnit: "w" })],                [key("a", 5n)],             [["a", -5n, true], ["a", 5n, false]]],
    ["unattributed usage not yet",                   [line("", 9n), line("a", 1n)],                        [],                         [["a", 1n, false]]],
    ["a zero not at all",                            [line("a", 0n)],                                      [],                         []],
  ])("%s", (_, lines, posted, expected) => expect(planPostings("2025-10", lines, posted).map(({ useCase, amountMinor, isDifference }) => [useCase, amountMinor, isDifference])).toEqual(expected));

  test("a commitment's rest on its own pool, never on a use case", () => {
    const [posting] = planPostings("2025-10", [line("", 400n, { kind: "UNUSED_COMMITMENT", pool: "unused" })], []);
    expect(posting).toMatchObject({ kind: "UNUSED_COMMITMENT", pool: "unused", useCase: "", amountMinor: 400n, description: "v PLATFORM unused commitment of 2025-10" });
  });

  test.each(["FEE", "UNUSED_COMMITMENT"] as const)("a %s is of the programme: it names neither a unit nor a use case, whatever its line says", (kind) => {
    const [posting] = planPostings("2025-10", [line("a", 2n, { kind })], []);
    expect([posting!.kind, posting!.businessUnit, posting!.useCase, posting!.amountMinor]).toEqual([kind, "", "", 2n]);
  });

  test.each<[string, ReturnType<typeof line>[], ReturnType<typeof key>[], string[]]>([
    ["the bases that it is made of",      [line("a", 1n), line("a", 1n, { basis: "ESTIMATED" })], [],            ["v PLATFORM usage (ESTIMATED + RATED) of 2025-10"]],
    ["that nothing is left of it",        [],                                       [key("a", 5n)],             ["v PLATFORM usage (none left) of 2025-10, difference to what was posted"]],
    ["a fee, of the month as a whole",    [line("a", 2n, { kind: "FEE", pool: "platform" }), line("b", 3n, { kind: "FEE", pool: "platform" })], [], ["v PLATFORM fee of 2025-10"]],
  ])("says %s", (_, lines, posted, said) => expect(planPostings("2025-10", lines, posted).map(({ description }) => description)).toEqual(said));

  test.each<[string, Array<ReturnType<typeof line>>, Array<[string, string, string, bigint]>]>([
    ["by vendor, component, pool and use case",  [line("b", 1n), line("a", 2n), line("a", 3n, { vendor: "u" }), line("a", 4n, { component: "LLM" }), line("a", 5n, { pool: "other" })], [["u", "PLATFORM", "usage", 3n], ["v", "LLM", "usage", 4n], ["v", "PLATFORM", "other", 5n], ["v", "PLATFORM", "usage", 2n], ["v", "PLATFORM", "usage", 1n]]],
    ["not without a pool",                       [line("a", 9n, { pool: null }), line("a", 1n)], [["v", "PLATFORM", "usage", 1n]]],
  ])("is kept apart %s", (_, lines, expected) => expect(planPostings("2025-10", lines, []).map(({ vendor, component, pool, amountMinor }) => [vendor, component, pool, amountMinor])).toEqual(expected));
});
