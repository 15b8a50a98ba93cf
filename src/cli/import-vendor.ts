import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { compareCodes } from "../kernel/apportion";
import { currencyOf } from "../kernel/money";
import { Refusal } from "../kernel/refusal";
import { bookCost } from "../costs";
import { bookCostPorts } from "../costs/costs-ports.store";
import { entriesBeginningWith } from "../costs/costs.query";
import { FOCUS_NEEDED, FocusRow, VendorLineInput, VendorStatementInput, bookVendorStatement, readFocusRow, remarksOnFocusRow, readTwilioUsage } from "../rating";
import { bookVendorStatementPorts } from "../rating/reconciliation-ports.store";
import { COST_COMPONENTS } from "../metering/usage-event";
import { Scope } from "../tenancy";
import { Database, TenantTransaction } from "../tenancy/database.store";
import { FocusEntry, StatementServices, creditsBegin, entriesBegin, focusEntries } from "./focus-entries";
import { readRows } from "./read-rows";
import { replacedBy, takeBackEntries } from "./replace-statements";
import { recordAudit } from "./session";

export const VENDOR_FILE_KINDS = ["twilio-usage", "focus", "invoice"] as const;
export const INVOICE_COLUMNS = ["amount", "currency", "description", "component", "callRef", "quantity", "unit"] as const;

export interface ImportVendorOptions {
  readonly file: string;
  readonly kind: (typeof VENDOR_FILE_KINDS)[number];
  readonly vendor: string;
  /** Needed for twilio-usage and invoice; FOCUS rows name theirs. */
  readonly period?: string;
  /** Identity in the vendor's books; the name of the file when left out. */
  readonly id?: string;
  /** FOCUS: also book what it costs on this pool, an entry per service. */
  readonly pool?: string;
  /** Identity of an earlier file of the vendor whose place this one takes. */
  readonly replaces?: string;
}

export interface VendorFault {
  readonly row: number;
  readonly column: string;
  readonly reason: string;
}

export interface ImportVendorSummary {
  readonly rows: number;
  readonly statements: ReadonlyArray<{ readonly externalId: string; readonly period: string; readonly currency: string; readonly total: string; readonly lines: number; readonly duplicate: boolean }>;
  readonly entries: ReadonlyArray<{ readonly externalId: string; readonly amount: string; readonly currency: string }>;
  readonly faults: readonly VendorFault[];
  /** FOCUS: what else is wrong with rows that were taken all the same, by column and reason, with the numbers of the first rows. */
  readonly remarks: readonly VendorRemark[];
}

export interface VendorRemark {
  readonly column: string;
  readonly reason: string;
  readonly rows: number;
  readonly firstRows: readonly number[];
}

/** Keeps what a vendor's file says, all of it or nothing: a faulty row is named with its number, column and reason, and nothing is booked. Safe to repeat. */
export async function importVendor(database: Database, scope: Scope, options: ImportVendorOptions): Promise<ImportVendorSummary> {
  const { vendor, pool, replaces } = options;
  const { rows, statements, services, faults, remarks } = options.kind === "twilio-usage" ? await twilio(options) : await fromRows(options);
  if (faults.length > 0 || statements.length === 0) return { rows, statements: [], entries: [], faults, remarks };
  return database.withTenant(scope, async (tx) => {
    const replaced = replaces === undefined ? new Map<string, string>() : await replacedBy(tx, { vendor, id: idOf(options), replaces }, statements);
    const booked: Array<ImportVendorSummary["statements"][number]> = [];
    const entries: Array<ImportVendorSummary["entries"][number]> = [];
    for (const input of statements) {
      const { statement, isNew } = await bookVendorStatement(bookVendorStatementPorts(tx, recordAudit), { ...input, replaces: replaced.get(input.externalId) });
      booked.push({ externalId: statement.externalId, period: statement.period, currency: statement.currency, total: statement.total, lines: statement.lineCount, duplicate: !isNew });
      if (statement.replacedBy !== null && pool !== undefined) throw new Refusal("CONFLICT", `${statement.externalId} was replaced by ${statement.replacedBy}, whose cost counts. Nothing was booked.`, ["pool"]);
      if (statement.replaces !== null) entries.push(...(await takeBackEntries(tx, recordAudit, { vendor, statement: statement.replaces, hasPool: pool !== undefined })));
    }
    for (const entry of pool === undefined ? [] : await entriesOf(tx, vendor, services)) {
      await bookCost(bookCostPorts(tx, recordAudit), { ...entry, pool: pool!, vendor });
      entries.push({ externalId: entry.externalId, amount: entry.amount, currency: entry.currency });
    }
    return { rows, statements: booked, entries, faults, remarks };
  }, { statementTimeoutMs: 0 });
}

/** Of a statement that was booked before credits stood apart the entries are what they were then, so that importing it again books nothing. */
async function entriesOf(tx: TenantTransaction, vendor: string, services: readonly StatementServices[]): Promise<FocusEntry[]> {
  const entries: FocusEntry[] = [];
  for (const each of services) {
    const there = await entriesBeginningWith(tx, entriesBegin(vendor, each.id));
    const wasNetted = there.length > 0 && !there.some(({ externalId }) => externalId.startsWith(creditsBegin(vendor, each.id)));
    entries.push(...focusEntries(vendor, each, wasNetted));
  }
  return entries;
}

