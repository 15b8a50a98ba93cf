import { Arg, Ctx, Field, FieldResolver, Int, ObjectType, Resolver, Root, registerEnumType } from "type-graphql";
import { Money, enumOf } from "../kernel/graph.type";
import { MoneyAmount } from "../kernel/money";
import { Page, requirePageSize } from "../kernel/paging";
import { DecimalScalar, LongScalar } from "../kernel/scalars";
import type { CostPool } from "../costs";
import { CostPoolType } from "../costs/costs.type";
import { listUsageEvents } from "../metering/usage-events.query";
import { toUsageEvents } from "../metering/usage-view.type";
import { UsageEventConnection, UsageEventType } from "../metering/usage.type";
import { Allow } from "../tenancy/access";
import { RequestContext } from "../tenancy/request-context";
import { UseCaseType } from "../tenancy/tenancy.type";
import { chargesOfEvents, legsBehind } from "./charges-of-events.query";
import { ChainStep } from "./explain-chain";
import { AllocationExplanation, UseCaseSplit } from "./explain.query";
import { AllocationMethodEnum } from "./methods/facts-input.type";
import { AllocationLegEnum } from "./methods/simulation.type";
import { AllocationDriverEnum } from "./policy-methods.type";
import { SPLITS } from "./use-case-basis";

export const UseCaseSplitEnum = enumOf(SPLITS);
registerEnumType(UseCaseSplitEnum, { name: "UseCaseSplitBy", description: "What told the use cases of a unit apart: a MEASURED or a BOOKED driver; what each was charged PRIOR to this month; SEVERAL of these; or nothing was measured and they bear EVEN parts." });

const EXACT = 'In major units, exact: "n" or "n/d" in lowest terms; not rounded between pools.';

@ObjectType("UseCaseSplit", { simpleResolvers: true, description: "How a unit's amount of a pool was divided over its use cases." })
export class UseCaseSplitType {
  @Field(() => UseCaseSplitEnum, { description: "What told them apart." }) by: string;
  @Field(() => AllocationDriverEnum, { nullable: true, description: "Of a measured driver." }) driver: string | null;
  @Field(() => String, { nullable: true, description: "Code of a booked driver." }) bookedDriver: string | null;
  @Field(() => DecimalScalar, { nullable: true, description: "Of the use case, in the driver's unit; null without a single driver." }) quantity: string | null;
  @Field(() => DecimalScalar, { nullable: true, description: "Of the unit's use cases together." }) total: string | null;
}

@ObjectType("AllocationChainStep", { simpleResolvers: true, description: "Cost that goes from a part of a pool to the unit, or to another pool on the way there." })
export class AllocationChainStepType {
  @Field(() => Int, { description: "1 for what was divided first; pools that serve each other share a step." }) step: number;
  @Field(() => String, { description: "Code of the pool that it comes from." }) pool: string;
  @Field(() => Int, { nullable: true, description: "Position of the part in the pool's rule, from 0; null for what limits moved." }) part: number | null;
  @Field(() => AllocationMethodEnum, { nullable: true, description: "Null for what limits moved." }) method: string | null;
  @Field(() => AllocationLegEnum, { nullable: true, description: "Where the method has legs." }) leg: string | null;
  @Field(() => String, { nullable: true, description: "Code of the pool that receives; null: the unit." }) toPool: string | null;
  @Field(() => AllocationDriverEnum, { nullable: true, description: "Of a measured driver." }) driver: string | null;
  @Field(() => String, { nullable: true, description: "Code of a booked driver." }) bookedDriver: string | null;
  @Field(() => String, { nullable: true, description: "The driver with its channels and since when it counts, for people." }) driverText: string | null;
  @Field(() => String, { nullable: true, description: 'Of who receives, in the driver\'s unit, weighted and scaled; priced where the method has tiers. Exact, "n" or "n/d".' }) quantity: string | null;
  @Field(() => String, { nullable: true, description: "Of everybody who bears it; exact." }) driverTotal: string | null;
  @Field(() => String, { nullable: true, description: "Of the leg; exact. Null where a rate says the amount." }) share: string | null;
  @Field(() => String, { nullable: true, description: `For one unit of the driver. ${EXACT}` }) rate: string | null;
  @Field(() => String, { description: EXACT }) exactAmount: string;
}

