import { Field, InputType, ObjectType, registerEnumType } from "type-graphql";
import { connectionOf, enumOf } from "../../kernel/graph.type";
import { DateScalar, DateTimeScalar, LongScalar } from "../../kernel/scalars";
import { UserError } from "../../kernel/user-error.type";
import type { ChargebackMode, OwnershipChangeKind } from "../../tenancy";
import { OWNERSHIP_CHANGE_KINDS } from "../../tenancy";
import { BusinessUnitType, ChargebackModeEnum, UseCaseType } from "../../tenancy/tenancy.type";

export const OwnershipChangeKindEnum = enumOf(OWNERSHIP_CHANGE_KINDS);
registerEnumType(OwnershipChangeKindEnum, { name: "OwnershipChangeKind", description: "MOVE of one use case; MERGE of whole units into another; SPLIT of some use cases into a unit made for them." });

const EFFECTIVE_FROM = "A day of the programme's time zone: legs that ended at or after its first instant are the new owner's. PERIOD_CLOSED when a month that ends after it is closed, with the earliest day that may be chosen; it may lie in the future.";
const REASON = "Why; kept with the change and in the audit trail.";
const IDEMPOTENCY_KEY = "A retry with the same key and content answers the same change; other content is CONFLICT.";

@InputType()
export class MoveUseCaseInput {
  @Field(() => String, { description: "Code of the use case." }) useCase: string;
  @Field(() => String, { description: "Code of the unit that owns it from then on; CONFLICT for one that was merged into another." }) businessUnit: string;
  @Field(() => DateScalar, { description: EFFECTIVE_FROM }) effectiveFrom: string;
  @Field(() => String, { description: REASON }) reason: string;
  @Field(() => String, { nullable: true, description: IDEMPOTENCY_KEY }) idempotencyKey?: string | null;
}

@InputType()
export class MergeBusinessUnitsInput {
  @Field(() => [String], { description: "Codes of the units that end: 1 to 100, each once. CONFLICT for one that was merged before." }) from: string[];
  @Field(() => String, { description: "Code of the unit that takes their use cases; CONFLICT for one that was merged itself." }) into: string;
  @Field(() => DateScalar, { description: EFFECTIVE_FROM }) effectiveFrom: string;
  @Field(() => String, { description: REASON }) reason: string;
  @Field(() => String, { nullable: true, description: IDEMPOTENCY_KEY }) idempotencyKey?: string | null;
}

@InputType({ description: "The unit that a split makes." })
export class SplitIntoInput {
  @Field(() => String, { description: "1 to 64 letters, digits, '.', '_' or '-'. A unit of that code with the same content is taken as it is, any other is CONFLICT." }) code: string;
  @Field(() => String, { description: "1 to 200 characters." }) name: string;
  @Field(() => String, { nullable: true, description: "The cost centre that a chargeback is posted to." }) costCentre?: string | null;
  @Field(() => ChargebackModeEnum, { nullable: true, description: "SHOWBACK when left out." }) chargebackMode?: ChargebackMode | null;
}

@InputType()
export class SplitBusinessUnitInput {
  @Field(() => String, { description: "Code of the unit that gives use cases away." }) from: string;
  @Field(() => SplitIntoInput, { description: "The unit that is made." }) into: SplitIntoInput;
  @Field(() => [String], { description: "Codes of the use cases that go to it: 1 to 500, each once and each owned by `from` on that day, else CONFLICT." }) useCases: string[];
  @Field(() => DateScalar, { description: EFFECTIVE_FROM }) effectiveFrom: string;
  @Field(() => String, { description: REASON }) reason: string;
  @Field(() => String, { nullable: true, description: IDEMPOTENCY_KEY }) idempotencyKey?: string | null;
}

@ObjectType({ simpleResolvers: true, description: "A use case that went from one unit to another." })
export class OwnershipMoveType {
  @Field(() => UseCaseType, { description: "What went." }) useCase: UseCaseType;
  @Field(() => BusinessUnitType, { description: "Who owned it before." }) from: BusinessUnitType;
  @Field(() => BusinessUnitType, { description: "Who owns it from then on." }) to: BusinessUnitType;
  @Field(() => DateTimeScalar, { description: "First instant of the new owner. Later than the change's own where a merge also took what was planned for a later day." }) effectiveFrom: Date;
}

@ObjectType("OwnershipChange", { description: "A recorded change of who owns what. Changes are never altered: a later one from the same instant answers an earlier one." })
export class OwnershipChangeType {
  @Field(() => OwnershipChangeKindEnum, { description: "What was done." }) kind: OwnershipChangeKind;
  @Field(() => DateTimeScalar, { description: "First instant of the new owners." }) effectiveFrom: Date;
  @Field(() => String, { description: "Why, as it was said." }) reason: string;
  @Field(() => LongScalar, { description: "Legs that were stored before the change and followed their use case." }) movedLegs: number;
  @Field(() => String, { description: "Subject who made the change." }) recordedBy: string;
  @Field(() => DateTimeScalar, { description: "When it was recorded, by the server's clock." }) recordedAt: Date;
}

export const OwnershipChangeConnection = connectionOf(OwnershipChangeType, "OwnershipChange");

@InputType({ description: "Which changes of owners. All given conditions hold together; a code that does not exist is NOT_FOUND." })
export class OwnershipChangeWhere {
  @Field(() => String, { nullable: true, description: "Code of a use case that went." }) useCase?: string | null;
  @Field(() => String, { nullable: true, description: "Code of a unit that gave, took or ended." }) businessUnit?: string | null;
}

@ObjectType({ simpleResolvers: true, description: "A change of owners, or why there was none." })
export class OwnershipChangePayload {
  @Field(() => OwnershipChangeType, { nullable: true, description: "The change that was made, or made before by the same request; null when everything stood so already without one." }) change?: OwnershipChangeType | null;
  @Field(() => [UserError]) userErrors: UserError[];
}
