import { Field, InputType, Int, ObjectType, registerEnumType } from "type-graphql";
import { Money, Node, connectionOf, enumOf } from "../kernel/graph.type";
import { MoneyAmount } from "../kernel/money";
import { DateTimeScalar, DecimalScalar, PeriodKeyScalar } from "../kernel/scalars";
import { UserError } from "../kernel/user-error.type";
import type { CostPool } from "../costs";
import { CostPoolType } from "../costs/costs.type";
import { PeriodType } from "../governance/governance.type";
import type { Channel } from "../metering";
import { ChannelEnum } from "../metering/usage-input.type";
import type { OwnershipView } from "../tenancy";
import { BusinessUnitType, OwnershipViewEnum, UseCaseType } from "../tenancy/tenancy.type";
import { RUN_STATUSES } from "./allocate-period";
import { ALLOCATION_DIMENSIONS, AllocationDimension } from "./allocation.query";
import { AllocationFactsInput, SpillRuleEnum } from "./methods/facts-input.type";
import { SimulatedAllocation } from "./methods/simulation.type";
import { AllocationDriver, ZERO_DRIVER_RULES, ZeroDriverRule } from "./policy";
import { AllocationDriverEnum, MethodPartFields, MethodPartWords, MethodRuleFields, PolicyLimit, PolicySettingsFields, PolicySettingsType } from "./policy-methods.type";

export const ZeroDriverRuleEnum = enumOf(ZERO_DRIVER_RULES);
registerEnumType(ZeroDriverRuleEnum, { name: "ZeroDriverRule", description: "When the driver is zero for everyone: leave it UNALLOCATED with the programme, split it EVEN, or take the driver of the PRIOR_PERIOD." });
export const AllocationDimensionEnum = enumOf(ALLOCATION_DIMENSIONS);
registerEnumType(AllocationDimensionEnum, { name: "AllocationDimension" });
export const RunStatusEnum = enumOf(RUN_STATUSES);
registerEnumType(RunStatusEnum, { name: "RunStatus", description: "DRAFT of a dry run, not stored; FINAL, the newest of its period; SUPERSEDED by a newer one." });
export const PolicyStatusEnum = enumOf(["PROPOSED", "APPROVED"] as const);
registerEnumType(PolicyStatusEnum, { name: "PolicyStatus" });

@InputType({ description: "What one unit of a channel weighs." })
export class ChannelWeightInput {
  @Field(() => ChannelEnum) channel: Channel;
  @Field(() => DecimalScalar, { description: "Zero or more." }) weight: string;
}

@InputType({ description: "A fraction of a pool and how it is divided." })
export class AllocationPartInput extends MethodPartFields {
  @Field(() => DecimalScalar, { defaultValue: "1", description: "Above 0, at most 1; the parts of a rule sum to 1." }) fraction: string;
  @Field(() => AllocationDriverEnum, { nullable: true, description: "What was measured; left out for a method that needs none, or for a booked driver." }) driver?: AllocationDriver | null;
  @Field(() => [ChannelWeightInput], { nullable: true, description: "VOICE with weight 1 when left out." }) channels?: ChannelWeightInput[] | null;
  @Field(() => Int, { nullable: true, description: "BILLED_MINUTES only; 0 when left out." }) minimumSeconds?: number | null;
  @Field(() => Int, { nullable: true, description: "BILLED_MINUTES only; 60 when left out." }) incrementSeconds?: number | null;
}

@InputType({ description: "How one pool is divided." })
export class AllocationRuleInput extends MethodRuleFields {
  @Field(() => String, { description: "Code of a shared pool." }) pool: string;
  @Field(() => [AllocationPartInput]) parts: AllocationPartInput[];
  @Field(() => ZeroDriverRuleEnum, { defaultValue: "UNALLOCATED" }) zeroDriver: ZeroDriverRule;
  @Field(() => [String], { nullable: true, description: "Codes of business units (in a policy by methods of pools, too) that do not bear this pool." }) exclude?: string[] | null;
}

@InputType()
export class ProposeAllocationPolicyInput extends PolicySettingsFields {
  @Field(() => PeriodKeyScalar, { description: "First period that it applies to." }) effectiveFrom: string;
  @Field(() => String, { nullable: true }) note?: string | null;
  @Field(() => [AllocationRuleInput]) rules: AllocationRuleInput[];
  @Field(() => Int, { nullable: true, description: "The approved version that takes effect in the same month and is replaced by this one. A policy by methods must say so, else CONFLICT; not part of the document." }) replaces?: number | null;
  @Field(() => String, { nullable: true, description: "A retry with the same key and content answers the same version." }) idempotencyKey?: string | null;
}

