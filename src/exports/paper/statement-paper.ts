import { Currency, toMoney } from "../../kernel/money";
import { STATEMENT_LINE_KINDS, Statement, sumOf } from "../../chargeback";
import { comparisonTables } from "./comparison-tables";
import { disputeTables } from "./dispute-tables";
import { explanationTables } from "./explanation-tables";
import { PaperColumn, PaperDocument, PaperTable, printable } from "./paper";
import { Names, instant, namesOf } from "./paper-words";
import { StatementFacts } from "./statement-facts";

const MODE_WORDS = { SHOWBACK: "SHOWBACK: shown to the unit, not posted to its accounts", CHARGEBACK: "CHARGEBACK: charged to the unit and posted" } as const;

/** A statement as a document. Nothing in it says when or for whom it was printed: the same facts make the same document. */
export function statementPaper(facts: StatementFacts): PaperDocument {
  const { statement, unit, currency } = facts;
  const names = namesOf(facts);
  return printable({
    title: "Chargeback statement", subject: `${named(unit)}, ${statement.periodKey}, version ${statement.version}`,
    fileName: `statement-${unit.code}-${statement.periodKey}-v${statement.version}`, dated: instant(statement.issuedAt), mark: `hash ${statement.hash}`,
    facts: headOf(facts),
    tables: [kindsTable(facts), linesTable(facts, names), ...explanationTables(facts, names), ...disputeTables(facts), ...comparisonTables(facts, names), historyTable(facts), chainTable(facts)],
    notes: [
      `Amounts are in ${currency.code}, exact to its minor unit (${toMoney(1n, currency).amount}). The lines sum to the total.`,
      "Rounding is what was posted less the exact amount cut off towards zero, in minor units: pools are divided by largest remainder, so that the parts sum to the pool.",
      "The hash of a statement is SHA-256 over its codes, amounts, kinds, mode, currency, version and the hash of the version before it. The same statement printed again is the same bytes.",
    ],
  });
}

const named = ({ code, name }: { readonly code: string; readonly name: string }): string => `${name} (${code})`;

function headOf({ programme, currency, unit, period, statement }: StatementFacts): Array<[string, string]> {
  const some = (name: string, value: string | null): Array<[string, string]> => (value === null ? [] : [[name, value]]);
  return [
    ["Programme", named(programme)], ["Business unit", named(unit)], ...some("Cost centre", unit.costCentre),
    ["Period", `${statement.periodKey}, a calendar month of ${programme.timeZone}`], ["Period status", period.status],
    ...some("Period closed", period.closedAt && `${instant(period.closedAt)}, facts recorded before ${instant(period.cutoff!)}`), ...some("Period hash", period.hash),
    ["Statement version", versionWords(statement)], ...some("Restatement", statement.restatementVersion ? `made by version ${statement.restatementVersion} of the month's figures` : null),
    ["Status", statement.status], ["Charge mode", MODE_WORDS[statement.mode]], ["Currency", currency.code], ["Total", toMoney(statement.totalMinor, currency).amount],
    ["Issued", `${instant(statement.issuedAt)} by ${statement.issuedBy}`], ["May be disputed", deadlineWords(statement)], ["Hash", statement.hash], ["Hash of the version before", statement.previousHash ?? "none: this is the first"],
  ];
}

function versionWords({ version, newestVersion }: Statement): string {
  return version === newestVersion ? `${version}, the newest` : `${version}, superseded: the newest is ${newestVersion}`;
}

function deadlineWords({ status, disputableUntil, acceptsBySilence, rulesVersion }: Statement): string {
  if (status === "POSTED" || status === "SUPERSEDED") return "no longer";
  if (disputableUntil === null) return "until it is posted";
  return `until ${disputableUntil}, by version ${rulesVersion} of the rules${acceptsBySilence ? "; silence until then is taken for acceptance" : ""}`;
}

const KIND_WORDS = {
  ALLOCATION: "a share of divided cost", DIRECT: "cost of the use case itself", ADJUSTMENT: "what came late for an earlier month", RESTATEMENT: "what came late for this month, after its close",
  TRUE_UP: "standard rates that recovered too much or too little", RESOLUTION: "the answer to a dispute",
} as const;

function kindsTable({ lines, currency }: StatementFacts): PaperTable {
  const rows = STATEMENT_LINE_KINDS.map((kind) => ({ kind, of: lines.filter((line) => line.kind === kind) })).filter(({ of }) => of.length > 0);
  return {
    title: "Summary", words: null, empty: "Nothing is charged.", columns: [text("Kind"), text("What it is"), { title: "Lines", type: "integer" }, money(currency, "Amount")],
    rows: rows.map(({ kind, of }) => [kind, KIND_WORDS[kind], String(of.length), toMoney(sumOf(of), currency).amount]),
    total: ["Total", null, String(lines.length), toMoney(sumOf(lines), currency).amount],
  };
}

function linesTable({ lines, currency, runs, disputes }: StatementFacts, { pool, useCase }: Names): PaperTable {
  const outcome = new Map(disputes.map(({ lineId, resolution }) => [lineId, resolution?.outcome ?? "OPEN"]));
  return {
    title: "Lines", words: null, empty: "There is no line: nothing is charged to this unit in this month.",
    columns: [{ title: "Line", type: "integer" }, text("Kind"), text("Caused in"), text("Pool"), text("Use case"), text("Run"), { title: "Policy version", type: "integer" }, text("Note"), text("Dispute"), money(currency, "Amount")],
    rows: lines.map((line, index) => {
      const run = line.run && runs.get(line.run.id);
      return [
        String(index + 1), line.kind, line.originPeriod, pool(line.pool), useCase(line.useCase), run ? `${run.periodKey} run ${run.sequence}` : null, run ? String(run.policyVersion) : null,
        line.description, outcome.get(line.lineId) ?? null, toMoney(line.amountMinor, currency).amount,
      ];
    }),
    total: ["Total", null, null, null, null, null, null, null, null, toMoney(sumOf(lines), currency).amount],
  };
}

function historyTable({ history }: StatementFacts): PaperTable {
  return {
    title: "History", words: "What happened to this version.", empty: "Nothing yet.", columns: [text("At"), text("Status"), text("By"), text("By silence"), text("Disputable until"), text("Reason")],
    rows: history.map(({ at, status, subject, bySilence, disputableUntil, reason }) => [instant(at), status, subject, bySilence ? "yes" : "no", disputableUntil, reason]), total: null,
  };
}

/** The chain leads back: what came after this version is no part of it. */
function chainTable({ versions, statement, currency }: StatementFacts): PaperTable {
  return {
    title: "Hash chain", words: "Every version of this statement up to this one. Each hash covers the hash before it.", empty: "None.",
    columns: [{ title: "Version", type: "integer" }, text("Issued"), text("By"), money(currency, "Total"), text("Hash"), text("Hash before")],
    rows: versions.filter(({ version }) => version <= statement.version).map((each) => [String(each.version), instant(each.issuedAt), each.issuedBy, toMoney(each.totalMinor, currency).amount, each.hash, each.previousHash]), total: null,
  };
}

const text = (title: string): PaperColumn => ({ title, type: "text" });
const money = ({ code }: Currency, title: string): PaperColumn => ({ title: `${title} ${code}`, type: "decimal" });
