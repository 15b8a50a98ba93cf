import { parse } from "csv-parse/sync";
import fc from "fast-check";
import {
  Journal, MappingInput, MappingRuleInput, PROFILE_CODES, PostableCharge, ProfileCode, ProfileOptionsInput, UnallocatedAmount, creditOf, debitOf, draftLines, externalIdOf, groupNumberOf, hashJournal, hashSources, mirrored, readMapping, renderControl,
  renderJournal, ruleFor, shortIdOf, unmappedOf,
} from "../../src/journals";
import { Refusal } from "../../src/kernel/refusal";

const to = (account: string, more: Record<string, unknown> = {}): MappingRuleInput["debit"] => ({ account, ...more });
const recovery = { account: "4900", costCentre: "CC-PLATFORM" };
const mapping = (rules: MappingRuleInput[], more: Partial<MappingInput> = {}): ReturnType<typeof readMapping> => readMapping({ effectiveFrom: "2025-10", entity: "100", recovery, rules, ...more });

function refusal(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof Refusal) return `${error.code} at ${error.field?.join(".")}: ${error.message}`;
    throw error;
  }
  return "nothing was refused";
}

let lineCount = 0;
const charge = (businessUnit: string, amountMinor: bigint, more: Partial<PostableCharge> = {}): PostableCharge => {
  lineCount += 1;
  return {
    statementId: `statement-${businessUnit}`, lineId: `00000000-0000-4000-8000-${String(lineCount).padStart(12, "0")}`, businessUnit, costCentre: `CC-${businessUnit}`, kind: "ALLOCATION", useCase: `${businessUnit}.calls`,
    pool: "platform", originPeriod: "2025-10", runId: null, amountMinor, description: null, ...more,
  };
};

