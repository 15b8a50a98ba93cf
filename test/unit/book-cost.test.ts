import { BookCostInput, BookCostPorts, CostEntry, CostPool, bookCost } from "../../src/costs";
import { hashOf } from "../../src/kernel/hash";
import { currencyOf } from "../../src/kernel/money";
import { Refusal } from "../../src/kernel/refusal";

const input = (more: Partial<BookCostInput> = {}): BookCostInput => ({ pool: "platform", period: "2025-10", amount: "25000.00", currency: "USD", externalId: "inv-1", ...more });

/** Books in memory: what was stored, what was audited, which periods were held, and periods that are closed. */
function books(options: { currency?: string; closed?: string[]; saveFails?: CostEntry | "vanished" } = {}) {
  const pools: CostPool[] = [
    { id: "p-1", code: "platform", name: "Platform", kind: "PLATFORM_CONTRACT" },
    { id: "p-2", code: "direct", name: "Direct", kind: "DIRECT" },
    { id: "p-3", code: "office", name: "Office", kind: "PROGRAMME_MANAGEMENT" },
  ];
  const entries = new Map<string, CostEntry>();
  const audited: string[] = [];
  const held: string[] = [];
  const ports: BookCostPorts = {
    currency: currencyOf(options.currency ?? "USD")!,
    subject: "fin",
    newId: () => `entry-${entries.size + 1}`,
    findPool: async (code) => pools.find((pool) => pool.code === code) ?? null,
    findUseCase: async (code) => (code === "triage" ? { id: "u-1", code, name: "Triage" } : null),
    findMonthEndRate: async (from, period) => (from === "GBP" && period === "2025-10" ? { from, to: "USD", kind: "MONTH_END", date: "2025-10-31", rate: "1.31505", source: "ECB", revision: 0 } : null),
    findEntry: async (externalId) => entries.get(externalId) ?? null,
    holdPeriod: async (key) => {
      if (options.closed?.includes(key)) throw new Refusal("PERIOD_CLOSED", `${key} is closed. Book into the first open period.`, ["period"]);
      held.push(key);
    },
    saveEntry: async (entry) => {
      if (options.saveFails === "vanished") return false;
      if (options.saveFails) {
        entries.set(entry.externalId, options.saveFails);
        return false;
      }
      entries.set(entry.externalId, entry);
      return true;
    },
    audit: async (entry, pool) => void audited.push(`${entry.externalId} in ${pool.code}`),
    holdAccrual: async () => null,
    answerAccrual: async (accrual, entry) => void audited.push(`${entry.externalId} answers ${accrual.externalId}`),
  };
  return { entries, audited, held, ports };
}

async function faultOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return `${error.code} at ${error.field?.join(".")}: ${error.message}`;
  }
  return "no fault";
}

describe("booking a cost", () => {
  test("an entry with everything", async () => {
    const { ports, entries, audited, held } = books();
    const entry = await bookCost(ports, input({ externalId: " inv-1 ", description: "October", vendor: "Cafe\u0301", invoice: "7" }));
    expect(entry).toEqual({
      id: "entry-1", poolId: "p-1", periodKey: "2025-10", amountMinor: 2_500_000n, currency: "USD", kind: "CHARGE", externalId: "inv-1", payloadHash: expect.stringMatching(/^[0-9a-f]{64}$/),
      description: "October", vendor: "Caf\u00e9", invoice: "7", useCaseId: null, businessUnitId: null, recordedBy: "fin",
      originalAmountMinor: null, originalCurrency: null, rate: null, rateKind: null, rateDate: null, rateSource: null, rateRevision: null,
    });
    expect([...entries]).toEqual([["inv-1", entry]]);
    expect([audited, held]).toEqual([["inv-1 in platform"], ["2025-10"]]);
  });

  test.each<[string, Partial<BookCostInput>, string, bigint]>([
    ["what lowers cost",            { amount: "-0.01" },                              "USD", -1n],
    ["a service credit",            { amount: "-0.01", kind: "CREDIT" },              "USD", -1n],
    ["nothing",                     { amount: "0.00" },                               "USD", 0n],
    ["yen have no cents",           { amount: "1500", currency: "JPY" },              "JPY", 1_500n],
    ["dinars have three decimals",  { amount: "1.234", currency: "KWD" },             "KWD", 1_234n],
    ["direct cost",                 { pool: "direct", useCase: "triage" },            "USD", 2_500_000n],
    ["programme management",        { pool: "office" },                               "USD", 2_500_000n],
  ])("%s", async (_, more, currency, amountMinor) => {
    const { ports } = books({ currency });
    expect(await bookCost(ports, input(more))).toMatchObject({ amountMinor, currency, kind: more.kind ?? "CHARGE", useCaseId: more.useCase === "triage" ? "u-1" : null });
  });

  test.each<[string, string, bigint, bigint]>([
    ["to the nearest cent",     "100.00",  10_000n, 13_151n],
    ["halves go up",            "1000.00", 100_000n, 131_505n],
    ["a half, away from zero",  "10.00",   1_000n, 1_315n],
    ["a credit mirrors it",     "-100.00", -10_000n, -13_151n],
  ])("in another currency, at the month-end rate of its month: %s", async (_, amount, originalAmountMinor, amountMinor) => {
    expect(await bookCost(books().ports, input({ amount, currency: "GBP" }))).toMatchObject({ amountMinor, currency: "USD", originalAmountMinor, originalCurrency: "GBP", rate: "1.31505", rateKind: "MONTH_END", rateDate: "2025-10-31", rateSource: "ECB" });
  });

  test("an empty text is none", async () => {
    expect(await bookCost(books().ports, input({ description: "", vendor: "", invoice: "" }))).toMatchObject({ description: null, vendor: null, invoice: null });
    expect(await bookCost(books().ports, input({ description: "x".repeat(500) }))).toMatchObject({ description: "x".repeat(500) });
  });
});

