import { randomUUID } from "node:crypto";
import { Page, PageRequest, decodeCursor, toPage } from "../kernel/paging";
import { invariant } from "../kernel/refusal";
import { PeriodStatus } from "../governance";
import { TenantTransaction } from "../tenancy/database.store";
import { Budget, BudgetDocument, BudgetPlace, VolumeUnit } from "./budget";

interface Row extends Omit<Budget, "amountMinor" | "volume"> { readonly amountMinor: string; readonly unit: VolumeUnit | null; readonly quantity: string | null; readonly rate: string | null }

const SELECT = `
  select b.id, u.code as "businessUnit", c.code as "useCase", b.period_key as period, b.version, b.amount_minor as "amountMinor", b.volume_unit as unit, trim_scale(b.volume_quantity)::text as quantity,
    trim_scale(b.volume_rate)::text as rate, b.thresholds, b.reason, b.set_by as "setBy", b.set_at as "setAt"
  from budgets.budget b
    left join tenancy.business_unit u on u.programme_id = $1 and u.id = b.business_unit_id
    left join tenancy.use_case c on c.programme_id = $1 and c.id = b.use_case_id
  where b.programme_id = $1`;

const toBudget = ({ unit, quantity, rate, amountMinor, ...row }: Row): Budget => ({ ...row, amountMinor: BigInt(amountMinor), volume: unit === null ? null : { unit, quantity: quantity!, rate: rate! } });

/** Which budgets. Codes; null: any. */
export interface BudgetFilter {
  readonly period: string | null;
  readonly businessUnit: readonly string[] | null;
}

/** Versions of budgets, only ever added to; the newest of a place and month holds. */
export function budgetStore(tx: TenantTransaction) {
  const programmeId = tx.scope.programme.id;
  return {
    /** Holds the month when there is one; one that nothing fell into cannot close. */
    holdPeriod: async (key: string): Promise<PeriodStatus | null> =>
      (await tx.query<{ status: PeriodStatus }>("select status from governance.period where programme_id = $1 and key = $2 for share", [programmeId, key]))[0]?.status ?? null,
    newest: async ({ businessUnit, useCase }: BudgetPlace, period: string): Promise<Budget | null> => {
      await tx.query("select pg_advisory_xact_lock(hashtextextended($1, 240))", [programmeId]);
      const rows = await tx.query<Row>(`${SELECT} and b.period_key = $2 and u.code is not distinct from $3 and c.code is not distinct from $4 order by b.version desc limit 1`, [programmeId, period, businessUnit, useCase]);
      return rows.map(toBudget)[0] ?? null;
    },
    /** The newest version of every place of a month. */
    budgetsOf: async (period: string): Promise<Budget[]> =>
      (await tx.query<Row>(`select distinct on ("businessUnit", "useCase") * from (${SELECT} and b.period_key = $2) b order by "businessUnit", "useCase", version desc`, [programmeId, period])).map(toBudget),
    save: async (document: BudgetDocument, version: number, reason: string | null): Promise<Budget> => {
      const id = randomUUID();
      await tx.query(
        `insert into budgets.budget (programme_id, id, business_unit_id, use_case_id, period_key, version, amount_minor, volume_unit, volume_quantity, volume_rate, thresholds, reason, set_by)
         values ($1, $2, (select id from tenancy.business_unit where programme_id = $1 and code = $3), (select id from tenancy.use_case where programme_id = $1 and code = $4), $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
        [
          programmeId, id, document.businessUnit, document.useCase, document.period, version, String(document.amountMinor),
          document.volume?.unit ?? null, document.volume?.quantity ?? null, document.volume?.rate ?? null, document.thresholds, reason, tx.scope.principal.subject,
        ],
      );
      const [saved] = (await tx.query<Row>(`${SELECT} and b.id = $2`, [programmeId, id])).map(toBudget);
      invariant(saved && saved.businessUnit === document.businessUnit && saved.useCase === document.useCase, "a budget that was just saved is not there");
      return saved;
    },
    /** Every version by month, place and version. */
    list: async (where: BudgetFilter, page: PageRequest): Promise<Page<Budget>> => {
      const position = decodeCursor(page.after, ["text", "text", "text", "version"]);
      const rows = await tx.query<Row>(
        `select * from (${SELECT} and ($2::text is null or b.period_key = $2) and ($3::text[] is null or u.code = any($3))) b
         where $4::text is null or (period collate "C", coalesce("businessUnit", '') collate "C", coalesce("useCase", '') collate "C", version) > ($4, $5, $6, $7::int)
         order by period collate "C", coalesce("businessUnit", '') collate "C", coalesce("useCase", '') collate "C", version limit $8`,
        [programmeId, where.period, where.businessUnit, position?.[0] ?? null, position?.[1] ?? null, position?.[2] ?? null, position?.[3] ?? null, page.first + 1],
      );
      return toPage(rows.map(toBudget), page, (row) => [row.period, row.businessUnit ?? "", row.useCase ?? "", String(row.version)]);
    },
  };
}
