import { Field, ID, InputType, ObjectType } from "type-graphql";
import { DateTimeScalar, DecimalScalar, PeriodKeyScalar } from "../kernel/scalars";
import { UserError } from "../kernel/user-error.type";
import { StatementStatus } from "./statement";
import { StatementStatusEnum, StatementType } from "./statement.type";

@InputType({ description: "Which statements." })
export class StatementWhere {
  @Field(() => PeriodKeyScalar, { nullable: true }) period?: string | null;
  @Field(() => [String], { nullable: true, description: "Codes; NOT_FOUND for one that is not yours." }) businessUnit?: string[] | null;
  @Field(() => [StatementStatusEnum], { nullable: true, description: "The newest versions of any status when left out; older versions come with SUPERSEDED." }) status?: StatementStatus[] | null;
  @Field(() => DateTimeScalar, { nullable: true, description: "As they were known before this instant; now when left out." }) asOf?: Date | null;
}

@InputType()
export class IssueStatementsInput {
  @Field(() => PeriodKeyScalar, { description: "A closed period; PERIOD_OPEN otherwise." }) period: string;
}

@InputType()
export class PostStatementsInput {
  @Field(() => PeriodKeyScalar) period: string;
}

@InputType()
export class AcceptStatementInput {
  @Field(() => ID) statement: string;
  @Field(() => String, { nullable: true, description: "Kept in the history; 1,000 characters at most." }) note?: string | null;
}

@InputType({ description: "A reference, a text, or both." })
export class EvidenceInput {
  @Field(() => String, { nullable: true, description: "A link or a reference: 500 characters at most." }) reference?: string | null;
  @Field(() => String, { nullable: true, description: "SHA-256 of what the reference leads to: 64 digits 0-9, a-f." }) sha256?: string | null;
  @Field(() => String, { nullable: true, description: "4,000 characters at most." }) text?: string | null;
}

@InputType({ description: "An objection to one line." })
export class DisputeLineInput {
  @Field(() => ID) line: string;
  @Field(() => String, { description: "1,000 characters at most." }) reason: string;
  @Field(() => DecimalScalar, { nullable: true, description: "What the line should be, in the programme's currency." }) amount?: string | null;
  @Field(() => [EvidenceInput], { nullable: true, description: "20 pieces at most." }) evidence?: EvidenceInput[] | null;
}

@InputType()
export class DisputeStatementInput {
  @Field(() => ID) statement: string;
  @Field(() => [DisputeLineInput]) lines: DisputeLineInput[];
  @Field(() => String, { nullable: true, description: "A retry with the same key and content answers the statement and raises nothing." }) idempotencyKey?: string | null;
}

@InputType()
export class ReplyToDisputeInput {
  @Field(() => ID) statement: string;
  @Field(() => ID, { description: "The disputed line." }) line: string;
  @Field(() => String, { description: "4,000 characters at most." }) text: string;
  @Field(() => [EvidenceInput], { nullable: true, description: "20 pieces at most." }) evidence?: EvidenceInput[] | null;
  @Field(() => String, { nullable: true, description: "A retry with the same key and content answers the statement and writes nothing." }) idempotencyKey?: string | null;
}

@InputType()
export class SettleStatementsInput {
  @Field(() => PeriodKeyScalar, { description: "A closed period whose statements were issued." }) period: string;
}

@InputType({ description: "An amount that a resolution puts on a unit's statement or leaves with the programme." })
export class ResolutionLineInput {
  @Field(() => String, { nullable: true, description: "Code of the unit; left out, the programme bears it." }) businessUnit?: string | null;
  @Field(() => String, { nullable: true, description: "Code." }) useCase?: string | null;
  @Field(() => String, { nullable: true, description: "Code." }) pool?: string | null;
  @Field(() => DecimalScalar, { description: "Signed, in the programme's currency, no more decimals than it has; not zero." }) amount: string;
  @Field(() => String, { nullable: true, description: "500 characters at most." }) description?: string | null;
}

@InputType()
export class ResolveDisputeInput {
  @Field(() => ID, { description: "The disputed statement: all of its open disputes are resolved." }) statement: string;
  @Field(() => String, { description: "1,000 characters at most." }) reason: string;
  @Field(() => [ResolutionLineInput], { description: "Empty: rejected. Otherwise they sum to zero (UNBALANCED), and one at least is on the disputed unit." }) lines: ResolutionLineInput[];
  @Field(() => [ID], { nullable: true, description: "The disputed lines that this answers: CONFLICT when others are disputed by now. Left out: whatever is open." }) disputedLines?: string[] | null;
  @Field(() => String, { nullable: true, description: "A retry with the same key and content answers what was made." }) idempotencyKey?: string | null;
}

@ObjectType({ simpleResolvers: true })
export class StatementPayload {
  @Field(() => StatementType, { nullable: true }) statement?: StatementType | null;
  @Field(() => [UserError]) userErrors: UserError[];
}

@ObjectType({ simpleResolvers: true })
export class IssueStatementsPayload {
  @Field(() => [StatementType], { nullable: true, description: "One per business unit, by code." }) statements?: StatementType[] | null;
  @Field(() => [UserError]) userErrors: UserError[];
}

@ObjectType({ simpleResolvers: true })
export class PostStatementsPayload {
  @Field(() => [StatementType], { nullable: true, description: "One per business unit, by code." }) statements?: StatementType[] | null;
  @Field(() => [UserError]) userErrors: UserError[];
}

@ObjectType({ simpleResolvers: true })
export class SettleStatementsPayload {
  @Field(() => [StatementType], { nullable: true, description: "All of the period, one per business unit, by code." }) statements?: StatementType[] | null;
  @Field(() => [UserError]) userErrors: UserError[];
}
