import { Field, ID, InputType, Int, ObjectType, registerEnumType } from "type-graphql";
import { Money, Node, connectionOf, enumOf } from "../kernel/graph.type";
import { MoneyAmount } from "../kernel/money";
import { DateTimeScalar, JsonScalar, LongScalar, PeriodKeyScalar } from "../kernel/scalars";
import { UserError } from "../kernel/user-error.type";
import { UsageEventResult } from "../metering/usage.type";
import { BusinessUnitType, UseCaseType } from "../tenancy/tenancy.type";
import { CORRECTION_STATUSES, CORRECTION_STEPS, CorrectionKind, CorrectionStatus, CorrectionStepName } from "./correction";
import { CorrectionKindEnum } from "./correction-input.type";

export const CorrectionStatusEnum = enumOf(CORRECTION_STATUSES);
registerEnumType(CorrectionStatusEnum, { name: "CorrectionStatus", description: "PROPOSED waits for a second person; APPLIED counts; REJECTED never did; REVERTED counts no more." });
export const CorrectionStepNameEnum = enumOf(CORRECTION_STEPS);
registerEnumType(CorrectionStepNameEnum, { name: "CorrectionStepName", description: "What can happen to a correction. A requested revert leaves it APPLIED until another person does it (REVERTED) or not (REVERT_REFUSED)." });

@ObjectType("LongChange", { simpleResolvers: true, description: "A whole number before and after." })
export class LongChange {
  @Field(() => LongScalar) before: number;
  @Field(() => LongScalar) after: number;
  @Field(() => LongScalar, { description: "after less before." }) difference: number;
}

@ObjectType("MoneyChange", { simpleResolvers: true, description: "An amount before and after, exact." })
export class MoneyChange {
  @Field(() => Money) before: MoneyAmount;
  @Field(() => Money) after: MoneyAmount;
  @Field(() => Money, { description: "after less before." }) difference: MoneyAmount;
}

@ObjectType("CorrectionUsageEffect", { simpleResolvers: true, description: "What counts of a use case in a month, before and after." })
export class CorrectionUsageEffect {
  @Field(() => BusinessUnitType, { nullable: true, description: "Null for unattributed usage." }) businessUnit: BusinessUnitType | null;
  @Field(() => UseCaseType, { nullable: true, description: "Null for unattributed usage." }) useCase: UseCaseType | null;
  @Field(() => LongChange) legs: LongChange;
  @Field(() => LongChange, { description: "Connected voice legs." }) calls: LongChange;
  @Field(() => LongChange, { description: "Milliseconds of the calls." }) connectedMs: LongChange;
  @Field(() => LongChange, { description: "Distinct contacts." }) contacts: LongChange;
}

@ObjectType("CorrectionUseCaseMoney", { simpleResolvers: true, description: "What a use case bears in a month, over all pools, before and after." })
export class CorrectionUseCaseMoney {
  @Field(() => UseCaseType) useCase: UseCaseType;
  @Field(() => MoneyChange) amount: MoneyChange;
}

@ObjectType("CorrectionUnitMoney", { simpleResolvers: true, description: "What the use cases of a unit whose amount changes bear in a month, before and after." })
export class CorrectionUnitMoney {
  @Field(() => BusinessUnitType) businessUnit: BusinessUnitType;
  @Field(() => MoneyChange, { description: "Sum of useCases." }) amount: MoneyChange;
  @Field(() => [CorrectionUseCaseMoney], { description: "Those whose amount changes." }) useCases: CorrectionUseCaseMoney[];
}

@ObjectType("CorrectionMonthEffect", { simpleResolvers: true, description: "What a correction changes in a month. Only what differs is listed." })
export class CorrectionMonthEffect {
  @Field(() => PeriodKeyScalar) period: string;
  @Field(() => Boolean, { description: "False: money is what the month is allocated by the policy approved for it. True: the month is closed and stays as it is; the differences are charged as an adjustment in the next month that closes." }) closed: boolean;
  @Field(() => [CorrectionUsageEffect], { description: "By unit and use case, in the order of codes; unattributed usage last." }) usage: CorrectionUsageEffect[];
  @Field(() => [CorrectionUnitMoney], { description: "By unit. The differences, with that of unallocated, sum to that of total: to zero where no cost changes." }) money: CorrectionUnitMoney[];
  @Field(() => MoneyChange, { nullable: true, description: "All pools of the month; null where the money is not known." }) total: MoneyChange | null;
  @Field(() => MoneyChange, { nullable: true, description: "What no unit bears; null where the money is not known." }) unallocated: MoneyChange | null;
  @Field(() => [String], { description: "Why figures are not known." }) missing: string[];
}

@ObjectType("CorrectionEffect", { simpleResolvers: true, description: "What a correction changes, by month and unit, as it was worked out when it was previewed." })
export class CorrectionEffectType {
  @Field(() => [CorrectionMonthEffect], { description: "Every month that changes, oldest first: also later open ones that go by its drivers or add up what it charges, as their close will divide them." }) months: CorrectionMonthEffect[];
  @Field(() => Money, { nullable: true, description: "Everything that goes up, over use cases and what nobody bears: what the rules compare. Null when the money of a month is not known." }) moved: MoneyAmount | null;
}

