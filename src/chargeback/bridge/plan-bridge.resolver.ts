import { Arg, Ctx, Query, Resolver } from "type-graphql";
import { requirePeriodKey } from "../../kernel/period";
import { Refusal } from "../../kernel/refusal";
import { PeriodKeyScalar } from "../../kernel/scalars";
import { AllocationPlan, ComparedFacts, bridgeShares, readPolicy } from "../../allocation";
import { proposePolicyPorts } from "../../allocation/allocation-ports.store";
import { COMPARISON, plannedAndActual } from "../../allocation/bridge/compared-facts.query";
import { requireKnownNames } from "../../allocation/propose-policy";
import { CostPool } from "../../costs";
import { costsStore } from "../../costs/costs.store";
import { BusinessUnit, programmeCurrency } from "../../tenancy";
import { Allow } from "../../tenancy/access";
import { TenantTransaction } from "../../tenancy/database.store";
import { RecordAudit, RequestContext } from "../../tenancy/request-context";
import { tenancyStore } from "../../tenancy/tenancy.store";
import { ChargeSide, bridgeCharge } from "./charge-bridge";
import { toChargeBridge } from "./charge-bridge-view.type";
import { ChargeBridgeType } from "./charge-bridge.type";
import { ChargePlanInput } from "./charge-plan.type";
import { plannedDirect, plannedPools } from "./planned-direct";
import { UnitCharge, unitCharge } from "./unit-charge.query";

const MOST = { pools: 500, quantities: 5_000, direct: 500 } as const;

@Resolver()
export class PlanBridgeResolver {
  @Allow("FINANCE", "AUDITOR")
  @Query(() => ChargeBridgeType, {
    description: "Plan against actual: why a unit is charged otherwise than was planned, by the effects of chargeBridge, exact to the minor unit. Stores nothing. Adjustments and resolutions are never planned. A unit may not ask: a plan of its own making could single out the use of another unit. NOT_FOUND for names and months that there are not, NOT_READY without a run, BAD_USER_INPUT for an empty or faulty plan.",
  })
  async planBridge(
    @Ctx() context: RequestContext,
    @Arg("businessUnit", () => String, { description: "Code of the unit." }) code: string,
    @Arg("period", () => PeriodKeyScalar, { description: "The month that was planned." }) period: string,
    @Arg("plan", () => ChargePlanInput, { description: "What was planned." }) plan: ChargePlanInput,
  ): Promise<ChargeBridgeType> {
    requirePeriodKey(period);
    requireSize(plan);
    return context.withTenant(async (tx) => {
      const unit = await tenancyStore(tx).findBusinessUnit(code);
      if (!unit) throw new Refusal("NOT_FOUND", `There is no business unit ${code.slice(0, 64)}.`, ["businessUnit"]);
      const actual = await unitCharge(tx, unit, period, "period");
      if (!actual.run) throw new Refusal("NOT_READY", `${period} was closed without a run: there is no shared cost to plan.`, ["period"]);
      const currency = programmeCurrency(tx.scope.programme);
      const pools = await poolsOf(tx, plan);
      const compared = await plannedAndActual(tx, actual.run, await toAllocationPlan(tx, context.record, plan, pools));
      const shares = bridgeShares(compared, unit.code);
      const direct = plan.direct ? plannedDirect(plan.direct, pools, ownedBy(unit, compared), period, currency) : actualDirect(actual);
      const lines = [...shares.from.map((share) => ({ ...share, kind: "ALLOCATION" as const, originPeriod: period })), ...direct.lines];
      const planned: UnitCharge = { ...actual, source: "PLAN", statement: null, run: null, lines, usage: direct.usage };
      return toChargeBridge(tx, unit, planned, actual, bridgeCharge(planned, actual, shares), currency);
    }, COMPARISON);
  }
}

function requireSize(plan: ChargePlanInput): void {
  if (!plan.pools && !plan.quantities && !plan.policy && !plan.direct) throw new Refusal("BAD_USER_INPUT", "The plan is empty. Give pools, quantities, policy or direct.", ["plan"]);
  for (const [field, most] of Object.entries(MOST) as Array<[keyof typeof MOST, number]>) {
    if ((plan[field]?.length ?? 0) > most) throw new Refusal("LIMIT_EXCEEDED", `A plan has at most ${most} ${field}.`, ["plan", field]);
  }
}

async function poolsOf(tx: TenantTransaction, plan: ChargePlanInput): Promise<Map<string, CostPool>> {
  const codes = [...(plan.pools ?? []), ...(plan.direct ?? [])].map(({ pool }) => pool);
  return new Map((await costsStore(tx).findPools(codes)).map((pool) => [pool.code, pool]));
}

async function toAllocationPlan(tx: TenantTransaction, record: RecordAudit, plan: ChargePlanInput, pools: ReadonlyMap<string, CostPool>): Promise<AllocationPlan> {
  const policy = plan.policy ? readPolicy(plan.policy) : null;
  if (policy) await requireKnownNames(proposePolicyPorts(tx, record), policy);
  return { policy, pools: plan.pools ? plannedPools(plan.pools, pools, programmeCurrency(tx.scope.programme)) : null, quantities: plan.quantities ?? null };
}

/** The use cases that the unit owns at the end of the month. */
const ownedBy = (unit: BusinessUnit, { to }: ComparedFacts): ReadonlySet<string> => new Set(to.receivers.get(unit.code) ?? []);

const actualDirect = ({ lines, usage }: ChargeSide): ChargeSide => ({ lines: lines.filter(({ kind }) => kind === "DIRECT"), usage });
