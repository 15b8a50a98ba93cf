import { createHash } from "node:crypto";
import fc from "fast-check";
import { strFromU8, unzipSync } from "fflate";
import { Dispute, StatementLineKind } from "../../src/chargeback";
import { bridgeCharge } from "../../src/chargeback/bridge/charge-bridge";
import { HTML_POLICY, htmlPaper } from "../../src/exports/paper/html-paper";
import { PaperDocument, PaperTable, visible } from "../../src/exports/paper/paper";
import { pdfPaper } from "../../src/exports/paper/pdf-paper";
import { columnWidths, shownWith, wrapped } from "../../src/exports/paper/pdf-text";
import { PAPER_FORMATS, PAPER_SPECS, tagOf } from "../../src/exports/paper/render-paper";
import { statementPaper } from "../../src/exports/paper/statement-paper";
import { xlsxPaper } from "../../src/exports/paper/xlsx-paper";
import { withoutFormula } from "../../src/kernel/csv";
import { pdfPages } from "../support/pdf-text";
import { line, statementFacts, third } from "../support/statement-facts";

const table = (paper: PaperDocument, title: string): PaperTable => paper.tables.find((each) => each.title === title)!;
const fact = (paper: PaperDocument, name: string): string | undefined => paper.facts.find(([each]) => each === name)?.[1];
const sheetsOf = (paper: PaperDocument): Record<string, string> => {
  const files = unzipSync(xlsxPaper(paper));
  const names = [...strFromU8(files["xl/workbook.xml"]!).matchAll(/<sheet name="([^"]+)"/g)].map(([, name]) => name!);
  return Object.fromEntries(names.map((name, index) => [name, strFromU8(files[`xl/worksheets/sheet${index + 1}.xml`]!)]));
};

const dispute: Dispute = {
  id: "d", lineId: "l1", reason: "ran twice", evidence: [{ reference: "https://files.example/1", sha256: "e".repeat(64), text: null }], expectedMinor: 1_000n, raisedBy: "head-of-claims", raisedAt: new Date("2025-11-05T08:00:00Z"), answerBy: "2025-11-19", overdueFrom: null, isOverdue: false,
  messages: [{ side: "FINANCE", text: "Which calls?", evidence: [], by: "controller", at: new Date("2025-11-06T08:00:00Z") }],
  resolution: { id: "x", outcome: "REJECTED", reason: "once only", resolvedBy: "controller", resolvedAt: new Date("2025-11-07T08:00:00Z") },
};

const KINDS: ReadonlyArray<[StatementLineKind, bigint]> = [["ALLOCATION", 3_334n], ["DIRECT", 1_250n], ["ADJUSTMENT", -500n], ["RESTATEMENT", 7n], ["TRUE_UP", -66n], ["RESOLUTION", -100n]];
const everyKind = KINDS.map(([kind, amount], index) => line(`l${index + 1}`, amount, { kind, ...(kind === "ALLOCATION" ? {} : { run: null }), ...(kind === "RESOLUTION" ? { useCase: null, pool: null } : {}), ...(kind === "ADJUSTMENT" ? { originPeriod: "2025-09", description: "Late usage of 2025-09" } : {}) }));
const whole = statementFacts(everyKind, { explanations: new Map([["l1", [third("USD")]]]), disputes: [dispute] });

