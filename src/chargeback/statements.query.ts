import { TenantTransaction } from "../tenancy/database.store";

/** How many disputes about statements of months before `beforePeriod` are not resolved, and how many of them finance should have answered by now. */
export async function openDisputeCount(tx: TenantTransaction, beforePeriod: string): Promise<{ readonly open: number; readonly overdue: number }> {
  const [row] = await tx.query<{ open: string; overdue: string }>(
    `select count(*) as open, count(*) filter (where d.answer_by < (clock_timestamp() at time zone $3::text)::date) as overdue from chargeback.dispute d join chargeback.statement s on s.programme_id = $1 and s.id = d.statement_id
     where d.programme_id = $1 and s.period_key < $2
       and not exists (select from chargeback.dispute_resolution x where x.programme_id = $1 and x.dispute_id = d.id)`,
    [tx.scope.programme.id, beforePeriod, tx.scope.programme.timeZone],
  );
  return { open: Number(row!.open), overdue: Number(row!.overdue) };
}

/** The closed months before `beforePeriod` whose statements were not issued, oldest first. None while there is no unit to issue one to. */
export async function unissuedPeriods(tx: TenantTransaction, beforePeriod: string): Promise<string[]> {
  const rows = await tx.query<{ key: string }>(
    `select m.key from governance.period m
     where m.programme_id = $1 and m.status = 'CLOSED' and m.key < $2
       and not exists (select from chargeback.statement s where s.programme_id = $1 and s.period_key = m.key)
       and exists (select from tenancy.business_unit u where u.programme_id = $1)
     order by m.key`,
    [tx.scope.programme.id, beforePeriod],
  );
  return rows.map(({ key }) => key);
}