describe("which account an amount goes to", () => {
  const rules = [
    { debit: to("any") }, { pool: "platform", debit: to("platform") }, { businessUnit: "sales", debit: to("sales") }, { pool: "platform", businessUnit: "sales", debit: to("sales-platform") },
    { kind: "DIRECT" as const, debit: to("direct") }, { kind: "DIRECT" as const, pool: "platform", debit: to("direct-platform") }, { kind: "DIRECT" as const, businessUnit: "sales", debit: to("direct-sales") },
    { kind: "DIRECT" as const, pool: "platform", businessUnit: "sales", debit: to("all-three") }, { kind: "UNALLOCATED" as const, debit: to("under-absorbed") },
  ];
  const read = mapping(rules).rules;

  it.each([
    ["telephony", "service", "ALLOCATION", "any"], ["platform", "service", "ALLOCATION", "platform"], ["telephony", "sales", "ADJUSTMENT", "sales"], ["platform", "sales", "RESOLUTION", "sales-platform"],
    [null, "sales", "RESOLUTION", "sales"], [null, "service", "RESOLUTION", "any"], ["telephony", "service", "DIRECT", "direct"], ["platform", "service", "DIRECT", "direct-platform"], ["telephony", "sales", "DIRECT", "direct-sales"],
    ["platform", "sales", "DIRECT", "all-three"], ["platform", null, "UNALLOCATED", "under-absorbed"],
  ] as const)("%s of %s, %s: %s", (pool, businessUnit, kind, account) => {
    expect(ruleFor(read, { pool, businessUnit, kind })?.debit.account).toBe(account);
    // The order of the rules says nothing.
    expect(ruleFor([...read].reverse(), { pool, businessUnit, kind })?.debit.account).toBe(account);
  });

  it("what is unallocated is posted where a rule says so, and by no other", () => {
    expect(ruleFor(mapping([{ debit: to("any") }]).rules, { pool: "platform", businessUnit: null, kind: "UNALLOCATED" })).toBeNull();
    expect(ruleFor(mapping([{ kind: "UNALLOCATED", debit: to("x") }]).rules, { pool: "platform", businessUnit: "sales", kind: "ALLOCATION" })).toBeNull();
  });

  it.each<[string, MappingRuleInput[], string]>([
    ["the same twice", [{ pool: "a", debit: to("1") }, { debit: to("2") }, { pool: "a", debit: to("3") }], "CONFLICT at rules.2: Rules 1 and 3 both name pool a. Leave one of them out."],
    ["everything twice", [{ debit: to("1") }, { debit: to("2") }], "CONFLICT at rules.1: Rules 1 and 2 both name everything. Leave one of them out."],
    ["a pool and a unit", [{ pool: "a", debit: to("1") }, { businessUnit: "u", debit: to("2") }],
      "CONFLICT at rules.1: Rule 1 (pool a) and rule 2 (unit u) overlap and neither says more. Add a rule that names pool a, unit u."],
    ["a pool and a kind", [{ debit: to("0") }, { kind: "DIRECT", debit: to("1") }, { pool: "a", debit: to("2") }],
      "CONFLICT at rules.2: Rule 2 (DIRECT) and rule 3 (pool a) overlap and neither says more. Add a rule that names pool a, DIRECT."],
    ["pairs that meet in all three", [{ pool: "a", businessUnit: "u", debit: to("1") }, { pool: "a", kind: "DIRECT", debit: to("2") }],
      "CONFLICT at rules.1: Rule 1 (pool a, unit u) and rule 2 (pool a, DIRECT) overlap and neither says more. Add a rule that names pool a, unit u, DIRECT."],
    ["no rule", [], "BAD_USER_INPUT at rules: A mapping has 1 to 1000 rules; this one has 0."],
    ["a unit of what no unit bears", [{ kind: "UNALLOCATED", businessUnit: "u", debit: to("1") }], "BAD_USER_INPUT at rules.0.businessUnit: What no unit bears belongs to none. Leave businessUnit out of a rule for UNALLOCATED."],
    ["a unit of a variance", [{ kind: "VARIANCE", businessUnit: "u", debit: to("1") }], "BAD_USER_INPUT at rules.0.businessUnit: What no unit bears belongs to none. Leave businessUnit out of a rule for VARIANCE."],
    ["an account like a formula", [{ debit: to("=1") }], 'BAD_USER_INPUT at rules.0.debit.account: "=1" begins like a formula of a spreadsheet. Begin it with a letter or a digit.'],
    ["an empty account", [{ debit: to(" ") }], "BAD_USER_INPUT at rules.0.debit.account: rules.0.debit.account must be 1 to 100 characters of text without control characters."],
    ["an unknown placeholder", [{ debit: to("1", { segments: ["{account}", "{company}"] }) }],
      "BAD_USER_INPUT at rules.0.debit.segments.1: There is no placeholder {company}. Known are {account}, {costCentre}, {entity}, {businessUnit}, {useCase}, {pool}."],
  ])("refuses %s", (_name, wrong, expected) => {
    expect(refusal(() => mapping(wrong))).toBe(expected);
  });

  it("refuses a rule without an account to credit", () => {
    expect(refusal(() => mapping([{ debit: to("1") }], { recovery: null }))).toBe("BAD_USER_INPUT at rules.0.credit: This rule has no account to credit. Give it one, or give the mapping a recovery account.");
  });

  it("leaves no amount with two accounts of equal right, whatever rules it lets through", () => {
    const maybe = (...values: string[]): fc.Arbitrary<string | null> => fc.constantFrom(null, ...values);
    const rule = fc.record({ pool: maybe("a", "b"), businessUnit: maybe("u", "v"), kind: maybe("DIRECT", "ALLOCATION") as fc.Arbitrary<"DIRECT" | "ALLOCATION" | null> });
    const names = (each: { pool: string | null; businessUnit: string | null; kind: string | null }): number => [each.pool, each.businessUnit, each.kind].filter((name) => name !== null).length;
    fc.assert(fc.property(fc.array(rule, { minLength: 1, maxLength: 8 }), (keys) => {
      let read;
      try {
        read = mapping(keys.map((key, index) => ({ ...key, debit: to(String(index)) }))).rules;
      } catch {
        return;
      }
      for (const pool of ["a", "b"]) for (const businessUnit of ["u", "v"]) for (const kind of ["DIRECT", "ALLOCATION"] as const) {
        const fitting = read.filter((each) => (each.pool ?? pool) === pool && (each.businessUnit ?? businessUnit) === businessUnit && (each.kind ?? kind) === kind);
        const most = Math.max(...fitting.map(names));
        expect(fitting.filter((each) => names(each) === most).length).toBe(fitting.length === 0 ? 0 : 1);
      }
    }));
  });
});

