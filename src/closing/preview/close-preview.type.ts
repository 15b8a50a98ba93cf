import { Field, ObjectType } from "type-graphql";
import { Money } from "../../kernel/graph.type";
import { MoneyAmount } from "../../kernel/money";
import { DateTimeScalar, LongScalar, PeriodKeyScalar } from "../../kernel/scalars";
import type { StatementLineKind, StatementStatus } from "../../chargeback";
import { AdjustmentLineType } from "../../chargeback/adjustment.type";
import { StatementLineKindEnum, StatementStatusEnum } from "../../chargeback/statement.type";
import { CostPool } from "../../costs";
import { CostPoolType } from "../../costs/costs.type";
import { PeriodType } from "../../governance/governance.type";
import type { ChargebackMode, UseCase } from "../../tenancy";
import { BusinessUnitType, ChargebackModeEnum, UseCaseType } from "../../tenancy/tenancy.type";
import { CloseCheck } from "../close-checklist";
import { CloseCheckType } from "../closing.type";

@ObjectType("AdjustmentPreview", { simpleResolvers: true, description: "What facts that arrived after the close of originPeriod would change in it: the month divided anew with them, less all that was posted for it." })
export class AdjustmentPreviewType {
  @Field(() => PeriodKeyScalar, { description: "The closed month that the late facts belong to." }) originPeriod: string;
  @Field(() => DateTimeScalar, { description: "Facts recorded from this instant" }) lateFrom: Date;
  @Field(() => DateTimeScalar, { description: "up to and without this instant are in it." }) lateTo: Date;
  @Field(() => LongScalar, { description: "Usage events that came late." }) lateEvents: number;
  @Field(() => LongScalar, { description: "Cost entries that came late." }) lateCostEntries: number;
  @Field(() => String, { description: "SHA-256 of its pools and lines, which goes into the hash of the close." }) hash: string;
  @Field(() => [AdjustmentLineType], { description: "By pool, unit and use case." }) lines: AdjustmentLineType[];
}

@ObjectType("PoolControlTotal", { simpleResolvers: true, description: "In = out of a pool: booked + received = charged + carried + undivided, to the minor unit." })
export class PoolControlTotalType {
  @Field(() => CostPoolType) pool: CostPool;
  @Field(() => PeriodKeyScalar, { description: "The month that closes, or an earlier one that late facts are charged for." }) originPeriod: string;
  @Field(() => Money, { description: "In: what is booked; of an earlier month, what came late and where pools passed it on to." }) booked: MoneyAmount;
  @Field(() => Money, { description: "In: what other pools pass on to it, less what it passes on to them. They sum to 0; each is 0 unless the policy lets pools serve each other." }) received: MoneyAmount;
  @Field(() => Money, { description: "Out: on the units." }) charged: MoneyAmount;
  @Field(() => Money, { description: "Out: on the programme, unallocated or never divided." }) carried: MoneyAmount;
  @Field(() => Money, { description: "On nobody, because no run divides the pool as it stands. 0 when the control total holds." }) undivided: MoneyAmount;
}

@ObjectType("UnitControlTotal", { simpleResolvers: true, description: "What the close would put on a unit: the total of its statement." })
export class UnitControlTotalType {
  @Field(() => BusinessUnitType) businessUnit: BusinessUnitType;
  @Field(() => Money, { description: "Its shares of the run." }) allocated: MoneyAmount;
  @Field(() => Money, { description: "Cost booked to its use cases." }) direct: MoneyAmount;
  @Field(() => Money, { description: "What late facts changed in earlier months, and true-ups that the month carries." }) adjusted: MoneyAmount;
  @Field(() => Money, { description: "allocated + direct + adjusted." }) total: MoneyAmount;
}

@ObjectType("LegControlTotal", { simpleResolvers: true, description: "In = out of a month's usage: counted = attributed + unattributed." })
export class LegControlTotalType {
  @Field(() => LongScalar, { description: "In: legs that count, from the raw rows." }) counted: number;
  @Field(() => LongScalar, { description: "Out: legs under a use case, from the totals." }) attributed: number;
  @Field(() => LongScalar, { description: "Out: legs under none, from the totals." }) unattributed: number;
}

