import { Field, InputType, Int, ObjectType, registerEnumType } from "type-graphql";
import { Money, enumOf } from "../../kernel/graph.type";
import { MoneyAmount } from "../../kernel/money";
import { DateTimeScalar, LongScalar, PeriodKeyScalar } from "../../kernel/scalars";
import { UserError } from "../../kernel/user-error.type";
import type { CostPool } from "../../costs";
import { CostPoolType } from "../../costs/costs.type";
import { PeriodType } from "../../governance/governance.type";
import { BusinessUnitType, UseCaseType } from "../../tenancy/tenancy.type";

const STATUSES = ["POSTED", "REOPENED", "RESTATED"] as const;
export type FiguresStatus = (typeof STATUSES)[number];
export const FiguresStatusEnum = enumOf(STATUSES);
registerEnumType(FiguresStatusEnum, { name: "FiguresStatus", description: "POSTED: a closed month stands as its close froze it; REOPENED: somebody asked to restate it and a second person must; RESTATED: it has newer versions." });

@ObjectType("RestatementCell", { simpleResolvers: true, description: "What a use case bears of a pool, before and after: after = before + lateCost + lateUsage." })
export class RestatementCellType {
  @Field(() => CostPoolType, { description: "The pool." }) pool: CostPool;
  @Field(() => BusinessUnitType, { description: "The unit that bears it." }) businessUnit: BusinessUnitType;
  @Field(() => UseCaseType, { description: "Its use case." }) useCase: UseCaseType;
  @Field(() => Money, { description: "Old: all that was charged for the month until then, adjustments of later months among it." }) before: MoneyAmount;
  @Field(() => Money, { description: "What cost that came late changed, with the usage as it was." }) lateCost: MoneyAmount;
  @Field(() => Money, { description: "What usage that came late changed then, and corrections, voids and attributions." }) lateUsage: MoneyAmount;
  @Field(() => Money, { description: "New: the month divided anew by the policy that it was closed with." }) after: MoneyAmount;
  @Field(() => Money, { description: "after - before: what its statement takes over." }) difference: MoneyAmount;
}

@ObjectType("RestatementPool", { simpleResolvers: true, description: "A pool before and after; its cells and what is unallocated make it up, exactly." })
export class RestatementPoolType {
  @Field(() => CostPoolType, { description: "The pool." }) pool: CostPool;
  @Field(() => Money, { description: "What it held." }) before: MoneyAmount;
  @Field(() => Money, { description: "What of that nobody bore." }) beforeUnallocated: MoneyAmount;
  @Field(() => Money, { description: "What it holds." }) after: MoneyAmount;
  @Field(() => Money, { description: "What of that nobody bears." }) afterUnallocated: MoneyAmount;
}

@ObjectType("RestatementPreview", { simpleResolvers: true, description: "What restating a closed month would change now. Nothing of it is stored." })
export class RestatementPreviewType {
  @Field(() => DateTimeScalar, { description: "Facts recorded from this instant" }) lateFrom: Date;
  @Field(() => DateTimeScalar, { description: "up to and without this instant are new in it." }) lateTo: Date;
  @Field(() => LongScalar, { description: "Usage events that came late." }) lateEvents: number;
  @Field(() => LongScalar, { description: "Cost entries that came late." }) lateCostEntries: number;
  @Field(() => [RestatementCellType], { description: "Every cell of the month, changed or not, by pool, unit and use case." }) cells: RestatementCellType[];
  @Field(() => [RestatementPoolType], { description: "Every pool of the month." }) pools: RestatementPoolType[];
}

@ObjectType("Restatement", { simpleResolvers: true, description: "A version of a closed month's figures. The close made version 1, which stays as it is; every version names the hash of the one before it." })
export class RestatementType extends RestatementPreviewType {
  @Field(() => Int, { description: "2 for the first restatement." }) version: number;
  @Field(() => String, { description: "Hash of the version before; of version 2 the hash of the close." }) previousHash: string;
  @Field(() => String, { description: "SHA-256 over codes, amounts, version and the hash before it: no ids, no clocks." }) hash: string;
  @Field(() => String, { description: "Why, in the words of who asked for it." }) reason: string;
  @Field(() => String, { description: "Subject that asked for it." }) requestedBy: string;
  @Field(() => DateTimeScalar, { description: "When it was asked for." }) requestedAt: Date;
  @Field(() => String, { description: "Subject that did it; another than asked." }) restatedBy: string;
  @Field(() => DateTimeScalar, { description: "When it was done." }) restatedAt: Date;
}

