import { Field, InputType, Int, ObjectType, registerEnumType } from "type-graphql";
import { enumOf } from "../../kernel/graph.type";
import { DateTimeScalar, LongScalar, PeriodKeyScalar } from "../../kernel/scalars";
import { BusinessUnitType, UseCaseType } from "../../tenancy/tenancy.type";
import type { UnattributedReason } from "../usage-event";
import { UnattributedReasonEnum } from "../usage-input.type";
import { SUGGESTION_REASONS, SuggestionReason } from "./suggest-use-case";
import type { UnattributedWhere as UnattributedWhereShape } from "./unattributed-queue.query";

export const SuggestionReasonEnum = enumOf(SUGGESTION_REASONS);
registerEnumType(SuggestionReasonEnum, {
  name: "SuggestionReason",
  description:
    "Why a use case is suggested, the strongest reason first: STANDING_RULE that could not apply, because the sender may not write there; EARLIER_ATTRIBUTION of the same code by hand; the code in OTHER_LETTER_CASE or with OTHER_PUNCTUATION; a SIMILAR_CODE, one or two letters off; SAME_CONTACTS: most contacts looked at have another leg there; REPORTED_UNIT: the unit that was sent. Two equally good answers are none.",
});

@InputType({ description: "Which unattributed usage. All given conditions hold together; what was sent is compared exactly as it was sent." })
export class UnattributedWhere implements UnattributedWhereShape {
  @Field(() => PeriodKeyScalar, { nullable: true, description: "Legs that ended in this month; NOT_FOUND when nothing ever did. Not together with from and to." }) period?: string | null;
  @Field(() => DateTimeScalar, { nullable: true, description: "Legs that ended at or after this instant." }) from?: Date | null;
  @Field(() => DateTimeScalar, { nullable: true, description: "Legs that ended before this instant." }) to?: Date | null;
  @Field(() => [UnattributedReasonEnum], { nullable: true, description: "Why it is unattributed." }) reason?: UnattributedReason[] | null;
  @Field(() => [String], { nullable: true, description: "Codes of use cases that were sent." }) reportedUseCase?: string[] | null;
  @Field(() => [String], { nullable: true, description: "Codes of units that were sent." }) reportedBusinessUnit?: string[] | null;
  @Field(() => [String], { nullable: true, description: "Sources that sent it." }) source?: string[] | null;
}

@ObjectType({ simpleResolvers: true, description: "Unattributed usage that was sent alike. Tests, voided and superseded legs are left out; what came late for closed months is in." })
export class UnattributedGroup {
  @Field(() => UnattributedReasonEnum, { description: "Why it is unattributed." }) reason: UnattributedReason;
  @Field(() => String, { nullable: true, description: "The code of a use case that was sent; null when none was." }) reportedUseCase: string | null;
  @Field(() => String, { nullable: true, description: "The code of a unit that was sent; null when none was." }) reportedBusinessUnit: string | null;
  @Field(() => String, { description: "Who sent it." }) source: string;
  @Field(() => LongScalar, { description: "Legs." }) legs: number;
  @Field(() => LongScalar, { description: "Connected voice legs." }) calls: number;
  @Field(() => LongScalar, { description: "Milliseconds of connected voice legs." }) connectedMs: number;
  @Field(() => DateTimeScalar, { description: "When the oldest of these legs ended." }) oldestEndedAt: Date;
  @Field(() => DateTimeScalar, { description: "When the newest of these legs ended." }) newestEndedAt: Date;
  @Field(() => LongScalar, { description: "Whole seconds since the oldest of these legs ended." }) ageSeconds: number;
  @Field(() => Int, { description: "Whole days of 24 hours since the oldest of these legs ended." }) ageDays: number;
  @Field(() => DateTimeScalar, { description: "When the first of them was stored, by the server's clock." }) firstSeenAt: Date;
  @Field(() => DateTimeScalar, { description: "When the last of them was stored, by the server's clock." }) lastSeenAt: Date;
  @Field(() => UseCaseType, { nullable: true, description: "Where it probably belongs; never applied by itself. Null when nothing speaks for one use case." }) suggestedUseCase: UseCaseType | null;
  @Field(() => BusinessUnitType, { nullable: true, description: "Who owns the suggested use case today; where none is suggested, the unit that was sent." }) suggestedBusinessUnit: BusinessUnitType | null;
  @Field(() => SuggestionReasonEnum, { nullable: true, description: "Why; null without a suggestion." }) suggestionReason: SuggestionReason | null;
  @Field(() => String, { nullable: true, description: "The reason in words, with its evidence; null without a suggestion." }) suggestionExplanation: string | null;
}

@ObjectType({ simpleResolvers: true, description: "What waits to be attributed, the largest group first, by everything known now." })
export class UnattributedQueue {
  @Field(() => [UnattributedGroup], { description: "At most a thousand groups; LIMIT_EXCEEDED when there are more." }) rows: UnattributedGroup[];
  @Field(() => LongScalar, { description: "Legs of all rows." }) legs: number;
  @Field(() => LongScalar, { description: "Connected voice legs of all rows." }) calls: number;
  @Field(() => LongScalar, { description: "Milliseconds of connected voice legs of all rows." }) connectedMs: number;
  @Field(() => DateTimeScalar, { description: "The instant that ages are reckoned at." }) asOf: Date;
}
