import { Field, Int, ObjectType, registerEnumType } from "type-graphql";
import { Money, Node, connectionOf, enumOf } from "../kernel/graph.type";
import { MoneyAmount } from "../kernel/money";
import { DateTimeScalar } from "../kernel/scalars";
import { CostPool } from "../costs";
import { CostPoolType } from "../costs/costs.type";
import { ChargebackMode } from "../tenancy";
import { ChargebackModeEnum, UseCaseType } from "../tenancy/tenancy.type";
import { RESOLUTION_OUTCOMES, ResolutionOutcome } from "./dispute";
import { FIGURES_VIEWS, STATEMENT_LINE_KINDS, STATEMENT_STATUSES, StatementLineKind, StatementStatus } from "./statement";

export const StatementStatusEnum = enumOf(STATEMENT_STATUSES);
registerEnumType(StatementStatusEnum, {
  name: "StatementStatus",
  description: "ISSUED waits for the unit, which accepts (ACCEPTED) or objects (DISPUTED); ADJUSTED was resolved with lines; POSTED stays as it is; SUPERSEDED has a newer version. DRAFT is not stored.",
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
  @Field(() => StatementStatusEnum, { description: "The newest of its history." })
  status: StatementStatus;
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
  @Field(() => String, { nullable: true, description: "Note of an acceptance, reason of a dispute or resolution." })
  reason: string | null;
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

@ObjectType("StatementDispute", { simpleResolvers: true, description: "A unit's objection to one line." })
export class StatementDisputeType {
  @Field(() => String, { description: "Why, in the words of the unit." })
  reason: string;
  @Field(() => [String], { description: "Links or references, as the unit gave them." })
  evidence: string[];
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