describe("the model", () => {
  const paper = statementPaper(whole);

  it("says what the statement is, whose and until when", () => {
    expect([paper.title, paper.subject, paper.fileName, paper.dated, paper.mark]).toEqual(["Chargeback statement", "Claims (claims), 2025-10, version 1", "statement-claims-2025-10-v1", "2025-11-04T12:00:00.000Z", `hash ${whole.statement.hash}`]);
    expect(["Period status", "Statement version", "Status", "Charge mode", "Currency", "Total", "May be disputed", "Hash", "Hash of the version before", "Cost centre"].map((name) => fact(paper, name))).toEqual([
      "CLOSED", "1, the newest", "ISSUED", "CHARGEBACK: charged to the unit and posted", "USD", "39.25", "until 2025-11-18, by version 2 of the rules; silence until then is taken for acceptance", whole.statement.hash, "none: this is the first", "4711",
    ]);
    const posted = statementPaper({ ...whole, statement: { ...whole.statement, status: "POSTED", mode: "SHOWBACK", version: 2, newestVersion: 3, previousHash: "f".repeat(64), restatementVersion: 2, disputableUntil: null } });
    expect(["Statement version", "Status", "Charge mode", "May be disputed", "Hash of the version before", "Restatement"].map((name) => fact(posted, name))).toEqual(["2, superseded: the newest is 3", "POSTED", "SHOWBACK: shown to the unit, not posted to its accounts", "no longer", "f".repeat(64), "made by version 2 of the month's figures"]);
  });

  it("has every kind of line, which sum to the total", () => {
    expect(table(paper, "Lines").rows.map((row) => [row[0], row[1], row[2], row[3], row[4], row[5], row[6], row[7], row[8], row[9]])).toEqual([
      ["1", "ALLOCATION", "2025-10", "Platform (platform)", "Triage (triage)", "2025-10 run 2", "3", null, "REJECTED", "33.34"],
      ["2", "DIRECT", "2025-10", "Platform (platform)", "Triage (triage)", null, null, null, null, "12.50"],
      ["3", "ADJUSTMENT", "2025-09", "Platform (platform)", "Triage (triage)", null, null, "Late usage of 2025-09", null, "-5.00"],
      ["4", "RESTATEMENT", "2025-10", "Platform (platform)", "Triage (triage)", null, null, null, null, "0.07"],
      ["5", "TRUE_UP", "2025-10", "Platform (platform)", "Triage (triage)", null, null, null, null, "-0.66"],
      ["6", "RESOLUTION", "2025-10", null, null, null, null, null, null, "-1.00"],
    ]);
    expect([table(paper, "Lines").total!.at(-1), table(paper, "Summary").total, table(paper, "Summary").rows.map(([kind, , count, amount]) => [kind, count, amount])]).toEqual([
      "39.25", ["Total", null, "6", "39.25"], KINDS.map(([kind], index) => [kind, "1", ["33.34", "12.50", "-5.00", "0.07", "-0.66", "-1.00"][index]]),
    ]);
  });

  it("explains a share: pool, driver of the total, fraction, rounding unit, policy and run", () => {
    expect(table(paper, "How shares came about").rows).toEqual([["1", "Platform (platform)", "Triage (triage)", "100.00", "0.00", "CALLS", "1", "3", "1/3", "33.33333333", "1", "33.34", "3", `2025-10 run 2 ${"b".repeat(12)}`]]);
    expect(table(paper, "Steps")).toBeUndefined();
    const step = { step: 1, pool: "platform", toPool: null, method: "FIXED", driverText: null, quantity: null, driverTotal: null, share: "1/3", rate: null, exactAmount: "100/3" };
    const methods = statementPaper({ ...whole, explanations: new Map([["l1", [third("USD", { driver: null, driverQuantity: null, driverTotal: null, method: null, chain: [{ ...step, toPool: "shared", exactAmount: "50" }, step], split: { by: "MEASURED", driver: "CALLS", bookedDriver: null, quantity: "2", total: "5" } })]]]) });
    expect(table(methods, "How shares came about").rows[0]!.slice(5, 8)).toEqual(["several methods, see Steps", null, null]);
    expect(table(methods, "Steps").rows).toEqual([["1", "1", "Platform (platform)", "shared", "FIXED", null, null, null, "1/3", null, "50.00000000"], ["1", "1", "Platform (platform)", "this unit", "FIXED", null, null, null, "1/3", null, "33.33333333"], ["1", null, "this unit", "Triage (triage)", "MEASURED", "CALLS", "2", "5", null, null, "33.33333333"]]);
  });

  it("tells of disputes and of what both sides wrote, by the number of the line", () => {
    expect(table(paper, "Disputes").rows).toEqual([["1", "1", "33.34", "10.00", "2025-11-05T08:00:00.000Z", "head-of-claims", "2025-11-19", "REJECTED", "2025-11-07T08:00:00.000Z", "controller"]]);
    expect(table(paper, "What was written").rows.map(([, , side, by, text]) => [side, by, text])).toEqual([["UNIT", "head-of-claims", `ran twice\nEvidence: https://files.example/1, sha256 ${"e".repeat(64)}`], ["FINANCE", "controller", "Which calls?"], ["FINANCE", "controller", "once only"]]);
    expect(table(statementPaper(statementFacts([])), "Disputes")).toMatchObject({ rows: [], empty: "Nothing was disputed." });
  });

  it("compares with the month before cell by cell, with effects that sum to the change", () => {
    const lines = [line("l1", 1_250n, { kind: "DIRECT", run: null }), line("l2", 300n, { kind: "DIRECT", run: null, useCase: "new", pool: "voice" })];
    const old = [line("o1", 1_000n, { kind: "DIRECT", run: null }), line("o2", 40n, { kind: "ADJUSTMENT", run: null, originPeriod: "2025-08" })];
    const facts = statementFacts(lines);
    const before = { ...facts.statement, periodKey: "2025-09", totalMinor: 1_040n };
    const compared = statementPaper({ ...facts, comparison: { before, lines: old, bridge: bridgeCharge({ lines: old, usage: [] }, { lines, usage: [] }, { from: [], to: [], effects: [] }) } });
    expect(table(compared, "Against the month before")).toMatchObject({
      columns: [{ title: "Use case" }, { title: "Pool" }, { title: "2025-09" }, { title: "2025-10" }, { title: "Change USD" }],
      rows: [["new", "voice", "0.00", "3.00", "3.00"], ["Triage (triage)", "Platform (platform)", "10.40", "12.50", "2.10"]], total: ["Total", null, "10.40", "15.50", "5.10"],
    });
    expect(table(compared, "Against the month before").words).toContain("claims is charged 15.50 USD in 2025-10, 5.10 USD more than in 2025-09");
    expect(table(compared, "What made the difference")).toMatchObject({ rows: [["DIRECT", expect.stringContaining("a use case of another unit"), "5.50"], ["ADJUSTMENT", expect.any(String), "-0.40"]], total: ["Total", null, "5.10"] });
    expect(table(statementPaper(facts), "Against the month before")).toMatchObject({ rows: [], empty: "There was no statement of the month before when this one was issued." });
  });

  it("leads the chain of hashes back, never on", () => {
    const [first, second, third] = [1, 2, 3].map((version) => ({ ...whole.statement, version, hash: String(version).repeat(64), previousHash: version === 1 ? null : String(version - 1).repeat(64) }));
    const chained = statementPaper({ ...whole, statement: second!, versions: [first!, second!, third!] });
    expect(table(chained, "Hash chain").rows.map(([version, , , total, hash, before]) => [version, total, hash, before])).toEqual([["1", "39.25", "1".repeat(64), null], ["2", "39.25", "2".repeat(64), "1".repeat(64)]]);
  });

  it.each([["JPY", "3334", "33.333333", "1"], ["KWD", "3.334", "0.033333333", "0.001"]])("writes the minor units of %s", (code, amount, _unrounded, unit) => {
    const foreign = statementPaper(statementFacts([line("l1", 3_334n), line("l2", -3_334n, { kind: "ADJUSTMENT" })], { code, explanations: new Map([["l1", [third(code)]]]) }));
    expect([table(foreign, "Lines").rows.map((row) => row.at(-1)), fact(foreign, "Total"), table(foreign, "How shares came about").rows[0]![11]]).toEqual([[amount, `-${amount}`], (0).toFixed(amount.includes(".") ? 3 : 0), amount]);
    expect(table(foreign, "How shares came about").rows[0]![9]).toBe(code === "JPY" ? "3333.333333" : "3.333333333");
    expect(foreign.notes[0]).toContain(`(${unit})`);
  });

  it("shows what cannot be seen, and leaves other text alone", () => {
    expect(visible("a\u202eb\u0000c\u200bd\ud800e\r\nf\tg\u0007")).toBe("a\ufffdb\ufffdc\ufffdd\ufffde\nf\tg\ufffd");
    expect(visible("Größe 重要 Привет עברית 👩‍💻")).toBe("Größe 重要 Привет עברית 👩‍💻");
    expect(statementPaper(statementFacts([], { unit: { ...whole.unit, name: "Cla\u202eims" } })).subject).toContain("Cla\ufffdims");
  });
});

