import { groupBy } from "../kernel/group-by";
import { programmeCurrency } from "../tenancy";
import { TenantTransaction } from "../tenancy/database.store";
import { ANY_USAGE } from "../metering/questions/usage-where.query";
import { EventsWhere, listUsageEvents } from "../metering/usage-events.query";
import { AllocationExplanation, explainAllocation } from "./explain.query";
import { runStore } from "./run.store";

/** The legs behind an explanation, as they counted at the run's cut-off. */
export function legsBehind({ basis, run }: AllocationExplanation): EventsWhere {
  return {
    ...ANY_USAGE, period: run.periodKey, unitIds: [basis.unitId], useCaseIds: basis.useCaseId ? [basis.useCaseId] : null,
    channels: basis.channels, connected: !basis.contacts, asOf: run.cutoff,
  };
}

/**
 * From calls back up to charges: by event, the explanations of its unit and use case in the newest run of its month that it is one of
 * the legs behind. An event is left out that no run counted: unattributed, test, of a channel that nothing counts, or come since.
 */
export async function chargesOfEvents(tx: TenantTransaction, eventKeys: readonly string[]): Promise<Map<string, AllocationExplanation[]>> {
  const events = await tx.query<{ key: string; period: string; unitId: string; useCaseId: string }>(
    `select event_key as key, period_key as period, business_unit_id as "unitId", use_case_id as "useCaseId" from metering.usage_event
     where programme_id = $1 and event_key = any($2::uuid[]) and business_unit_id is not null and use_case_id is not null`,
    [tx.scope.programme.id, eventKeys],
  );
  const charges = new Map<string, AllocationExplanation[]>();
  for (const alike of groupBy(events, ({ period, unitId, useCaseId }) => [period, unitId, useCaseId].join("/")).values()) {
    const { period, unitId, useCaseId } = alike[0]!;
    const run = await runStore(tx).latestRun(period);
    if (!run) continue;
    const explanations = await explainAllocation(tx, run, unitId, useCaseId, null, programmeCurrency(tx.scope.programme));
    const counted = new Map<string, ReadonlySet<string>>();
    for (const explanation of explanations) {
      const legs = legsBehind(explanation);
      const basis = JSON.stringify([legs.channels, legs.connected]);
      const keys = counted.get(basis) ?? new Set((await listUsageEvents(tx, { ...legs, eventKeys: alike.map(({ key }) => key) }, { first: alike.length })).edges.map(({ node }) => node.id));
      counted.set(basis, keys);
      for (const key of keys) charges.set(key, [...(charges.get(key) ?? []), explanation]);
    }
  }
  return charges;
}
