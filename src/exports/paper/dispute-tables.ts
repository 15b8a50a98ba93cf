import { toMoney } from "../../kernel/money";
import { Dispute, DisputeMessage, Evidence, threadOf } from "../../chargeback";
import { PaperTable } from "./paper";
import { instant } from "./paper-words";
import { StatementFacts } from "./statement-facts";

/** What was disputed in this version or an earlier one, and what both sides wrote about it. */
export function disputeTables({ disputes, lines, currency }: StatementFacts): PaperTable[] {
  const numbers = new Map(lines.map(({ lineId }, index) => [lineId, String(index + 1)]));
  const amounts = new Map(lines.map(({ lineId, amountMinor }) => [lineId, toMoney(amountMinor, currency).amount]));
  const disputed: PaperTable = {
    title: "Disputes", words: null, empty: "Nothing was disputed.", total: null,
    columns: [
      { title: "Dispute", type: "integer" }, { title: "Line", type: "integer" }, { title: `Charged ${currency.code}`, type: "decimal" }, { title: "Expected", type: "decimal" }, { title: "Raised", type: "text" }, { title: "By", type: "text" },
      { title: "Answer due", type: "date" }, { title: "Outcome", type: "text" }, { title: "Resolved", type: "text" }, { title: "By", type: "text" },
    ],
    rows: disputes.map(({ lineId, expectedMinor, raisedAt, raisedBy, answerBy, resolution }, index) => [
      String(index + 1), numbers.get(lineId) ?? null, amounts.get(lineId) ?? null, expectedMinor === null ? null : toMoney(expectedMinor, currency).amount, instant(raisedAt), raisedBy, answerBy,
      resolution?.outcome ?? "OPEN", resolution && instant(resolution.resolvedAt), resolution?.resolvedBy ?? null,
    ]),
  };
  return disputes.length === 0 ? [disputed] : [disputed, talkOf(disputes)];
}

function talkOf(disputes: readonly Dispute[]): PaperTable {
  const row = (number: number, { at, side, by, text, evidence }: DisputeMessage): string[] => [String(number), instant(at), side, by, [text, ...evidence.map(pointed)].join("\n")];
  return {
    title: "What was written", words: null, empty: "", total: null,
    columns: [{ title: "Dispute", type: "integer" }, { title: "At", type: "text" }, { title: "Side", type: "text" }, { title: "By", type: "text" }, { title: "Text and evidence", type: "text" }],
    rows: disputes.flatMap((dispute, index) => threadOf(dispute).map((message) => row(index + 1, message))),
  };
}

/** A piece of evidence in words; where it leads is told, and is no link. */
function pointed({ reference, sha256, text }: Evidence): string {
  return `Evidence: ${[reference, sha256 && `sha256 ${sha256}`, text].filter((each) => each !== null && each !== "").join(", ")}`;
}
