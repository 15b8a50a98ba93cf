import type { GraphQLResolveInfo } from "graphql";
import { Arg, Ctx, ID, Info, Int, Mutation, Query, Resolver } from "type-graphql";
import { fromNodeId, isUuid } from "../kernel/node-id";
import { toMoney } from "../kernel/money";
import { Page, decodeCursor, requirePageSize, toPage } from "../kernel/paging";
import { Refusal } from "../kernel/refusal";
import { DateTimeScalar, PeriodKeyScalar } from "../kernel/scalars";
import { selects } from "../kernel/selection";
import { payload } from "../kernel/user-error.type";
import { costsStore } from "../costs/costs.store";
import { periodStore } from "../governance/period.store";
import { MINIMUM_GROUP, seesOnlyGroups } from "../metering";
import { programmeCurrency } from "../tenancy";
import { Allow } from "../tenancy/access";
import { TenantTransaction } from "../tenancy/database.store";
import { RequestContext } from "../tenancy/request-context";
import { tenancyStore } from "../tenancy/tenancy.store";
import { allocate } from "./allocate";
import { AllocationRun, allocatePeriod } from "./allocate-period";
import { allocatePeriodPorts, approvePolicyPorts, proposePolicyPorts } from "./allocation-ports.store";
import { reportFromFacts, reportFromResult, toPolicy, toPool, toRun } from "./allocation-view.type";
import { AllocationDimension, ResolvedAllocationWhere, allocationByGroup, runPools, runTotals } from "./allocation.query";
import {
  AllocatePeriodInput, AllocatePeriodPayload, AllocationDimensionEnum, AllocationPolicyConnection, AllocationPolicyPayload, AllocationPolicyType, AllocationReport, AllocationRow,
  AllocationRunConnection, AllocationRunType, AllocationRunWhere, AllocationWhere, ApproveAllocationPolicyInput, ProposeAllocationPolicyInput, SimulateAllocationInput,
} from "./allocation.type";
import { approvePolicy } from "./approve-policy";
import { findExplained } from "./explain-names.query";
import { AllocationExplanation, explainAllocation } from "./explain.query";
import { AllocationExplanationType } from "./explanation.type";
import { gatherFacts } from "./facts.query";
import { readPolicy } from "./policy";
import { policyStore } from "./policy.store";
import { proposePolicy, requireKnownNames } from "./propose-policy";
import { listRuns, runStore } from "./run.store";

/** A run may scan a month of raw usage: longer than a read of the API may take. */
const RUN_TIMEOUT_MS = 600_000;

@Resolver()
export class AllocationResolver {
  @Allow("FINANCE", "AUDITOR")
  @Query(() => AllocationPolicyConnection, { description: "Versions of the policy, oldest first." })
  async allocationPolicies(@Ctx() context: RequestContext, @Arg("first", () => Int) first: number, @Arg("after", () => String, { nullable: true }) after?: string): Promise<Page<AllocationPolicyType>> {
    const page = { first: requirePageSize(first), after };
    const found = await context.withTenant((tx) => policyStore(tx).list(page));
    return { ...found, edges: found.edges.map(({ node, cursor }) => ({ cursor, node: toPolicy(node) })) };
  }

  @Allow("FINANCE", "AUDITOR")
  @Query(() => AllocationRunConnection, { description: "Stored runs, oldest first." })
  async allocationRuns(
    @Ctx() context: RequestContext,
    @Arg("first", () => Int) first: number,
    @Arg("after", () => String, { nullable: true }) after?: string,
    @Arg("where", () => AllocationRunWhere, { nullable: true }) where?: AllocationRunWhere,
  ): Promise<Page<AllocationRunType>> {
    const page = { first: requirePageSize(first), after };
    const position = decodeCursor(after, ["instant", "uuid"]);
    return context.withTenant(async (tx) => {
      const rows = await listRuns(tx, where?.period ?? null, position, page.first + 1);
      const found = toPage(rows, page, (row) => [row.position, row.id]);
      return { ...found, edges: await Promise.all(found.edges.map(async ({ node, cursor }) => ({ cursor, node: await toRun(tx, node) }))) };
    });
  }

