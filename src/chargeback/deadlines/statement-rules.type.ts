import { Field, InputType, Int, ObjectType, registerEnumType } from "type-graphql";
import { enumOf } from "../../kernel/graph.type";
import { UserError } from "../../kernel/user-error.type";
import { SILENCE_RULES, SilenceRule, StatementRules } from "./statement-rules";

export const SilenceRuleEnum = enumOf(SILENCE_RULES);
registerEnumType(SilenceRuleEnum, { name: "SilenceRule", description: "What becomes of a statement that is not disputed in time. WAITS: its unit has to accept it. ACCEPTS: settleStatements and postStatements write down that it is accepted." });

@ObjectType("StatementRules", { simpleResolvers: true, description: "How long a unit may dispute a statement and finance take to answer. What was issued keeps the days it was given." })
export class StatementRulesType implements StatementRules {
  @Field(() => Int, { description: "0: finance has set none; the values are the defaults." }) version: number;
  @Field(() => Int, { nullable: true, description: "A statement may be disputed until so many days after the day of its issue, on the programme's calendar; null: until it is posted." }) disputeDays: number | null;
  @Field(() => Int, { nullable: true, description: "Finance answers a dispute until so many days after the day it was raised; null: no day is named." }) answerDays: number | null;
  @Field(() => SilenceRuleEnum, { description: "What becomes of a statement that is not disputed in time." }) silence: SilenceRule;
}

@InputType({ description: "All of the rules at once; they hold for what is issued and disputed from now on." })
export class SetStatementRulesInput {
  @Field(() => Int, { nullable: true, description: "1 to 365 days after the day of issue; left out, a statement may be disputed until it is posted." }) disputeDays: number | null;
  @Field(() => Int, { nullable: true, description: "1 to 365 days after the day a dispute is raised; left out, finance has no day to answer by." }) answerDays: number | null;
  @Field(() => SilenceRuleEnum, { description: "ACCEPTS needs disputeDays." }) silence: SilenceRule;
  @Field(() => String, { description: "Why; kept in the audit trail. 500 characters at most." }) reason: string;
}

@ObjectType({ simpleResolvers: true })
export class StatementRulesPayload {
  @Field(() => StatementRulesType, { nullable: true }) rules?: StatementRules | null;
  @Field(() => [UserError]) userErrors: UserError[];
}