@InputType()
export class ApproveAllocationPolicyInput {
  @Field(() => Int) version: number;
}

@InputType()
export class AllocatePeriodInput {
  @Field(() => PeriodKeyScalar) period: string;
  @Field(() => Boolean, { nullable: true, description: "Answers the draft and stores nothing." }) dryRun?: boolean | null;
}

@InputType()
export class SimulateAllocationInput {
  @Field(() => PeriodKeyScalar, { nullable: true, description: "Whose facts are divided. Left out only when facts are given; beside them it is no more than a label." }) period?: string | null;
  @Field(() => AllocationFactsInput, { nullable: true, description: "Literal facts in place of those of a period, each pool with its method; answered in simulation." }) facts?: AllocationFactsInput | null;
  @Field(() => ProposeAllocationPolicyInput, { nullable: true, description: "The policy in effect when left out." }) policy?: ProposeAllocationPolicyInput | null;
  @Field(() => [AllocationDimensionEnum], { description: "Of rows; without effect beside facts." }) groupBy: AllocationDimension[];
}

@InputType({ description: "Which lines; a code that is not yours is NOT_FOUND." })
export class AllocationWhere {
  @Field(() => [String], { nullable: true }) businessUnit?: string[] | null;
  @Field(() => [String], { nullable: true }) useCase?: string[] | null;
  @Field(() => [String], { nullable: true }) pool?: string[] | null;
  @Field(() => OwnershipViewEnum, { nullable: true, description: "AS_WAS when left out. businessUnit filters by the unit that the view shows; under AS_IS quantities of contacts do not add up, which `missing` says." }) ownership?: OwnershipView | null;
}

@InputType()
export class AllocationRunWhere {
  @Field(() => PeriodKeyScalar, { nullable: true }) period?: string | null;
}

@ObjectType({ simpleResolvers: true })
export class ChannelWeight {
  @Field(() => ChannelEnum) channel: string;
  @Field(() => DecimalScalar) weight: string;
}

@ObjectType({ simpleResolvers: true })
export class AllocationPart extends MethodPartWords {
  @Field(() => DecimalScalar, { description: "Exact fraction of the pool." }) fraction: string;
  @Field(() => AllocationDriverEnum, { nullable: true, description: "What was measured; null for a method without a measured driver." }) driver: string | null;
  @Field(() => [ChannelWeight]) channels: ChannelWeight[];
  @Field(() => Int, { description: "BILLED_MINUTES only." }) minimumSeconds: number;
  @Field(() => Int, { description: "BILLED_MINUTES only." }) incrementSeconds: number;
}

@ObjectType({ simpleResolvers: true })
export class AllocationRule {
  @Field(() => String, { description: "Code of the pool." }) pool: string;
  @Field(() => [AllocationPart]) parts: AllocationPart[];
  @Field(() => ZeroDriverRuleEnum) zeroDriver: string;
  @Field(() => [String], { description: "Codes of business units, and of pools." }) exclude: string[];
  @Field(() => [PolicyLimit], { nullable: true, description: "Null: none." }) limits?: PolicyLimit[] | null;
  @Field(() => SpillRuleEnum, { nullable: true, description: "PROPORTIONAL when null." }) spill?: string | null;
}

@ObjectType("AllocationPolicy", { implements: Node, simpleResolvers: true, description: "A version of how shared cost is divided. Versions are never changed." })
export class AllocationPolicyType extends Node {
  @Field(() => Int) version: number;
  @Field(() => PolicyStatusEnum) status: string;
  @Field(() => PeriodKeyScalar) effectiveFrom: string;
  @Field(() => String, { nullable: true }) note: string | null;
  @Field(() => [AllocationRule]) rules: AllocationRule[];
  @Field(() => PolicySettingsType, { nullable: true, description: "Null for a policy that knows proportions of measured drivers alone." }) settings?: PolicySettingsType | null;
  @Field(() => String, { description: "SHA-256 of the document." }) documentHash: string;
  @Field(() => String) proposedBy: string;
  @Field(() => DateTimeScalar) proposedAt: Date;
  @Field(() => String, { nullable: true }) approvedBy: string | null;
  @Field(() => DateTimeScalar, { nullable: true }) approvedAt: Date | null;
}

