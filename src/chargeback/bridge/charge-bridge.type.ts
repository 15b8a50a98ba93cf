import { Field, ObjectType, registerEnumType } from "type-graphql";
import { Money, enumOf } from "../../kernel/graph.type";
import { MoneyAmount } from "../../kernel/money";
import { DecimalScalar, PeriodKeyScalar } from "../../kernel/scalars";
import { AllocationRunType } from "../../allocation/allocation.type";
import type { CostPool } from "../../costs";
import { CostPoolType } from "../../costs/costs.type";
import { PeriodType } from "../../governance/governance.type";
import { BusinessUnitType, UseCaseType } from "../../tenancy/tenancy.type";
import { StatementType } from "../statement.type";
import { CHARGE_EFFECTS, ChargeEffectKind } from "./charge-bridge";
import { CHARGE_SOURCES, ChargeSource } from "./unit-charge.query";

export const ChargeEffectKindEnum = enumOf(CHARGE_EFFECTS);
registerEnumType(ChargeEffectKindEnum, {
  name: "ChargeEffectKind",
  description: "Why a charge changes. Shared cost, in the order of the swaps: VOLUME, the unit's own use at everybody else's old use; MIX, the use of the others, which changes its share; RATE, what the pools cost; POLICY, how they are divided; OWNERSHIP, which use cases it owns, and who shares evenly. Then USAGE_VOLUME = (new - old quantity) x old price and USAGE_RATE = (new - old price) x new quantity of rated usage (variance analysis, the rate at actual quantity); DIRECT, other direct cost; ADJUSTMENT, late facts of earlier months; RESTATEMENT, late facts of the month itself, by a new version of its statement; TRUE_UP, over- or under-recovery of standard rates of earlier months; RESOLUTION, disputes.",
});
export const ChargeSourceEnum = enumOf(CHARGE_SOURCES);
registerEnumType(ChargeSourceEnum, { name: "ChargeSource", description: "Where a charge is taken from: the newest version of the STATEMENT; of a CLOSED_PERIOD without one what the close froze; of an OPEN_PERIOD its newest run and the direct cost booked before the run's cut-off; a PLAN." });

@ObjectType("ChargeBridgeSide", { simpleResolvers: true, description: "One of the two months, or a plan." })
export class ChargeBridgeSideType {
  @Field(() => PeriodType, { description: "The month." }) period: PeriodType;
  @Field(() => ChargeSourceEnum, { description: "Where the charge is taken from." }) source: ChargeSource;
  @Field(() => Money, { description: "What the unit is charged; zero where it is charged nothing." }) charge: MoneyAmount;
  @Field(() => StatementType, { nullable: true, description: "Null before statements are issued." }) statement: StatementType | null;
  @Field(() => AllocationRunType, { nullable: true, description: "The run whose frozen facts are swapped; null of a plan, and where a month closed without shared cost." }) run: AllocationRunType | null;
}

@ObjectType("ChargeEffectBasis", { simpleResolvers: true, description: "Quantity and price behind an effect, on one side of its swap. Shared cost: a part of the pool's rule; usage cost: a vendor's component." })
export class ChargeEffectBasisType {
  @Field(() => String, { description: "Driver of the allocation, or the unit that usage is charged by." }) driver: string;
  @Field(() => DecimalScalar, { description: "Of the use case, in the driver's unit (calls, seconds, minutes, contacts) after channel weights, to nine decimals; of usage cost what is billed, to twelve." }) quantity: string;
  @Field(() => DecimalScalar, { nullable: true, description: "The same of the whole unit; null of usage cost." }) unitQuantity: string | null;
  @Field(() => DecimalScalar, { nullable: true, description: "The same of everybody who bears the pool: the denominator of the share, as explainAllocation shows it; null of usage cost." }) total: string | null;
  @Field(() => Money, { description: "The whole pool; of usage cost what it costs." }) cost: MoneyAmount;
  @Field(() => String, { nullable: true, description: "Exact amount / quantity, in major units for one unit of the driver: a whole number, or a fraction n/d in lowest terms. Null where the quantity is zero." }) rate: string | null;
}

