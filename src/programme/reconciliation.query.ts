import { Proof, ProofNotes } from "../kernel/proof";
import { Currency, toMoney } from "../kernel/money";
import { runStore } from "../allocation/run.store";
import { chargesOfRun } from "../chargeback/charges.query";
import { chargedLines } from "../chargeback/statement-charges.query";
import { trueUpLines } from "../chargeback/true-up/true-up-lines.query";
import { COST_POOL_KINDS, isShared } from "../costs";
import { Period } from "../governance";
import { periodStore } from "../governance/period.store";
import { TenantTransaction } from "../tenancy/database.store";
import { PnlMonth, hashOfMonth } from "./pnl";
import { ReadBenefits, pnlMonth } from "./pnl-facts.query";
import { PnlCheck, SharedCost, differenceOf, reconcileAggregates, reconcileMonth } from "./reconcile";
import { statementStore } from "./statement.store";

export interface MonthReconciliation {
  readonly month: PnlMonth;
  readonly checks: readonly PnlCheck[];
  /** Null: nothing is signed. */
  readonly changedSinceSigned: boolean | null;
}

/** Proves a month's statement against the ledgers and against what executives see of it, in the snapshot of the transaction. */
export async function reconciliationOf(tx: TenantTransaction, key: string, currency: Currency, readBenefits: ReadBenefits): Promise<MonthReconciliation | null> {
  return tx.readingAs("PROGRAMME", async () => {
    const period = await periodStore(tx).find(key);
    if (!period) return null;
    const month = await pnlMonth(tx, key, readBenefits);
    const { recognised, eliminations } = await readBenefits(tx, key);
    const ladder = { signedMinor: recognised.reduce((sum, { cashableMinor }) => sum + cashableMinor, 0n), eliminatedMinor: eliminations.reduce((sum, { amountMinor }) => sum + amountMinor, 0n) };
    const store = statementStore(tx);
    const [newest] = await store.newestBetween(key, key);
    const [seen] = await store.seenBetween(key, key);
    const shown = seen ? await store.seenCells(seen) : null;
    const aggregates = seen && shown ? reconcileAggregates(shown.cells, shown.groups, await store.aggregatesOf(key, seen.version)) : [];
    return {
      month, checks: [...reconcileMonth(month, await sharedCost(tx, period), ladder), ...aggregates],
      changedSinceSigned: newest ? newest.hash !== hashOfMonth(month, currency.code) : null,
    };
  });
}

/** Shared cost as booked, and as its division stored it: the run, adjustments, restatements and true-ups of the month. */
async function sharedCost(tx: TenantTransaction, period: Period): Promise<SharedCost> {
  const kinds = COST_POOL_KINDS.filter(isShared);
  const run = await runStore(tx).latestRun(period.key);
  // What is stored as unallocated is what nobody is charged, whatever for: the variance is a part of it.
  const [row] = await tx.query<Record<"booked" | "late" | "ran" | "uncharged" | "variance" | "truedUp", string>>(
    `with pool as (select id from costs.cost_pool where programme_id = $1 and kind = any($5)),
     late as (
       select q.pool_id, q.amount_minor as amount, q.unallocated_minor as uncharged, q.variance_minor as variance from chargeback.adjustment_pool q where q.programme_id = $1 and q.period_key = $2
       union all
       select q.pool_id, q.after_minor - q.before_minor, q.after_unallocated_minor - q.before_unallocated_minor, q.after_variance_minor - q.before_variance_minor
       from chargeback.restatement_pool q where q.programme_id = $1 and q.period_key = $2),
     divided as (
       select q.amount_minor as ran, 0 as late, q.unallocated_minor as uncharged, q.variance_minor as variance from allocation.run_pool q where q.programme_id = $1 and q.run_id = $3
       union all
       select 0, l.amount, l.uncharged, l.variance from late l join pool p on p.id = l.pool_id)
     select (select coalesce(sum(e.amount_minor), 0) from costs.cost_entry e join pool p on p.id = e.pool_id where e.programme_id = $1 and e.period_key = $2 and ($4::timestamptz is null or e.recorded_at < $4)) as booked,
       (select coalesce(sum(t.amount_minor), 0) from chargeback.true_up_posting x join chargeback.true_up t on t.programme_id = $1 and t.number = x.number where x.programme_id = $1 and x.period_key = $2) as "truedUp",
       coalesce(sum(d.late), 0) as late, coalesce(sum(d.ran), 0) as ran, coalesce(sum(d.uncharged), 0) as uncharged, coalesce(sum(d.variance), 0) as variance
     from divided d`,
    [tx.scope.programme.id, period.key, run?.id ?? null, period.cutoff, kinds],
  );
  const figure = (name: keyof NonNullable<typeof row>): bigint => BigInt(row![name]);
  const shared = new Set((await tx.query<{ code: string }>("select code from costs.cost_pool where programme_id = $1 and kind = any($2)", [tx.scope.programme.id, kinds])).map(({ code }) => code));
  const charges = period.status === "CLOSED" ? await chargedLines(tx, period) : [...(run ? (await chargesOfRun(tx, run.id)).charges : []), ...(await trueUpLines(tx, period.key))];
  const charged = new Map<string, bigint>();
  for (const { pool, businessUnit, amountMinor } of charges) if (pool !== null && shared.has(pool)) charged.set(businessUnit, (charged.get(businessUnit) ?? 0n) + amountMinor);
  return {
    bookedMinor: figure("booked") + figure("late"), charged: new Map([...charged].sort()),
    // What was booked after the run of an open month is divided by the next one.
    unallocatedMinor: figure("uncharged") - figure("variance") + (figure("booked") - figure("ran")),
    overRecoveryMinor: figure("truedUp") - figure("variance"),
  };
}

/** Proves every closed month's statement, and every signed version: its hash, its sums and what executives see of it. */
export async function verifyProgrammePnl(tx: TenantTransaction, currency: Currency, readBenefits: ReadBenefits): Promise<Proof> {
  const notes = new ProofNotes();
  const closed = await tx.query<{ key: string }>("select key from governance.period where programme_id = $1 and status = 'CLOSED' order by key", [tx.scope.programme.id]);
  let proofs = 0;
  for (const { key } of closed) {
    const found = await reconciliationOf(tx, key, currency, readBenefits);
    for (const check of found?.checks ?? []) {
      proofs += 1;
      if (differenceOf(check) !== 0n) notes.differs(`${key}: ${check.name}: off by ${toMoney(differenceOf(check), currency).amount}`);
    }
  }
  const store = statementStore(tx);
  const signed = await store.signed("", "~");
  for (const statement of signed) {
    const { cells, groups } = await store.seenCells(statement);
    proofs += 1;
    if (hashOfMonth({ period: statement.period, cells, gaps: [] }, currency.code) !== statement.hash) notes.differs(`${statement.period} version ${statement.version}: its stored figures are not those that were signed`);
    for (const check of reconcileAggregates(cells, groups, await store.aggregatesOf(statement.period, statement.version))) {
      proofs += 1;
      if (differenceOf(check) !== 0n) notes.differs(`${statement.period} version ${statement.version}: ${check.name}: off by ${toMoney(differenceOf(check), currency).amount}`);
    }
  }
  return notes.proof("programme P&L = ledgers, signed statements = their hashes and aggregates", `${closed.length} closed months, ${signed.length} signed statements, ${proofs} sums`);
}