describe("what an installation wants otherwise", () => {
  const options = (profiles: ProfileOptionsInput[]): string => refusal(() => mapping([{ debit: to("1") }], { profiles }));
  it.each<[string, ProfileOptionsInput[], RegExp]>([
    ["a column that is not there", [{ profile: "NETSUITE", constants: [{ column: "Colour", value: "red" }] }], /^NOT_FOUND at profiles\.0\.constants\.0\.column: NetSuite CSV import, journal entry has no column Colour\. It has External ID, Date/],
    ["a constant debit", [{ profile: "ORACLE_FBDI", constants: [{ column: "ENTERED_DR", value: "1" }] }], /^UNBALANCED at profiles\.0\.constants\.0\.column: ENTERED_DR says what is posted/],
    ["a constant id", [{ profile: "NETSUITE", constants: [{ column: "External ID", value: "1" }] }], /^UNBALANCED/],
    ["a constant currency in the header", [{ profile: "SAP_S4HANA", constants: [{ column: "Transaction Currency", value: "EUR" }] }], /^UNBALANCED/],
    ["a profile twice", [{ profile: "GENERIC" }, { profile: "GENERIC" }], /^BAD_USER_INPUT at profiles\.1\.profile: GENERIC is given twice/],
    ["a column twice", [{ profile: "GENERIC", headings: [{ column: "debit", heading: "Soll" }, { column: "debit", heading: "S" }] }], /^BAD_USER_INPUT at profiles\.0\.headings: debit is given twice/],
  ])("refuses %s", (_name, profiles, expected) => {
    expect(options(profiles)).toMatch(expected);
  });
});

describe("what is missing", () => {
  it("is named once per unit, pool and kind, with its sum", () => {
    const charges = [charge("sales", 100n), charge("sales", -30n), charge("service", 5n, { kind: "DIRECT" }), charge("legal", 7n, { costCentre: null }), charge("sales", 9n, { pool: null, kind: "RESOLUTION" })];
    expect(unmappedOf(mapping([{ kind: "DIRECT", debit: to("1") }, { businessUnit: "legal", debit: to("2") }, { businessUnit: "legal", kind: "DIRECT", debit: to("3") }]), charges)).toEqual([
      { kind: "RESOLUTION", pool: null, businessUnit: "sales", missing: "account", lines: 1, amountMinor: 9n },
      { kind: "ALLOCATION", pool: "platform", businessUnit: "sales", missing: "account", lines: 2, amountMinor: 70n },
    ]);
    expect(unmappedOf(null, charges)).toHaveLength(4);
  });

  it("a cost centre may be missing only where the rule is for that unit alone", () => {
    const bare = [charge("legal", 7n, { costCentre: null })];
    expect(unmappedOf(mapping([{ debit: to("1") }]), bare)).toMatchObject([{ missing: "costCentre", businessUnit: "legal" }]);
    expect(unmappedOf(mapping([{ debit: to("1", { costCentre: "X" }) }]), bare)).toEqual([]);
    expect(unmappedOf(mapping([{ businessUnit: "legal", debit: to("1") }]), bare)).toEqual([]);
  });
});

const shortLine = (line: ReturnType<typeof draftLines>[number]): unknown[] => [line.lineNo, line.businessUnit ?? "-", line.account, line.costCentre ?? "-", line.debitMinor, line.creditMinor, line.sources.length];

