import { Field, InputType, ObjectType, registerEnumType } from "type-graphql";
import { enumOf } from "../kernel/graph.type";
import { CurrencyCodeScalar, DecimalScalar, PeriodKeyScalar } from "../kernel/scalars";
import {
  AllocationMethodEnum, EmptyDriverRuleEnum, FactLimitInput, FactShareInput, FactTierInput, IdleRuleEnum, NegativeDriverRuleEnum, ServiceRuleEnum, SpillRuleEnum, TierRuleEnum,
} from "./methods/facts-input.type";
import { AllocationMethod, EmptyDriverRule, IdleRule, NegativeDriverRule, ServiceRule, SpillRule, TierRule } from "./methods/method";
import { ALLOCATION_DRIVERS, AllocationDriver } from "./policy";

export const AllocationDriverEnum = enumOf(ALLOCATION_DRIVERS);
registerEnumType(AllocationDriverEnum, { name: "AllocationDriver", description: "What a pool is divided by. Voice unless the rule names channels. BILLED_MINUTES = sum over calls of max(minimum, ceil(ms / increment) x increment)." });

const DRIVER_UNITS = "in the driver's own unit: calls, seconds, minutes, contacts, or what was booked";

@InputType({ description: "What a part says of its method; each method says which of these it takes." })
export class MethodPartFields {
  @Field(() => AllocationMethodEnum, { nullable: true, description: "PROPORTIONAL when left out." }) method?: AllocationMethod | null;
  @Field(() => String, { nullable: true, description: "Code of a driver that finance books (bookDriverQuantities), in place of driver." }) bookedDriver?: string | null;
  @Field(() => String, { nullable: true, description: "Code of a booked driver: what was budgeted, reserved or can be done." }) capacityDriver?: string | null;
  @Field(() => PeriodKeyScalar, { nullable: true, description: "CUMULATIVE: the first month that counts; the policy's first month when left out. What was charged before is what the newest runs since then posted." }) since?: string | null;
  @Field(() => [String], { nullable: true, description: "Only these business units and pools may bear it." }) to?: string[] | null;
  @Field(() => [FactShareInput], { nullable: true, description: "FIXED_SHARES, of units and pools." }) shares?: FactShareInput[] | null;
  @Field(() => DecimalScalar, { nullable: true, description: `PRACTICAL_CAPACITY, ${DRIVER_UNITS}; the sum of capacityDriver when left out.` }) capacity?: string | null;
  @Field(() => DecimalScalar, { nullable: true, description: "DUAL_RATE: how much of the part is fixed cost, in major units, without sign." }) fixedAmount?: string | null;
  @Field(() => DecimalScalar, { nullable: true, description: "DUAL_RATE: major units for one unit of capacityDriver." }) fixedRate?: string | null;
  @Field(() => DecimalScalar, { nullable: true, description: `Major units for one unit of the driver, ${DRIVER_UNITS}, or for ratePer of them. Of RATE above zero.` }) rate?: string | null;
  @Field(() => DecimalScalar, { nullable: true, description: "RATE: how many units of the driver the rate is for, above zero: 0.32 a minute of CONNECTED_SECONDS is rate 0.32 per 60. 1 when left out." }) ratePer?: string | null;
  @Field(() => CurrencyCodeScalar, { nullable: true, description: "RATE: currency of rate and tiers. That of the programme; CURRENCY_MISMATCH for another." }) rateCurrency?: string | null;
  @Field(() => [FactTierInput], { nullable: true, description: `Bands of quantities, ${DRIVER_UNITS}.` }) tiers?: FactTierInput[] | null;
  @Field(() => TierRuleEnum, { nullable: true, description: "GRADUATED when left out." }) tierRule?: TierRule | null;
  @Field(() => IdleRuleEnum, { nullable: true, description: "KEEP when left out." }) idle?: IdleRule | null;
  @Field(() => EmptyDriverRuleEnum, { nullable: true, description: "Of this part, in place of the rule's zeroDriver." }) zeroDriver?: EmptyDriverRule | null;
  @Field(() => NegativeDriverRuleEnum, { nullable: true, description: "REFUSE when left out." }) negative?: NegativeDriverRule | null;
}

@InputType({ description: "What a rule says beside its parts." })
export class MethodRuleFields {
  @Field(() => [FactLimitInput], { nullable: true, description: "The least and the most that a business unit bears of the pool." }) limits?: FactLimitInput[] | null;
  @Field(() => SpillRuleEnum, { nullable: true, description: "PROPORTIONAL when left out." }) spill?: SpillRule | null;
}