@ObjectType("CorrectionPreview", { simpleResolvers: true, description: "What a correction would do now. Nothing of it is stored." })
export class CorrectionPreviewType {
  @Field(() => LongScalar, { description: "Legs that would change." }) legs: number;
  @Field(() => LongScalar, { description: "Legs of the selection that stand like that already." }) unchanged: number;
  @Field(() => Boolean, { description: "By the rules in force, proposing it applies it only when a second person approves." }) needsSecondPerson: boolean;
  @Field(() => CorrectionEffectType) effect: CorrectionEffectType;
  @Field(() => [UsageEventResult], { description: "Events of a backfill that are left out, and why; index is the place in the batch." }) leftOut: UsageEventResult[];
  @Field(() => String, { description: "SHA-256 of what it does and of the legs as they stand: the planHash of the correction when it is proposed and nothing changes until then." }) planHash: string;
}

@ObjectType("CorrectionStep", { simpleResolvers: true, description: "Who did what to a correction, when and why." })
export class CorrectionStepType {
  @Field(() => CorrectionStepNameEnum) step: CorrectionStepName;
  @Field(() => String, { description: "Subject of the token." }) subject: string;
  @Field(() => String, { nullable: true }) reason: string | null;
  @Field(() => DateTimeScalar) recordedAt: Date;
}

@ObjectType("Correction", { implements: Node, simpleResolvers: true, description: "A document that says what of the stored usage is wrong and what holds instead, with reason and actor. What was received is never changed: legs count by rows of the correction, whatever their provider sends, until it is reverted." })
export class CorrectionType extends Node {
  @Field(() => CorrectionKindEnum) kind: CorrectionKind;
  @Field(() => CorrectionStatusEnum) status: CorrectionStatus;
  @Field(() => String, { description: "Why." }) reason: string;
  @Field(() => String, { nullable: true, description: "Text or the address of a document." }) evidence: string | null;
  @Field(() => JsonScalar, { nullable: true, description: "AMEND: the fields that it sets." }) patch: Record<string, unknown> | null;
  @Field(() => String, { nullable: true, description: "BACKFILL: name of the batch." }) backfill: string | null;
  @Field(() => LongScalar, { description: "How many legs it changes." }) legCount: number;
  @Field(() => Boolean, { description: "By the rules in force when it was proposed." }) needsSecondPerson: boolean;
  @Field(() => Int, { description: "Version of those rules; 0: the defaults." }) rulesVersion: number;
  @Field(() => String, { description: "SHA-256 of what it does and of the legs as they stood when it was proposed." }) planHash: string;
  @Field(() => String, { description: "Subject that proposed it." }) proposedBy: string;
  @Field(() => DateTimeScalar) proposedAt: Date;
  @Field(() => String, { nullable: true, description: "Subject that asked for the revert; another one does it. Null when nobody waits." }) revertRequestedBy: string | null;
  @Field(() => [CorrectionStepType], { description: "Oldest first." }) steps: CorrectionStepType[];
}

export const CorrectionConnection = connectionOf(CorrectionType, "Correction");

@InputType({ description: "Which corrections. All given conditions hold together." })
export class CorrectionsWhere {
  @Field(() => [CorrectionKindEnum], { nullable: true }) kind?: CorrectionKind[] | null;
  @Field(() => [CorrectionStatusEnum], { nullable: true }) status?: CorrectionStatus[] | null;
  @Field(() => String, { nullable: true, description: "Subject that proposed it." }) proposedBy?: string | null;
}

@ObjectType("CorrectionRules", { simpleResolvers: true, description: "Up to where one person may correct alone; both limits must hold." })
export class CorrectionRulesType {
  @Field(() => Int, { description: "0: finance has set none; the defaults (0 and 0) ask for a second person always." }) version: number;
  @Field(() => LongScalar, { description: "A correction of more legs needs a second person." }) legs: number;
  @Field(() => Money, { description: "A correction that moves more needs a second person, and so does one whose money is not known." }) amount: MoneyAmount;
}

@ObjectType("Backfill", { simpleResolvers: true, description: "A named batch of events that somebody vouches for. Nothing of it counts before a correction of it is applied." })
export class BackfillType {
  @Field(() => ID, { description: "Its name." }) name: string;
  @Field(() => String) source: string;
  @Field(() => LongScalar, { description: "How many it holds." }) events: number;
}

@ObjectType({ simpleResolvers: true })
export class AddToBackfillPayload {
  @Field(() => BackfillType, { nullable: true, description: "Null when nothing went into a new one." }) backfill?: BackfillType | null;
  @Field(() => [UsageEventResult], { description: "One verdict per event, in the order sent: ACCEPTED and HELD went in; DUPLICATE is in the batch or stored already; CONFLICT and REJECTED did not go in." }) results: UsageEventResult[];
  @Field(() => [UserError]) userErrors: UserError[];
}

@ObjectType({ simpleResolvers: true })
export class CorrectionPayload {
  @Field(() => CorrectionType, { nullable: true }) correction?: CorrectionType | null;
  @Field(() => [UserError]) userErrors: UserError[];
}

@ObjectType({ simpleResolvers: true })
export class ProposeCorrectionPayload extends CorrectionPayload {
  @Field(() => [UsageEventResult], { description: "Events of a backfill that are left out, and why; index is the place in the batch." }) leftOut: UsageEventResult[];
}

@ObjectType({ simpleResolvers: true })
export class CorrectionRulesPayload {
  @Field(() => CorrectionRulesType, { nullable: true }) rules?: CorrectionRulesType | null;
  @Field(() => [UserError]) userErrors: UserError[];
}
