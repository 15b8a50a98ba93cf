import { Refusal } from "../kernel/refusal";
import { BookCostInput, COST_ENTRY_KINDS, CostEntryKind, bookCost } from "../costs";
import { bookCostPorts } from "../costs/costs-ports.store";
import { FOCUS_CATEGORIES } from "../rating";
import { Scope } from "../tenancy";
import { Database, TenantTransaction } from "../tenancy/database.store";
import { requireRejectsPlace } from "./import-usage";
import { RejectedRow, rejectsFileAt } from "./import-usage-rejects";
import { ImportProgress } from "./progress";
import { RowFormat, readRows } from "./read-rows";
import { ReadRow } from "./read-rows-item";
import { recordAudit } from "./session";

export const COST_COLUMNS = ["pool", "period", "amount", "currency", "externalId", "description", "vendor", "invoice", "useCase", "kind", "ChargeCategory"] as const;
const NEEDED: readonly string[] = COST_COLUMNS.slice(0, 5);

export interface ImportCostsOptions {
  readonly file: string;
  readonly format?: RowFormat;
  readonly rejectsFile: string;
  readonly progress: ImportProgress;
  /** Rows in a transaction; 500 unless told. */
  readonly batchSize?: number;
}

/** Rows of the file by what became of them; `read` is the sum of the three. `ignored` are columns that nothing reads. */
export interface ImportCostsSummary {
  readonly read: number;
  readonly booked: number;
  readonly duplicate: number;
  readonly rejected: number;
  readonly rejectsFile: string | null;
  readonly ignored: readonly string[];
}

/**
 * Books every row of a file as a cost, a batch of rows in one transaction. Safe to repeat: a row that is booked already
 * is a duplicate. A row that is refused goes to the rejects file and holds nothing up; a file that lacks a column that
 * every booking needs is refused before anything is booked.
 */
export async function importCosts(database: Database, scope: Scope, options: ImportCostsOptions): Promise<ImportCostsSummary> {
  await requireRejectsPlace(options.file, options.rejectsFile);
  const reader = readRows(options.file, options.format);
  const rejects = rejectsFileAt(options.rejectsFile, "externalId");
  const tally = { read: 0, booked: 0, duplicate: 0, rejected: 0 };
  const book = async (rows: readonly ReadRow[]): Promise<void> => {
    const { booked, duplicate, rejected } = await database.withTenant(scope, (tx) => bookRows(tx, rows), { statementTimeoutMs: 0 });
    tally.booked += booked;
    tally.duplicate += duplicate;
    tally.rejected += rejected.length;
    await rejects.write(rejected);
  };
  let rejectsFile: string | null = null;
  let ignored: string[] = [];
  try {
    const columns = await reader.columns();
    const missing = NEEDED.filter((column) => !columns.includes(column));
    if (missing.length > 0) throw new Refusal("BAD_USER_INPUT", `${options.file} lacks ${missing.join(", ")}. A cost file has the columns ${COST_COLUMNS.join(", ")}; the others may be left out. Nothing was booked.`);
    ignored = columns.filter((column) => !(COST_COLUMNS as readonly string[]).includes(column));
    let rows: ReadRow[] = [];
    for await (const row of reader) {
      rows.push(row);
      options.progress.report(reader.bytesRead, (tally.read += 1));
      if (rows.length < (options.batchSize ?? 500)) continue;
      await book(rows);
      rows = [];
    }
    if (rows.length > 0) await book(rows);
  } finally {
    await reader.close();
    options.progress.end();
    rejectsFile = await rejects.close();
  }
  return { ...tally, rejectsFile, ignored };
}

/** Keeps its count to itself: the transaction may be tried again. */
async function bookRows(tx: TenantTransaction, rows: readonly ReadRow[]): Promise<{ booked: number; duplicate: number; rejected: RejectedRow[] }> {
  const ports = bookCostPorts(tx, recordAudit);
  const rejected: RejectedRow[] = [];
  let booked = 0;
  const counting = { ...ports, audit: async (...about: Parameters<typeof ports.audit>) => ports.audit(...about).then(() => void (booked += 1)) };
  for (const item of rows) {
    const { rowNumber } = item;
    if ("error" in item) {
      rejected.push({ rowNumber, eventId: "", code: "BAD_USER_INPUT", message: item.error });
      continue;
    }
    try {
      await bookCost(counting, inputOf(item.row));
    } catch (error) {
      // A booking is refused before it writes anything, so the others of the batch stand.
      if (!(error instanceof Refusal) || error.code === "UNAVAILABLE") throw error;
      rejected.push({ rowNumber, eventId: item.row.externalId ?? "", code: error.code, message: error.message });
    }
  }
  return { booked, duplicate: rows.length - booked - rejected.length, rejected };
}

function inputOf(row: Readonly<Record<string, string>>): BookCostInput {
  const needed = (column: string): string => row[column]?.trim() ?? "";
  const optional = (column: string): string | null => row[column]?.trim() || null;
  return {
    pool: needed("pool"), period: needed("period"), amount: needed("amount"), currency: needed("currency"), externalId: needed("externalId"),
    description: optional("description"), vendor: optional("vendor"), invoice: optional("invoice"), useCase: optional("useCase"), kind: kindOf(optional("kind"), optional("ChargeCategory")),
  };
}

/** Of what a row says of it, in our words or in those of FOCUS; null when it says nothing. */
function kindOf(named: string | null, category: string | null): CostEntryKind | null {
  const kind = named === null ? null : COST_ENTRY_KINDS.find((each) => each === named);
  if (kind === undefined) throw new Refusal("BAD_USER_INPUT", `kind "${named!.slice(0, 40)}" is not one of ${COST_ENTRY_KINDS.join(", ")}.`, ["kind"]);
  if (category === null) return kind;
  if (!FOCUS_CATEGORIES.has(category)) throw new Refusal("BAD_USER_INPUT", `ChargeCategory "${category.slice(0, 40)}" is not one of ${[...FOCUS_CATEGORIES].join(", ")}.`, ["ChargeCategory"]);
  const meant = category === "Credit" ? "CREDIT" : "CHARGE";
  if (kind !== null && kind !== meant) throw new Refusal("BAD_USER_INPUT", `kind ${kind} and ChargeCategory ${category} say different things. Leave one of them out.`, ["kind"]);
  return meant;
}
