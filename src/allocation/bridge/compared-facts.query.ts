import { invariant } from "../../kernel/refusal";
import { shiftPeriod } from "../../kernel/period";
import { TenantTransaction } from "../../tenancy/database.store";
import { AllocationFacts, PoolAmount, neededDrivers } from "../allocate";
import { AllocationRun } from "../allocate-period";
import { measureDrivers } from "../facts.query";
import { MethodInputs, neededInputs } from "../method-inputs";
import { methodInputs } from "../method-inputs.query";
import { PolicyDocument } from "../policy";
import { policyStore } from "../policy.store";
import { storedFacts, storedPools } from "../stored-run.query";
import { AllocationPlan, plannedFacts } from "./planned-facts";
import { ComparedFacts } from "./swap-facts";

/** Usage may have to be measured anew by the drivers of another policy, from its rows. */
export const COMPARISON = { statementTimeoutMs: 60_000, isolation: "REPEATABLE READ" } as const;

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
  return { from: earlier, to: later, measured: await measuredBesides(tx, to.run, later, earlier.policy, earlier.pools, earlier.method) };
}

/** The facts of a run, and those that it would have been divided by according to plan. */
export async function plannedAndActual(tx: TenantTransaction, run: AllocationRun, plan: AllocationPlan): Promise<ComparedFacts> {
  const actual = await factsOf(tx, { run });
  const policy = plan.policy ?? actual.policy;
  const method = policy?.settings && plan.policy ? await methodInputs(tx, run.periodKey, neededInputs(policy), actual.receivers, run.cutoff) : policy?.settings ? actual.method : undefined;
  const measured = await measuredBesides(tx, run, actual, policy, plan.pools ?? actual.pools, method);
  const known = { method, drivers: new Map([...measured.drivers, ...actual.drivers]), priorDrivers: new Map([...measured.priorDrivers, ...actual.priorDrivers]) };
  return { from: plannedFacts(actual, plan, known), to: actual, measured };
}

/** What a run's month used by the drivers that another policy asks for and the run's snapshot does not hold. */
async function measuredBesides(tx: TenantTransaction, { periodKey, cutoff }: AllocationRun, facts: AllocationFacts, policy: PolicyDocument | null, pools: readonly PoolAmount[], method: MethodInputs | undefined): Promise<ComparedFacts["measured"]> {
  const needed = neededDrivers(policy, pools);
  return {
    drivers: await measureDrivers(tx, periodKey, needed.period.filter((key) => !facts.drivers.has(key)), cutoff, method?.priors ?? []),
    priorDrivers: await measureDrivers(tx, shiftPeriod(periodKey, -1), needed.prior.filter((key) => !facts.priorDrivers.has(key)), cutoff, []),
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
