import { Page, PageRequest, decodeCursor, toPage } from "../kernel/paging";
import { TenantTransaction } from "../tenancy/database.store";
import { FiguresView, Statement, StatementEvent, StatementLine, StatementLineKind, StatementStatus } from "./statement";

/** A line with the ids that it names. */
export interface StoredLine extends StatementLine {
  readonly statementId: string;
  readonly businessUnitId: string;
  readonly useCaseId: string | null;
  readonly poolId: string | null;
}

/** $1 is the programme, $2 the instant before which things were known; null: now. */
const STATEMENT = `
  select s.id, s.business_unit_id as "businessUnitId", u.code as "businessUnit", s.period_key as "periodKey", s.version, s.mode, s.currency, s.total_minor as "totalMinor",
    s.hash, s.previous_hash as "previousHash", s.resolution_id as "resolutionId", s.restatement_version as "restatementVersion", s.issued_at as "issuedAt", s.issued_by as "issuedBy", e.status,
    e.disputable_until::text as "disputableUntil", e.rules_version as "rulesVersion", coalesce(k.silence = 'ACCEPTS' and e.disputable_until is not null, false) as "acceptsBySilence", $2::timestamptz as "asOf",
    (select max(n.version) from chargeback.statement n where n.programme_id = $1 and n.period_key = s.period_key and n.business_unit_id = s.business_unit_id and ($2::timestamptz is null or n.issued_at < $2)) as "newestVersion"
  from chargeback.statement s
    join tenancy.business_unit u on u.programme_id = $1 and u.id = s.business_unit_id
    join lateral (select x.status, x.disputable_until, x.rules_version from chargeback.statement_event x
      where x.programme_id = $1 and x.statement_id = s.id and ($2::timestamptz is null or x.recorded_at < $2) order by x.sequence desc limit 1) e on true
    left join chargeback.statement_rules k on k.programme_id = $1 and k.version = e.rules_version
  where s.programme_id = $1 and ($2::timestamptz is null or s.issued_at < $2)`;

type Raw<T, K extends keyof T> = Omit<T, K> & { readonly [Key in K]: string };

const toStatement = (row: Raw<Statement, "totalMinor">): Statement => ({ ...row, totalMinor: BigInt(row.totalMinor) });

/** Parameters of the condition begin with $3. */
async function statements(tx: TenantTransaction, condition: string, parameters: readonly unknown[], asOf: Date | null = null): Promise<Statement[]> {
  return (await tx.query<Raw<Statement, "totalMinor">>(`${STATEMENT} ${condition}`, [tx.scope.programme.id, asOf, ...parameters])).map(toStatement);
}

/** One version by its key; null when there is none that the caller may see. */
export async function findStatement(tx: TenantTransaction, id: string): Promise<Statement | null> {
  return (await statements(tx, "and s.id = $3", [id]))[0] ?? null;
}

/** The newest version that a unit has for a month. */
export async function newestStatement(tx: TenantTransaction, businessUnit: string, period: string): Promise<Statement | null> {
  return (await statements(tx, "and u.code = $3 and s.period_key = $4 order by s.version desc limit 1", [businessUnit, period]))[0] ?? null;
}

/** Of units and a month, the newest version each that was issued before an instant (null: by now) and, as posted, holds nothing that was restated; it stands as it was known then. */
export async function statementsAsOf(tx: TenantTransaction, businessUnits: readonly string[], period: string, view: FiguresView, asOf: Date | null): Promise<Statement[]> {
  const condition = `and u.code = any($3::text[]) and s.period_key = $4
    and ($5 or not exists (select from chargeback.statement_line l where l.programme_id = $1 and l.statement_id = s.id and l.kind = 'RESTATEMENT')) order by u.code collate "C", s.version`;
  const found = await statements(tx, condition, [businessUnits, period, view === "RESTATED"], asOf);
  return [...new Map(found.map((each) => [each.businessUnit, each])).values()];
}

/** The newest version of every statement of a month, by code of the unit. */
export async function newestStatements(tx: TenantTransaction, period: string): Promise<Statement[]> {
  return (await statements(tx, `and s.period_key = $3 order by u.code collate "C"`, [period])).filter((each) => each.version === each.newestVersion);
}

/** Every version of the statements that these ids are versions of, oldest first, by id, as they were known at an instant (null: now). */
export async function versionsOf(tx: TenantTransaction, ids: readonly string[], asOf: Date | null = null): Promise<Map<string, Statement[]>> {
  const rows = await tx.query<Raw<Statement, "totalMinor"> & { readonly of: string }>(
    `select v.*, o.id as of from (${STATEMENT}) v join chargeback.statement o on o.programme_id = $1 and o.period_key = v."periodKey" and o.business_unit_id = v."businessUnitId"
     where o.id = any($3::uuid[]) order by v.version`,
    [tx.scope.programme.id, asOf, ids],
  );
  return grouped(rows, (row) => row.of, ({ of: _, ...row }) => toStatement(row as Raw<Statement, "totalMinor">));
}

/** Which statements. */
export interface StatementFilter {
  readonly period: string | null;
  readonly unitIds: readonly string[] | null;
  /** Null: every newest version, whatever its status. Older versions are SUPERSEDED and come only when asked for. */
  readonly statuses: readonly StatementStatus[] | null;
  /** As they were known before this instant; null or left out: now. */
  readonly asOf?: Date | null;
}

/** Statements by month, code of the unit and version. */
export async function listStatements(tx: TenantTransaction, where: StatementFilter, page: PageRequest): Promise<Page<Statement>> {
  const position = decodeCursor(page.after, ["text", "text", "version"]);
  const rows = await tx.query<Raw<Statement, "totalMinor">>(
    `select * from (${STATEMENT} and ($3::text is null or s.period_key = $3) and ($4::uuid[] is null or s.business_unit_id = any($4))) s
     where case when $5::text[] is null then s.version = s."newestVersion" else s.status = any($5) end
       and ($6::text is null or (s."periodKey" collate "C", s."businessUnit" collate "C", s.version) > ($6, $7, $8::int))
     order by s."periodKey" collate "C", s."businessUnit" collate "C", s.version limit $9`,
    [tx.scope.programme.id, where.asOf ?? null, where.period, where.unitIds, where.statuses, position?.[0] ?? null, position?.[1] ?? null, position?.[2] ?? null, page.first + 1],
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

/** What statements charge by kind of line, in minor units. */
export async function totalsByKind(tx: TenantTransaction, statementIds: readonly string[]): Promise<Map<string, Array<{ readonly kind: StatementLineKind; readonly amountMinor: bigint }>>> {
  const rows = await tx.query<{ readonly id: string; readonly kind: StatementLineKind; readonly amount: string }>(
    "select l.statement_id as id, l.kind, sum(l.amount_minor) as amount from chargeback.statement_line l where l.programme_id = $1 and l.statement_id = any($2::uuid[]) group by 1, 2",
    [tx.scope.programme.id, statementIds],
  );
  return grouped(rows, (row) => row.id, ({ kind, amount }) => ({ kind, amountMinor: BigInt(amount) }));
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
    `select statement_id as "statementId", status, subject, reason, by_silence as "bySilence", disputable_until::text as "disputableUntil", recorded_at as at from chargeback.statement_event
     where programme_id = $1 and statement_id = any($2::uuid[]) order by statement_id, sequence`,
    [tx.scope.programme.id, statementIds],
  );
  return grouped(rows, (row) => row.statementId, ({ statementId: _, ...event }) => event);
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