interface Read {
  readonly rows: number;
  readonly statements: readonly VendorStatementInput[];
  /** Of FOCUS: the amounts of each service, by statement. */
  readonly services: readonly StatementServices[];
  readonly faults: readonly VendorFault[];
  readonly remarks: readonly VendorRemark[];
}

const idOf = ({ id, file }: ImportVendorOptions): string => id ?? basename(file);

function periodOf({ period, kind }: ImportVendorOptions): string {
  if (period === undefined) throw new Refusal("BAD_USER_INPUT", `A file of kind ${kind} does not say its month. Give --period.`, ["period"]);
  return period;
}

async function twilio(options: ImportVendorOptions): Promise<Read> {
  let json: unknown;
  try {
    json = JSON.parse(await readFile(options.file, "utf8"));
  } catch (error) {
    throw new Refusal("BAD_USER_INPUT", `${options.file} is no JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  const statement = readTwilioUsage(json, { vendor: options.vendor, period: periodOf(options), externalId: idOf(options) });
  return { rows: statement.lines.length, statements: [statement], services: [], faults: [], remarks: [] };
}

async function fromRows(options: ImportVendorOptions): Promise<Read> {
  const reader = readRows(options.file);
  const faults: VendorFault[] = [];
  const remarks = new Remarks();
  const groups = new Map<string, FocusRow[]>();
  let rows = 0;
  try {
    const columns = await reader.columns();
    const needed = options.kind === "focus" ? FOCUS_NEEDED : INVOICE_COLUMNS.slice(0, 2);
    const missing = needed.filter((column) => !columns.includes(column));
    if (missing.length > 0) throw new Refusal("BAD_USER_INPUT", `${options.file} lacks ${missing.join(", ")}. Nothing was booked.`);
    for await (const item of reader) {
      rows += 1;
      if ("error" in item) {
        faults.push({ row: item.rowNumber, column: "", reason: item.error });
        continue;
      }
      const read = options.kind === "focus" ? readFocusRow(item.row) : invoiceRow(item.row, periodOf(options));
      if ("reason" in read) faults.push({ row: item.rowNumber, ...read });
      else {
        const key = `${read.period}/${read.currency}`;
        const group = groups.get(key);
        if (group) group.push(read);
        else groups.set(key, [read]);
        if (options.kind === "focus") remarks.add(item.rowNumber, remarksOnFocusRow(item.row));
      }
    }
  } finally {
    await reader.close();
  }
  const ordered = [...groups].sort(([a], [b]) => compareCodes(a, b));
  const single = options.kind === "invoice" && ordered.length === 1;
  return {
    rows, faults, remarks: remarks.list(),
    statements: ordered.map(([key, found]) => ({ vendor: options.vendor, period: found[0]!.period, kind: options.kind === "focus" ? "FOCUS" : "INVOICE", externalId: single ? idOf(options) : `${idOf(options)}/${key}`, currency: found[0]!.currency, lines: found.map(({ line }) => line) })),
    services: options.kind === "focus" ? ordered.map(([key, found]) => ({ id: `${idOf(options)}/${key}`, period: found[0]!.period, currency: found[0]!.currency, amounts: byService(found.filter(({ isCredit }) => !isCredit)), credits: byService(found.filter(({ isCredit }) => isCredit)) })) : [],
  };
}

const FIRST_ROWS = 5;

/** Counts what is remarked on rows, by column and reason. */
class Remarks {
  private readonly found = new Map<string, { readonly column: string; readonly reason: string; rows: number; readonly firstRows: number[] }>();

  add(row: number, remarks: ReadonlyArray<{ readonly column: string; readonly reason: string }>): void {
    for (const { column, reason } of remarks) {
      const key = `${column} ${reason}`;
      const remark = this.found.get(key) ?? { column, reason, rows: 0, firstRows: [] };
      this.found.set(key, remark);
      remark.rows += 1;
      if (remark.firstRows.length < FIRST_ROWS) remark.firstRows.push(row);
    }
  }

  list(): VendorRemark[] {
    return [...this.found.values()];
  }
}

function byService(rows: readonly FocusRow[]): Map<string, string[]> {
  const amounts = new Map<string, string[]>();
  for (const { service, line } of rows) {
    const known = amounts.get(service);
    if (known) known.push(line.amount);
    else amounts.set(service, [line.amount]);
  }
  return amounts;
}

function invoiceRow(row: Readonly<Record<string, string>>, period: string): FocusRow | { column: string; reason: string } {
  const value = (column: string): string | null => row[column]?.trim() || null;
  const amount = value("amount"), currency = value("currency") ?? "";
  if (amount === null || !/^-?\d{1,40}(\.\d{1,20})?$/.test(amount)) return { column: "amount", reason: `"${(amount ?? "").slice(0, 40)}" is not a plain decimal number` };
  if (!currencyOf(currency)) return { column: "currency", reason: `"${currency.slice(0, 10)}" is not an ISO 4217 currency` };
  const component = value("component");
  if (component !== null && !(COST_COMPONENTS as readonly string[]).includes(component)) return { column: "component", reason: `"${component.slice(0, 40)}" is not one of ${COST_COMPONENTS.join(", ")}` };
  const line: VendorLineInput = { description: value("description"), component, callRef: value("callRef"), quantity: value("quantity"), unit: value("unit"), amount };
  return { period, currency, service: "invoice", isCredit: false, line };
}
