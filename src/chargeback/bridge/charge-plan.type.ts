import { Field, InputType } from "type-graphql";
import { DecimalScalar } from "../../kernel/scalars";
import { ProposeAllocationPolicyInput } from "../../allocation/allocation.type";
import { AllocationDriverEnum } from "../../allocation/policy-methods.type";
import type { AllocationDriver } from "../../allocation";
import type { Channel } from "../../metering";
import { ChannelEnum, CostComponentEnum } from "../../metering/usage-input.type";
import { RateUnitEnum } from "../../rating/rate-card.type";

@InputType({ description: "Planned cost of a shared pool." })
export class PlannedPoolInput {
  @Field(() => String, { description: "Code of a shared pool; NOT_FOUND for any other, BAD_USER_INPUT for a DIRECT one." }) pool: string;
  @Field(() => DecimalScalar, { description: "In the programme's currency; credits are negative." }) amount: string;
}

@InputType({ description: "Planned use of a use case, by a driver that the policy divides by." })
export class PlannedQuantityInput {
  @Field(() => String, { description: "Code; planned for the unit that owns it at the end of the month." }) useCase: string;
  @Field(() => AllocationDriverEnum, { description: "BILLED_MINUTES are planned as billed, whatever minimum and increment the rule has." }) driver: AllocationDriver;
  @Field(() => ChannelEnum, { defaultValue: "VOICE", description: "The rule's weight of the channel applies." }) channel: Channel;
  @Field(() => DecimalScalar, { description: "Calls, seconds, minutes or contacts before channel weights; durations in whole milliseconds." }) quantity: string;
}

@InputType({ description: "Planned direct cost of a use case. With vendor, component, unit and quantity volume and price are told apart." })
export class PlannedDirectInput {
  @Field(() => String, { description: "Code of a use case that the unit owns." }) useCase: string;
  @Field(() => String, { description: "Code of a DIRECT pool." }) pool: string;
  @Field(() => DecimalScalar, { description: "In the programme's currency; credits are negative." }) amount: string;
  @Field(() => String, { nullable: true, description: "As on the rate card." }) vendor?: string | null;
  @Field(() => CostComponentEnum, { nullable: true, description: "As on the rate card." }) component?: string | null;
  @Field(() => RateUnitEnum, { nullable: true, description: "As on the rate card; another one is not split." }) unit?: string | null;
  @Field(() => DecimalScalar, { nullable: true, description: "Billed units, zero or more." }) quantity?: string | null;
}

@InputType({ description: "A month as it was planned, at least one part of it. A part that is left out is planned as it came and has no effect; within a part, what is not named is planned at zero." })
export class ChargePlanInput {
  @Field(() => [PlannedPoolInput], { nullable: true, description: "Shared cost: RATE." }) pools?: PlannedPoolInput[] | null;
  @Field(() => [PlannedQuantityInput], { nullable: true, description: "Use of every unit: VOLUME and MIX. At most 5,000." }) quantities?: PlannedQuantityInput[] | null;
  @Field(() => ProposeAllocationPolicyInput, { nullable: true, description: "How pools were to be divided: POLICY. effectiveFrom, note and idempotencyKey are without effect." }) policy?: ProposeAllocationPolicyInput | null;
  @Field(() => [PlannedDirectInput], { nullable: true, description: "Direct cost of the unit: USAGE_VOLUME, USAGE_RATE and DIRECT. At most 500." }) direct?: PlannedDirectInput[] | null;
}