@InputType({ description: "What holds for all pools of a policy." })
export class PolicySettingsFields {
  @Field(() => ServiceRuleEnum, { nullable: true, description: "How pools serve each other. Left out: each may serve only pools after it." }) services?: ServiceRule | null;
  @Field(() => [String], { nullable: true, description: "Codes of all pools with a rule, in the order in which they are divided; as the rules stand when left out." }) order?: string[] | null;
  @Field(() => Boolean, { nullable: true, description: "Settle whole minor units from the top of the hierarchy of business units down, so that every level adds up. False when left out." }) hierarchy?: boolean | null;
  @Field(() => AllocationDriverEnum, { nullable: true, description: "What divides a unit's amount over its use cases where the method measured nothing there: voice, CONNECTED_SECONDS when left out; evenly when that is zero, too." }) useCaseDriver?: AllocationDriver | null;
  @Field(() => [String], { nullable: true, description: "Codes of business units that bear nothing at all. Every other one must be reached by some rule." }) exempt?: string[] | null;
}

@ObjectType({ simpleResolvers: true, description: "A fixed share." })
export class PolicyShare {
  @Field(() => String, { description: "Code of a business unit or a pool." }) to: string;
  @Field(() => DecimalScalar, { description: "Of the part; the shares make 100." }) percent: string;
}

@ObjectType({ simpleResolvers: true, description: "A band of quantities." })
export class PolicyTier {
  @Field(() => DecimalScalar, { nullable: true, description: "Where the band ends, included; null for the last." }) upTo: string | null;
  @Field(() => DecimalScalar, { description: "Major units for one unit." }) rate: string;
}

@ObjectType({ simpleResolvers: true, description: "The least and the most that a business unit bears of a pool." })
export class PolicyLimit {
  @Field(() => String, { nullable: true, description: "Null: every unit without limits of its own." }) receiver: string | null;
  @Field(() => DecimalScalar, { nullable: true, description: "In major units, without sign." }) minimum: string | null;
  @Field(() => DecimalScalar, { nullable: true, description: "In major units, without sign." }) maximum: string | null;
}


@ObjectType({ simpleResolvers: true, description: "What a part says of its method; null where it says nothing." })
export class MethodPartWords {
  @Field(() => AllocationMethodEnum, { description: "PROPORTIONAL in a policy that says no method.", nullable: true }) method?: string | null;
  @Field(() => String, { nullable: true, description: "Code of a driver that finance books." }) bookedDriver?: string | null;
  @Field(() => String, { nullable: true, description: "Code of a booked driver." }) capacityDriver?: string | null;
  @Field(() => PeriodKeyScalar, { nullable: true, description: "CUMULATIVE: the first month that counts." }) since?: string | null;
  @Field(() => [String], { nullable: true, description: "Codes of units and pools." }) to?: string[] | null;
  @Field(() => [PolicyShare], { nullable: true, description: "FIXED_SHARES." }) shares?: PolicyShare[] | null;
  @Field(() => DecimalScalar, { nullable: true, description: "PRACTICAL_CAPACITY, in the driver's unit." }) capacity?: string | null;
  @Field(() => DecimalScalar, { nullable: true, description: "DUAL_RATE, in major units." }) fixedAmount?: string | null;
  @Field(() => DecimalScalar, { nullable: true, description: "DUAL_RATE, major units for one unit of capacityDriver." }) fixedRate?: string | null;
  @Field(() => DecimalScalar, { nullable: true, description: "Major units for one unit of the driver, or for ratePer of them." }) rate?: string | null;
  @Field(() => DecimalScalar, { nullable: true, description: "RATE: units of the driver that the rate is for; null: one." }) ratePer?: string | null;
  @Field(() => CurrencyCodeScalar, { nullable: true, description: "RATE: currency of the rate; null: that of the programme." }) rateCurrency?: string | null;
  @Field(() => [PolicyTier], { nullable: true, description: "Bands of quantities." }) tiers?: PolicyTier[] | null;
  @Field(() => TierRuleEnum, { nullable: true, description: "GRADUATED when null." }) tierRule?: string | null;
  @Field(() => IdleRuleEnum, { nullable: true, description: "KEEP when null." }) idle?: string | null;
  @Field(() => EmptyDriverRuleEnum, { nullable: true, description: "The rule's zeroDriver when null." }) zeroDriver?: string | null;
  @Field(() => NegativeDriverRuleEnum, { nullable: true, description: "REFUSE when null." }) negative?: string | null;
}

@ObjectType("PolicySettings", { simpleResolvers: true, description: "What holds for all pools of a policy by methods." })
export class PolicySettingsType {
  @Field(() => ServiceRuleEnum, { nullable: true, description: "Null: each pool may serve only pools after it." }) services: string | null;
  @Field(() => [String], { nullable: true, description: "Codes of pools; null: as the rules stand." }) order: string[] | null;
  @Field(() => Boolean, { description: "Settled from the top of the hierarchy of units down." }) hierarchy: boolean;
  @Field(() => AllocationDriverEnum, { description: "What divides a unit's amount over its use cases where the method measured nothing there." }) useCaseDriver: string;
  @Field(() => [String], { description: "Codes of units that bear nothing." }) exempt: string[];
}
