import { Field, InputType, Int, ObjectType, registerEnumType } from "type-graphql";
import { enumOf } from "../kernel/graph.type";
import { LongScalar, PeriodKeyScalar } from "../kernel/scalars";
import { UserError } from "../kernel/user-error.type";
import { PeriodType } from "../governance/governance.type";
import { CLOSE_CHECKS, CloseCheck, CloseCheckName } from "./close-checklist";
import { CloseRules } from "./close-rules";

export const CloseCheckNameEnum = enumOf(CLOSE_CHECKS);
registerEnumType(CloseCheckNameEnum, { name: "CloseCheckName", description: "What must be true before a month closes." });

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
  @Field(() => String, { description: "Why; kept in the audit trail." }) reason: string;
}

@ObjectType("CloseCheck", { simpleResolvers: true, description: "One thing that must be true before a month closes." })
export class CloseCheckType implements CloseCheck {
  @Field(() => CloseCheckNameEnum, { description: "What was looked at." }) check: CloseCheckName;
  @Field(() => Boolean, { description: "False: it holds the close up." }) ok: boolean;
  @Field(() => String, { description: "What was found; where it is not ok, what to do." }) message: string;
}

@ObjectType("CloseChecklist", { simpleResolvers: true, description: "What the close of a month would find now." })
export class CloseChecklistType {
  @Field(() => PeriodType) period: PeriodType;
  @Field(() => Boolean, { description: "Nothing is missing." }) ready: boolean;
  @Field(() => [CloseCheckType]) checks: CloseCheck[];
}

@ObjectType("CloseRules", { simpleResolvers: true, description: "What finance tolerates when a month closes." })
export class CloseRulesType implements CloseRules {
  @Field(() => Int, { description: "0: finance has set none; the values are the defaults." }) version: number;
  @Field(() => LongScalar, { description: "So many legs may stay unattributed." }) unattributedThreshold: number;
  @Field(() => Boolean, { description: "An open dispute on an earlier month's statement holds the close up." }) blocksOnOpenDisputes: boolean;
  @Field(() => Boolean, { description: "An earlier month without statements holds the close up." }) blocksOnUnissuedStatements: boolean;
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