describe("the lines of a journal", () => {
  it("debits 36,000 / 11,250 / 12,750 to the units' cost centres and credits 60,000 to the platform's", () => {
    const lines = draftLines(mapping([{ debit: to("6100") }]), [charge("service", 3_600_000n), charge("sales", 1_125_000n), charge("collections", 1_275_000n)], []);
    expect(lines.map(shortLine)).toEqual([
      [1, "service", "6100", "CC-service", 3_600_000n, 0n, 1], [2, "sales", "6100", "CC-sales", 1_125_000n, 0n, 1], [3, "collections", "6100", "CC-collections", 1_275_000n, 0n, 1], [4, "-", "4900", "CC-PLATFORM", 0n, 6_000_000n, 3],
    ]);
    expect(lines[0]!.description).toBe("ALLOCATION platform service.calls 2025-10");
  });

  it("a credit changes sides and is seen apart from the charges, on both sides", () => {
    const lines = draftLines(mapping([{ debit: to("6100") }]), [charge("sales", 500n), charge("sales", -200n, { kind: "RESOLUTION", description: "Goodwill" })], []);
    expect(lines.map(shortLine)).toEqual([[1, "sales", "6100", "CC-sales", 500n, 0n, 1], [2, "sales", "6100", "CC-sales", 0n, 200n, 1], [3, "-", "4900", "CC-PLATFORM", 0n, 500n, 1], [4, "-", "4900", "CC-PLATFORM", 200n, 0n, 1]]);
    expect(lines.map(({ description }) => description)).toEqual(["ALLOCATION platform sales.calls 2025-10", "Goodwill", "Recovery of voice-AI cost", "Given back of voice-AI cost"]);
  });

  it("posts what no unit bears only where a rule names it", () => {
    const idle: UnallocatedAmount[] = [{ kind: "UNALLOCATED", pool: "commitment", originPeriod: "2025-10", runId: null, amountMinor: 40n }];
    expect(draftLines(mapping([{ debit: to("6100") }]), [charge("sales", 5n)], idle)).toHaveLength(2);
    const lines = draftLines(mapping([{ debit: to("6100") }, { kind: "UNALLOCATED", debit: to("6990", { costCentre: "CC-IDLE" }) }]), [charge("sales", 5n)], idle);
    expect(lines.map(shortLine)).toEqual([[1, "sales", "6100", "CC-sales", 5n, 0n, 1], [2, "-", "6990", "CC-IDLE", 40n, 0n, 0], [3, "-", "4900", "CC-PLATFORM", 0n, 45n, 1]]);
  });

  it("names the other side's entity between entities, and fills in segments", () => {
    const read = mapping([{ debit: to("6100", { segments: ["{entity}", "{costCentre}", "{account}", "{businessUnit}-{useCase}-{pool}"] }) }, { businessUnit: "abroad", debit: to("6100", { entity: "200", segments: ["{entity}"] }) }],
      { recovery: { ...recovery, segments: ["{entity}", "{costCentre}", "{account}"] } });
    const lines = draftLines(read, [charge("sales", 5n), charge("abroad", 7n)], []);
    expect(lines.map(({ entity, intercompanyEntity, segments, debitMinor, creditMinor }) => [entity, intercompanyEntity, segments, debitMinor - creditMinor])).toEqual([
      ["100", null, ["100", "CC-sales", "6100", "sales-sales.calls-platform"], 5n], ["200", "100", ["200"], 7n], ["100", null, ["100", "CC-PLATFORM", "4900"], -5n], ["100", "200", ["100", "CC-PLATFORM", "4900"], -7n],
    ]);
  });

  it("balance, sum to each unit's charges, hold every statement line on both sides, and a reversal leaves nothing", () => {
    const arbitrary = fc.array(fc.record({ unit: fc.constantFrom("a", "b", "c"), pool: fc.constantFrom("p", "q"), amount: fc.bigInt({ min: -(10n ** 16n), max: 10n ** 16n }).filter((amount) => amount !== 0n) }), { minLength: 1, maxLength: 40 });
    const read = mapping([{ debit: to("1") }, { pool: "p", debit: to("2"), credit: { account: "9" } }, { businessUnit: "c", debit: to("3", { entity: "X" }) }, { pool: "p", businessUnit: "c", debit: to("4") }]);
    fc.assert(fc.property(arbitrary, (facts) => {
      const charges = facts.map(({ unit, pool, amount }) => charge(unit, amount, { pool }));
      const lines = draftLines(read, charges, []);
      expect(debitOf(lines)).toBe(creditOf(lines));
      for (const { debitMinor, creditMinor } of lines) expect((debitMinor === 0n) !== (creditMinor === 0n) && debitMinor >= 0n && creditMinor >= 0n).toBe(true);
      for (const unit of ["a", "b", "c"]) {
        const posted = lines.filter(({ businessUnit }) => businessUnit === unit).reduce((sum, { debitMinor, creditMinor }) => sum + debitMinor - creditMinor, 0n);
        expect(posted).toBe(charges.filter(({ businessUnit }) => businessUnit === unit).reduce((sum, { amountMinor }) => sum + amountMinor, 0n));
      }
      const times = new Map<string, number>();
      for (const { sources } of lines) for (const { lineId } of sources) times.set(lineId, (times.get(lineId) ?? 0) + 1);
      expect([...times.values()]).toEqual(charges.map(() => 2));
      const back = mirrored(lines);
      expect(lines.map(({ debitMinor, creditMinor }, index) => debitMinor - creditMinor + back[index]!.debitMinor - back[index]!.creditMinor).every((rest) => rest === 0n)).toBe(true);
    }));
  });
});

