import { Field, InputType, Int, ObjectType } from "type-graphql";
import { connectionOf } from "../../kernel/graph.type";
import { DateScalar, DateTimeScalar, LongScalar } from "../../kernel/scalars";
import { UserError } from "../../kernel/user-error.type";

@ObjectType("AttributionRule", {
  description: "Says what an unknown code means from an instant on, made by attributeUsage with effectiveFrom. A rule for source and unit goes before one for the source, then the unit, then neither; of equals the newest that has begun holds. Rules are never changed, only retired.",
})
export class AttributionRuleType {
  @Field(() => Int, { description: "Counts the programme's rules, from 1; names the rule." }) version: number;
  @Field(() => String, { description: "The unknown code, exactly as it is sent." }) reportedUseCase: string;
  @Field(() => String, { nullable: true, description: "Only where this unit is sent with it; null: whatever unit is sent, or none." }) reportedBusinessUnit: string | null;
  @Field(() => String, { nullable: true, description: "Only from this source; null: from any." }) source: string | null;
  @Field(() => String, { description: "Why, as it was said." }) reason: string;
  @Field(() => LongScalar, { description: "Legs that were unattributed when the rule was made and went where it says." }) attributed: number;
  @Field(() => String, { description: "Subject who made it." }) recordedBy: string;
  @Field(() => DateTimeScalar, { description: "When it was recorded, by the server's clock." }) recordedAt: Date;
  @Field(() => String, { nullable: true, description: "Why it was retired; null while it stands." }) retirementReason: string | null;
  @Field(() => String, { nullable: true, description: "Subject who retired it; null while it stands." }) retiredBy: string | null;
  @Field(() => DateTimeScalar, { nullable: true, description: "When the retirement was recorded; null while it stands." }) retiredAt: Date | null;
}

export const AttributionRuleConnection = connectionOf(AttributionRuleType, "AttributionRule");

@InputType()
export class RetireAttributionRuleInput {
  @Field(() => Int, { description: "Version of the rule; NOT_FOUND when there is none." }) version: number;
  @Field(() => DateScalar, { nullable: true, description: "A day of the programme's time zone, not before the rule begins: legs that ended at or after its first instant are held again when they arrive. Now when left out." }) effectiveUntil?: string | null;
  @Field(() => String, { description: "Why; kept with the rule and in the audit trail." }) reason: string;
}

@ObjectType({ simpleResolvers: true, description: "The retired rule, or why it was not retired." })
export class RetireAttributionRulePayload {
  @Field(() => AttributionRuleType, { nullable: true }) rule?: AttributionRuleType | null;
  @Field(() => [UserError]) userErrors: UserError[];
}
