import { Field, Int, ObjectType, registerEnumType } from "type-graphql";
import { Money, Node, connectionOf, enumOf } from "../kernel/graph.type";
import { MoneyAmount } from "../kernel/money";
import { DateScalar, DateTimeScalar } from "../kernel/scalars";
import { CostPool } from "../costs";
import { CostPoolType } from "../costs/costs.type";
import { ChargebackMode } from "../tenancy";
import { ChargebackModeEnum, UseCaseType } from "../tenancy/tenancy.type";
import { DISPUTE_SIDES, DisputeSide, RESOLUTION_OUTCOMES, ResolutionOutcome } from "./dispute";
import { FIGURES_VIEWS, STATEMENT_LINE_KINDS, STATEMENT_STATUSES, StatementLineKind, StatementStatus } from "./statement";

export const StatementStatusEnum = enumOf(STATEMENT_STATUSES);
registerEnumType(StatementStatusEnum, {
  name: "StatementStatus",
  description: "ISSUED waits for the unit, which accepts (ACCEPTED) or objects (DISPUTED); ADJUSTED was resolved with lines; POSTED stays as it is; SUPERSEDED has a newer version. DRAFT is not stored: closePreview works it out (statements).",
});
export const StatementLineKindEnum = enumOf(STATEMENT_LINE_KINDS);
registerEnumType(StatementLineKindEnum, {
  name: "StatementLineKind",
  description: "ALLOCATION is a share of divided cost; DIRECT is cost of the use case itself; ADJUSTMENT is what late facts changed in an earlier month; RESTATEMENT is what they changed in this one, after its close; TRUE_UP gives back what standard rates recovered too much of earlier months, or charges what they recovered too little; RESOLUTION answers a dispute.",
});
export const FiguresViewEnum = enumOf(FIGURES_VIEWS);
registerEnumType(FiguresViewEnum, { name: "FiguresView", description: "POSTED: the newest version without anything that was restated. RESTATED: the newest version of all." });
export const DisputeOutcomeEnum = enumOf(["OPEN", ...RESOLUTION_OUTCOMES] as const);
registerEnumType(DisputeOutcomeEnum, { name: "DisputeOutcome", description: "OPEN until finance resolves it: REJECTED without lines, ADJUSTED with lines." });
export const ResolutionOutcomeEnum = enumOf(RESOLUTION_OUTCOMES);
registerEnumType(ResolutionOutcomeEnum, { name: "ResolutionOutcome", description: "REJECTED without lines; ADJUSTED with lines." });

@ObjectType("Statement", { implements: Node, simpleResolvers: true, description: "What a business unit is charged for a closed month, as a version that is written once. A resolved dispute makes a new version." })
export class StatementType extends Node {
  @Field(() => Int, { description: "1 for the first." })
  version: number;
  @Field(() => ChargebackModeEnum, { description: "As the unit was when the first version was issued." })
  mode: ChargebackMode;
  @Field(() => StatementStatusEnum, { description: "The newest of its history; under asOf the newest that was known then." })
  status: StatementStatus;
  @Field(() => DateScalar, { nullable: true, description: "The last day on which its unit may dispute it, on the programme's calendar: the day of issue + disputeDays of the rules then in force (statementRules). A new version, and a dispute that was rejected, open the days anew. Null: until it is posted." })
  disputableUntil: string | null;
  @Field(() => Boolean, { description: "Its rules take silence until that day for acceptance: settleStatements, and postStatements, write it down." })
  acceptsBySilence: boolean;
  @Field(() => DateTimeScalar, { nullable: true, description: "Status, history, disputes and versions are those known before this instant; null: now." })
  asOf: Date | null;
  @Field(() => Money, { description: "Sum of the lines." })
  total: MoneyAmount;
  @Field(() => String, { description: "SHA-256 over codes, amounts, kinds, mode, currency, version and the hash before it: no ids, no clocks." })
  hash: string;
  @Field(() => String, { nullable: true, description: "Hash of the version before; null in the first." })
  previousHash: string | null;
  @Field(() => Int, { nullable: true, description: "Version of the month's figures whose restatement made this version of the statement; see periodFigures. Null otherwise." })
  restatementVersion?: number | null;
  @Field(() => DateTimeScalar, { description: "When this version was written." })
  issuedAt: Date;
  @Field(() => String, { description: "Subject that issued it." })
  issuedBy: string;
}

@ObjectType("StatementLine", { implements: Node, simpleResolvers: true, description: "One amount of a statement. It keeps its id in every later version." })
export class StatementLineType extends Node {
  @Field(() => StatementLineKindEnum, { description: "Where the amount comes from." })
  kind: StatementLineKind;
  @Field(() => Money, { description: "Credits are negative." })
  amount: MoneyAmount;
  @Field(() => String, { nullable: true, description: "In words, of adjustments, true-ups and resolutions; of an ALLOCATION at a standard rate the quantity, the rate and the version of the policy that states it." })
  description: string | null;
}

