import { Statement } from "../chargeback";
import { grouped, versionsOf } from "../chargeback/statement.query";
import { Page, PageRequest, decodeCursor, toPage } from "../kernel/paging";
import { TenantTransaction } from "../tenancy/database.store";
import { Journal, JournalLine, LineSource } from "./journal";
import { ProfileCode } from "./layout";
import { ControlTotals } from "./render-journal";

/** A line with the ids that it names; what it comes from is another question. */
export interface StoredJournalLine extends Omit<JournalLine, "sources"> {
  readonly journalId: string;
  readonly businessUnitId: string | null;
  readonly useCaseId: string | null;
  readonly poolId: string | null;
  /** The statement line that a unit's line comes from; null on the programme's side. */
  readonly statementLineId: string | null;
}

/** A file without its content. */
export interface StoredFile extends ControlTotals {
  readonly journalId: string;
  readonly externalId: string;
  readonly periodKey: string;
  readonly currency: string;
  readonly profile: ProfileCode;
  readonly writtenAt: Date;
  readonly writtenBy: string;
}

const JOURNAL = `
  select j.id, j.external_id as "externalId", j.period_key as "periodKey", j.version, j.kind, j.reverses_id as "reversesId", j.mapping_version as "mappingVersion", j.currency, j.posting_date as "postingDate",
    j.source_hash as "sourceHash", j.line_count as "lineCount", j.total_minor as "totalMinor", j.hash, j.generated_at as "generatedAt", j.generated_by as "generatedBy",
    (select r.external_id from journals.journal r where r.programme_id = $1 and r.reverses_id = j.id) as "reversedBy",
    (select r.external_id from journals.journal r where r.programme_id = $1 and r.id = j.reverses_id) as reverses
  from journals.journal j where j.programme_id = $1`;

type Row = Omit<Journal, "totalMinor"> & { readonly totalMinor: string };

async function journals(tx: TenantTransaction, condition: string, parameters: readonly unknown[]): Promise<Journal[]> {
  return (await tx.query<Row>(`${JOURNAL} ${condition}`, [tx.scope.programme.id, ...parameters])).map((row) => ({ ...row, totalMinor: BigInt(row.totalMinor) }));
}

/** Null when there is none that the caller may see. */
export async function findJournal(tx: TenantTransaction, externalId: string): Promise<Journal | null> {
  return (await journals(tx, "and j.external_id = $2", [externalId]))[0] ?? null;
}

/** The journals of a month's newest version, reversal first; empty while there is none. */
export async function newestJournals(tx: TenantTransaction, period: string): Promise<Journal[]> {
  return journals(tx, "and j.period_key = $2 and j.version = (select max(n.version) from journals.journal n where n.programme_id = $1 and n.period_key = $2) order by j.kind desc", [period]);
}

/** Journals by month and version, a reversal before the posting of its version. */
export async function listJournals(tx: TenantTransaction, period: string | null, page: PageRequest): Promise<Page<Journal>> {
  const position = decodeCursor(page.after, ["text", "version", "text"]);
  const rows = await journals(tx, `and ($2::text is null or j.period_key = $2)
    and ($3::text is null or (j.period_key collate "C", j.version, j.reverses_id is null) > ($3, $4::int, $5 = 'POSTING'))
    order by j.period_key collate "C", j.version, j.reverses_id is null limit $6`, [period, position?.[0] ?? null, position?.[1] ?? null, position?.[2] ?? null, page.first + 1]);
  return toPage(rows, page, (row) => [row.periodKey, String(row.version), row.kind]);
}

const LINE = `
  select l.journal_id as "journalId", l.line_no as "lineNo", l.charged_unit_id as "businessUnitId", u.code as "businessUnit", l.use_case_id as "useCaseId", c.code as "useCase", l.pool_id as "poolId", p.code as pool, l.kind,
    l.origin_period_key as "originPeriod", l.run_id as "runId", l.account, l.cost_centre as "costCentre", l.segments, l.entity, l.intercompany_entity as "intercompanyEntity", l.debit_minor as "debitMinor",
    l.credit_minor as "creditMinor", l.description,
    case when l.charged_unit_id is not null then (select x.line_id from journals.journal_line_source x where x.programme_id = $1 and x.journal_id = l.journal_id and x.line_no = l.line_no) end as "statementLineId"
  from journals.journal_line l
    left join tenancy.business_unit u on u.programme_id = $1 and u.id = l.charged_unit_id
    left join tenancy.use_case c on c.programme_id = $1 and c.id = l.use_case_id
    left join costs.cost_pool p on p.programme_id = $1 and p.id = l.pool_id
  where l.programme_id = $1 and l.journal_id = $2`;

type LineRow = Omit<StoredJournalLine, "debitMinor" | "creditMinor"> & { readonly debitMinor: string; readonly creditMinor: string };

const toLine = (row: LineRow): StoredJournalLine => ({ ...row, debitMinor: BigInt(row.debitMinor), creditMinor: BigInt(row.creditMinor) });

/** A page of the lines of a journal, in their order. */
export async function pageOfLines(tx: TenantTransaction, journalId: string, page: PageRequest): Promise<Page<StoredJournalLine>> {
  const position = decodeCursor(page.after, ["version"]);
  const rows = await tx.query<LineRow>(`${LINE} and l.line_no > $3::int order by l.line_no limit $4`, [tx.scope.programme.id, journalId, position?.[0] ?? 0, page.first + 1]);
  return toPage(rows.map(toLine), page, (row) => [String(row.lineNo)]);
}

