import { Field, ObjectType } from "type-graphql";
import { Money } from "../kernel/graph.type";
import { MoneyAmount } from "../kernel/money";
import { DateTimeScalar, LongScalar } from "../kernel/scalars";
import { AllocationRunType } from "../allocation/allocation.type";
import type { CostPool } from "../costs";
import { CostPoolType } from "../costs/costs.type";
import { PeriodType } from "../governance/governance.type";
import { Allow } from "../tenancy/access";
import { BusinessUnitType, UseCaseType } from "../tenancy/tenancy.type";

@ObjectType("AdjustmentLine", { simpleResolvers: true, description: "What late facts changed for one use case and pool." })
export class AdjustmentLineType {
  @Field(() => CostPoolType) pool: CostPool;
  @Field(() => BusinessUnitType) businessUnit: BusinessUnitType;
  @Field(() => UseCaseType) useCase: UseCaseType;
  @Field(() => Money, { description: "Signed: what is charged on top, or given back." }) amount: MoneyAmount;
}

@ObjectType("Adjustment", { simpleResolvers: true, description: "What facts that arrived after the close of originPeriod change in it, charged in period: the month divided anew with them, less all that was posted for it. Late usage alone sums to zero over the units." })
export class AdjustmentType {
  @Field(() => PeriodType, { description: "The month that charges it." }) period: PeriodType;
  @Field(() => PeriodType, { description: "The month that the late facts belong to." }) originPeriod: PeriodType;
  @Field(() => AllocationRunType, { nullable: true, description: "The run of originPeriod that stands unchanged." }) run: AllocationRunType | null;
  @Field(() => DateTimeScalar, { description: "Facts recorded from this instant" }) lateFrom: Date;
  @Field(() => DateTimeScalar, { description: "up to and without this instant are in it." }) lateTo: Date;
  @Allow("FINANCE", "AUDITOR")
  @Field(() => LongScalar, { description: "Usage events that came late, of every unit." }) lateEvents: number;
  @Allow("FINANCE", "AUDITOR")
  @Field(() => LongScalar, { description: "Cost entries that came late." }) lateCostEntries: number;
  @Allow("FINANCE", "AUDITOR")
  @Field(() => String, { description: "SHA-256 of its pools and lines." }) hash: string;
  @Field(() => [AdjustmentLineType], { description: "A unit sees its own." }) lines: AdjustmentLineType[];
}
