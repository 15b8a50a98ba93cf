import { invariant } from "../../kernel/refusal";
import { shiftPeriod } from "../../kernel/period";
import { TenantTransaction } from "../../tenancy/database.store";
import { AllocationFacts, neededDrivers } from "../allocate";
import { AllocationRun } from "../allocate-period";
import { measureDrivers } from "../facts.query";
import { policyStore } from "../policy.store";
import { storedFacts, storedPools } from "../stored-run.query";
import { ComparedFacts } from "./swap-facts";

/** A side of a comparison: a stored run, or a closed month in which nothing was divided. */
export type ComparedSide = { readonly run: AllocationRun } | { readonly run: null; readonly period: string };

/**
 * The frozen facts of two sides. What the later one used by drivers that its own policy does not ask for is measured from
 * its usage as it was recorded before its cut-off. Reads every unit: the transaction reaches the whole programme.
 */
export async function comparedFacts(tx: TenantTransaction, from: ComparedSide, to: ComparedSide): Promise<ComparedFacts> {
  const [earlier, later] = [await factsOf(tx, from), await factsOf(tx, to)];
  const none = new Map<string, never>();
  // Where nothing was divided nothing was measured either: the use is taken as it was, and all that changes is the pools.
  if (to.run === null) return { from: earlier, to: later, measured: { drivers: earlier.drivers, priorDrivers: earlier.priorDrivers } };
  if (from.run === null) return { from: earlier, to: later, measured: { drivers: none, priorDrivers: none } };
  const needed = neededDrivers(earlier.policy, earlier.pools);
  const { periodKey, cutoff } = to.run;
  return {
    from: earlier, to: later,
    measured: {
      drivers: await measureDrivers(tx, periodKey, needed.period.filter((key) => !later.drivers.has(key)), cutoff),
      priorDrivers: await measureDrivers(tx, shiftPeriod(periodKey, -1), needed.prior.filter((key) => !later.priorDrivers.has(key)), cutoff),
    },
  };
}

async function factsOf(tx: TenantTransaction, side: ComparedSide): Promise<AllocationFacts> {
  if (side.run === null) {
    return { period: side.period, currency: tx.scope.programme.currency, pools: [], policy: null, receivers: new Map(), drivers: new Map(), priorDrivers: new Map() };
  }
  const policy = await policyStore(tx).findPolicy(side.run.policyVersion);
  invariant(policy, "a run without its policy");
  return storedFacts(tx, side.run, policy, (await storedPools(tx, side.run.id)).map(({ pool, amountMinor }) => ({ code: pool, amountMinor })));
}
