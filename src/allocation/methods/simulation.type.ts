import { Field, Int, ObjectType, registerEnumType } from "type-graphql";
import { Money, enumOf } from "../../kernel/graph.type";
import { MoneyAmount } from "../../kernel/money";
import { DecimalScalar } from "../../kernel/scalars";
import { AllocationMethodEnum } from "./facts-input.type";

const LEGS = ["FIXED", "VARIABLE", "USED", "IDLE", "CHARGE", "CUMULATIVE", "PRIOR", "LIMIT"] as const;
export const AllocationLegEnum = enumOf(LEGS);
registerEnumType(AllocationLegEnum, { name: "AllocationLeg", description: "Which leg of a method: the FIXED or VARIABLE cost, USED or IDLE capacity, a CHARGE at a rate, CUMULATIVE cost to date less the PRIOR charge; LIMIT is what limits moved." });

const EXACT = 'In major units, exact: "n" or "n/d" in lowest terms.';

@ObjectType({ simpleResolvers: true, description: "What one receiver bears of one pool." })
export class SimulatedLine {
  @Field(() => String, { description: "Code of the receiver." }) receiver: string;
  @Field(() => Money) amount: MoneyAmount;
  @Field(() => DecimalScalar, { description: "Whole minor units." }) amountMinor: string;
  @Field(() => String, { description: EXACT }) exactAmount: string;
  @Field(() => String, { nullable: true, description: "Exact fraction of the pool with what it received; null when that is zero." }) share: string | null;
}

@ObjectType({ simpleResolvers: true, description: "A divided pool: own + received = lines + passed + unallocated + variance, in minor units and exactly. In a circle of pools, where each one's own cost ends outside the circle." })
export class SimulatedPool {
  @Field(() => String) code: string;
  @Field(() => Int, { description: "1 for what is divided first; the pools of a circle share a step." }) step: number;
  @Field(() => Money, { description: "Its own cost." }) amount: MoneyAmount;
  @Field(() => Money, { description: "Stays with the programme; see reasons." }) unallocated: MoneyAmount;
  @Field(() => Money, { description: "Not recovered (above zero) or recovered beyond the pool by stated rates; borne by the programme." }) variance: MoneyAmount;
  @Field(() => DecimalScalar, { description: "Whole minor units." }) amountMinor: string;
  @Field(() => DecimalScalar, { description: "Of pools before it, whole minor units." }) receivedMinor: string;
  @Field(() => DecimalScalar, { description: "To pools after it, whole minor units." }) passedMinor: string;
  @Field(() => DecimalScalar, { description: "Whole minor units." }) unallocatedMinor: string;
  @Field(() => DecimalScalar, { description: "Whole minor units." }) varianceMinor: string;
  @Field(() => String, { description: EXACT }) exactReceived: string;
  @Field(() => String, { description: `Own cost and all it received, in a circle too: the reciprocated cost. ${EXACT}` }) exactFull: string;
  @Field(() => String, { description: EXACT }) exactPassed: string;
  @Field(() => String, { description: EXACT }) exactUnallocated: string;
  @Field(() => String, { description: EXACT }) exactVariance: string;
  @Field(() => [String], { description: "Why cost stays with the programme." }) reasons: string[];
  @Field(() => [SimulatedLine], { description: "By code of the receiver." }) lines: SimulatedLine[];
}

@ObjectType({ simpleResolvers: true, description: "What a receiver bears of all pools." })
export class SimulatedReceiver {
  @Field(() => String) code: string;
  @Field(() => String, { nullable: true, description: "Code of the receiver above." }) parent: string | null;
  @Field(() => Money) amount: MoneyAmount;
  @Field(() => DecimalScalar, { description: "Whole minor units." }) amountMinor: string;
  @Field(() => String, { description: EXACT }) exactAmount: string;
  @Field(() => String, { description: EXACT }) exactDirectCost: string;
  @Field(() => String, { description: `Direct cost and allocated cost. ${EXACT}` }) exactTotal: string;
  @Field(() => DecimalScalar, { description: "Allocated to it and to all below it, whole minor units." }) rolledUpMinor: string;
  @Field(() => String, { description: `Direct and allocated cost, its own and of all below it. ${EXACT}` }) exactRolledUp: string;
}

@ObjectType({ simpleResolvers: true, description: "Cost that goes from a part of a pool to a receiver or to another pool: a link of the chain from the pools to who bears them." })
export class SimulatedStep {
  @Field(() => Int) step: number;
  @Field(() => String, { description: "Code of the pool that it comes from." }) pool: string;
  @Field(() => Int, { nullable: true, description: "Position of the part, from 0; null for what limits moved." }) part: number | null;
  @Field(() => AllocationMethodEnum, { nullable: true }) method: string | null;
  @Field(() => AllocationLegEnum, { nullable: true }) leg: string | null;
  @Field(() => String, { description: "Code of who receives." }) to: string;
  @Field(() => Boolean, { description: "Whether a pool receives." }) toPool: boolean;
  @Field(() => String, { nullable: true, description: "Code of the driver, or DIRECT_COST." }) driver: string | null;
  @Field(() => String, { nullable: true, description: 'Weighted and scaled; exact, "n" or "n/d".' }) quantity: string | null;
  @Field(() => String, { nullable: true, description: "Of everybody who bears it; exact." }) driverTotal: string | null;
  @Field(() => String, { nullable: true, description: "Of this leg; exact." }) share: string | null;
  @Field(() => String, { nullable: true, description: `For one unit of the driver. ${EXACT}` }) rate: string | null;
  @Field(() => String, { description: EXACT }) exactAmount: string;
}

@ObjectType({ simpleResolvers: true, description: "Literal facts divided: what was posted in whole minor units beside the exact figures, and the chain between them." })
export class SimulatedAllocation {
  @Field(() => [SimulatedReceiver], { description: "By code." }) receivers: SimulatedReceiver[];
  @Field(() => [SimulatedPool], { description: "In the order in which they were divided." }) pools: SimulatedPool[];
  @Field(() => [SimulatedStep]) chain: SimulatedStep[];
}