interface SourceRow { readonly lineNo: number; readonly statementId: string; readonly lineId: string; readonly amount: string }

const toSource = ({ statementId, lineId, amount }: SourceRow): LineSource => ({ statementId, lineId, amountMinor: BigInt(amount) });

/** Every line of a journal with what it comes from, in the order of the statements. */
export async function journalLinesOf(tx: TenantTransaction, journalId: string): Promise<Array<JournalLine & StoredJournalLine>> {
  const lines = (await tx.query<LineRow>(`${LINE} order by l.line_no`, [tx.scope.programme.id, journalId])).map(toLine);
  const sources = grouped(
    await tx.query<SourceRow>(
      `select x.line_no as "lineNo", x.statement_id as "statementId", x.line_id as "lineId", x.amount_minor as amount
       from journals.journal_line_source x
         join chargeback.statement s on s.programme_id = $1 and s.id = x.statement_id
         join tenancy.business_unit u on u.programme_id = $1 and u.id = s.business_unit_id
         join chargeback.statement_line l on l.programme_id = $1 and l.statement_id = x.statement_id and l.line_id = x.line_id
       where x.programme_id = $1 and x.journal_id = $2 order by x.line_no, u.code collate "C", l.position`,
      [tx.scope.programme.id, journalId],
    ),
    ({ lineNo }) => lineNo.toString(), toSource,
  );
  return lines.map((line) => ({ ...line, sources: sources.get(String(line.lineNo)) ?? [] }));
}

/** A page of what a line of a journal comes from. */
export async function pageOfSources(tx: TenantTransaction, journalId: string, lineNo: number, page: PageRequest): Promise<Page<LineSource>> {
  const position = decodeCursor(page.after, ["uuid"]);
  const rows = await tx.query<SourceRow>(
    `select line_no as "lineNo", statement_id as "statementId", line_id as "lineId", amount_minor as amount from journals.journal_line_source
     where programme_id = $1 and journal_id = $2 and line_no = $3 and ($4::uuid is null or line_id > $4) order by line_id limit $5`,
    [tx.scope.programme.id, journalId, lineNo, position?.[0] ?? null, page.first + 1],
  );
  return toPage(rows.map(toSource), page, (row) => [row.lineId]);
}

const FILE = `
  select f.journal_id as "journalId", j.external_id as "externalId", j.period_key as "periodKey", j.currency, f.profile, f.line_count as "lineCount", f.debit_minor as "debitMinor", f.credit_minor as "creditMinor",
    f.content_hash as "contentHash", f.written_at as "writtenAt", f.written_by as "writtenBy"
  from journals.journal_file f join journals.journal j on j.programme_id = $1 and j.id = f.journal_id
  where f.programme_id = $1`;

type FileRow = Omit<StoredFile, "debitMinor" | "creditMinor"> & { readonly debitMinor: string; readonly creditMinor: string };

const toFile = (row: FileRow): StoredFile => ({ ...row, debitMinor: BigInt(row.debitMinor), creditMinor: BigInt(row.creditMinor) });

/** The files of journals, by profile, without their content. */
export async function filesOf(tx: TenantTransaction, journalIds: readonly string[]): Promise<Map<string, StoredFile[]>> {
  const rows = await tx.query<FileRow>(`${FILE} and f.journal_id = any($2::uuid[]) order by f.profile collate "C"`, [tx.scope.programme.id, journalIds]);
  return grouped(rows, ({ journalId }) => journalId, toFile);
}

/** The file of a journal in a profile; null when there is none that the caller may see. */
export async function findFile(tx: TenantTransaction, externalId: string, profile: ProfileCode): Promise<StoredFile | null> {
  return (await tx.query<FileRow>(`${FILE} and j.external_id = $2 and f.profile = $3`, [tx.scope.programme.id, externalId, profile])).map(toFile)[0] ?? null;
}

/** The bytes of a file, as they were written. */
export async function contentOf(tx: TenantTransaction, file: Pick<StoredFile, "journalId" | "profile">): Promise<string> {
  const [row] = await tx.query<{ content: string }>("select content from journals.journal_file where programme_id = $1 and journal_id = $2 and profile = $3", [tx.scope.programme.id, file.journalId, file.profile]);
  return row!.content;
}

/** The statements that journals post, by journal, in the order of their units. */
export async function statementsOf(tx: TenantTransaction, journalIds: readonly string[]): Promise<Map<string, Statement[]>> {
  const rows = await tx.query<{ journalId: string; statementId: string }>(
    `select x.journal_id as "journalId", x.statement_id as "statementId" from journals.journal_statement x
       join chargeback.statement s on s.programme_id = $1 and s.id = x.statement_id
       join tenancy.business_unit u on u.programme_id = $1 and u.id = s.business_unit_id
     where x.programme_id = $1 and x.journal_id = any($2::uuid[]) order by u.code collate "C"`,
    [tx.scope.programme.id, journalIds],
  );
  const versions = await versionsOf(tx, [...new Set(rows.map(({ statementId }) => statementId))]);
  return grouped(rows, ({ journalId }) => journalId, ({ statementId }) => versions.get(statementId)!.find(({ id }) => id === statementId)!);
}
