import { Page, PageRequest, decodeCursor, toPage } from "../kernel/paging";
import { TenantTransaction } from "../tenancy/database.store";
import { FiguresView, Statement, StatementEvent, StatementLine, StatementStatus } from "./statement";

/** A line with the ids that it names. */
export interface StoredLine extends StatementLine {
  readonly statementId: string;
  readonly businessUnitId: string;
  readonly useCaseId: string | null;
  readonly poolId: string | null;
}

const STATEMENT = `
  select s.id, s.business_unit_id as "businessUnitId", u.code as "businessUnit", s.period_key as "periodKey", s.version, s.mode, s.currency, s.total_minor as "totalMinor",
    s.hash, s.previous_hash as "previousHash", s.resolution_id as "resolutionId", s.restatement_version as "restatementVersion", s.issued_at as "issuedAt", s.issued_by as "issuedBy", e.status,
    (select max(n.version) from chargeback.statement n where n.programme_id = $1 and n.period_key = s.period_key and n.business_unit_id = s.business_unit_id) as "newestVersion"
  from chargeback.statement s
    join tenancy.business_unit u on u.programme_id = $1 and u.id = s.business_unit_id
    join lateral (select status from chargeback.statement_event x where x.programme_id = $1 and x.statement_id = s.id order by x.sequence desc limit 1) e on true
  where s.programme_id = $1`;

type Raw<T, K extends keyof T> = Omit<T, K> & { readonly [Key in K]: string };

const toStatement = (row: Raw<Statement, "totalMinor">): Statement => ({ ...row, totalMinor: BigInt(row.totalMinor) });

async function statements(tx: TenantTransaction, condition: string, parameters: readonly unknown[]): Promise<Statement[]> {
  return (await tx.query<Raw<Statement, "totalMinor">>(`${STATEMENT} ${condition}`, [tx.scope.programme.id, ...parameters])).map(toStatement);
}

/** One version by its key; null when there is none that the caller may see. */
export async function findStatement(tx: TenantTransaction, id: string): Promise<Statement | null> {
  return (await statements(tx, "and s.id = $2", [id]))[0] ?? null;
}

/** The newest version that a unit has for a month. */
export async function newestStatement(tx: TenantTransaction, businessUnit: string, period: string): Promise<Statement | null> {
  return (await statements(tx, "and u.code = $2 and s.period_key = $3 order by s.version desc limit 1", [businessUnit, period]))[0] ?? null;
}

/** The newest version that was issued before an instant (null: by now) and, as posted, holds nothing that was restated. */
export async function statementAsOf(tx: TenantTransaction, businessUnit: string, period: string, view: FiguresView, asOf: Date | null): Promise<Statement | null> {
  const condition = `and u.code = $2 and s.period_key = $3 and ($4::timestamptz is null or s.issued_at < $4)
    and ($5 or not exists (select from chargeback.statement_line l where l.programme_id = $1 and l.statement_id = s.id and l.kind = 'RESTATEMENT')) order by s.version desc limit 1`;
  return (await statements(tx, condition, [businessUnit, period, asOf, view === "RESTATED"]))[0] ?? null;
}

/** The newest version of every statement of a month, by code of the unit. */
export async function newestStatements(tx: TenantTransaction, period: string): Promise<Statement[]> {
  return (await statements(tx, `and s.period_key = $2 order by u.code collate "C"`, [period])).filter((each) => each.version === each.newestVersion);
}

/** Every version of the statements that these ids are versions of, oldest first, by id. */
export async function versionsOf(tx: TenantTransaction, ids: readonly string[]): Promise<Map<string, Statement[]>> {
  const rows = await tx.query<Raw<Statement, "totalMinor"> & { readonly of: string }>(
    `select v.*, o.id as of from (${STATEMENT}) v join chargeback.statement o on o.programme_id = $1 and o.period_key = v."periodKey" and o.business_unit_id = v."businessUnitId"
     where o.id = any($2::uuid[]) order by v.version`,
    [tx.scope.programme.id, ids],
  );
  return grouped(rows, (row) => row.of, ({ of: _, ...row }) => toStatement(row as Raw<Statement, "totalMinor">));
}

/** Which statements. */
export interface StatementFilter {
  readonly period: string | null;
  readonly unitIds: readonly string[] | null;
  /** Null: every newest version, whatever its status. Older versions are SUPERSEDED and come only when asked for. */
  readonly statuses: readonly StatementStatus[] | null;
}