@ObjectType("PeriodFigures", { simpleResolvers: true, description: "How the figures of a closed month stand, and every version of them." })
export class PeriodFiguresType {
  @Field(() => PeriodType, { description: "The month. Its status stays CLOSED: restating takes no facts in and changes nothing that the close froze." }) period: PeriodType;
  @Field(() => FiguresStatusEnum, { description: "How its figures stand." }) status: FiguresStatus;
  @Field(() => String, { nullable: true, description: "While it is REOPENED: why." }) reason: string | null;
  @Field(() => String, { nullable: true, description: "While it is REOPENED: subject that asked; a second person restates." }) requestedBy: string | null;
  @Field(() => [RestatementType], { description: "Version 2 and on, oldest first." }) versions: RestatementType[];
}

@ObjectType("PeriodChargesRow", { simpleResolvers: true, description: "What a use case bears of a pool for a month: restated = posted + adjusted + restatements + trueUps." })
export class PeriodChargesRowType {
  @Field(() => CostPoolType, { description: "The pool." }) pool: CostPool;
  @Field(() => BusinessUnitType, { description: "The unit that bears it." }) businessUnit: BusinessUnitType;
  @Field(() => UseCaseType, { description: "Its use case." }) useCase: UseCaseType;
  @Field(() => Money, { description: "As the close froze it." }) posted: MoneyAmount;
  @Field(() => Money, { description: "What later months charged for this one as adjustments." }) adjusted: MoneyAmount;
  @Field(() => Money, { description: "What restatements of the month changed." }) restatements: MoneyAmount;
  @Field(() => Money, { description: "What true-ups charge or give back (below zero) that later months carry, of spans that end with this month." }) trueUps: MoneyAmount;
  @Field(() => Money, { description: "As it is known: posted + adjusted + restatements + trueUps." }) restated: MoneyAmount;
}

@ObjectType("PeriodCharges", { simpleResolvers: true, description: "What a closed month caused, as posted and as restated, by what was known at an instant." })
export class PeriodChargesType {
  @Field(() => PeriodType, { description: "The month." }) period: PeriodType;
  @Field(() => DateTimeScalar, { description: "What was recorded before this instant counts." }) asOf: Date;
  @Field(() => Int, { description: "Version of the figures then: 1 is the close." }) version: number;
  @Field(() => String, { description: "Hash of that version." }) hash: string;
  @Field(() => [PeriodChargesRowType], { description: "By pool, unit and use case; cells that were never charged are left out." }) rows: PeriodChargesRowType[];
  @Field(() => Money, { description: "Sum of posted." }) posted: MoneyAmount;
  @Field(() => Money, { description: "Sum of restated." }) restated: MoneyAmount;
}

@InputType()
export class RequestRestatementInput {
  @Field(() => PeriodKeyScalar, { description: "A closed month: PERIOD_OPEN otherwise; CONFLICT when nothing came for it that is not charged already." }) period: string;
  @Field(() => String, { description: "Why; kept in the audit trail and with the version. 500 characters at most." }) reason: string;
}

@InputType()
export class RestatePeriodInput {
  @Field(() => PeriodKeyScalar, { description: "NOT_READY when nobody asked for it; SAME_PERSON for who did." }) period: string;
}

@ObjectType({ simpleResolvers: true })
export class PeriodFiguresPayload {
  @Field(() => PeriodFiguresType, { nullable: true, description: "As they stand now." }) figures?: PeriodFiguresType | null;
  @Field(() => [UserError], { description: "Why nothing was changed; empty when it was." }) userErrors: UserError[];
}
