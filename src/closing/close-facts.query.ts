import { localDay } from "../kernel/local-time";
import { toMoney } from "../kernel/money";
import { hashInputs } from "../allocation";
import { gatherFacts } from "../allocation/facts.query";
import { policyStore } from "../allocation/policy.store";
import { runStore } from "../allocation/run.store";
import { unownedCost } from "../budgets/funding/unowned-cost.query";
import { unrestatedMonths } from "../chargeback/late-months.query";
import { openDisputeCount, unissuedPeriods } from "../chargeback/statements.query";
import { isShared } from "../costs";
import { accrualStore } from "../costs/accruals/accrual.store";
import { poolAmounts } from "../costs/costs.query";
import { Period } from "../governance";
import { NOBODY } from "../metering";
import { silentSources } from "../metering/sources/silences.query";
import { unratedUntil } from "../rating/rating-state.query";
import { unsettledVendors } from "../rating/reconciliation.query";
import { programmeCurrency } from "../tenancy";
import { TenantTransaction } from "../tenancy/database.store";
import { CloseFacts } from "./close-checklist";
import { closeRulesStore } from "./close-rules.store";
import { closeDutyStore } from "./duties/close-duty.store";

/** What the checklist of a period looks at, read in one transaction; exact under the period's lock. */
export async function closeFacts(tx: TenantTransaction, period: Period, nowMs: number): Promise<CloseFacts> {
  const programmeId = tx.scope.programme.id;
  const earlier = await tx.query<{ key: string }>("select key from governance.period where programme_id = $1 and key < $2 and status <> 'CLOSED' order by key", [programmeId, period.key]);
  const [usage] = await tx.query<{ legs: string; unattributed: string }>(
    `select coalesce(sum(legs), 0) as legs, coalesce(sum(legs) filter (where business_unit_id = '${NOBODY}'), 0) as unattributed
     from metering.usage_period_total where programme_id = $1 and period_key = $2`,
    [programmeId, period.key],
  );
  const [late] = await tx.query<{ unattributed: string }>(
    `select count(*) as unattributed from metering.late_event l join metering.usage_event e on e.programme_id = $1 and e.event_key = l.event_key and e.period_key = l.period_key
     where l.programme_id = $1 and l.period_key < $2 and l.business_unit_id is null and not e.test and e.type in ('LEG_COMPLETED', 'LEG_UPDATED')
       and not exists (select from metering.usage_superseded x where x.programme_id = $1 and x.event_key = e.event_key)`,
    [programmeId, period.key],
  );
  const rules = await closeRulesStore(tx).currentRules();
  const currency = programmeCurrency(tx.scope.programme);
  const silence = await silentSources(tx, period, nowMs);
  const policy = await policyStore(tx).approvedPolicy(period.key);
  const booked = await poolAmounts(tx, period.key);
  const ruled = (policy?.rules ?? []).map(({ pool }) => pool);
  // What a commitment left over stays with the programme unless the policy has a rule for it.
  const shared = booked.filter(({ kind, code }) => isShared(kind) && (kind !== "UNUSED_COMMITMENT" || ruled.includes(code))).map(({ code }) => code);
  const run = await latestRun(tx, period.key);
  const received = await receivingPools(tx, period.key);
  const disputes = await openDisputeCount(tx, period.key);
  const isEmpty = usage!.legs === "0" && booked.length === 0;
  return {
    period: period.key, endsAtMs: period.to.getTime(), nowMs,
    today: localDay(nowMs, tx.scope.programme.timeZone),
    rules,
    duties: await closeDutyStore(tx).duties(period.key),
    earlierOpen: earlier.map(({ key }) => key),
    unattributed: Number(usage!.unattributed),
    lateUnattributed: Number(late!.unattributed),
    silentSources: silence.open,
    acknowledgedSilences: silence.acknowledged,
    unrated: await unratedUntil(tx, period.key),
    unsettledVendors: await unsettledVendors(tx, period.key),
    unansweredAccruals: (await accrualStore(tx).unanswered(period.key)).map(({ externalId, periodKey, pool, amountMinor }) => `Accrual ${externalId} of ${periodKey} on ${pool} (${toMoney(amountMinor, currency).amount} ${currency.code})`),
    unrestated: await unrestatedMonths(tx, period.key, { usage: rules.lateUsage === "RESTATEMENT", cost: rules.lateCost === "RESTATEMENT" }),
    needsRun: shared.length > 0 || (!isEmpty && ruled.length > 0),
    poolsWithoutCost: isEmpty ? [] : ruled.filter((pool) => !shared.includes(pool) && !received.includes(pool)),
    poolsWithoutRule: shared.filter((pool) => !ruled.includes(pool)),
    run,
    openDisputes: disputes.open,
    overdueDisputes: disputes.overdue,
    unissuedMonths: await unissuedPeriods(tx, period.key),
    unownedCost: rules.blocksOnUnownedCost ? await unownedCost(tx, period.key, nowMs) : null,
  };
}

/** Pools of the newest run that have cost of other pools: under a policy by methods they need none of their own. */
async function receivingPools(tx: TenantTransaction, period: string): Promise<string[]> {
  const run = await runStore(tx).latestRun(period);
  const rows = run === null ? [] : await tx.query<{ code: string }>(
    "select p.code from allocation.run_pool r join costs.cost_pool p on p.programme_id = $1 and p.id = r.pool_id where r.programme_id = $1 and r.run_id = $2 and r.received_minor <> 0",
    [tx.scope.programme.id, run.id],
  );
  return rows.map(({ code }) => code);
}

async function latestRun(tx: TenantTransaction, period: string): Promise<CloseFacts["run"]> {
  const run = await runStore(tx).latestRun(period);
  if (!run) return null;
  const policy = await policyStore(tx).approvedPolicy(period);
  const isLatest = policy?.version === run.policyVersion && hashInputs(await gatherFacts(tx, period, policy)) === run.inputHash;
  const wrong = await tx.query(
    `select 1 from allocation.run_pool p
       left join (select pool_id, sum(amount_minor) as amount from allocation.line where programme_id = $1 and run_id = $2 group by 1) l on l.pool_id = p.pool_id
     where p.programme_id = $1 and p.run_id = $2 and coalesce(l.amount, 0) + p.unallocated_minor + p.passed_minor <> p.amount_minor + p.received_minor`,
    [tx.scope.programme.id, run.id],
  );
  return { sequence: run.sequence, isLatest, addsUp: wrong.length === 0 };
}