@ObjectType("AllocationExplanation", { simpleResolvers: true, description: "How one amount came about: (pool + received) x share = exact amount, rounded by largest remainder. One per pool and part of its rule; under a policy by methods one per pool, whose parts stand in the chain." })
export class AllocationExplanationType {
  @Field(() => CostPoolType) pool: CostPool;
  @Field(() => UseCaseType, { nullable: true, description: "Null: the whole business unit." }) useCase: UseCaseType | null;
  @Field(() => Money, { description: "What the pool held at the cut-off." }) poolAmount: MoneyAmount;
  @Field(() => Money, { description: "What it received of pools before it, in the whole minor units that were posted; zero unless pools serve each other." }) receivedAmount: MoneyAmount;
  @Field(() => AllocationMethodEnum, { nullable: true, description: "Null when the pool has several parts." }) method: string | null;
  @Field(() => AllocationDriverEnum, { nullable: true, description: "The one measured driver that says what is borne; null when there is none or several: see missing." }) driver: string | null;
  @Field(() => String, { nullable: true, description: "Code of the booked driver that alone says what is borne." }) bookedDriver: string | null;
  @Field(() => DecimalScalar, { nullable: true, description: "Calls, seconds, minutes, contacts or what was booked, after channel weights." }) driverQuantity: string | null;
  @Field(() => DecimalScalar, { nullable: true, description: "The same of everybody who bears the pool." }) driverTotal: string | null;
  @Field(() => String, { nullable: true, description: "Exact share of the pool and what it received in lowest terms: shareNumerator / shareDenominator. Null when those are zero." }) shareNumerator: string | null;
  @Field(() => String, { nullable: true }) shareDenominator: string | null;
  @Field(() => String, { description: "(Pool amount + received amount) x share in the major unit: a whole number, or a fraction n/d in lowest terms." }) exactAmount: string;
  @Field(() => LongScalar, { description: "Minor units: posted amount less the exact one cut off towards zero." }) adjustmentMinor: bigint;
  @Field(() => Money, { description: "What was posted." }) amount: MoneyAmount;
  @Field(() => Int) policyVersion: number;
  @Field(() => DecimalScalar, { description: "The fraction of the pool that this part of the rule divides." }) partFraction: string;
  @Field(() => [AllocationChainStepType], { description: "The way of the cost: the flows between the pools that feed this one, then those from it to the unit. Where pools serve each other, also those of the others in the circle to the unit." }) chain: readonly ChainStep[];
  @Field(() => UseCaseSplitType, { nullable: true, description: "How the use case was told apart from others of its unit; null for a whole unit, and where the driver itself is of use cases." }) split: UseCaseSplit | null;
  @Field(() => [String], { description: "Why a figure here is null." }) missing: readonly string[];
}

@Resolver(() => AllocationExplanationType)
export class AllocationExplanationResolver {
  @FieldResolver(() => UsageEventConnection, { description: "The legs of the period behind the measured drivers (under a policy by methods without any: behind what told use cases apart), as they counted at the run's cut-off." })
  async calls(
    @Root() explanation: AllocationExplanation,
    @Ctx() context: RequestContext,
    @Arg("first", () => Int) first: number,
    @Arg("after", () => String, { nullable: true }) after?: string,
  ): Promise<Page<UsageEventType>> {
    const page = { first: requirePageSize(first), after };
    return toUsageEvents(context, await context.withTenant((tx) => listUsageEvents(tx, legsBehind(explanation), page)));
  }
}

@Resolver(() => UsageEventType)
export class UsageEventChargesResolver {
  @Allow("FINANCE", "BUSINESS_UNIT", "AUDITOR")
  @FieldResolver(() => [AllocationExplanationType], { description: "The way back up: what its month's newest run charges its use case for, as far as this leg is one of those behind it (see AllocationExplanation.calls). Empty for what no run counted: unattributed, a test, of a channel that no rule counts, or recorded after the cut-off." })
  async charges(@Root() event: UsageEventType, @Ctx() context: RequestContext): Promise<AllocationExplanation[]> {
    const loader = await context.loader<AllocationExplanation[]>("ChargesOfEvent", chargesOfEvents);
    return (await loader.load(event.id)) ?? [];
  }
}
