import { Field, InputType, Int, ObjectType, registerEnumType } from "type-graphql";
import { Money, connectionOf, enumOf } from "../../kernel/graph.type";
import { MoneyAmount } from "../../kernel/money";
import { DateTimeScalar, PeriodKeyScalar } from "../../kernel/scalars";
import { UserError } from "../../kernel/user-error.type";
import type { CostPool } from "../../costs";
import { CostPoolType } from "../../costs/costs.type";
import { BusinessUnitType, UseCaseType } from "../../tenancy/tenancy.type";

export const TRUE_UP_STATUSES = ["PROPOSED", "POSTED"] as const;
export type TrueUpStatus = (typeof TRUE_UP_STATUSES)[number];
export const TrueUpStatusEnum = enumOf(TRUE_UP_STATUSES);
registerEnumType(TrueUpStatusEnum, { name: "TrueUpStatus", description: "PROPOSED changes nothing until a second person posts it; POSTED stays as it is." });

const SIGN = "Over-recovery above zero, under-recovery below.";

@ObjectType("RecoveryVariance", { simpleResolvers: true, description: "What the standard rates (allocation method RATE) of a pool recovered of its cost in a month, and what has come of the difference: variance = recovered - cost, carried = variance - truedUp. Late facts count in the month whose close or restatement charges them." })
export class RecoveryVarianceType {
  @Field(() => CostPoolType, { description: "The pool." }) pool: CostPool;
  @Field(() => PeriodKeyScalar, { description: "The month." }) period: string;
  @Field(() => Boolean, { description: "True when the month is closed; before that its newest allocation run counts, and its figures change with the next one." }) final: boolean;
  @Field(() => Int, { description: "Version of the month's figures: 1 as it closed, one more for each restatement." }) figuresVersion: number;
  @Field(() => Money, { description: "What the pool held, cost of other pools that was passed on to it included, without what nobody bears of it for other reasons." }) cost: MoneyAmount;
  @Field(() => Money, { description: "What units were charged: rate x quantity, in whole minor units." }) recovered: MoneyAmount;
  @Field(() => Money, { description: `recovered - cost. ${SIGN}` }) variance: MoneyAmount;
  @Field(() => Money, { description: "What of the variance true-ups have given back to units, or (below zero) charged them." }) truedUp: MoneyAmount;
  @Field(() => Money, { description: "variance - truedUp: what the programme still carries. Zero once the month is trued up." }) carried: MoneyAmount;
}

@ObjectType("TrueUpMonth", { simpleResolvers: true, description: "A month whose carried variance a true-up clears." })
export class TrueUpMonthType {
  @Field(() => PeriodKeyScalar, { description: "The month." }) period: string;
  @Field(() => Int, { description: "Version of its figures that was trued up." }) figuresVersion: number;
  @Field(() => Money, { description: "What the pool held." }) cost: MoneyAmount;
  @Field(() => Money, { description: "What units were charged of it." }) recovered: MoneyAmount;
  @Field(() => Money, { description: `What is carried of recovered - cost and is cleared. ${SIGN}` }) variance: MoneyAmount;
}

@ObjectType("TrueUpLine", { simpleResolvers: true, description: "What a true-up gives back to a use case, or charges it." })
export class TrueUpLineType {
  @Field(() => BusinessUnitType, { description: "The unit that was charged." }) businessUnit: BusinessUnitType;
  @Field(() => UseCaseType, { description: "Its use case." }) useCase: UseCaseType;
  @Field(() => Money, { description: "What it was charged of the pool in these months: its weight. Whoever was credited has none." }) charged: MoneyAmount;
  @Field(() => Money, { description: "amount x charged / sum of charged, largest remainder from units down to use cases; below zero: given back." }) amount: MoneyAmount;
}

@ObjectType("TrueUpPreview", { simpleResolvers: true, description: "What truing a pool up would charge by the figures as they stand. Nothing of it is stored." })
export class TrueUpPreviewType {
  @Field(() => CostPoolType, { description: "The pool." }) pool: CostPool;
  @Field(() => PeriodKeyScalar, { description: "First month." }) from: string;
  @Field(() => PeriodKeyScalar, { description: "Last month, included." }) to: string;
  @Field(() => Money, { description: "What units are charged in sum, minus the sum of the months' variances; below zero: given back." }) amount: MoneyAmount;
  @Field(() => String, { description: "SHA-256 over codes and amounts: no ids, no clocks. A proposal is posted only while it is the same." }) hash: string;
  @Field(() => [TrueUpMonthType], { description: "Months of the span that a standard rate charged." }) months: TrueUpMonthType[];
  @Field(() => [TrueUpLineType], { description: "By unit and use case; they sum to amount exactly, so that no variance is left." }) lines: TrueUpLineType[];
}

@ObjectType("TrueUp", { simpleResolvers: true, description: "Over- or under-recovery of a pool given back to the units in the proportion in which they were charged. One person proposes it, another posts it; each month of a pool is trued up once." })
export class TrueUpType {
  @Field(() => Int, { description: "1 for the first of the programme." }) number: number;
  @Field(() => TrueUpStatusEnum, { description: "How it stands." }) status: TrueUpStatus;
  @Field(() => CostPoolType, { description: "The pool." }) pool: CostPool;
  @Field(() => PeriodKeyScalar, { description: "First month." }) from: string;
  @Field(() => PeriodKeyScalar, { description: "Last month, included: the month that its statement lines point to." }) to: string;
  @Field(() => Money, { description: "What units are charged in sum; below zero: given back." }) amount: MoneyAmount;
  @Field(() => String, { description: "SHA-256 over codes and amounts of months and lines: no ids, no clocks." }) hash: string;
  @Field(() => String, { description: "Why, in the words of who proposed it." }) reason: string;
  @Field(() => String, { description: "Subject that proposed it." }) proposedBy: string;
  @Field(() => DateTimeScalar, { description: "When it was proposed." }) proposedAt: Date;
  @Field(() => PeriodKeyScalar, { nullable: true, description: "The month whose statements and journal carry it, the first that was open; null until it is posted." }) period: string | null;
  @Field(() => String, { nullable: true, description: "Subject that posted it; another than proposedBy." }) postedBy: string | null;
  @Field(() => DateTimeScalar, { nullable: true, description: "When it was posted." }) postedAt: Date | null;
}

export const TrueUpConnection = connectionOf(TrueUpType, "TrueUp");

@InputType()
export class ProposeTrueUpInput {
  @Field(() => String, { description: "Code of the pool." }) pool: string;
  @Field(() => PeriodKeyScalar, { description: "First month; closed, like every month up to the last." }) from: string;
  @Field(() => PeriodKeyScalar, { description: "Last month, included; 24 months at most." }) to: string;
  @Field(() => String, { description: "Why; kept in the audit trail. 500 characters at most." }) reason: string;
}

@InputType()
export class PostTrueUpInput {
  @Field(() => Int, { description: "Number of the proposal." }) number: number;
}

@ObjectType({ simpleResolvers: true, description: "A true-up, or why not." })
export class TrueUpPayload {
  @Field(() => TrueUpType, { nullable: true, description: "Null when userErrors say why." }) trueUp?: TrueUpType | null;
  @Field(() => [UserError], { description: "Empty when it was done." }) userErrors: UserError[];
}