const journal = (more: Partial<Journal> = {}): Journal => ({
  id: "x", externalId: "acme-2025-10-J1", periodKey: "2025-10", version: 1, kind: "POSTING", reversesId: null, mappingVersion: 1, currency: "USD", postingDate: "2025-10-31", sourceHash: "s", totalMinor: 0n, hash: "h", lineCount: 0,
  generatedAt: new Date("2025-11-03T09:00:00.000Z"), generatedBy: "ann", reverses: null, reversedBy: null, ...more,
});
const segments = ["{entity}", "{costCentre}", "{account}"];
const drafted = draftLines(
  mapping([{ debit: to("6100", { segments }) }], { recovery: { ...recovery, costCentre: "CC99", segments } }),
  [charge("sales", 123_456n, { costCentre: "CC10", lineId: "00000000-0000-4000-8000-0000000000aa" }), charge("sales", -500n, { costCentre: "CC10", kind: "RESOLUTION", useCase: null, pool: null, description: '=HYPERLINK("x"), with comma' })], [],
);
const file = (profile: ProfileCode, options: ProfileOptionsInput | null = null, lines = drafted, of = journal(), exponent = 2): string =>
  renderJournal(profile, options === null ? null : mapping([{ debit: to("1") }], { profiles: [options] }).profiles[0]!, of, lines, exponent).content;