@ObjectType("ChargeEffectPart", { simpleResolvers: true, description: "An effect on one pool and use case, and what it stands on." })
export class ChargeEffectPartType {
  @Field(() => CostPoolType, { nullable: true, description: "Null in a resolution that names none." }) pool: CostPool | null;
  @Field(() => UseCaseType, { nullable: true, description: "Null in a resolution that names none, and when it is not yours." }) useCase: UseCaseType | null;
  @Field(() => PeriodKeyScalar, { nullable: true, description: "The month that an adjustment, a restatement or a resolution is about; null of other effects." }) originPeriod: string | null;
  @Field(() => Money, { description: "Above zero: it costs more than before." }) amount: MoneyAmount;
  @Field(() => [ChargeEffectBasisType], { description: "Before the swap. Of VOLUME and MIX in the old month's drivers and rules; of later swaps as far as facts were swapped by then." }) before: ChargeEffectBasisType[];
  @Field(() => [ChargeEffectBasisType], { description: "After the swap." }) after: ChargeEffectBasisType[];
  @Field(() => String, { description: "In words." }) sentence: string;
}

@ObjectType("ChargeEffect", { simpleResolvers: true, description: "One reason why the charge changed." })
export class ChargeEffectType {
  @Field(() => ChargeEffectKindEnum, { description: "Which reason." }) kind: ChargeEffectKind;
  @Field(() => Money, { description: "Sum of its parts." }) amount: MoneyAmount;
  @Field(() => String, { description: "In words, with its largest part." }) sentence: string;
  @Field(() => [ChargeEffectPartType], { description: "By pool and use case, without zeros." }) parts: ChargeEffectPartType[];
}

@ObjectType("ChargeEffectAmount", { simpleResolvers: true, description: "What one reason changes in a row." })
export class ChargeEffectAmountType {
  @Field(() => ChargeEffectKindEnum, { description: "Which reason." }) kind: ChargeEffectKind;
  @Field(() => Money, { description: "Above zero: it costs more than before." }) amount: MoneyAmount;
}

@ObjectType("ChargeBridgeRow", { simpleResolvers: true, description: "A pool, or a use case, on both sides: from + effects = to, exactly." })
export class ChargeBridgeRowType {
  @Field(() => CostPoolType, { nullable: true, description: "In byPool; null there for resolutions that name none." }) pool: CostPool | null;
  @Field(() => UseCaseType, { nullable: true, description: "In byUseCase; null there for resolutions that name none, and when it is not yours." }) useCase: UseCaseType | null;
  @Field(() => Money, { description: "Zero for what is new." }) from: MoneyAmount;
  @Field(() => Money, { description: "Zero for what has ended." }) to: MoneyAmount;
  @Field(() => Money, { description: "to - from." }) change: MoneyAmount;
  @Field(() => [ChargeEffectAmountType], { description: "Without zeros, in the order of `order`." }) effects: ChargeEffectAmountType[];
}

@ObjectType("ChargeBridge", {
  simpleResolvers: true,
  description: "Why a unit is charged more or less than in an earlier month: effects that add up to the change, to the minor unit. The frozen facts of the one run are swapped for those of the other, one kind after the other in the order of `order`; after each swap the cost is divided anew to whole minor units, and what that changes is the effect. Another order would give other effects with the same sum. A pool that is booked in one month only is divided by that month's rule and is RATE; a use case used in one month only is VOLUME; a use case that moved counts for its old unit until OWNERSHIP (distinct contacts do not add up and move with VOLUME and MIX); what is charged in one month only is zero in the other.",
})
export class ChargeBridgeType {
  @Field(() => BusinessUnitType, { description: "Whose charge." }) businessUnit: BusinessUnitType;
  @Field(() => ChargeBridgeSideType, { description: "The earlier month, or the plan." }) from: ChargeBridgeSideType;
  @Field(() => ChargeBridgeSideType, { description: "The later month, or the month that was planned." }) to: ChargeBridgeSideType;
  @Field(() => Money, { description: "Charge of `to` less that of `from`; the effects sum to it." }) change: MoneyAmount;
  @Field(() => String, { description: "The answer in words." }) sentence: string;
  @Field(() => [ChargeEffectKindEnum], { description: "The order in which effects are worked out." }) order: ChargeEffectKind[];
  @Field(() => [ChargeEffectType], { description: "Reasons that change anything, in the order of `order`." }) effects: ChargeEffectType[];
  @Field(() => [ChargeBridgeRowType], { description: "By code of the pool; sums to the charges." }) byPool: ChargeBridgeRowType[];
  @Field(() => [ChargeBridgeRowType], { description: "By code of the use case; sums to the charges." }) byUseCase: ChargeBridgeRowType[];
  @Field(() => [String], { description: "What is not known yet of a month that is open." }) missing: string[];
}
