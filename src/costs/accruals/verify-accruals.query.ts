import { Proof, ProofNotes } from "../../kernel/proof";
import { TenantTransaction } from "../../tenancy/database.store";

/**
 * Proves that every accrual is a cost entry of its month, that what took it back is its mirror on the same pool and use case,
 * and that none of a closed month still stands.
 */
export async function verifyAccruals(tx: TenantTransaction): Promise<Proof> {
  const notes = new ProofNotes();
  const rows = await tx.query<{ name: string; period: string; amount: string; booked: boolean; closed: boolean; taken: string | null; into: string | null; cause: string | null; mirrored: boolean | null }>(
    `select a.external_id as name, a.period_key as period, a.amount_minor as amount, p.status = 'CLOSED' as closed, t.amount_minor as taken, r.period_key as into, r.cause,
       (e.pool_id, e.period_key, e.amount_minor) = (a.pool_id, a.period_key, a.amount_minor) and e.use_case_id is not distinct from a.use_case_id as booked,
       (t.pool_id, t.period_key) = (a.pool_id, r.period_key) and t.use_case_id is not distinct from a.use_case_id as mirrored
     from costs.accrual a
       join governance.period p on p.programme_id = $1 and p.key = a.period_key
       join costs.cost_entry e on e.programme_id = $1 and e.id = a.entry_id
       left join costs.accrual_reversal r on r.programme_id = $1 and r.accrual_id = a.id
       left join costs.cost_entry t on t.programme_id = $1 and t.id = r.entry_id
     where a.programme_id = $1 order by a.period_key, a.external_id collate "C"`,
    [tx.scope.programme.id],
  );
  for (const { name, period, amount, booked, closed, taken, into, cause, mirrored } of rows) {
    if (!booked) notes.differs(`accrual ${name} of ${period}: its cost entry is not what was accrued`);
    if (taken === null) {
      if (closed) notes.differs(`accrual ${name}: ${period} is closed and nothing took it back`);
      continue;
    }
    if (!mirrored || BigInt(taken) !== -BigInt(amount)) notes.differs(`accrual ${name} of ${period}: ${amount} was accrued and ${taken} taken back, in minor units`);
    if (cause === "CLOSE" ? into! <= period : into !== period) notes.differs(`accrual ${name} of ${period}: taken back in ${into} by ${cause}`);
  }
  return notes.proof("accruals = their entries and reversals", `${rows.length} accruals`);
}
