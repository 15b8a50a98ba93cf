import { Field, InputType, Int, ObjectType, registerEnumType } from "type-graphql";
import { enumOf } from "../kernel/graph.type";
import { DateScalar, LongScalar, PeriodKeyScalar } from "../kernel/scalars";
import { UserError } from "../kernel/user-error.type";
import { PeriodType } from "../governance/governance.type";
import { CLOSE_CHECKS, CloseCheckName } from "./close-check-names";
import { CloseCheck, StandingSignOff } from "./close-checklist";
import { CloseRules, LATE_FACT_RULES, LateFactRule } from "./close-rules";
import { CloseDutyEventType, CloseSignOffType } from "./duties/close-duty.type";

export const CloseCheckNameEnum = enumOf(CLOSE_CHECKS);
registerEnumType(CloseCheckNameEnum, { name: "CloseCheckName", description: "What must be true before a month closes." });

export const LateFactRuleEnum = enumOf(LATE_FACT_RULES);
registerEnumType(LateFactRuleEnum, { name: "LateFactRule", description: "ADJUSTMENT: the next month that closes charges it. RESTATEMENT: the next close waits until two people have restated the month that it belongs to (restatePeriod)." });

@InputType()
export class PeriodInput {
  @Field(() => PeriodKeyScalar) period: string;
}

@InputType()
export class WithdrawCloseInput extends PeriodInput {
  @Field(() => String, { description: "Why; kept in the audit trail." }) reason: string;
}

@InputType()
export class SetCloseRulesInput {
  @Field(() => LongScalar, { nullable: true, description: "So many legs may stay unattributed; as it is when left out." }) unattributedThreshold?: number | null;
  @Field(() => Boolean, { nullable: true, description: "An open dispute on an earlier month's statement holds the close up." }) blocksOnOpenDisputes?: boolean | null;
  @Field(() => Boolean, { nullable: true, description: "An earlier month without statements holds the close up." }) blocksOnUnissuedStatements?: boolean | null;
  @Field(() => Int, { nullable: true, description: "Checks are due so many days after the month's last day, 0 to 60, where their owner was given no other day." }) dueDays?: number | null;
  @Field(() => Boolean, { nullable: true, description: "A check that nobody answers for holds the close up." }) requiresOwners?: boolean | null;
  @Field(() => Boolean, { nullable: true, description: "A check that nobody signed off, as it stands now, holds the close up." }) requiresSignOffs?: boolean | null;
  @Field(() => LateFactRuleEnum, { nullable: true, description: "What becomes of usage that comes for a closed month, and of its corrections." }) lateUsage?: LateFactRule | null;
  @Field(() => LateFactRuleEnum, { nullable: true, description: "What becomes of cost that comes for a closed month." }) lateCost?: LateFactRule | null;
  @Field(() => Boolean, { nullable: true, description: "Cost of the month that nobody funds holds the close up (fundingReport)." }) blocksOnUnownedCost?: boolean | null;
  @Field(() => String, { description: "Why; kept in the audit trail." }) reason: string;
}

@ObjectType("CloseCheck", { simpleResolvers: true, description: "One thing that must be true before a month closes." })
export class CloseCheckType implements CloseCheck {
  @Field(() => CloseCheckNameEnum, { description: "What was looked at." }) check: CloseCheckName;
  @Field(() => Boolean, { description: "False: it holds the close up." }) ok: boolean;
  @Field(() => String, { description: "What was found; where it is not ok, what to do." }) message: string;
  @Field(() => String, { nullable: true, description: "Subject that answers for it; null: nobody. OWNERS_ASSIGNED and CHECKS_SIGNED_OFF have none." }) owner: string | null;
  @Field(() => DateScalar, { nullable: true, description: "The last day on which it is in time, on the programme's calendar: the month's last day + dueDays. Null: none was set." }) dueOn: string | null;
  @Field(() => Boolean, { description: "Past dueOn, and not ok or, where the rules demand signatures, not signed off as it stands now." }) overdue: boolean;
  @Field(() => CloseSignOffType, { nullable: true, description: "The newest signature that was not taken back; null: not signed off." }) signOff: StandingSignOff | null;
}

@ObjectType("CloseChecklist", { simpleResolvers: true, description: "What the close of a month would find now." })
export class CloseChecklistType {
  @Field(() => PeriodType) period: PeriodType;
  @Field(() => Boolean, { description: "Nothing is missing." }) ready: boolean;
  @Field(() => [CloseCheckType], { description: "In the order in which they are worked off; none of a closed month." }) checks: CloseCheck[];
  @Field(() => [CloseDutyEventType], { description: "Who was assigned and who signed, oldest first; of a closed month, too. What counts for every month is in it, with period null." }) history: CloseDutyEventType[];
}

@ObjectType("CloseRules", { simpleResolvers: true, description: "What finance tolerates when a month closes." })
export class CloseRulesType implements CloseRules {
  @Field(() => Int, { description: "0: finance has set none; the values are the defaults." }) version: number;
  @Field(() => LongScalar, { description: "So many legs may stay unattributed." }) unattributedThreshold: number;
  @Field(() => Boolean, { description: "An open dispute on an earlier month's statement holds the close up." }) blocksOnOpenDisputes: boolean;
  @Field(() => Boolean, { description: "An earlier month without statements holds the close up." }) blocksOnUnissuedStatements: boolean;
  @Field(() => Int, { nullable: true, description: "Checks are due so many days after the month's last day, where their owner was given no other day; null: whenever." }) dueDays: number | null;
  @Field(() => Boolean, { description: "A check that nobody answers for holds the close up." }) requiresOwners: boolean;
  @Field(() => Boolean, { description: "A check that nobody signed off, as it stands now, holds the close up." }) requiresSignOffs: boolean;
  @Field(() => LateFactRuleEnum, { description: "What becomes of usage that comes for a closed month, and of its corrections." }) lateUsage: LateFactRule;
  @Field(() => LateFactRuleEnum, { description: "What becomes of cost that comes for a closed month." }) lateCost: LateFactRule;
  @Field(() => Boolean, { description: "Cost of the month that nobody funds holds the close up (fundingReport)." }) blocksOnUnownedCost: boolean;
}

@ObjectType({ simpleResolvers: true })
export class PeriodPayload {
  @Field(() => PeriodType, { nullable: true }) period?: PeriodType | null;
  @Field(() => [CloseCheckType], { description: "With NOT_READY: everything that is missing." }) missing: CloseCheck[];
  @Field(() => [UserError]) userErrors: UserError[];
}

@ObjectType({ simpleResolvers: true })
export class CloseRulesPayload {
  @Field(() => CloseRulesType, { nullable: true }) rules?: CloseRules | null;
  @Field(() => [UserError]) userErrors: UserError[];
}