describe("the file of an ERP", () => {
  const ORACLE: ProfileOptionsInput = { profile: "ORACLE_FBDI", constants: [{ column: "LEDGER_ID", value: "3000001" }] };

  it("generic: one line a row, exactly one side, text that is no formula", () => {
    expect(file("GENERIC").split("\r\n")).toEqual([
      "journal_id,line_no,posting_date,period,entity,account,cost_centre,intercompany_entity,currency,debit,credit,description,reference,use_case,allocation_run_id",
      "acme-2025-10-J1,1,2025-10-31,2025-10,100,6100,CC10,,USD,1234.56,,ALLOCATION platform sales.calls 2025-10,U3RhdGVtZW50TGluZTowMDAwMDAwMC0wMDAwLTQwMDAtODAwMC0wMDAwMDAwMDAwYWE,sales.calls,",
      expect.stringMatching(/^acme-2025-10-J1,2,2025-10-31,2025-10,100,6100,CC10,,USD,,5\.00,"'=HYPERLINK\(""x""\), with comma",\w+,,$/),
      "acme-2025-10-J1,3,2025-10-31,2025-10,100,4900,CC99,,USD,,1234.56,Recovery of voice-AI cost,,,",
      "acme-2025-10-J1,4,2025-10-31,2025-10,100,4900,CC99,,USD,5.00,,Given back of voice-AI cost,,,",
      "",
    ]);
  });

  it("NetSuite: the header on each line", () => {
    expect(file("NETSUITE").split("\r\n").slice(0, 2)).toEqual([
      "External ID,Date,Posting Period,Subsidiary,Currency,Memo,Journal Entry - Line: Account,Journal Entry - Line: Debit,Journal Entry - Line: Credit,Journal Entry - Line: Memo,Journal Entry - Line: Department,Journal Entry - Line: Class,Journal Entry - Line: Location",
      "acme-2025-10-J1,10/31/2025,Oct 2025,100,USD,Voice-AI cost 2025-10,6100,1234.56,,ALLOCATION platform sales.calls 2025-10,CC10,,",
    ]);
  });

  it("NetSuite between entities: the subsidiary of each line", () => {
    const lines = draftLines(mapping([{ debit: to("6100", { entity: "200" }) }]), [charge("sales", 100n)], []);
    const rows = parse(file("NETSUITE", null, lines), { columns: true }) as Array<Record<string, string>>;
    expect(rows.map((row) => [row.Subsidiary, row["Journal Entry - Line: Subsidiary"]])).toEqual([["100", "200"], ["100", "100"]]);
  });

  it("Oracle: segments, entered and accounted amounts, a numeric group", () => {
    const rows = parse(file("ORACLE_FBDI", ORACLE), { columns: true }) as Array<Record<string, string>>;
    expect(Object.keys(rows[0]!)).toEqual([
      "STATUS", "LEDGER_ID", "ACCOUNTING_DATE", "USER_JE_SOURCE_NAME", "USER_JE_CATEGORY_NAME", "CURRENCY_CODE", "DATE_CREATED", "ACTUAL_FLAG", ...Array.from({ length: 30 }, (_, index) => `SEGMENT${index + 1}`),
      "ENTERED_DR", "ENTERED_CR", "ACCOUNTED_DR", "ACCOUNTED_CR", "REFERENCE1", "REFERENCE4", "REFERENCE10", "GROUP_ID",
    ]);
    expect(rows[0]).toMatchObject({
      STATUS: "NEW", LEDGER_ID: "3000001", ACCOUNTING_DATE: "2025/10/31", DATE_CREATED: "2025/11/03", ACTUAL_FLAG: "A", CURRENCY_CODE: "USD", SEGMENT1: "100", SEGMENT2: "CC10", SEGMENT3: "6100", SEGMENT4: "", ENTERED_DR: "1234.56", ENTERED_CR: "",
      ACCOUNTED_DR: "1234.56", ACCOUNTED_CR: "", REFERENCE1: "acme-2025-10-J1", REFERENCE4: "acme-2025-10-J1", GROUP_ID: groupNumberOf("acme-2025-10-J1"),
    });
    expect(rows[0]!.GROUP_ID).toMatch(/^\d+$/);
  });

  it("Dynamics 365: account and dimensions joined", () => {
    const rows = parse(file("DYNAMICS_365"), { columns: true }) as Array<Record<string, string>>;
    expect(rows[0]).toEqual({
      JOURNALBATCHNUMBER: shortIdOf("acme-2025-10-J1"), LINENUMBER: "1", ACCOUNTTYPE: "Ledger", ACCOUNTDISPLAYVALUE: "100-CC10-6100", TRANSDATE: "2025-10-31", CURRENCYCODE: "USD", DEBITAMOUNT: "1234.56", CREDITAMOUNT: "",
      TEXT: "ALLOCATION platform sales.calls 2025-10", OFFSETACCOUNTTYPE: "", OFFSETACCOUNTDISPLAYVALUE: "", VOUCHER: shortIdOf("acme-2025-10-J1"),
    });
    expect(shortIdOf("acme-2025-10-J1")).toMatch(/^[0-9A-Z]{10}$/);
  });

  it("SAP: a header block, then the lines; headings as the customer's template has them", () => {
    const options: ProfileOptionsInput = { profile: "SAP_S4HANA", headings: [{ column: "G/L Account", heading: "Sachkonto" }], constants: [{ column: "Journal Entry Type", value: "ZV" }], dateFormat: "DD_MM_YYYY" };
    expect(file("SAP_S4HANA", options).split("\r\n").slice(0, 4)).toEqual([
      "Batch ID,Company Code,Journal Entry Type,Journal Entry Date,Posting Date,Transaction Currency,Document Header Text,Reference",
      `${shortIdOf("acme-2025-10-J1")},100,ZV,31/10/2025,31/10/2025,USD,Voice-AI cost 2025-10,${shortIdOf("acme-2025-10-J1")}`,
      "Line Company Code,Sachkonto,Debit Amount,Credit Amount,Cost Center,Assignment,Item Text",
      "100,6100,1234.56,,CC10,sales.calls,ALLOCATION platform sales.calls 2025-10",
    ]);
  });

  it.each<[string, () => string, RegExp]>([
    ["Oracle without its ledger", () => file("ORACLE_FBDI"), /^NOT_READY at profile: Oracle Fusion or EBS, GL_INTERFACE needs LEDGER_ID\./],
    ["Oracle without segments", () => file("ORACLE_FBDI", ORACLE, draftLines(mapping([{ debit: to("6100") }]), [charge("sales", 1n)], [])), /^NOT_READY at profile: Oracle .* is made of segments, and the account mapping gives none for line 1, account 6100\./],
    ["Dynamics between entities", () => file("DYNAMICS_365", null, draftLines(mapping([{ debit: to("6100", { entity: "200", segments: ["1"] }) }], { recovery: { account: "4900" } }), [charge("sales", 1n)], [])), /^NOT_READY at profile: .* has no column for another entity, and line 1, account 6100 is between entities/],
    ["Dynamics with a dash in a dimension", () => file("DYNAMICS_365", null, draftLines(mapping([{ debit: to("6100") }]), [charge("sales", 1n)], [])), /^NOT_READY at profile: .* joins account and dimensions with "-", and line 1, account 6100 has a "-"/],
  ])("refuses %s", (_name, work, expected) => {
    expect(refusal(work)).toMatch(expected);
  });

  it.each(PROFILE_CODES)("%s: debits equal credits and the total, in currencies of 0, 2 and 3 decimals", (profile) => {
    for (const [currency, exponent, first] of [["JPY", 0, "123456"], ["USD", 2, "1234.56"], ["KWD", 3, "123.456"]] as const) {
      const content = file(profile, profile === "ORACLE_FBDI" ? ORACLE : null, drafted, journal({ currency }), exponent);
      const lines = content.split("\r\n").slice(profile === "SAP_S4HANA" ? 2 : 0).join("\r\n");
      const rows = parse(lines, { columns: true }) as Array<Record<string, string>>;
      const sum = (pattern: RegExp): bigint => rows.reduce((total, row) => total + Object.entries(row).reduce((minor, [name, value]) => minor + (pattern.test(name) && value !== "" ? BigInt(value.replace(".", "")) : 0n), 0n), 0n);
      const [debit, credit] = profile === "ORACLE_FBDI" ? [/^ENTERED_DR$/, /^ENTERED_CR$/] : [/debit/i, /credit/i];
      expect([sum(debit), sum(credit), content.includes(first)]).toEqual([debitOf(drafted), debitOf(drafted), true]);
    }
  });

  it("comes with a trailer of control totals", () => {
    const rendered = renderJournal("GENERIC", null, journal(), drafted, 2);
    expect(renderControl(journal(), rendered, 2)).toBe(`journal_id,profile,period,currency,line_count,debit_total,credit_total,sha256\r\nacme-2025-10-J1,GENERIC,2025-10,USD,4,1239.56,1239.56,${rendered.contentHash}\r\n`);
  });
});

