import { programmeCurrency } from "../tenancy";
import { poolAmounts } from "../costs/costs.query";
import { policyStore } from "../allocation/policy.store";
import { runStore } from "../allocation/run.store";
import { adjustmentStore } from "../chargeback/adjustment.store";
import { directCharges } from "../chargeback/charges.query";
import { carriedTrueUps } from "../chargeback/true-up/recovery-variance.query";
import { TenantTransaction } from "../tenancy/database.store";
import { ClosedFigures } from "./closed-figures";

/** The figures of a period as they are posted; of a closed one as they were at its cut-off. */
export async function closedFigures(tx: TenantTransaction, period: string, cutoff: Date | null): Promise<ClosedFigures> {
  const usage = await tx.query<{ unit: string; useCase: string; legs: string; calls: string; ms: string; contacts: string }>(
    `select coalesce(u.code, '') as unit, coalesce(c.code, '') as "useCase", t.legs, t.connected_legs as calls, t.connected_ms as ms, t.contacts
     from metering.usage_period_total t
       left join tenancy.business_unit u on u.programme_id = $1 and u.id = t.business_unit_id
       left join tenancy.use_case c on c.programme_id = $1 and c.id = t.use_case_id
     where t.programme_id = $1 and t.period_key = $2 and t.legs > 0`,
    [tx.scope.programme.id, period],
  );
  const run = await runStore(tx).latestRun(period);
  const policy = run && (await policyStore(tx).findPolicy(run.policyVersion));
  return {
    period,
    currency: programmeCurrency(tx.scope.programme).code,
    policyHash: policy?.documentHash ?? null,
    run: run && { inputHash: run.inputHash, resultHash: run.resultHash },
    usage: usage.map((row) => ({ businessUnit: row.unit, useCase: row.useCase, figures: [row.legs, row.calls, row.ms, row.contacts] })),
    pools: (await poolAmounts(tx, period, cutoff)).map((pool) => ({ pool: pool.code, amountMinor: pool.amountMinor })),
    direct: (await directCharges(tx, period, cutoff)).charges.map((each) => ({ ...each, amountMinor: String(each.amountMinor) })),
    adjustments: (await adjustmentStore(tx).list(period)).map((each) => ({ origin: each.originPeriodKey, resultHash: each.resultHash })),
    trueUps: await carriedTrueUps(tx, period),
  };
}
