import { Field, Int, ObjectType, registerEnumType } from "type-graphql";
import { Money, enumOf } from "../../kernel/graph.type";
import { MoneyAmount } from "../../kernel/money";
import { BusinessUnitType } from "../../tenancy/tenancy.type";
import { AllocationRunType } from "../allocation.type";
import { INPUT_COMPONENTS } from "./input-components";
import { RUN_STEPS } from "./swap-facts";

export const AllocationCauseEnum = enumOf(RUN_STEPS);
registerEnumType(AllocationCauseEnum, {
  name: "AllocationCause",
  description: "Why a run charges otherwise, in the order in which the facts are swapped: USAGE that came late or was corrected (between months: another month's use), POOL_COST booked since, another version of the POLICY, OWNERSHIP of use cases.",
});
export const AllocationComponentEnum = enumOf(INPUT_COMPONENTS);
registerEnumType(AllocationComponentEnum, { name: "AllocationComponent", description: "What a run stands on: PERIOD and currency, cost of its POOLS, DRIVERS measured, PRIOR_DRIVERS of the month before, rules of the POLICY, OWNERS of use cases at the end of the month, METHOD_FACTS: what finance booked, direct cost, hierarchy and earlier charges that methods divide by." });

@ObjectType("AllocationCausedChange", { simpleResolvers: true, description: "What one cause changes." })
export class AllocationCausedChangeType {
  @Field(() => AllocationCauseEnum, { description: "The facts that were swapped." }) cause: string;
  @Field(() => Money, { description: "The division with them less the division before, both in whole minor units. Above zero: it costs more." }) amount: MoneyAmount;
}

@ObjectType("AllocationDiffRow", { simpleResolvers: true, description: "What two runs charge a unit: from + causes = to, exactly." })
export class AllocationDiffRowType {
  @Field(() => BusinessUnitType, { nullable: true, description: "Null: what is not allocated and stays with the programme." }) businessUnit: BusinessUnitType | null;
  @Field(() => Money, { description: "By the run that is compared from; zero when it charges the unit nothing." }) from: MoneyAmount;
  @Field(() => Money, { description: "By the run that is compared to; zero when it charges the unit nothing." }) to: MoneyAmount;
  @Field(() => Money, { description: "to - from." }) change: MoneyAmount;
  @Field(() => [AllocationCausedChangeType], { description: "In the order of `order`; causes that change nothing for it are left out." }) causes: AllocationCausedChangeType[];
}

@ObjectType("AllocationDiffComponent", { simpleResolvers: true, description: "A component of what both runs stand on. Equal hashes mean equal facts." })
export class AllocationDiffComponentType {
  @Field(() => AllocationComponentEnum, { description: "Which facts." }) component: string;
  @Field(() => String, { description: "SHA-256 over its names and values, by code." }) fromHash: string;
  @Field(() => String, { description: "The same of the run that is compared to." }) toHash: string;
  @Field(() => Boolean, { description: "Whether the hashes differ." }) differs: boolean;
  @Field(() => [String], { description: "What differs, in words, by code: at most 100." }) differences: string[];
  @Field(() => Int, { description: "Differences beyond those." }) more: number;
}

@ObjectType("AllocationRunDiff", { simpleResolvers: true, description: "What changed between two stored runs, and why. The frozen facts of the one are swapped for those of the other, one kind after the other; after each swap the month is divided anew, and what a swap changes is its effect." })
export class AllocationRunDiffType {
  @Field(() => AllocationRunType, { description: "The run that is compared from." }) from: AllocationRunType;
  @Field(() => AllocationRunType, { description: "The run that is compared to." }) to: AllocationRunType;
  @Field(() => [AllocationCauseEnum], { description: "The order of the swaps. Another order would give other effects with the same sum." }) order: string[];
  @Field(() => Money, { description: "Cost of the pools now less before: what all rows change by." }) change: MoneyAmount;
  @Field(() => [AllocationCausedChangeType], { description: "Every cause over all rows, also those that sum to zero." }) causes: AllocationCausedChangeType[];
  @Field(() => [AllocationDiffRowType], { description: "By code of the unit, what is unallocated last. Rows sum to `change`." }) rows: AllocationDiffRowType[];
  @Field(() => [AllocationDiffComponentType], { description: "All components in a fixed order. Where none differs both runs divided the same facts." }) inputs: AllocationDiffComponentType[];
}
