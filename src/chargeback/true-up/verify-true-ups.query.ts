import { Currency, toMoney } from "../../kernel/money";
import { Proof, ProofNotes } from "../../kernel/proof";
import { TenantTransaction } from "../../tenancy/database.store";
import { recoveryVariances } from "./recovery-variance.query";
import { hashTrueUp, requireCleared } from "./true-up";
import { findTrueUp, linesOfTrueUps, monthsOfTrueUps } from "./true-up.query";

const [FIRST_MONTH, LAST_MONTH] = ["1970-01", "2199-12"];

/**
 * Proves of every pool and closed month at a standard rate that what its lines recovered less its cost is its variance; of every
 * posted true-up that its lines and the variances that it clears sum to zero and hash to what was proposed; and that nothing is
 * carried any more of figures that were trued up.
 */
export async function verifyRecoveries(tx: TenantTransaction, currency: Currency): Promise<Proof> {
  const notes = new ProofNotes();
  const programmeId = tx.scope.programme.id;
  const money = (minor: bigint): string => toMoney(minor, currency).amount;
  const closed = (await recoveryVariances(tx, FIRST_MONTH, LAST_MONTH, null)).filter(({ final }) => final);
  const charged = new Map((await tx.query<{ poolId: string; period: string; amount: string }>(
    `select pool_id as "poolId", period_key as period, sum(amount) as amount from (
       select l.pool_id, r.period_key, l.amount_minor as amount
       from (select distinct on (r.period_key) r.id, r.period_key from allocation.run r where r.programme_id = $1 order by r.period_key, r.sequence desc) r join allocation.line l on l.programme_id = $1 and l.run_id = r.id
       union all select l.pool_id, l.period_key, l.amount_minor from chargeback.adjustment_line l where l.programme_id = $1
       union all select l.pool_id, l.period_key, l.after_minor - l.before_minor from chargeback.restatement_cell l where l.programme_id = $1) x
     where pool_id = any($2) group by 1, 2`,
    [programmeId, [...new Set(closed.map(({ poolId }) => poolId))]],
  )).map(({ poolId, period, amount }) => [`${poolId} ${period}`, BigInt(amount)]));
  for (const { poolId, pool, period, costMinor, varianceMinor } of closed) {
    const recovered = charged.get(`${poolId} ${period}`) ?? 0n;
    if (recovered - costMinor !== varianceMinor) notes.differs(`${pool} ${period}: recovered ${money(recovered)} - cost ${money(costMinor)}, variance ${money(varianceMinor)}`);
  }
  const posted = await tx.query<{ number: number }>("select number from chargeback.true_up_posting where programme_id = $1 order by number", [programmeId]);
  const numbers = posted.map(({ number }) => String(number));
  const [monthsOf, linesOf] = [await monthsOfTrueUps(tx, numbers), await linesOfTrueUps(tx, numbers)];
  for (const { number } of posted) {
    const [trueUp, months, lines] = [(await findTrueUp(tx, number))!, monthsOf.get(String(number)) ?? [], linesOf.get(String(number)) ?? []];
    const now = hashTrueUp({ ...trueUp, months, lines });
    if (now !== trueUp.hash) notes.differs(`true-up ${number}: hash ${trueUp.hash.slice(0, 12)}…, what is stored hashes to ${now.slice(0, 12)}…`);
    try {
      requireCleared({ months, lines, amountMinor: trueUp.amountMinor });
    } catch (error) {
      notes.differs(`true-up ${number}: ${(error as Error).message}`);
    }
    for (const month of months) {
      const row = closed.find((each) => each.poolId === trueUp.poolId && each.period === month.period);
      if (!row || (row.figuresVersion === month.figuresVersion && row.carriedMinor !== 0n)) notes.differs(`${trueUp.pool} ${month.period}: trued up by number ${number}, and ${money(row?.carriedMinor ?? 0n)} of its variance is still carried`);
    }
  }
  return notes.proof("variance of standard rates = recovered - cost - true-ups", `${closed.length} pools and months, ${posted.length} true-ups`);
}
