import { Field, InputType, registerEnumType } from "type-graphql";
import { enumOf } from "../../kernel/graph.type";
import { CurrencyCodeScalar, DecimalScalar } from "../../kernel/scalars";
import {
  ALLOCATION_METHODS, AllocationMethod, EMPTY_DRIVER_RULES, EmptyDriverRule, IDLE_RULES, IdleRule, NEGATIVE_DRIVER_RULES, NegativeDriverRule, SERVICE_RULES, SPILL_RULES, ServiceRule, SpillRule, TIER_RULES, TierRule,
} from "./method";

const described = (values: Readonly<Record<string, string>>): Record<string, { description: string }> => Object.fromEntries(Object.entries(values).map(([name, description]) => [name, { description }]));

export const AllocationMethodEnum = enumOf(ALLOCATION_METHODS);
registerEnumType(AllocationMethodEnum, {
  name: "AllocationMethod", description: "How a part of a pool is divided.",
  valuesConfig: described({
    DIRECT: "To the one that `to` names.",
    PROPORTIONAL: "By the quantities of `driver`.",
    FIXED_SHARES: "By `shares` in percent.",
    EVEN: "The same to each receiver, or to each in `to`.",
    DIRECT_COST: "By the direct cost of the receivers, where it is above zero.",
    DUAL_RATE: "Fixed cost (`fixedAmount`, or `fixedRate` a unit) by `capacityDriver`, what was budgeted or reserved; the rest by `driver`, what was used, or at `rate`.",
    PRACTICAL_CAPACITY: "Use pays amount / capacity a unit; the cost of what lay idle goes by `idle`.",
    COMMITMENT: "Use pays `rate` a unit; what the commitment costs beyond it goes by `idle`. More use than was committed: by use.",
    RATE: "A standard rate: use pays `rate` a unit (or for `ratePer` units), or by `tiers`, whatever the pool costs; the programme carries the difference to the pool as variance, its over- or under-recovery, until a true-up gives it back.",
    TIERS: "By the quantities of `driver` priced by `tiers`.",
    CUMULATIVE: "Pools to date by quantities to date, less what was charged before.",
    KEEP: "Stays with the programme.",
  }),
});
export const EmptyDriverRuleEnum = enumOf(EMPTY_DRIVER_RULES);
registerEnumType(EmptyDriverRuleEnum, { name: "EmptyDriverRule", description: "When a driver is zero for everybody who may bear: leave it UNALLOCATED, split it EVEN, by DIRECT_COST, or REFUSE." });
export const NegativeDriverRuleEnum = enumOf(NEGATIVE_DRIVER_RULES);
registerEnumType(NegativeDriverRuleEnum, { name: "NegativeDriverRule", description: "Quantities below zero: REFUSE them; UNSCALED charges and credits; STANDARD_SCALING sets the lowest to zero and raises the others by as much (when the sum is below zero: the highest, and lowers)." });
export const IdleRuleEnum = enumOf(IDLE_RULES);
registerEnumType(IdleRuleEnum, { name: "IdleRule", description: "What nobody used: KEEP it with the programme, or spread it." });
export const SpillRuleEnum = enumOf(SPILL_RULES);
registerEnumType(SpillRuleEnum, { name: "SpillRule", description: "What limits cut or lift is shared by those within their limits, PROPORTIONAL to their amounts or EVEN, or borne by the PROGRAMME." });
export const TierRuleEnum = enumOf(TIER_RULES);
registerEnumType(TierRuleEnum, { name: "TierRule", description: "GRADUATED: each band at its own rate. ALL_UNITS: everything at the rate of the band reached." });
export const ServiceRuleEnum = enumOf(SERVICE_RULES);
registerEnumType(ServiceRuleEnum, { name: "ServiceRule", description: "DIRECT: pools receive nothing. STEP_DOWN: each pool serves those after it, a closed pool never receives. RECIPROCAL: pools that serve each other are solved at once." });

@InputType({ description: "Somebody who bears cost." })
export class FactReceiverInput {
  @Field(() => String) code: string;
  @Field(() => String, { nullable: true, description: "Code of the receiver above. Amounts are settled from the top down and rolled up." }) parent?: string | null;
  @Field(() => DecimalScalar, { nullable: true, description: "In major units; may be finer than a minor unit. 0 when left out." }) directCost?: string | null;
}

@InputType({ description: "A measured, booked or budgeted quantity of a receiver or a pool." })
export class FactQuantityInput {
  @Field(() => String, { description: "Code of a receiver or a pool." }) of: string;
  @Field(() => DecimalScalar) quantity: string;
  @Field(() => String, { nullable: true, description: "What is counted, when units are weighted." }) unit?: string | null;
}

@InputType({ description: "What one unit weighs." })
export class UnitWeightInput {
  @Field(() => String) unit: string;
  @Field(() => DecimalScalar, { description: "Zero or more." }) weight: string;
}

@InputType({ description: "Quantities under a name: usage, headcount, budget, capacity, service between pools." })
export class FactDriverInput {
  @Field(() => String) code: string;
  @Field(() => [FactQuantityInput]) quantities: FactQuantityInput[];
  @Field(() => [UnitWeightInput], { nullable: true, description: "For quantities of several units; they add up weighted." }) weights?: UnitWeightInput[] | null;
}

@InputType({ description: "A fixed share." })
export class FactShareInput {
  @Field(() => String, { description: "Code of a receiver or a pool." }) to: string;
  @Field(() => DecimalScalar, { description: "Zero or more; the shares make 100." }) percent: string;
}