/** Statements by month, code of the unit and version. */
export async function listStatements(tx: TenantTransaction, where: StatementFilter, page: PageRequest): Promise<Page<Statement>> {
  const position = decodeCursor(page.after, ["text", "text", "version"]);
  const rows = await tx.query<Raw<Statement, "totalMinor">>(
    `select * from (${STATEMENT} and ($2::text is null or s.period_key = $2) and ($3::uuid[] is null or s.business_unit_id = any($3))) s
     where case when $4::text[] is null then s.version = s."newestVersion" else s.status = any($4) end
       and ($5::text is null or (s."periodKey" collate "C", s."businessUnit" collate "C", s.version) > ($5, $6, $7::int))
     order by s."periodKey" collate "C", s."businessUnit" collate "C", s.version limit $8`,
    [tx.scope.programme.id, where.period, where.unitIds, where.statuses, position?.[0] ?? null, position?.[1] ?? null, position?.[2] ?? null, page.first + 1],
  );
  return toPage(rows.map(toStatement), page, (row) => [row.periodKey, row.businessUnit, String(row.version)]);
}

const LINE = `
  select l.statement_id as "statementId", l.line_id as "lineId", l.business_unit_id as "businessUnitId", l.kind, l.use_case_id as "useCaseId", l.pool_id as "poolId",
    c.code as "useCase", p.code as pool, l.origin_period_key as "originPeriod", l.run_id as "runId", r.result_hash as "resultHash", l.resolution_id as "resolutionId",
    l.amount_minor as "amountMinor", l.description
  from chargeback.statement_line l
    left join tenancy.use_case c on c.programme_id = $1 and c.id = l.use_case_id
    left join costs.cost_pool p on p.programme_id = $1 and p.id = l.pool_id
    left join allocation.run r on r.programme_id = $1 and r.id = l.run_id
  where l.programme_id = $1`;

interface LineRow extends Raw<Omit<StoredLine, "run">, "amountMinor"> { readonly runId: string | null; readonly resultHash: string | null }

const toLine = ({ runId, resultHash, ...row }: LineRow): StoredLine => ({ ...row, amountMinor: BigInt(row.amountMinor), run: runId === null ? null : { id: runId, resultHash: resultHash ?? "" } });

/** The lines of statements, in their order. */
export async function linesOf(tx: TenantTransaction, statementIds: readonly string[]): Promise<Map<string, StoredLine[]>> {
  const rows = await tx.query<LineRow>(`${LINE} and l.statement_id = any($2::uuid[]) order by l.statement_id, l.position`, [tx.scope.programme.id, statementIds]);
  return grouped(rows, (row) => row.statementId, toLine);
}

/** Lines as they stand in the newest version that holds them, by line. */
export async function newestLines(tx: TenantTransaction, lineIds: readonly string[]): Promise<Map<string, StoredLine>> {
  const rows = await tx.query<LineRow>(
    `select distinct on (l."lineId") l.* from (${LINE} and l.line_id = any($2::uuid[])) l join chargeback.statement s on s.programme_id = $1 and s.id = l."statementId" order by l."lineId", s.version desc`,
    [tx.scope.programme.id, lineIds],
  );
  return new Map(rows.map((row) => [row.lineId, toLine(row)]));
}

/** What happened to statements, oldest first. */
export async function historyOf(tx: TenantTransaction, statementIds: readonly string[]): Promise<Map<string, StatementEvent[]>> {
  const rows = await tx.query<StatementEvent & { readonly statementId: string }>(
    `select statement_id as "statementId", status, subject, reason, recorded_at as at from chargeback.statement_event
     where programme_id = $1 and statement_id = any($2::uuid[]) order by statement_id, sequence`,
    [tx.scope.programme.id, statementIds],
  );
  return grouped(rows, (row) => row.statementId, ({ status, subject, reason, at }) => ({ status, subject, reason, at }));
}

/** Rows under what they belong to, in the order in which they came. */
export function grouped<Row, T>(rows: readonly Row[], keyOf: (row: Row) => string, toItem: (row: Row) => T): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const row of rows) {
    const group = groups.get(keyOf(row));
    if (group) group.push(toItem(row));
    else groups.set(keyOf(row), [toItem(row)]);
  }
  return groups;
}
