import { CsvCell, csvRow } from "../kernel/csv";
import { formatUnits } from "../kernel/decimal";
import { hashText } from "../kernel/hash";
import { toNodeId } from "../kernel/node-id";
import { Refusal } from "../kernel/refusal";
import { ProfileOptions } from "./account-mapping";
import { Journal, JournalLine, creditOf, debitOf } from "./journal";
import { Column, DateFormat, LAYOUTS, Layout, ProfileCode, columnsOf } from "./layout";

/** What a receiver checks a file against. */
export interface ControlTotals {
  readonly lineCount: number;
  readonly debitMinor: bigint;
  readonly creditMinor: bigint;
  /** SHA-256 of the bytes of the file. */
  readonly contentHash: string;
}

/** A journal in the form of an ERP. */
export interface JournalFile extends ControlTotals {
  readonly profile: ProfileCode;
  readonly content: string;
}

interface Written { readonly layout: Layout; readonly options: ProfileOptions | null; readonly journal: Journal; readonly lines: readonly JournalLine[]; readonly exponent: number }

/** The file of a journal. NOT_READY where the mapping of the month does not say what the ERP needs. */
export function renderJournal(profile: ProfileCode, options: ProfileOptions | null, journal: Journal, lines: readonly JournalLine[], exponent: number): JournalFile {
  const layout = LAYOUTS[profile];
  const written: Written = { layout, options, journal, lines, exponent };
  requireConstants(written);
  requireTellable(written);
  const between = lines.some(({ intercompanyEntity }) => intercompanyEntity !== null);
  const shown = (columns: readonly Column[]): Column[] => columns.filter((column) => !column.betweenEntities || between);
  const headings = (columns: readonly Column[]): string => csvRow(columns.map(({ name }) => ({ text: options?.headings.find(({ column }) => column === name)?.heading ?? name })));
  const columns = shown(layout.columns);
  const header = layout.header === null ? "" : headings(layout.header) + csvRow(layout.header.map((column) => cell(written, column, lines[0]!)));
  const content = header + headings(columns) + lines.map((line) => csvRow(columns.map((column) => cell(written, column, line)))).join("");
  return { profile, content, lineCount: lines.length, debitMinor: debitOf(lines), creditMinor: creditOf(lines), contentHash: hashText(content) };
}

/** The trailer that goes with a file: one row of what is in it. */
export function renderControl({ externalId, periodKey, currency }: Pick<Journal, "externalId" | "periodKey" | "currency">, file: ControlTotals & { readonly profile: ProfileCode }, exponent: number): string {
  const columns: Array<[string, CsvCell]> = [
    ["journal_id", { text: externalId }], ["profile", { text: file.profile }], ["period", { text: periodKey }], ["currency", { text: currency }], ["line_count", { figure: String(file.lineCount) }],
    ["debit_total", { figure: formatUnits(file.debitMinor, exponent) }], ["credit_total", { figure: formatUnits(file.creditMinor, exponent) }], ["sha256", { text: file.contentHash }],
  ];
  return csvRow(columns.map(([name]) => ({ text: name }))) + csvRow(columns.map(([, value]) => value));
}

function constantOf({ options }: Written, column: Column): string | null {
  return options?.constants.find((each) => each.column === column.name)?.value ?? (column.from === null ? (column.constant ?? null) : null);
}

function requireConstants(written: Written): void {
  const missing = columnsOf(written.layout).filter((column) => column.from === null && constantOf(written, column) === null).map(({ name }) => name);
  if (missing.length > 0) throw new Refusal("NOT_READY", `${written.layout.title} needs ${missing.join(", ")}. Give ${missing.length === 1 ? "it" : "them"} in profiles of the account mapping, as constants.`, ["profile"]);
}

/** Refuses what the layout has no column for, rather than leave it out. */
function requireTellable({ layout, lines }: Written): void {
  const name = ({ lineNo, account }: JournalLine): string => `line ${lineNo}, account ${account}`;
  const bare = layout.needsSegments ? lines.find(({ segments }) => segments.length === 0) : undefined;
  if (bare) throw new Refusal("NOT_READY", `${layout.title} is made of segments, and the account mapping gives none for ${name(bare)}. Give its account segments.`, ["profile"]);
  const abroad = layout.tellsEntities ? undefined : lines.find(({ intercompanyEntity }) => intercompanyEntity !== null);
  if (abroad) throw new Refusal("NOT_READY", `${layout.title} has no column for another entity, and ${name(abroad)} is between entities. Map it within one entity or take another profile.`, ["profile"]);
  const dashed = layout.columns.some(({ from }) => from === "accountDisplay") ? lines.find((line) => displayParts(line).some((part) => part.includes("-"))) : undefined;
  if (dashed) throw new Refusal("NOT_READY", `${layout.title} joins account and dimensions with "-", and ${name(dashed)} has a "-" in one of them. Give its account segments without.`, ["profile"]);
}