  @Allow("FINANCE", "BUSINESS_UNIT", "EXECUTIVE", "STEERING", "AUDITOR")
  @Query(() => AllocationReport, { nullable: true, description: "Stored lines of a run (the newest of the period when none is named), grouped any way; null when there is none. A unit sees its own rows and the pools' total; executives and the steering group the totals." })
  async allocation(
    @Ctx() context: RequestContext,
    @Arg("period", () => PeriodKeyScalar) period: string,
    @Info() info: GraphQLResolveInfo,
    @Arg("groupBy", () => [AllocationDimensionEnum]) groupBy: AllocationDimension[],
    @Arg("run", () => ID, { nullable: true }) runId?: string | null,
    @Arg("where", () => AllocationWhere, { nullable: true }) where?: AllocationWhere | null,
    @Arg("asOf", () => DateTimeScalar, { nullable: true, description: "The newest run that was made before this instant; not together with run." }) asOf?: Date | null,
  ): Promise<AllocationReport | null> {
    if (runId && asOf) throw new Refusal("BAD_USER_INPUT", "Name a run or an instant, not both.", ["asOf"]);
    const onlyGroups = seesOnlyGroups(context.principal.role);
    if (onlyGroups && (groupBy.length > 0 || where)) throw new Refusal("FORBIDDEN", "This role sees the totals of a run: leave groupBy empty and where out.");
    if (new Set(groupBy).size !== groupBy.length) throw new Refusal("BAD_USER_INPUT", "groupBy names a dimension twice.", ["groupBy"]);
    return context.withTenant(async (tx) => {
      const currency = programmeCurrency(tx.scope.programme);
      const resolved = { ...(await resolveWhere(tx, where ?? {})), ownersAt: where?.ownership === "AS_IS" ? new Date(context.clock.now()) : null };
      const run = await findRun(tx, period, runId, asOf);
      if (!run) return null;
      const asked = (field: string): boolean => selects(info, [field]);
      const totals = onlyGroups || asked("total") || asked("unallocated") || asked("variance") ? await runTotals(tx, run.id, resolved.poolIds) : { totalMinor: 0n, unallocatedMinor: 0n, varianceMinor: 0n, units: 0 };
      if (onlyGroups && totals.units < MINIMUM_GROUP) throw new Refusal("FORBIDDEN", `A figure for this role stands for at least ${MINIMUM_GROUP} business units; here there are fewer.`);
      const rows = await allocationByGroup(tx, run.id, resolved, groupBy, currency);
      const allocatedMinor = asked("allocated") ? rows.reduce((sum, row) => sum + BigInt(row.amountMinor), 0n) : 0n;
      return {
        run: asked("run") ? await toRun(tx, run) : null,
        rows: rows as unknown as AllocationRow[],
        total: toMoney(totals.totalMinor, currency),
        allocated: toMoney(allocatedMinor, currency),
        unallocated: toMoney(totals.unallocatedMinor, currency),
        variance: toMoney(totals.varianceMinor, currency),
        pools: !onlyGroups && asked("pools") ? (await runPools(tx, run.id, resolved.poolIds)).map((pool) => toPool(pool, currency)) : [],
        asOf: run.cutoff,
      };
    });
  }

  @Allow("FINANCE", "BUSINESS_UNIT", "AUDITOR")
  @Query(() => [AllocationExplanationType], { description: "Why a unit (or one of its use cases) is charged what it is charged: one explanation per pool and part of its rule (per pool where methods divided it), with the chain of pools behind it. NOT_FOUND for what is not yours and for a period without a run." })
  async explainAllocation(
    @Ctx() context: RequestContext,
    @Arg("period", () => PeriodKeyScalar) period: string,
    @Arg("businessUnit", () => String) businessUnit: string,
    @Arg("run", () => ID, { nullable: true }) runId?: string | null,
    @Arg("useCase", () => String, { nullable: true }) useCase?: string | null,
    @Arg("pool", () => String, { nullable: true }) pool?: string | null,
  ): Promise<AllocationExplanation[]> {
    return context.withTenant(async (tx) => {
      const found = await findExplained(tx, { period, run: runId, businessUnit, useCase, pool });
      return explainAllocation(tx, found.run, found.unitId, found.useCaseId, found.poolId, programmeCurrency(tx.scope.programme));
    });
  }

