import { Field, InputType, Int, ObjectType, registerEnumType } from "type-graphql";
import { Money, enumOf } from "../kernel/graph.type";
import { MoneyAmount } from "../kernel/money";
import { DateTimeScalar, PeriodKeyScalar } from "../kernel/scalars";
import { BusinessUnitType } from "../tenancy/tenancy.type";
import { ProposeAllocationPolicyInput } from "./allocation.type";
import { POLICY_CHANGES } from "./policy-diff";

export const PolicyChangeEnum = enumOf(POLICY_CHANGES);
registerEnumType(PolicyChangeEnum, { name: "PolicyChange", description: "Whether a rule, part or word was ADDED, REMOVED or CHANGED." });

@ObjectType("PolicyDifference", { simpleResolvers: true, description: "One difference between two versions of the policy." })
export class PolicyDifferenceType {
  @Field(() => PolicyChangeEnum, { description: "What became of it." }) change: string;
  @Field(() => String, { nullable: true, description: "Code of the pool whose rule it is; null: of the policy as a whole." }) pool: string | null;
  @Field(() => Int, { nullable: true, description: "Position of the part in the rule, from 0; null: of the rule as a whole." }) part: number | null;
  @Field(() => String, { nullable: true, description: "Name of the field; null: the whole rule or part." }) field: string | null;
  @Field(() => String, { nullable: true, description: "In words; null where there was nothing." }) before: string | null;
  @Field(() => String, { nullable: true, description: "In words; null where there is nothing any more." }) after: string | null;
  @Field(() => String, { description: "The difference as a sentence." }) text: string;
}

@ObjectType("PolicyDiff", { simpleResolvers: true, description: "The differences between two versions, of the whole first, then by pool." })
export class PolicyDiffType {
  @Field(() => Int) from: number;
  @Field(() => Int) to: number;
  @Field(() => [PolicyDifferenceType], { description: "Empty when both say the same." }) differences: PolicyDifferenceType[];
}

@InputType({ description: "What a period is divided by, beside the policy in effect: versions, proposed ones too, and a literal policy." })
export class ComparePoliciesInput {
  @Field(() => PeriodKeyScalar, { description: "Whose facts are divided, as they are now; of a closed month as they were posted." }) period: string;
  @Field(() => [Int], { nullable: true, description: "Versions; NOT_FOUND for one that is not there. At most 9 alternatives in all." }) versions?: number[] | null;
  @Field(() => ProposeAllocationPolicyInput, { nullable: true, description: "Another method or another driver, written out; nothing of it is stored." }) policy?: ProposeAllocationPolicyInput | null;
}

@ObjectType({ simpleResolvers: true, description: "What one policy would make of the period." })
export class PolicyAlternative {
  @Field(() => Int, { nullable: true, description: "Null: the literal policy." }) version: number | null;
  @Field(() => Boolean, { description: "Whether it is the one in effect." }) inEffect: boolean;
  @Field(() => Money, { description: "Of all pools: the same under every policy." }) total: MoneyAmount;
  @Field(() => Money, { description: "Borne by business units." }) allocated: MoneyAmount;
  @Field(() => Money, { description: "Carried by the programme, variance included; allocated + unallocated = total." }) unallocated: MoneyAmount;
  @Field(() => Money, { description: "The part of unallocated that is a variance of stated rates." }) variance: MoneyAmount;
}

@ObjectType({ simpleResolvers: true, description: "What a business unit would bear." })
export class ComparedUnitType {
  @Field(() => BusinessUnitType) businessUnit: BusinessUnitType;
  @Field(() => [Money], { description: "Under each alternative, in their order." }) amounts: MoneyAmount[];
  @Field(() => [Money], { description: "Each less the first: what the change would cost the unit." }) differences: MoneyAmount[];
}

@ObjectType({ simpleResolvers: true, description: "A period divided by several policies, side by side. Amounts of an alternative sum to its allocated." })
export class PolicyComparison {
  @Field(() => PeriodKeyScalar) period: string;
  @Field(() => [PolicyAlternative], { description: "The policy in effect first, when there is one; then the versions, then the literal policy." }) alternatives: PolicyAlternative[];
  @Field(() => [ComparedUnitType], { description: "By code." }) rows: ComparedUnitType[];
  @Field(() => DateTimeScalar, { description: "When the facts were read." }) asOf: Date;
}