describe("a cost that is refused leaves no trace", () => {
  const TEXT = (field: string): string => `BAD_USER_INPUT at ${field}: ${field} must be at most 500 characters without control characters.`;
  const ID = "BAD_USER_INPUT at externalId: externalId must be 1 to 200 characters of text without control characters.";
  test.each<[string, Partial<BookCostInput>, string]>([
    ["another currency",              { currency: "EUR" },                       "CURRENCY_MISMATCH at currency: There is no EUR/USD rate of 2025-10-31. Cost of 2025-10 is converted at the MONTH_END rate of that day: book it with bookExchangeRates, or book the cost in USD."],
    ["a currency in lower case",      { currency: "usd" },                       'CURRENCY_MISMATCH at currency: "usd" is not an ISO 4217 currency. This programme is booked in USD; another currency is converted where a rate is booked.'],
    ["a long currency",               { currency: "x".repeat(10_000) },          'CURRENCY_MISMATCH at currency: "xxx" is not an ISO 4217 currency. This programme is booked in USD; another currency is converted where a rate is booked.'],
    ["half a cent",                   { amount: "0.005" },                       "BAD_USER_INPUT at amount: 0.005 has more decimals than USD has (2). Round it before you book it."],
    ["a decimal comma",               { amount: "1,5" },                         'BAD_USER_INPUT at amount: "1,5" is not a plain decimal number. Write digits with a dot, for example "1250.00".'],
    ["1e400",                         { amount: "1e400" },                       'BAD_USER_INPUT at amount: "1e400" is not a plain decimal number. Write digits with a dot, for example "1250.00".'],
    ["more than an entry may be",     { amount: "1000000000000000" },            "BAD_USER_INPUT at amount: 1000000000000000 is larger than an entry may be (10^17 minor units)."],
    ["a credit that raises cost",     { kind: "CREDIT" },                        "BAD_USER_INPUT at amount: A CREDIT lowers cost: its amount is negative. What takes a credit back is a CHARGE."],
    ["a credit of nothing",           { kind: "CREDIT", amount: "0.00" },        "BAD_USER_INPUT at amount: A CREDIT lowers cost: its amount is negative. What takes a credit back is a CHARGE."],
    ["no month",                      { period: "2025-13" },                     'BAD_USER_INPUT at period: "2025-13" is not a period. Write year and month, for example 2025-10.'],
    ["a pool nobody knows",           { pool: "mystery" },                       "NOT_FOUND at pool: There is no cost pool mystery."],
    ["a pool with a long name",       { pool: "x".repeat(10_000) },              `NOT_FOUND at pool: There is no cost pool ${"x".repeat(64)}.`],
    ["a shared pool with a use case", { useCase: "triage" },                     "BAD_USER_INPUT at useCase: platform is shared: its cost is divided, not booked to a use case. Use a DIRECT pool."],
    ["a direct pool without one",     { pool: "direct" },                        "BAD_USER_INPUT at useCase: direct is a DIRECT pool: say which use case bears the cost."],
    ["a use case nobody knows",       { pool: "direct", useCase: "mystery" },    "NOT_FOUND at useCase: There is no use case mystery."],
    ["an empty id",                   { externalId: " " },                       ID],
    ["an id of 201 characters",       { externalId: "x".repeat(201) },           ID],
    ["NUL in the id",                 { externalId: "a\u0000" },                 ID],
    ["half a pair in the id",         { externalId: "\ud83d" },                  ID],
    ["a description too long",        { description: "x".repeat(501) },          TEXT("description")],
    ["a line break in the vendor",    { vendor: "a\nb" },                        TEXT("vendor")],
    ["NUL in the invoice",            { invoice: "\u0000" },                     TEXT("invoice")],
  ])("%s", async (_, more, fault) => {
    const { ports, entries, audited, held } = books();
    expect(await faultOf(bookCost(ports, input(more)))).toBe(fault);
    expect([entries.size, audited, held]).toEqual([0, [], []]);
  });

  test("a closed period", async () => {
    const { ports, entries, audited } = books({ closed: ["2025-10"] });
    expect(await faultOf(bookCost(ports, input()))).toBe("PERIOD_CLOSED at period: 2025-10 is closed. Book into the first open period.");
    expect([entries.size, audited]).toEqual([0, []]);
  });
});

