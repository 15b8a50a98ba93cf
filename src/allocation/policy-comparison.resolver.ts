import { Arg, Ctx, Int, Query, Resolver } from "type-graphql";
import { MoneyAmount, toMoney } from "../kernel/money";
import { Refusal, invariant } from "../kernel/refusal";
import { periodStore } from "../governance/period.store";
import { programmeCurrency } from "../tenancy";
import { Allow } from "../tenancy/access";
import { TenantTransaction } from "../tenancy/database.store";
import { RequestContext } from "../tenancy/request-context";
import { tenancyStore } from "../tenancy/tenancy.store";
import { allocate } from "./allocate";
import { proposePolicyPorts } from "./allocation-ports.store";
import { Alternative, compareAlternatives } from "./compare-policies";
import { gatherFacts } from "./facts.query";
import { AllocationPolicy, PolicyDocument, readPolicy } from "./policy";
import { ComparePoliciesInput, ComparedUnitType, PolicyComparison, PolicyDiffType } from "./policy-comparison.type";
import { diffPolicies } from "./policy-diff";
import { policyStore } from "./policy.store";
import { requireKnownNames } from "./propose-policy";

/** Each alternative may scan a month of raw usage: longer than a read of the API may take. */
const COMPARE_TIMEOUT_MS = 600_000;
const MOST_ALTERNATIVES = 10;

@Resolver()
export class PolicyComparisonResolver {
  @Allow("FINANCE", "AUDITOR")
  @Query(() => PolicyDiffType, { description: "What differs between two versions of the policy, field by field. NOT_FOUND for a version that is not there." })
  async policyDiff(@Ctx() context: RequestContext, @Arg("from", () => Int) from: number, @Arg("to", () => Int) to: number): Promise<PolicyDiffType> {
    return context.withTenant(async (tx) => ({ from, to, differences: diffPolicies(await versionOf(tx, from, "from"), await versionOf(tx, to, "to")) }));
  }

  @Allow("FINANCE", "AUDITOR")
  @Query(() => PolicyComparison, { description: "What each business unit would bear of a period under other versions of the policy, another method or another driver, beside the policy in effect. The programme's total never moves. Stores nothing." })
  async comparePolicies(@Ctx() context: RequestContext, @Arg("input", () => ComparePoliciesInput) input: ComparePoliciesInput): Promise<PolicyComparison> {
    const { period } = input;
    const versions = [...new Set(input.versions ?? [])];
    if (versions.length + (input.policy ? 1 : 0) >= MOST_ALTERNATIVES) throw new Refusal("LIMIT_EXCEEDED", `Compare at most ${MOST_ALTERNATIVES - 1} alternatives at once.`, ["input", "versions"]);
    return context.withTenant(async (tx) => {
      if (!(await periodStore(tx).find(period))) throw new Refusal("NOT_FOUND", `There is nothing in ${period}: no usage and no cost.`, ["input", "period"]);
      const inEffect = await policyStore(tx).approvedPolicy(period);
      const documents: Array<{ version: number | null; document: PolicyDocument }> = inEffect ? [{ version: inEffect.version, document: inEffect }] : [];
      for (const version of versions) if (version !== inEffect?.version) documents.push({ version, document: await versionOf(tx, version, "versions") });
      if (input.policy) {
        const document = readPolicy(input.policy);
        await requireKnownNames(proposePolicyPorts(tx, context.record), document, period);
        documents.push({ version: null, document });
      }
      if (documents.length === 0) throw new Refusal("NOT_READY", `No approved allocation policy is in effect in ${period}. Name versions or give a policy.`, ["input", "versions"]);
      const alternatives: Alternative[] = [];
      for (const { version, document } of documents) alternatives.push({ version, result: allocate(await gatherFacts(tx, period, document)) });
      return report(tx, period, alternatives, inEffect?.version ?? null, new Date(context.clock.now()));
    }, { statementTimeoutMs: COMPARE_TIMEOUT_MS, isolation: "REPEATABLE READ" });
  }
}

async function versionOf(tx: TenantTransaction, version: number, field: string): Promise<AllocationPolicy> {
  const policy = version > 0 && version <= 2_147_483_647 ? await policyStore(tx).findPolicy(version) : null;
  if (!policy) throw new Refusal("NOT_FOUND", `There is no policy version ${version}.`, [field]);
  return policy;
}

async function report(tx: TenantTransaction, period: string, alternatives: readonly Alternative[], inEffect: number | null, asOf: Date): Promise<PolicyComparison> {
  const currency = programmeCurrency(tx.scope.programme);
  const money = (minor: bigint): MoneyAmount => toMoney(minor, currency);
  const units = new Map((await tenancyStore(tx).listBusinessUnits()).map((unit) => [unit.code, unit]));
  return {
    period, asOf,
    alternatives: alternatives.map(({ version, result }) => ({
      version, inEffect: version !== null && version === inEffect, total: money(result.totalMinor), allocated: money(result.allocatedMinor), unallocated: money(result.unallocatedMinor), variance: money(result.varianceMinor),
    })),
    rows: compareAlternatives(alternatives).map(({ businessUnit, amountsMinor, differencesMinor }): ComparedUnitType => {
      const unit = units.get(businessUnit);
      invariant(unit, "a unit that bears cost is not there");
      return { businessUnit: unit as ComparedUnitType["businessUnit"], amounts: amountsMinor.map(money), differences: differencesMinor.map(money) };
    }),
  };
}
