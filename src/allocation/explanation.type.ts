import { Arg, Ctx, Field, FieldResolver, Int, ObjectType, Resolver, Root } from "type-graphql";
import { Money } from "../kernel/graph.type";
import { MoneyAmount } from "../kernel/money";
import { Page, requirePageSize } from "../kernel/paging";
import { DecimalScalar, LongScalar } from "../kernel/scalars";
import type { CostPool } from "../costs";
import { CostPoolType } from "../costs/costs.type";
import { listUsageEvents } from "../metering/usage-events.query";
import { ANY_USAGE } from "../metering/questions/usage-where.query";
import { toUsageEvents } from "../metering/usage-view.type";
import { UsageEventConnection, UsageEventType } from "../metering/usage.type";
import { RequestContext } from "../tenancy/request-context";
import { UseCaseType } from "../tenancy/tenancy.type";
import { AllocationDriverEnum } from "./allocation.type";
import { AllocationExplanation } from "./explain.query";

@ObjectType("AllocationExplanation", { simpleResolvers: true, description: "How one amount came about: pool x share = exact amount, rounded by largest remainder. One per pool and part of its rule." })
export class AllocationExplanationType {
  @Field(() => CostPoolType) pool: CostPool;
  @Field(() => UseCaseType, { nullable: true, description: "Null: the whole business unit." }) useCase: UseCaseType | null;
  @Field(() => Money, { description: "What the pool held at the cut-off." }) poolAmount: MoneyAmount;
  @Field(() => AllocationDriverEnum) driver: string;
  @Field(() => DecimalScalar, { description: "Calls, seconds, minutes or contacts, after channel weights." }) driverQuantity: string;
  @Field(() => DecimalScalar, { description: "The same of everybody who bears the pool." }) driverTotal: string;
  @Field(() => String, { description: "Exact share of the pool in lowest terms: shareNumerator / shareDenominator." }) shareNumerator: string;
  @Field(() => String) shareDenominator: string;
  @Field(() => String, { description: "Pool amount x share in the major unit: a whole number, or a fraction n/d in lowest terms." }) exactAmount: string;
  @Field(() => LongScalar, { description: "Minor units: posted amount less the exact one cut off towards zero." }) adjustmentMinor: bigint;
  @Field(() => Money, { description: "What was posted." }) amount: MoneyAmount;
  @Field(() => Int) policyVersion: number;
  @Field(() => DecimalScalar, { description: "The fraction of the pool that this part of the rule divides." }) partFraction: string;
}

@Resolver(() => AllocationExplanationType)
export class AllocationExplanationResolver {
  @FieldResolver(() => UsageEventConnection, { description: "The legs behind the driver quantity, as they counted at the run's cut-off." })
  async calls(
    @Root() explanation: AllocationExplanation,
    @Ctx() context: RequestContext,
    @Arg("first", () => Int) first: number,
    @Arg("after", () => String, { nullable: true }) after?: string,
  ): Promise<Page<UsageEventType>> {
    const page = { first: requirePageSize(first), after };
    const { basis, run } = explanation;
    const where = {
      ...ANY_USAGE, period: run.periodKey, unitIds: [basis.unitId], useCaseIds: basis.useCaseId ? [basis.useCaseId] : null,
      channels: basis.channels, connected: !basis.contacts, asOf: run.cutoff,
    };
    return toUsageEvents(context, await context.withTenant((tx) => listUsageEvents(tx, where, page)));
  }
}