describe("what there is to post", () => {
  const statement = { businessUnit: "sales", version: 1, hash: "a" };
  const idle: UnallocatedAmount = { kind: "UNALLOCATED", pool: "idle", originPeriod: "2025-10", runId: null, amountMinor: 5n };
  const hash = (rules: MappingRuleInput[], unallocated: UnallocatedAmount[], statements = [statement]): string => hashSources(mapping(rules).rules, statements, unallocated);
  const unnamed: MappingRuleInput[] = [{ debit: to("6100") }];
  const named: MappingRuleInput[] = [...unnamed, { kind: "UNALLOCATED", pool: "idle", debit: to("6990") }];

  it("is what the statements say, and what no unit bears where a rule names it", () => {
    expect(hash(unnamed, [])).not.toBe(hash(unnamed, [], [{ ...statement, version: 2 }]));
    expect(hash(unnamed, [idle])).toBe(hash(unnamed, []));
    expect(hash(named, [idle])).not.toBe(hash(named, []));
    expect(hash(named, [idle])).not.toBe(hash(named, [{ ...idle, amountMinor: 6n }]));
    expect(hash(named, [idle, { ...idle, pool: "spare" }])).toBe(hash(named, [idle]));
    expect(hash(named, [])).toBe(hash(unnamed, []));
  });
});

describe("what a journal is known by", () => {
  it("is made of programme, month and version, and of nothing that changes", () => {
    expect([externalIdOf("acme", "2025-10", 1, "POSTING"), externalIdOf("acme", "2025-10", 1, "REVERSAL"), externalIdOf("acme", "2025-10", 2, "POSTING")]).toEqual(["acme-2025-10-J1", "acme-2025-10-J1R", "acme-2025-10-J2"]);
    const hash = (lines = drafted): string => hashJournal({ externalId: "x", currency: "USD", postingDate: "2025-10-31", lines });
    expect(hash()).toBe(hash(drafted.map((line) => ({ ...line, runId: "another", sources: [] }))));
    expect(hash()).not.toBe(hash(drafted.map((line) => ({ ...line, account: `${line.account}0` }))));
    expect(hash()).not.toBe(hash([...drafted].reverse()));
  });
});