  @Allow("FINANCE", "AUDITOR")
  @Query(() => AllocationReport, { description: "What a policy would charge, on the facts of a period as they are now; or what any method makes of literal facts. Stores nothing." })
  async simulateAllocation(@Ctx() context: RequestContext, @Arg("input", () => SimulateAllocationInput) input: SimulateAllocationInput): Promise<AllocationReport> {
    const { period, facts } = input;
    if (facts) {
      if (input.policy) throw new Refusal("BAD_USER_INPUT", "Literal facts carry a method per pool: leave policy out.", ["input", "policy"]);
      return reportFromFacts(facts, new Date(context.clock.now()));
    }
    if (!period) throw new Refusal("BAD_USER_INPUT", "Give the period whose facts are divided, or facts.", ["input", "period"]);
    return context.withTenant(async (tx) => {
      if (!(await periodStore(tx).find(period))) throw new Refusal("NOT_FOUND", `There is nothing in ${period}: no usage and no cost.`, ["input", "period"]);
      const document = input.policy ? readPolicy(input.policy) : await policyStore(tx).approvedPolicy(period);
      if (!document) throw new Refusal("NOT_READY", `No approved allocation policy is in effect in ${period}. Give one as policy.`, ["input", "policy"]);
      if (input.policy) await requireKnownNames(proposePolicyPorts(tx, context.record), document, period);
      const result = allocate(await gatherFacts(tx, period, document));
      return reportFromResult(tx, result, input.groupBy, new Date(context.clock.now()), null);
    }, { statementTimeoutMs: RUN_TIMEOUT_MS, isolation: "REPEATABLE READ" });
  }

  @Allow("FINANCE")
  @Mutation(() => AllocationPolicyPayload, { description: "Proposes a version of the policy. It takes effect when a second person approves it." })
  async proposeAllocationPolicy(@Ctx() context: RequestContext, @Arg("input", () => ProposeAllocationPolicyInput) input: ProposeAllocationPolicyInput): Promise<AllocationPolicyPayload> {
    return payload(async () => ({ policy: toPolicy(await context.withTenant((tx) => proposePolicy(proposePolicyPorts(tx, context.record), input, input.idempotencyKey ?? null))) }));
  }

  @Allow("FINANCE")
  @Mutation(() => AllocationPolicyPayload, { description: "Approves a proposed version; SAME_PERSON for its proposer. Naturally idempotent." })
  async approveAllocationPolicy(@Ctx() context: RequestContext, @Arg("input", () => ApproveAllocationPolicyInput) input: ApproveAllocationPolicyInput): Promise<AllocationPolicyPayload> {
    return payload(async () => ({ policy: toPolicy(await context.withTenant((tx) => approvePolicy(approvePolicyPorts(tx, context.record), input.version))) }));
  }

  @Allow("FINANCE")
  @Mutation(() => AllocatePeriodPayload, { description: "Divides the shared cost of a period by the policy in effect. The same facts answer the same run; NOT_READY without cost or approved policy." })
  async allocatePeriod(@Ctx() context: RequestContext, @Arg("input", () => AllocatePeriodInput) input: AllocatePeriodInput): Promise<AllocatePeriodPayload> {
    return payload(() =>
      context.withTenant(async (tx) => {
        const { run, result } = await allocatePeriod(allocatePeriodPorts(tx, context.record), input);
        const answered = await toRun(tx, run);
        return { run: answered, allocation: await reportFromResult(tx, result, ["BUSINESS_UNIT", "POOL"], run.cutoff, answered) };
      }, { statementTimeoutMs: RUN_TIMEOUT_MS }),
    );
  }
}

/** The named run when it is of that period, or the newest of the period; null when there is none. */
async function findRun(tx: TenantTransaction, period: string, id: string | null | undefined, asOf: Date | null = null): Promise<AllocationRun | null> {
  if (id === null || id === undefined) return runStore(tx).latestRun(period, asOf);
  const node = fromNodeId(id);
  if (node?.type !== "AllocationRun" || !isUuid(node.key)) return null;
  const run = await runStore(tx).findRun(node.key);
  return run?.periodKey === period ? run : null;
}

async function resolveWhere(tx: TenantTransaction, where: AllocationWhere): Promise<ResolvedAllocationWhere> {
  const ids = async (codes: readonly string[] | null | undefined, find: (codes: readonly string[]) => Promise<ReadonlyArray<{ id: string; code: string }>>, kind: string, field: string) => {
    if (!codes) return null;
    const known = new Map((await find(codes)).map((each) => [each.code, each.id]));
    return codes.map((code) => {
      const id = known.get(code);
      if (!id) throw new Refusal("NOT_FOUND", `There is no ${kind} ${code.slice(0, 64)}.`, [field]);
      return id;
    });
  };
  const tenancy = tenancyStore(tx);
  return {
    unitIds: await ids(where.businessUnit, tenancy.findBusinessUnits, "business unit", "businessUnit"),
    useCaseIds: await ids(where.useCase, tenancy.findUseCases, "use case", "useCase"),
    poolIds: await ids(where.pool, costsStore(tx).findPools, "cost pool", "pool"),
  };
}