@ObjectType("StatementEvent", { simpleResolvers: true, description: "Something that happened to a statement; the newest one is its status." })
export class StatementEventType {
  @Field(() => StatementStatusEnum, { description: "How the statement stood from then on." })
  status: StatementStatus;
  @Field(() => String, { description: "Subject of the token that did it." })
  subject: string;
  @Field(() => String, { nullable: true, description: "Note of an acceptance, reason of a dispute or resolution; the rule by which silence accepted." })
  reason: string | null;
  @Field(() => Boolean, { description: "ACCEPTED because its unit did not dispute it in time; subject is who wrote that down." })
  bySilence: boolean;
  @Field(() => DateScalar, { nullable: true, description: "Until when the unit could dispute it from then on; null: until it is posted." })
  disputableUntil: string | null;
  @Field(() => DateTimeScalar, { description: "When it was recorded." })
  at: Date;
}

@ObjectType("ProgrammeLine", { simpleResolvers: true, description: "What a resolution leaves with the programme." })
export class ProgrammeLineType {
  @Field(() => UseCaseType, { nullable: true, description: "Null when the resolution names none." })
  useCase: UseCaseType | null;
  @Field(() => CostPoolType, { nullable: true, description: "Null when the resolution names none." })
  pool: CostPool | null;
  @Field(() => Money, { description: "Positive: the programme bears it." })
  amount: MoneyAmount;
  @Field(() => String, { nullable: true, description: "In words." })
  description: string | null;
}

@ObjectType("DisputeResolution", { simpleResolvers: true, description: "How finance answered a dispute." })
export class DisputeResolutionType {
  @Field(() => ResolutionOutcomeEnum, { description: "REJECTED, or ADJUSTED with lines in a new version." })
  outcome: ResolutionOutcome;
  @Field(() => String, { description: "Why, in the words of finance." })
  reason: string;
  @Field(() => String, { description: "Subject that resolved it." })
  resolvedBy: string;
  @Field(() => DateTimeScalar, { description: "When it was recorded." })
  resolvedAt: Date;
}

@ObjectType("Evidence", { simpleResolvers: true, description: "What somebody points at: a reference, with the hash of what it leads to, or words. Files are not kept here." })
export class EvidenceType {
  @Field(() => String, { nullable: true, description: "A link or a reference; null when there is only a text." })
  reference: string | null;
  @Field(() => String, { nullable: true, description: "SHA-256 of what the reference leads to, 64 hexadecimal digits; null when it was not given." })
  sha256: string | null;
  @Field(() => String, { nullable: true, description: "In words; null when there is only a reference." })
  text: string | null;
}

export const DisputeSideEnum = enumOf(DISPUTE_SIDES);
registerEnumType(DisputeSideEnum, { name: "DisputeSide", description: "UNIT disputes; FINANCE answers." });

@ObjectType("DisputeMessage", { simpleResolvers: true, description: "Something that one side of a dispute wrote to the other. Written once." })
export class DisputeMessageType {
  @Field(() => DisputeSideEnum, { description: "For whom it was written." })
  side: DisputeSide;
  @Field(() => String, { description: "What was written." })
  text: string;
  @Field(() => [EvidenceType], { description: "What it points at." })
  evidence: EvidenceType[];
  @Field(() => String, { description: "Subject that wrote it." })
  by: string;
  @Field(() => DateTimeScalar, { description: "When it was recorded." })
  at: Date;
}

@ObjectType("StatementDispute", { simpleResolvers: true, description: "A unit's objection to one line." })
export class StatementDisputeType {
  @Field(() => String, { description: "Why, in the words of the unit." })
  reason: string;
  @Field(() => [EvidenceType], { description: "What the unit pointed at when it raised it." })
  evidence: EvidenceType[];
  @Field(() => [DisputeMessageType], { description: "The whole talk, oldest first: the objection, what both sides wrote since, and the answer that ended it." })
  thread: DisputeMessageType[];
  @Field(() => DateScalar, { nullable: true, description: "The last day on which finance answers in time, on the programme's calendar: the day it was raised + answerDays of the rules then in force. Null: none was named." })
  answerBy: string | null;
  @Field(() => Boolean, { description: "Past answerBy and not resolved: today, or as it was known at the instant that the statement is asked as of." })
  isOverdue: boolean;
  @Field(() => Money, { nullable: true, description: "What the line should be; null when the unit did not say." })
  expected: MoneyAmount | null;
  @Field(() => String, { description: "Subject that raised it." })
  raisedBy: string;
  @Field(() => DateTimeScalar, { description: "When it was recorded." })
  raisedAt: Date;
  @Field(() => DisputeOutcomeEnum, { description: "OPEN while it waits for finance." })
  outcome: "OPEN" | ResolutionOutcome;
  @Field(() => DisputeResolutionType, { nullable: true, description: "Null while it is open." })
  resolution: DisputeResolutionType | null;
}

export const StatementConnection = connectionOf(StatementType, "Statement");
