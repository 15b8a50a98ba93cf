import { Arg, Ctx, ID, Query, Resolver } from "type-graphql";
import { MoneyAmount, toMoney } from "../../kernel/money";
import { fromNodeId, isUuid } from "../../kernel/node-id";
import { Refusal, invariant } from "../../kernel/refusal";
import { programmeCurrency } from "../../tenancy";
import { Allow } from "../../tenancy/access";
import { TenantTransaction } from "../../tenancy/database.store";
import { RequestContext } from "../../tenancy/request-context";
import { tenancyStore } from "../../tenancy/tenancy.store";
import { BusinessUnitType } from "../../tenancy/tenancy.type";
import { AllocationRun } from "../allocate-period";
import { toRun } from "../allocation-view.type";
import { runStore } from "../run.store";
import { COMPARISON, comparedFacts } from "./compared-facts.query";
import { diffRuns } from "./diff-runs";
import { compareInputs } from "./input-components";
import { AllocationRunDiffType } from "./run-diff.type";
import { RUN_STEPS } from "./swap-facts";

@Resolver()
export class RunDiffResolver {
  @Allow("FINANCE", "AUDITOR")
  @Query(() => AllocationRunDiffType, { description: "What changed between two stored runs of a month, or of two months: for every unit by cause, exact to the minor unit, and which of the hashed inputs differ. NOT_FOUND for an id that is no run's." })
  async allocationRunDiff(
    @Ctx() context: RequestContext,
    @Arg("from", () => ID, { description: "Id of the run to compare from." }) from: string,
    @Arg("to", () => ID, { description: "Id of the run to compare to." }) to: string,
  ): Promise<AllocationRunDiffType> {
    return context.withTenant(async (tx) => {
      const runs = [await requireRun(tx, from, "from"), await requireRun(tx, to, "to")] as const;
      const compared = await comparedFacts(tx, { run: runs[0] }, { run: runs[1] });
      const { before, after, units, causes } = diffRuns(compared);
      invariant(before.resultHash === runs[0].resultHash && after.resultHash === runs[1].resultHash, "a stored run cannot be divided again");
      const currency = programmeCurrency(tx.scope.programme);
      const money = (minor: bigint): MoneyAmount => toMoney(minor, currency);
      const named = new Map((await tenancyStore(tx).findBusinessUnits(units.flatMap(({ businessUnit }) => businessUnit ?? []))).map((unit) => [unit.code, unit as BusinessUnitType]));
      return {
        from: await toRun(tx, runs[0]), to: await toRun(tx, runs[1]), order: [...RUN_STEPS],
        change: money(after.totalMinor - before.totalMinor), causes: causes.map(({ cause, amountMinor }) => ({ cause, amount: money(amountMinor) })),
        rows: units.map(({ businessUnit, fromMinor, toMinor, causes: changes }) => ({
          businessUnit: businessUnit === null ? null : (named.get(businessUnit) ?? null), from: money(fromMinor), to: money(toMinor), change: money(toMinor - fromMinor),
          causes: changes.map(({ cause, amountMinor }) => ({ cause, amount: money(amountMinor) })),
        })),
        inputs: compareInputs(compared.from, compared.to, currency.exponent).map((each) => ({ ...each, differences: [...each.differences] })),
      };
    }, COMPARISON);
  }
}

async function requireRun(tx: TenantTransaction, id: string, field: string): Promise<AllocationRun> {
  const node = fromNodeId(id);
  const run = node?.type === "AllocationRun" && isUuid(node.key) ? await runStore(tx).findRun(node.key) : null;
  if (!run) throw new Refusal("NOT_FOUND", "There is no such run. Take an id of allocationRuns.", [field]);
  return run;
}
