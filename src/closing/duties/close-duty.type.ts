import { Field, InputType, Int, ObjectType, registerEnumType } from "type-graphql";
import { enumOf } from "../../kernel/graph.type";
import { DateTimeScalar, PeriodKeyScalar } from "../../kernel/scalars";
import { UserError } from "../../kernel/user-error.type";
import { DUTY_CHECKS, DutyCheckName } from "../close-check-names";
import { StandingSignOff } from "../close-checklist";
import { CloseDuties } from "./close-duty";

const KINDS = ["ASSIGNED", "UNASSIGNED", "SIGNED", "WITHDRAWN"] as const;

export const DutyCheckNameEnum = enumOf(DUTY_CHECKS);
registerEnumType(DutyCheckNameEnum, { name: "DutyCheckName", description: "The checks of the close that somebody may answer for and sign off: all but those of owners and signatures." });
export const CloseDutyEventKindEnum = enumOf(KINDS);
registerEnumType(CloseDutyEventKindEnum, { name: "CloseDutyEventKind", description: "ASSIGNED to an owner, UNASSIGNED from everybody, SIGNED off, or the signature WITHDRAWN." });

@ObjectType("CloseSignOff", { simpleResolvers: true, description: "A person's signature under a check of a month." })
export class CloseSignOffType implements Pick<StandingSignOff, "by" | "at" | "note" | "finding" | "isCurrent"> {
  @Field(() => String, { description: "Subject of the token that signed." }) by: string;
  @Field(() => DateTimeScalar, { description: "When it was recorded." }) at: Date;
  @Field(() => String, { description: "What it was judged by, in the signer's words." }) note: string;
  @Field(() => [String], { description: "Links or references, as the signer gave them." }) evidence: string[];
  @Field(() => String, { description: "What was found when it was signed: that is what was signed." }) finding: string;
  @Field(() => Boolean, { description: "The finding is still the same. Otherwise the signature does not count." }) isCurrent: boolean;
}

@ObjectType("CloseDutyEvent", { simpleResolvers: true, description: "Something that happened to a check of the close: who answers for it, or who signed it off. Never changed." })
export class CloseDutyEventType {
  @Field(() => CloseDutyEventKindEnum, { description: "What happened." }) kind: (typeof KINDS)[number];
  @Field(() => DutyCheckNameEnum, { description: "To which check." }) check: DutyCheckName;
  @Field(() => PeriodKeyScalar, { nullable: true, description: "Of which month; null: of every month that has no assignment of its own." }) period: string | null;
  @Field(() => String, { description: "Subject of the token that did it." }) by: string;
  @Field(() => DateTimeScalar, { description: "When it was recorded." }) at: Date;
  @Field(() => String, { description: "Reason of an assignment or a withdrawal, note of a signature." }) reason: string;
  @Field(() => String, { nullable: true, description: "Of an assignment: who answers for it." }) owner: string | null;
  @Field(() => Int, { nullable: true, description: "Of an assignment: days after the month's last day; null: as the close rules say." }) dueDays: number | null;
  @Field(() => String, { nullable: true, description: "Of a signature: what was found." }) finding: string | null;
  @Field(() => [String], { description: "Of a signature: links or references." }) evidence: string[];
}

/** The history of a month's checks, oldest first. */
export function dutyEvents({ assignments, signOffs }: CloseDuties): CloseDutyEventType[] {
  return [
    ...assignments.map(({ check, period, owner, dueDays, reason, by, at }): CloseDutyEventType => ({ kind: owner === null ? "UNASSIGNED" : "ASSIGNED", check, period, by, at, reason, owner, dueDays, finding: null, evidence: [] })),
    ...signOffs.map(({ check, period, kind, note, finding, evidence, by, at }): CloseDutyEventType => ({ kind, check, period, by, at, reason: note, owner: null, dueDays: null, finding, evidence: [...evidence] })),
  ].sort((a, b) => a.at.getTime() - b.at.getTime());
}

@InputType()
export class AssignCloseCheckInput {
  @Field(() => DutyCheckNameEnum, { description: "Which check." }) check: DutyCheckName;
  @Field(() => String, { nullable: true, description: "Subject of the person's tokens, 200 characters at most. Left out: nobody answers for it any more." }) owner?: string | null;
  @Field(() => Int, { nullable: true, description: "Due so many days after the month's last day, 0 to 60; as the close rules say when left out." }) dueDays?: number | null;
  @Field(() => PeriodKeyScalar, { nullable: true, description: "For this month alone: NOT_FOUND without facts, PERIOD_CLOSED after its close. Left out: for every month that has no assignment of its own." }) period?: string | null;
  @Field(() => String, { description: "Why; kept in the audit trail. 500 characters at most." }) reason: string;
}

@InputType()
export class SignOffCloseCheckInput {
  @Field(() => PeriodKeyScalar, { description: "Not closed yet: PERIOD_CLOSED otherwise." }) period: string;
  @Field(() => DutyCheckNameEnum, { description: "NOT_READY while it is not ok; CONFLICT when somebody else answers for it." }) check: DutyCheckName;
  @Field(() => String, { description: "What it was judged by; 1,000 characters at most." }) note: string;
  @Field(() => [String], { nullable: true, description: "Links or references: 20 at most, each of 500 characters at most." }) evidence?: string[] | null;
}

@InputType()
export class WithdrawCloseSignOffInput {
  @Field(() => PeriodKeyScalar, { description: "Not closed yet: PERIOD_CLOSED otherwise." }) period: string;
  @Field(() => DutyCheckNameEnum, { description: "NOT_FOUND when it is not signed off." }) check: DutyCheckName;
  @Field(() => String, { description: "Why; 1,000 characters at most." }) reason: string;
}

@ObjectType({ simpleResolvers: true })
export class CloseDutyPayload {
  @Field(() => CloseDutyEventType, { nullable: true, description: "What stands now: the assignment, the signature, or that it was taken back." }) event?: CloseDutyEventType | null;
  @Field(() => [UserError], { description: "Why nothing was changed; empty when it was." }) userErrors: UserError[];
}