@InputType({ description: "A band of quantities." })
export class FactTierInput {
  @Field(() => DecimalScalar, { nullable: true, description: "Where the band ends, included; left out for the last." }) upTo?: string | null;
  @Field(() => DecimalScalar, { description: "Major units for one unit." }) rate: string;
}

@InputType({ description: "What a receiver was charged of a pool before." })
export class FactPriorInput {
  @Field(() => String) receiver: string;
  @Field(() => DecimalScalar, { description: "In major units, whole minor units." }) amount: string;
}

@InputType({ description: "The least and the most that a receiver bears of a pool." })
export class FactLimitInput {
  @Field(() => String, { nullable: true, description: "Left out: everybody without limits of their own." }) receiver?: string | null;
  @Field(() => DecimalScalar, { nullable: true, description: "In major units, without sign: a credit is limited as its charge would be." }) minimum?: string | null;
  @Field(() => DecimalScalar, { nullable: true, description: "In major units, without sign." }) maximum?: string | null;
}

@InputType({ description: "A fraction of a pool and how it is divided. Each method says which settings it takes." })
export class FactPartInput {
  @Field(() => AllocationMethodEnum) method: AllocationMethod;
  @Field(() => DecimalScalar, { nullable: true, description: "Above 0, at most 1; 1 when left out. The parts of a pool sum to 1." }) fraction?: string | null;
  @Field(() => [String], { nullable: true, description: "Only these receivers and pools may bear it." }) to?: string[] | null;
  @Field(() => String, { nullable: true, description: "Code of the driver: what was used." }) driver?: string | null;
  @Field(() => String, { nullable: true, description: "Code of the driver of what was budgeted, reserved or can be done." }) capacityDriver?: string | null;
  @Field(() => [FactShareInput], { nullable: true }) shares?: FactShareInput[] | null;
  @Field(() => DecimalScalar, { nullable: true, description: "PRACTICAL_CAPACITY, in units of the driver; the sum of capacityDriver when left out." }) capacity?: string | null;
  @Field(() => DecimalScalar, { nullable: true, description: "DUAL_RATE: how much of the part is fixed cost, in major units, without sign." }) fixedAmount?: string | null;
  @Field(() => DecimalScalar, { nullable: true, description: "DUAL_RATE: major units for one unit of capacityDriver." }) fixedRate?: string | null;
  @Field(() => DecimalScalar, { nullable: true, description: "Major units for one unit of the driver, or for `ratePer` of them." }) rate?: string | null;
  @Field(() => DecimalScalar, { nullable: true, description: "RATE: how many units of the driver the rate is for, above zero: a rate a minute of CONNECTED_SECONDS is per 60. 1 when left out." }) ratePer?: string | null;
  @Field(() => [FactTierInput], { nullable: true }) tiers?: FactTierInput[] | null;
  @Field(() => TierRuleEnum, { nullable: true, description: "GRADUATED when left out." }) tierRule?: TierRule | null;
  @Field(() => IdleRuleEnum, { nullable: true, description: "KEEP when left out." }) idle?: IdleRule | null;
  @Field(() => DecimalScalar, { nullable: true, description: "CUMULATIVE: the pools before, in major units; the sum of prior when left out." }) priorPool?: string | null;
  @Field(() => [FactPriorInput], { nullable: true, description: "CUMULATIVE: what each was charged before." }) prior?: FactPriorInput[] | null;
  @Field(() => EmptyDriverRuleEnum, { nullable: true, description: "UNALLOCATED when left out." }) zeroDriver?: EmptyDriverRule | null;
  @Field(() => NegativeDriverRuleEnum, { nullable: true, description: "REFUSE when left out." }) negative?: NegativeDriverRule | null;
}

@InputType({ description: "A pool of cost; an amount below zero is a credit, the mirror image of a charge." })
export class FactPoolInput {
  @Field(() => String, { description: "Not the code of a receiver." }) code: string;
  @Field(() => DecimalScalar, { description: "In major units, whole minor units." }) amount: string;
  @Field(() => CurrencyCodeScalar, { nullable: true, description: "That of the facts; CURRENCY_MISMATCH for another." }) currency?: string | null;
  @Field(() => [FactPartInput]) parts: FactPartInput[];
  @Field(() => [String], { nullable: true, description: "Codes of receivers and pools that do not bear it." }) exclude?: string[] | null;
  @Field(() => [FactLimitInput], { nullable: true }) limits?: FactLimitInput[] | null;
  @Field(() => SpillRuleEnum, { nullable: true, description: "PROPORTIONAL when left out." }) spill?: SpillRule | null;
}

@InputType({ description: "Literal facts in place of those of a period: who bears, what is divided, by what." })
export class AllocationFactsInput {
  @Field(() => CurrencyCodeScalar) currency: string;
  @Field(() => [FactReceiverInput]) receivers: FactReceiverInput[];
  @Field(() => [FactDriverInput], { nullable: true }) drivers?: FactDriverInput[] | null;
  @Field(() => [FactPoolInput], { description: "In the order in which they are divided." }) pools: FactPoolInput[];
  @Field(() => ServiceRuleEnum, { nullable: true, description: "How pools serve each other. Left out: each may only serve pools after it." }) services?: ServiceRule | null;
  @Field(() => [String], { nullable: true, description: "Codes of all pools in the order in which they are divided; as listed when left out." }) order?: string[] | null;
}