describe("the same booking again", () => {
  const CONFLICT = "CONFLICT at externalId: externalId inv-1 was booked with other content; the first is kept. Book a correction under an id of its own.";

  test.each<[string, Partial<BookCostInput>]>([
    ["as it was",                          {}],
    ["the amount in another form",         { amount: "+25000.000" }],
    ["the id with blanks",                 { externalId: " inv-1 " }],
    ["nulls and empty texts",              { description: null, vendor: "", invoice: null, useCase: null, kind: null }],
    ["the kind that is meant without one", { kind: "CHARGE" }],
  ])("answers the entry that is there: %s", async (_, more) => {
    const { ports, entries, audited } = books();
    const first = await bookCost(ports, input());
    expect(await bookCost(ports, input(more))).toBe(first);
    expect([entries.size, audited]).toEqual([1, ["inv-1 in platform"]]);
  });

  test("answers it after the period was closed", async () => {
    const options = { closed: [] as string[] };
    const { ports, held } = books(options);
    const first = await bookCost(ports, input());
    options.closed.push("2025-10");
    expect(await bookCost(ports, input())).toBe(first);
    expect(held).toEqual(["2025-10"]);
  });

  test.each<[string, Partial<BookCostInput>]>([
    ["another amount",      { amount: "25000.01" }],
    ["the opposite sign",   { amount: "-25000.00" }],
    ["another period",      { period: "2025-11" }],
    ["another pool",        { pool: "office" }],
    ["a direct pool",       { pool: "direct", useCase: "triage" }],
    ["a description",       { description: "October" }],
    ["a vendor",            { vendor: "October" }],
    ["an invoice",          { invoice: "October" }],
  ])("with %s is a conflict and changes nothing", async (_, more) => {
    const { ports, entries, audited, held } = books();
    const first = await bookCost(ports, input());
    expect(await faultOf(bookCost(ports, input(more)))).toBe(CONFLICT);
    expect([[...entries.values()], audited, held]).toEqual([[first], ["inv-1 in platform"], ["2025-10"]]);
  });

  test("as a credit is another booking, and only what takes a credit back is one that raises cost", async () => {
    const { ports } = books();
    await bookCost(ports, input({ amount: "-1.00" }));
    expect(await faultOf(bookCost(ports, input({ amount: "-1.00", kind: "CREDIT" })))).toBe(CONFLICT);
    expect(await bookCost(ports, input({ amount: "1.00", kind: "CREDIT", externalId: "back" }), { takesBack: true })).toMatchObject({ amountMinor: 100n, kind: "CREDIT" });
  });

  test("is what it was before there were kinds: its hash is of the same content", async () => {
    const { payloadHash } = await bookCost(books().ports, input());
    expect(payloadHash).toBe(hashOf({ pool: "platform", period: "2025-10", amountMinor: 2_500_000n, currency: "USD", useCase: null, description: null, vendor: null, invoice: null }));
  });

  test("the same text in another field is other content", async () => {
    const { ports } = books();
    await bookCost(ports, input({ vendor: "x" }));
    expect(await faultOf(bookCost(ports, input({ invoice: "x" })))).toBe(CONFLICT);
  });

  test("of two at the same moment the loser answers the winner's entry, or conflicts with it", async () => {
    const winner = await bookCost(books().ports, input());
    const race = books({ saveFails: { ...winner, id: "theirs" } });
    expect(await bookCost(race.ports, input())).toEqual({ ...winner, id: "theirs" });
    expect(await faultOf(bookCost(books({ saveFails: winner }).ports, input({ amount: "1" })))).toBe(CONFLICT);
    expect(race.audited).toEqual([]);
  });

  test("when the winner cannot be seen yet, the sender is asked to try again", async () => {
    expect(await faultOf(bookCost(books({ saveFails: "vanished" }).ports, input()))).toBe("UNAVAILABLE at undefined: The same booking is being written by somebody else. Send it again.");
  });
});
