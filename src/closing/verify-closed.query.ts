import { Proof, ProofNotes } from "../kernel/proof";
import { TenantTransaction } from "../tenancy/database.store";
import { hashAdjustment } from "../chargeback/adjustment";
import { hashClosedFigures } from "./closed-figures";
import { closedFigures } from "./closed-figures.query";

/** Proves, for every closed period, that its figures still hash to what was kept at the close. */
export async function verifyClosedPeriods(tx: TenantTransaction): Promise<Proof> {
  const notes = new ProofNotes();
  const periods = await tx.query<{ key: string; cutoff: Date; hash: string | null }>("select key, cutoff, hash from governance.period where programme_id = $1 and status = 'CLOSED' order by key", [tx.scope.programme.id]);
  for (const { key, cutoff, hash } of periods) {
    const now = hashClosedFigures(await closedFigures(tx, key, cutoff));
    if (now !== hash) notes.differs(`${key}: closed with ${hash === null ? "no hash" : `hash ${hash.slice(0, 12)}…`}, its figures hash to ${now.slice(0, 12)}…`);
  }
  return notes.proof("closed figures = hash of the close", `${periods.length} closed periods`);
}

/** Proves that the pools and lines of every adjustment hash to what was kept and make up every pool, and that late cost is in them to the cent: pool by pool, or over all pools that a policy by methods divided, which pass cost on. */
export async function verifyAdjustments(tx: TenantTransaction): Promise<Proof> {
  const notes = new ProofNotes();
  const programmeId = tx.scope.programme.id;
  const adjustments = await tx.query<{ period: string; origin: string; hash: string }>("select period_key as period, origin_period_key as origin, result_hash as hash from chargeback.adjustment where programme_id = $1 order by 1, 2", [programmeId]);
  let lines = 0;
  for (const { period, origin, hash } of adjustments) {
    const pools = await tx.query<{ pool: string; amount: string; allocated: string; unallocated: string; variance: string }>(
      `select p.code as pool, x.amount_minor as amount, x.allocated_minor as allocated, x.unallocated_minor as unallocated, x.variance_minor as variance from chargeback.adjustment_pool x join costs.cost_pool p on p.programme_id = $1 and p.id = x.pool_id
       where x.programme_id = $1 and x.period_key = $2 and x.origin_period_key = $3`,
      [programmeId, period, origin],
    );
    const charges = await tx.query<{ pool: string; unit: string; useCase: string; amount: string }>(
      `select p.code as pool, u.code as unit, c.code as "useCase", x.amount_minor as amount from chargeback.adjustment_line x
         join costs.cost_pool p on p.programme_id = $1 and p.id = x.pool_id
         join tenancy.business_unit u on u.programme_id = $1 and u.id = x.business_unit_id
         join tenancy.use_case c on c.programme_id = $1 and c.id = x.use_case_id
       where x.programme_id = $1 and x.period_key = $2 and x.origin_period_key = $3`,
      [programmeId, period, origin],
    );
    lines += charges.length;
    const now = hashAdjustment(origin, {
      pools: pools.map((each) => ({ pool: each.pool, amountMinor: BigInt(each.amount), unallocatedMinor: BigInt(each.unallocated), varianceMinor: BigInt(each.variance) })),
      charges: charges.map((each) => ({ pool: each.pool, businessUnit: each.unit, useCase: each.useCase, amountMinor: BigInt(each.amount) })),
    });
    if (now !== hash) notes.differs(`adjustment of ${origin} in ${period}: hash ${hash.slice(0, 12)}…, its lines hash to ${now.slice(0, 12)}…`);
    for (const each of pools) {
      const sum = charges.filter(({ pool }) => pool === each.pool).reduce((total, { amount }) => total + BigInt(amount), 0n);
      if (sum !== BigInt(each.allocated)) notes.differs(`adjustment of ${origin} in ${period}, pool ${each.pool}: lines ${sum}, allocated ${each.allocated} minor units`);
    }
  }
  const lost = await tx.query<{ origin: string; pool: string; booked: string; posted: string }>(
    `with late as (
       select a.origin, p.cutoff, max(a.late_to) as late_to from (
         select origin_period_key as origin, late_to from chargeback.adjustment where programme_id = $1
         union all select period_key, late_to from chargeback.restatement where programme_id = $1) a
         join governance.period p on p.programme_id = $1 and p.key = a.origin group by 1, 2
     ), divided as (
       select l.origin, q.pool_id from late l
         join lateral (select r.id from allocation.run r where r.programme_id = $1 and r.period_key = l.origin order by r.sequence desc limit 1) r on true
         join allocation.run_pool q on q.programme_id = $1 and q.run_id = r.id and q.step is not null
     ), booked as (
       select l.origin, e.pool_id, sum(e.amount_minor) as minor from late l
         join costs.cost_entry e on e.programme_id = $1 and e.period_key = l.origin and e.recorded_at >= l.cutoff and e.recorded_at < l.late_to group by 1, 2
     ), posted as (
       select x.origin, x.pool_id, sum(x.minor) as minor from (
         select origin_period_key as origin, pool_id, amount_minor as minor from chargeback.adjustment_pool where programme_id = $1
         union all select period_key, pool_id, after_minor - before_minor from chargeback.restatement_pool where programme_id = $1) x group by 1, 2
     )
     select origin, coalesce(p.code, 'the pools that pass cost on') as pool, sum(coalesce(b.minor, 0)) as booked, sum(coalesce(a.minor, 0)) as posted
     from booked b full join posted a using (origin, pool_id) left join divided d using (origin, pool_id)
       left join costs.cost_pool p on p.programme_id = $1 and p.id = pool_id and d.origin is null
     group by 1, 2 having sum(coalesce(b.minor, 0)) <> sum(coalesce(a.minor, 0)) order by 1, 2`,
    [programmeId],
  );
  for (const { origin, pool, booked, posted } of lost) notes.differs(`late cost of ${origin} on ${pool}: booked ${booked}, in adjustments and restatements ${posted} minor units`);
  return notes.proof("adjustments = hash of their lines", `${adjustments.length} adjustments, ${lines} lines`);
}
