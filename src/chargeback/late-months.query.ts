import { TenantTransaction } from "../tenancy/database.store";

/** A closed month that got facts after its close which nothing has charged yet: neither an adjustment nor a restatement. */
export interface Origin {
  readonly key: string;
  readonly cutoff: Date;
  /** From this instant on facts are new; before it everything is charged. */
  readonly lateFrom: Date;
}

/** Up to where the late facts of a month `p` are charged. The first parameter is the programme. */
const CHARGED_UNTIL = `coalesce(greatest(
  (select max(a.late_to) from chargeback.adjustment a where a.programme_id = $1 and a.origin_period_key = p.key),
  (select max(r.late_to) from chargeback.restatement r where r.programme_id = $1 and r.period_key = p.key)), p.cutoff)`;

const LATE_USAGE = "exists (select from metering.late_event e where e.programme_id = $1 and e.period_key = p.key and e.recorded_at >= l.late_from)";
const LATE_COST = "exists (select from costs.cost_entry c where c.programme_id = $1 and c.period_key = p.key and c.recorded_at >= l.late_from)";

/** The closed months with such facts, oldest first: those before a month, or the one that is named. */
export function monthsWithLateFacts(tx: TenantTransaction, which: { readonly before: string } | { readonly only: string }): Promise<Origin[]> {
  const [before, only] = "before" in which ? [which.before, null] : [null, which.only];
  return tx.query<Origin>(
    `select p.key, p.cutoff, l.late_from as "lateFrom"
     from governance.period p cross join lateral (select ${CHARGED_UNTIL} as late_from) l
     where p.programme_id = $1 and p.status = 'CLOSED' and ($2::text is null or p.key < $2) and ($3::text is null or p.key = $3) and (${LATE_USAGE} or ${LATE_COST})
     order by p.key`,
    [tx.scope.programme.id, before, only],
  );
}

/** The closed months before one that hold such facts of a kind that is restated. */
export async function unrestatedMonths(tx: TenantTransaction, before: string, restated: { readonly usage: boolean; readonly cost: boolean }): Promise<string[]> {
  if (!restated.usage && !restated.cost) return [];
  const rows = await tx.query<{ key: string }>(
    `select p.key from governance.period p cross join lateral (select ${CHARGED_UNTIL} as late_from) l
     where p.programme_id = $1 and p.status = 'CLOSED' and p.key < $2 and (($3 and ${LATE_USAGE}) or ($4 and ${LATE_COST})) order by p.key`,
    [tx.scope.programme.id, before, restated.usage, restated.cost],
  );
  return rows.map(({ key }) => key);
}

/** Whoever charges late facts, by an adjustment or a restatement, does so alone until this transaction ends. */
export async function holdLateFacts(tx: TenantTransaction): Promise<void> {
  await tx.query("select pg_advisory_xact_lock(hashtextextended($1, 26))", [tx.scope.programme.id]);
}

/** Up to where the late facts of a month are charged now. */
export async function chargedUntil(tx: TenantTransaction, period: string): Promise<Date | null> {
  const [row] = await tx.query<{ at: Date | null }>(`select ${CHARGED_UNTIL} as at from governance.period p where p.programme_id = $1 and p.key = $2`, [tx.scope.programme.id, period]);
  return row?.at ?? null;
}
