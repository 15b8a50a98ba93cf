import { randomUUID } from "node:crypto";
import { fromNodeId, isUuid } from "../kernel/node-id";
import { Page, PageRequest, decodeCursor, toPage } from "../kernel/paging";
import { invariant } from "../kernel/refusal";
import { TenantTransaction } from "../tenancy/database.store";
import { AlertDraft, BudgetAlert } from "./alert";

type Row = Omit<BudgetAlert, "amountMinor" | "budgetMinor"> & { readonly amountMinor: string; readonly budgetMinor: string };

const SELECT = `
  select a.id, a.business_unit_id as "businessUnitId", a.use_case_id as "useCaseId", u.code as "businessUnit", c.code as "useCase", a.period_key as period, a.budget_id as "budgetId", b.version as "budgetVersion",
    b.amount_minor as "budgetMinor", a.basis, a.threshold, a.amount_minor as "amountMinor", a.raised_at as "raisedAt", k.acknowledged_by as "acknowledgedBy", k.acknowledged_at as "acknowledgedAt", k.note
  from budgets.alert a
    join budgets.budget b on b.programme_id = $1 and b.id = a.budget_id
    left join tenancy.business_unit u on u.programme_id = $1 and u.id = a.business_unit_id
    left join tenancy.use_case c on c.programme_id = $1 and c.id = a.use_case_id
    left join budgets.alert_acknowledgement k on k.programme_id = $1 and k.alert_id = a.id
  where a.programme_id = $1`;

const toAlert = (row: Row): BudgetAlert => ({ ...row, amountMinor: BigInt(row.amountMinor), budgetMinor: BigInt(row.budgetMinor) });

/** Type of the opaque id of an alert. */
export const ALERT_TYPE = "BudgetAlert";

/** Which alerts. Codes; null: any. */
export interface AlertFilter {
  readonly period: string | null;
  readonly businessUnit: readonly string[] | null;
  readonly acknowledged: boolean | null;
}

/** Alerts and who took note of them. Both are only ever added to. */
export function alertStore(tx: TenantTransaction) {
  const programmeId = tx.scope.programme.id;
  const find = async (id: string): Promise<BudgetAlert | null> => (await tx.query<Row>(`${SELECT} and a.id = $2`, [programmeId, id])).map(toAlert)[0] ?? null;
  return {
    hold: async (): Promise<void> => void (await tx.query("select pg_advisory_xact_lock(hashtextextended($1, 241))", [programmeId])),
    raise: async (drafts: readonly AlertDraft[]): Promise<BudgetAlert[]> => {
      const added = await tx.query<{ id: string }>(
        `insert into budgets.alert (programme_id, id, business_unit_id, use_case_id, period_key, budget_id, basis, threshold, amount_minor, raised_by)
         select $1, x.id, b.business_unit_id, b.use_case_id, b.period_key, b.id, x.basis, x.threshold, x.amount, $2
         from unnest($3::uuid[], $4::uuid[], $5::text[], $6::int[], $7::bigint[]) x (id, budget, basis, threshold, amount) join budgets.budget b on b.programme_id = $1 and b.id = x.budget
         on conflict (programme_id, business_unit_id, use_case_id, period_key, basis, threshold) do nothing returning id`,
        [programmeId, tx.scope.principal.subject, drafts.map(() => randomUUID()), drafts.map((d) => d.budgetId), drafts.map((d) => d.basis), drafts.map((d) => d.threshold), drafts.map((d) => String(d.amountMinor))],
      );
      if (added.length === 0) return [];
      const ids = added.map(({ id }) => id);
      return (await tx.query<Row>(`${SELECT} and a.id = any($2::uuid[]) order by u.code collate "C" nulls first, c.code collate "C" nulls first, a.basis, a.threshold`, [programmeId, ids])).map(toAlert);
    },
    /** Two who take note at once meet at the key: the second is tried again and finds the first. */
    lockAlert: async (id: string): Promise<BudgetAlert | null> => {
      const named = fromNodeId(id);
      return named?.type === ALERT_TYPE && isUuid(named.key) ? find(named.key) : null;
    },
    save: async (alert: BudgetAlert, note: string | null): Promise<BudgetAlert> => {
      await tx.query("insert into budgets.alert_acknowledgement (programme_id, alert_id, business_unit_id, note, acknowledged_by) values ($1, $2, $3, $4, $5)", [programmeId, alert.id, alert.businessUnitId, note, tx.scope.principal.subject]);
      const saved = await find(alert.id);
      invariant(saved?.acknowledgedBy, "an acknowledgement that was just saved is not there");
      return saved;
    },
    /** Oldest first. */
    list: async (where: AlertFilter, page: PageRequest): Promise<Page<BudgetAlert>> => {
      const position = decodeCursor(page.after, ["instant", "uuid"]);
      const rows = await tx.query<Row & { position: string }>(
        `select x.*, to_char(x."raisedAt" at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as position from (${SELECT}) x
         where ($2::text is null or period = $2) and ($3::text[] is null or "businessUnit" = any($3)) and ($4::boolean is null or ("acknowledgedBy" is not null) = $4)
           and ($5::timestamptz is null or ("raisedAt", id) > ($5, $6::uuid)) order by "raisedAt", id limit $7`,
        [programmeId, where.period, where.businessUnit, where.acknowledged, position?.[0] ?? null, position?.[1] ?? null, page.first + 1],
      );
      const found = toPage(rows, page, (row) => [row.position, row.id]);
      return { ...found, edges: found.edges.map(({ node, cursor }) => ({ node: toAlert(node), cursor })) };
    },
  };
}