const HOSTILE = `<script>alert("1")</script>&'\u{1f600}`;
const FORMULAS = ["=1+1", "+1", "-5.00", "@x", "\t=1", " =1", "＝x", "=HYPERLINK(\"http://x\")"];

describe("HTML", () => {
  it("escapes every text, runs nothing, and its policy lets in this one stylesheet", () => {
    const named = statementFacts([line("l1", -5n, { kind: "DIRECT", run: null, description: HOSTILE })], { unit: { ...whole.unit, name: HOSTILE, costCentre: HOSTILE }, poolNames: new Map([["platform", HOSTILE]]), programme: { ...whole.programme, name: HOSTILE }, disputes: [{ ...dispute, reason: HOSTILE, raisedBy: HOSTILE }] });
    const page = htmlPaper(statementPaper(named));
    expect(page).not.toMatch(/<script|javascript:|\son\w+=|<(img|iframe|link|a|form|object)\b|@import|url\(/i);
    expect(page.split("&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;&#39;\u{1f600}").length - 1).toBeGreaterThan(6);
    expect(page).toContain('<td class="figure whole">-0.05</td>');
    const styles = [...page.matchAll(/<style>([^]*?)<\/style>/g)].map(([, style]) => style!);
    expect(styles).toHaveLength(1);
    const hash = createHash("sha256").update(styles[0]!).digest("base64");
    expect(HTML_POLICY).toBe(`default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`);
    expect(page).toContain(`<meta http-equiv="Content-Security-Policy" content="default-src &#39;none&#39;; style-src &#39;sha256-${hash}&#39;`);
    // Any style of an element would be stopped by that policy.
    expect(page).not.toMatch(/<[^>]+ style=/);
  });

  it("prints: pages, repeated headers, rows that stay whole", () => {
    const page = htmlPaper(statementPaper(whole));
    expect(page).toMatch(/@page\{size:A4 landscape/);
    expect(page).toContain("thead{display:table-header-group}");
    expect(page.match(/<thead>/g)).toHaveLength(statementPaper(whole).tables.filter(({ rows }) => rows.length > 0).length);
    for (const { title } of statementPaper(whole).tables) expect(page).toContain(`<h2>${title}</h2>`);
  });
});

describe("XLSX", () => {
  it("has a sheet for each table, figures as numbers, text inert, and no formula", () => {
    const lines = FORMULAS.map((text, index) => line(`l${index}`, BigInt(-index), { kind: "DIRECT", run: null, description: text }));
    const sheets = sheetsOf(statementPaper(statementFacts(lines, { unit: { ...whole.unit, name: "=cmd|' /C calc'!A0" }, explanations: new Map([["l0", [third("USD")]]]) })));
    expect(Object.keys(sheets)).toEqual(["Statement", "Summary", "Lines", "How shares came about", "Disputes", "Against the month before", "History", "Hash chain"]);
    expect(Object.values(sheets).join("")).not.toMatch(/<f[ >]/);
    expect([...sheets.Lines!.matchAll(/<c r="J\d+"><v>([^<]*)<\/v>/g)].map(([, value]) => value)).toEqual(["0.00", "-0.01", "-0.02", "-0.03", "-0.04", "-0.05", "-0.06", "-0.07", "-0.28"]);
    expect([...sheets.Lines!.matchAll(/<c r="H\d+" s="3" t="inlineStr">/g)]).toHaveLength(FORMULAS.filter((text) => withoutFormula(text) !== text).length);
    expect(sheets.Statement).not.toContain('<f');
    // 1/3 as a number would be a date.
    expect(sheets["How shares came about"]).toContain('<c r="I2" t="inlineStr"><is><t xml:space="preserve">1/3</t>');
  });

  it("does not break at text that is longer than a cell holds", () => {
    const sheets = sheetsOf(statementPaper(statementFacts([line("l1", 1n, { description: "😀".repeat(20_000) })])));
    const [, held] = /<c r="H2" t="inlineStr"><is><t xml:space="preserve">([^<]*)</.exec(sheets.Lines!)!;
    expect([held!.length <= 32_767, held!.endsWith("😀…")]).toEqual([true, true]);
  });
});

describe("PDF", () => {
  it("says what the page says", async () => {
    const paper = statementPaper(whole);
    const pages = pdfPages(await pdfPaper(paper));
    const said = pages.flat();
    for (const words of ["Chargeback statement", "Claims (claims), 2025-10, version 1", whole.statement.hash, ...table(paper, "Lines").rows.flatMap((row) => row.at(-1)!), "33.33333333", "1/3", "39.25", "Which calls?", "Hash of the version before", "none: this is the first"]) expect(said).toContain(words);
    expect(pages.map((lines) => lines.slice(-2))).toEqual(pages.map((_, index) => [`Chargeback statement: Claims (claims), 2025-10, version 1, hash ${whole.statement.hash}`, `page ${index + 1} of ${pages.length}`]));
    expect(said.join("")).not.toMatch(/\ufffd/);
  });

  it("repeats the header of a table on each of its pages, loses no row of 500, and turns no page inside one", async () => {
    const many = statementFacts(Array.from({ length: 500 }, (_, index) => line(`l${index}`, BigInt(index) - 250n, { kind: "DIRECT", run: null, useCase: `use-case-${index}-${"long".repeat(12)}`, description: `row ${index} of a statement with a note that takes more than one line in its column, surely, on any page` })));
    const pages = pdfPages(await pdfPaper(statementPaper(many)));
    const amounts = new Set(pages.flat());
    const expected = many.lines.map(({ amountMinor }) => (amountMinor < 0n ? "-" : "") + `${(amountMinor < 0n ? -amountMinor : amountMinor) / 100n}.${String((amountMinor < 0n ? -amountMinor : amountMinor) % 100n).padStart(2, "0")}`);
    expect(pages.length).toBeGreaterThan(10);
    expect(expected.filter((each) => !amounts.has(each))).toEqual([]);
    const ofLines = pages.filter((lines) => lines.some((each) => /^row \d+ of/.test(each)));
    expect(ofLines.length).toBeGreaterThan(8);
    expect(ofLines.filter((lines) => !lines.includes("Kind") || !lines.includes("Amount"))).toEqual([]);
    expect(ofLines.flatMap((lines) => lines.filter((each) => /^row \d+ of/.test(each)))).toHaveLength(500);
  });

  it("is a page of its own without a line, and goes on over pages inside a row that is higher than one", async () => {
    const none = pdfPages(await pdfPaper(statementPaper(statementFacts([]))));
    expect(none.flat()).toContain("There is no line: nothing is charged to this unit in this month.");
    const words = Array.from({ length: 4_000 }, (_, index) => `word${index}`);
    const talk = pdfPages(await pdfPaper(statementPaper(statementFacts([line("l1", 1n)], { disputes: [{ ...dispute, messages: [], reason: words.join(" ") }] }))));
    expect(talk.length).toBeGreaterThan(3);
    const said = new Set(talk.flat().join(" ").split(/\s+/));
    expect(words.filter((word) => !said.has(word))).toEqual([]);
  });

  it("shows Greek and Cyrillic, and replaces what its font does not hold, and says so", async () => {
    const held = pdfPages(await pdfPaper(statementPaper(statementFacts([], { unit: { ...whole.unit, name: "Größe Привет Ελλάς ķēžģ" } })))).flat();
    expect([held.includes("Größe Привет Ελλάς ķēžģ (claims), 2025-10, version 1"), held.some((each) => each.includes("do not"))]).toEqual([true, false]);
    const not = pdfPages(await pdfPaper(statementPaper(statementFacts([], { unit: { ...whole.unit, name: "東京 עברית" } })))).flat();
    expect(not).toContain("\ufffd\ufffd \ufffd\ufffd\ufffd\ufffd\ufffd (claims), 2025-10, version 1");
    expect(not.some((each) => each.startsWith("Signs of this file that stand as \ufffd: 14."))).toBe(true);
  });

  it("wraps text so that no line is wider than its column and no sign is lost", () => {
    const size = (sign: string): number => (sign === "W" ? 3 : sign === " " ? 1 : 2);
    fc.assert(fc.property(fc.string({ unit: fc.constantFrom("a", "W", " ", "\n", "é", "😀"), maxLength: 60 }), fc.integer({ min: 3, max: 20 }), (text, width) => {
      const lines = wrapped(text, width, size);
      expect(lines.filter((each) => Array.from(each).reduce((sum, sign) => sum + size(sign), 0) > width)).toEqual([]);
      expect(lines.join("").replaceAll(" ", "")).toBe(text.replace(/[ \n]/g, ""));
    }), { numRuns: 200 });
    expect(wrapped("one two three", 14, () => 2)).toEqual(["one two", "three"]);
    expect(shownWith("a\ufe0f中é", (codePoint) => codePoint < 0x3000)).toEqual({ text: "a\ufffdé", replaced: 1 });
  });

  it("gives columns the width of the page, figures what they need", () => {
    fc.assert(fc.property(fc.array(fc.tuple(fc.integer({ min: 1, max: 400 }), fc.boolean()), { minLength: 1, maxLength: 14 }), (given) => {
      const widths = columnWidths(given.map(([natural]) => natural), given.map(([, isText]) => isText), 770, 30);
      expect(Math.abs(widths.reduce((sum, each) => sum + each, 0) - 770)).toBeLessThan(0.001);
      expect(Math.min(...widths)).toBeGreaterThan(0);
    }), { numRuns: 200 });
    expect(columnWidths([50, 100, 300], [false, true, true], 400, 30)).toEqual([50, expect.closeTo(30 + (70 / 340) * 290), expect.closeTo(30 + (270 / 340) * 290)]);
  });
});

describe("every format", () => {
  it("is the same bytes for the same statement, with a tag that tells statements and formats apart", async () => {
    const other = statementPaper({ ...whole, statement: { ...whole.statement, status: "POSTED" } });
    const tags = new Set<string>();
    for (const format of PAPER_FORMATS) {
      const [one, two] = [Buffer.from(await PAPER_SPECS[format].render(statementPaper(whole))), Buffer.from(await PAPER_SPECS[format].render(statementPaper(whole)))];
      expect([format, one.equals(two)]).toEqual([format, true]);
      expect(tagOf(statementPaper(whole), format)).toBe(tagOf(statementPaper(whole), format));
      for (const paper of [statementPaper(whole), other]) tags.add(tagOf(paper, format));
    }
    expect(tags.size).toBe(6);
  });
});