const displayParts = ({ account, costCentre, segments }: JournalLine): readonly string[] => (segments.length > 0 ? segments : [account, ...(costCentre === null ? [] : [costCentre])]);

function cell(written: Written, column: Column, line: JournalLine): CsvCell {
  const constant = constantOf(written, column);
  if (constant !== null) return { text: constant };
  const value = valueOf(written, column, line);
  return "figure" in value || column.longest === undefined ? value : { text: [...value.text].slice(0, column.longest).join("") };
}

function valueOf({ layout, options, journal, exponent, lines }: Written, column: Column, line: JournalLine): CsvCell {
  const text = (value: string | null): CsvCell => ({ text: value ?? "" });
  const figure = (minor: bigint): CsvCell => (minor === 0n ? { text: "" } : { figure: formatUnits(minor, exponent) });
  const day = (date: string): CsvCell => ({ text: inFormat(date, options?.dateFormat ?? layout.dateFormat) });
  switch (column.from) {
    case "externalId": return text(journal.externalId);
    case "shortId": return text(shortIdOf(journal.externalId));
    case "groupNumber": return { figure: groupNumberOf(journal.externalId) };
    case "lineNo": return { figure: String(line.lineNo) };
    case "postingDate": return day(journal.postingDate);
    case "generatedOn": return day(journal.generatedAt.toISOString().slice(0, 10));
    case "postingMonth": return text(monthName(journal.postingDate));
    case "period": return text(journal.periodKey);
    case "currency": return text(journal.currency);
    case "sellerEntity": return text(sellerOf(lines));
    case "entity": return text(line.entity);
    case "intercompanyEntity": return text(line.intercompanyEntity);
    case "account": return text(line.account);
    case "accountDisplay": return text(displayParts(line).join("-"));
    case "costCentre": return text(line.costCentre);
    case "segment": return text(line.segments[column.segment! - 1] ?? null);
    case "debit": return figure(line.debitMinor);
    case "credit": return figure(line.creditMinor);
    case "journalText": return text(`${journal.kind === "REVERSAL" ? "Reversal of voice-AI" : "Voice-AI"} cost ${journal.periodKey}`);
    case "lineText": return text(line.description);
    case "statementLine": return text(line.kind !== null && line.sources.length === 1 ? toNodeId("StatementLine", line.sources[0]!.lineId) : null);
    case "useCase": return text(line.useCase);
    case "run": return text(line.runId === null ? null : toNodeId("AllocationRun", line.runId));
    case null: return text("");
  }
}

/** The programme's own entity: that of its side of the journal. */
const sellerOf = (lines: readonly JournalLine[]): string | null => lines.find(({ kind }) => kind === null)?.entity ?? null;

/** Where an ERP takes ten characters at most: letters and digits made of the external id, always the same. */
export const shortIdOf = (externalId: string): string => BigInt(`0x${hashText(externalId).slice(0, 16)}`).toString(36).toUpperCase().padStart(13, "0").slice(-10);

/** Where an ERP takes a whole number. */
export const groupNumberOf = (externalId: string): string => String(BigInt(`0x${hashText(externalId).slice(0, 12)}`));

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

const monthName = (date: string): string => `${MONTHS[Number(date.slice(5, 7)) - 1]} ${date.slice(0, 4)}`;

function inFormat(date: string, format: DateFormat): string {
  const [year, month, day] = date.split("-") as [string, string, string];
  switch (format) {
    case "YYYY_MM_DD": return date;
    case "MM_DD_YYYY": return `${month}/${day}/${year}`;
    case "DD_MM_YYYY": return `${day}/${month}/${year}`;
    case "YYYY_SLASH_MM_DD": return `${year}/${month}/${day}`;
    case "YYYYMMDD": return `${year}${month}${day}`;
  }
}