@ObjectType("AccrualReversalPreview", { simpleResolvers: true, description: "An accrual that the close would take back." })
export class AccrualReversalPreviewType {
  @Field(() => String, { description: "externalId of the accrual." }) accrual: string;
  @Field(() => String, { description: "Code of its pool." }) pool: string;
  @Field(() => String, { nullable: true, description: "Code of the use case that bears it; of DIRECT pools only." }) useCase: string | null;
  @Field(() => Money, { description: "The accrual's amount with the opposite sign." }) amount: MoneyAmount;
  @Field(() => PeriodKeyScalar, { description: "The next open month, which it would count in." }) period: string;
}

@ObjectType("DraftStatementLine", { simpleResolvers: true, description: "One amount that a statement would charge." })
export class DraftStatementLineType {
  @Field(() => StatementLineKindEnum, { description: "Where the amount comes from." }) kind: StatementLineKind;
  @Field(() => PeriodKeyScalar, { description: "The month that the amount was caused in." }) originPeriod: string;
  @Field(() => CostPoolType, { description: "The pool." }) pool: CostPool;
  @Field(() => UseCaseType, { description: "The use case." }) useCase: UseCase;
  @Field(() => Money, { description: "Credits are negative." }) amount: MoneyAmount;
  @Field(() => String, { nullable: true, description: "In words, as the statement would say it." }) description: string | null;
}

@ObjectType("DraftStatement", { simpleResolvers: true, description: "What a unit's statement would be, were the month closed on these facts and its statements issued. It has no id: nothing of it is stored, nothing can be accepted or disputed." })
export class DraftStatementType {
  @Field(() => BusinessUnitType, { description: "Whom it would charge." }) businessUnit: BusinessUnitType;
  @Field(() => StatementStatusEnum, { description: "DRAFT." }) status: StatementStatus;
  @Field(() => ChargebackModeEnum, { description: "As the unit is now." }) mode: ChargebackMode;
  @Field(() => Money, { description: "Sum of the lines: the unit's control total." }) total: MoneyAmount;
  @Field(() => String, { description: "SHA-256 that its version 1 keeps when the close and issueStatements find these facts." }) hash: string;
  @Field(() => [DraftStatementLineType], { description: "By kind, month of origin, pool and use case. Amounts of zero are left out." }) lines: DraftStatementLineType[];
}

@ObjectType("ClosePreview", { simpleResolvers: true, description: "Everything that the close of a month would do now. Nothing of it is stored." })
export class ClosePreviewType {
  @Field(() => PeriodType) period: PeriodType;
  @Field(() => DateTimeScalar, { description: "The moment of the figures." }) asOf: Date;
  @Field(() => Boolean, { description: "Nothing is missing: the close would go through, asked for by one person and done by another." }) ready: boolean;
  @Field(() => [CloseCheckType], { description: "What the close would find." }) checks: CloseCheck[];
  @Field(() => [AdjustmentPreviewType], { description: "What it would post for earlier months." }) adjustments: AdjustmentPreviewType[];
  @Field(() => [AccrualReversalPreviewType], { description: "What was accrued in the month and would be taken back in the next open one, by externalId." }) reversals: AccrualReversalPreviewType[];
  @Field(() => [PoolControlTotalType], { description: "Control totals by pool: this month's own, then the adjustments'." }) pools: PoolControlTotalType[];
  @Field(() => [UnitControlTotalType], { description: "Control totals by unit, by code; they sum to what the pools charge." }) units: UnitControlTotalType[];
  @Field(() => [DraftStatementType], { description: "The statements that would be issued afterwards, by code of the unit. A run that is not the latest is told by RUN_LATEST of checks." }) statements: DraftStatementType[];
  @Field(() => LegControlTotalType, { description: "Control total of usage." }) legs: LegControlTotalType;
  @Field(() => Boolean, { description: "Every control total holds." }) balanced: boolean;
  @Field(() => String, { description: "SHA-256 that the close would keep, were it done on these facts." }) hash: string;
}