@ObjectType("AllocationRun", { implements: Node, simpleResolvers: true, description: "A stored division of a period's shared cost: frozen, hashed, replayable." })
export class AllocationRunType extends Node {
  @Field(() => PeriodType) period: PeriodType;
  @Field(() => RunStatusEnum) status: string;
  @Field(() => Int, { description: "1 for the first run of the period." }) sequence: number;
  @Field(() => Int) policyVersion: number;
  @Field(() => DateTimeScalar, { description: "Facts recorded up to this instant are in." }) cutoff: Date;
  @Field(() => String, { description: "SHA-256 over codes, amounts, driver quantities and policy text." }) inputHash: string;
  @Field(() => String, { description: "SHA-256 over every line with its exact share." }) resultHash: string;
  @Field(() => DateTimeScalar) createdAt: Date;
}

@ObjectType({ simpleResolvers: true, description: "Stored lines summed by the dimensions asked for. A dimension that was not asked for is null." })
export class AllocationRow {
  @Field(() => BusinessUnitType, { nullable: true }) businessUnit: BusinessUnitType | null;
  @Field(() => UseCaseType, { nullable: true }) useCase: UseCaseType | null;
  @Field(() => CostPoolType, { nullable: true }) pool: CostPool | null;
  @Field(() => ChannelEnum, { nullable: true }) channel: string | null;
  @Field(() => DecimalScalar, { nullable: true, description: "Calls, seconds, minutes or contacts, after channel weights." }) driverQuantity: string | null;
  @Field(() => DecimalScalar, { nullable: true, description: "The denominator: of everybody who bears the pool." }) driverTotal: string | null;
  @Field(() => DecimalScalar, { nullable: true, description: "Of the pool, rounded to twelve decimals for reading; the exact one is in explainAllocation." }) share: string | null;
  @Field(() => Money) amount: MoneyAmount;
  @Field(() => [String], { description: "Why a figure of this row is null." }) missing: string[];
}

@ObjectType({ simpleResolvers: true, description: "A pool as a run divided it: amount + received = allocated + passed + unallocated, exactly." })
export class AllocationPool {
  @Field(() => CostPoolType) pool: CostPool;
  @Field(() => Int, { description: "1 for what is divided first; pools that serve each other share a step." }) step: number;
  @Field(() => Money, { description: "Booked into it." }) amount: MoneyAmount;
  @Field(() => Money, { description: "From pools before it." }) received: MoneyAmount;
  @Field(() => Money, { description: "To pools after it." }) passed: MoneyAmount;
  @Field(() => Money, { description: "To business units, of everybody." }) allocated: MoneyAmount;
  @Field(() => Money, { description: "Carried by the programme, variance included." }) unallocated: MoneyAmount;
  @Field(() => Money, { description: "The part of unallocated that is a variance of stated rates." }) variance: MoneyAmount;
  @Field(() => String, { nullable: true, description: "Why the programme carries it; null when it carries nothing." }) reason: string | null;
}

@ObjectType({ simpleResolvers: true })
export class AllocationReport {
  @Field(() => AllocationRunType, { nullable: true, description: "Null when simulated." }) run: AllocationRunType | null;
  @Field(() => [AllocationRow], { description: "Empty when literal facts were given: see simulation." }) rows: AllocationRow[];
  @Field(() => Money, { description: "The pools' total." }) total: MoneyAmount;
  @Field(() => Money, { description: "Sum of the rows; allocated + unallocated = total when nothing is filtered or hidden." }) allocated: MoneyAmount;
  @Field(() => Money, { description: "Carried by the programme, variance included." }) unallocated: MoneyAmount;
  @Field(() => Money, { description: "The part of unallocated that stated rates did not recover (above zero) or recovered beyond the pools." }) variance: MoneyAmount;
  @Field(() => [AllocationPool], { description: "The pools behind the rows, by code; empty for literal facts, and for roles that see totals alone." }) pools: AllocationPool[];
  @Field(() => DateTimeScalar, { description: "Recorded-at cut-off." }) asOf: Date;
  @Field(() => SimulatedAllocation, { nullable: true, description: "Only when literal facts were given to simulateAllocation; variance counts as unallocated in the report." }) simulation?: SimulatedAllocation | null;
}

@ObjectType({ simpleResolvers: true })
export class AllocationPolicyPayload {
  @Field(() => AllocationPolicyType, { nullable: true }) policy?: AllocationPolicyType | null;
  @Field(() => [UserError]) userErrors: UserError[];
}

@ObjectType({ simpleResolvers: true })
export class AllocatePeriodPayload {
  @Field(() => AllocationRunType, { nullable: true }) run?: AllocationRunType | null;
  @Field(() => AllocationReport, { nullable: true, description: "By business unit and pool." }) allocation?: AllocationReport | null;
  @Field(() => [UserError]) userErrors: UserError[];
}

export const AllocationPolicyConnection = connectionOf(AllocationPolicyType, "AllocationPolicy");
export const AllocationRunConnection = connectionOf(AllocationRunType, "AllocationRun");

