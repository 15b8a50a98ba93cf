import { Field, ID, Int, ObjectType, registerEnumType } from "type-graphql";
import { Money, enumOf } from "../kernel/graph.type";
import { MoneyAmount } from "../kernel/money";
import { CurrencyCodeScalar, DateTimeScalar, PeriodKeyScalar } from "../kernel/scalars";
import { PeriodStatus } from "../governance";
import { PeriodStatusEnum } from "../governance/governance.type";
import { PNL_DIMENSIONS } from "./pnl";
import { PNL_LEAVES, PNL_LINES, PnlLine } from "./pnl-line";
import { PNL_SCENARIOS, PnlScenario } from "./programme-pnl.query";

export const PnlDimensionEnum = enumOf(PNL_DIMENSIONS);
registerEnumType(PnlDimensionEnum, { name: "PnlDimension", description: "PERIOD: a row per month. BUSINESS_UNIT, USE_CASE: a row per owner at the month's end, and one for what the programme alone bears; finance and auditors, and executives for units that they were granted. GROUP: what executives see by groups of at least three units, from signed months." });
export const PnlScenarioEnum = enumOf(PNL_SCENARIOS);
registerEnumType(PnlScenarioEnum, { name: "PnlScenario", description: "ACTUAL: from the ledgers. BUDGET: an approved programme budget. OUTLOOK: actual of closed months, the newest approved forecast of the others, and the budget where no forecast covers a month." });
export const PnlLineEnum = enumOf(PNL_LINES);
registerEnumType(PnlLineEnum, {
  name: "PnlLine",
  description: "Lines of the programme's statement; benefits positive, costs negative. A = A1 + A2 + A3: benefits that finance signed off. B = B1 (platform and other vendor usage) + B2 (telephony, SMS, transfer) + B3 (speech and language models passed on) + B4 (other direct cost) + B5 (implementation cost that is expensed). "
    + "C = C1 + C2 + C3 + C4 + C5 (service credits, positive: cost entries of kind CREDIT on shared pools, each unit having of them what it is charged of the pool, and pools whose other cost lowers the month altogether; C1 to C4 and C6 are without them; credits of what nobody is charged lower G) + C6: shared cost as it is charged. EBITDA_CONTRIBUTION = A + B + C. EBIT_CONTRIBUTION = EBITDA_CONTRIBUTION + D. E: programme management, never divided. F: overlap between benefits, taken out once. G: shared cost and unused commitment that nobody is charged. "
    + "H: over-recovery (positive) or under-recovery against standard rates and caps, less what true-ups that the month carries give back of earlier months' (their lines stand in C). I: impairment of retired assets. PROGRAMME_EBIT = EBIT_CONTRIBUTION + E + F + G + H + I. MEMO_ECONOMIC_VALUE = PROGRAMME_EBIT + MEMO_NON_CASHABLE. MEMO_CAPEX_CASH: capitalised spend, positive. "
    + "MEMO_CUMULATIVE_INVESTMENT: platform and integration pools and implementation cost up to the month's end, positive; of a range its last month's. MEMO_WORKING_CAPITAL_INTEREST: signed-off benefits below EBIT, as interest on working capital.",
});
export const PnlLeafEnum = enumOf(PNL_LEAVES);
registerEnumType(PnlLeafEnum, { name: "PnlFactLine", description: "Lines that amounts are written to; the other lines of the statement add them up." });

@ObjectType("PnlAmount", { simpleResolvers: true, description: "A line of the statement." })
export class PnlAmountType {
  @Field(() => PnlLineEnum, { description: "Which line." }) line: PnlLine;
  @Field(() => Money, { nullable: true, description: "Benefits positive, costs negative. Null: not known, or not to be shown; the row's `missing` says why. Never 0 for unknown." }) amount: MoneyAmount | null;
}

@ObjectType("PnlRow", { simpleResolvers: true, description: "A column of the statement. Rows of one grouping sum to the row without it, line by line." })
export class PnlRowType {
  @Field(() => PeriodKeyScalar, { nullable: true, description: "The month; null where rows are of the whole range." }) period: string | null;
  @Field(() => String, { nullable: true, description: "Code of the unit that owned the use case when the month ended; null: not grouped by unit, or what the programme alone bears." }) businessUnit: string | null;
  @Field(() => String, { nullable: true, description: "Code; null: not grouped by use case, or what the programme alone bears." }) useCase: string | null;
  @Field(() => String, { nullable: true, description: "Code of the group of units; null: not grouped by group." }) group: string | null;
  @Field(() => [PnlAmountType], { description: "In the order of the statement." }) lines: PnlAmountType[];
  @Field(() => Money, { nullable: true, description: "PROGRAMME_EBIT of this row; of a unit its EBIT contribution less impairment of its assets. Null while an input is missing." }) ebit: MoneyAmount | null;
  @Field(() => [String], { description: "What has no figure in this row, and what to do about it." }) missing: string[];
}

@ObjectType("PnlPeriod", { simpleResolvers: true, description: "Where a month's figures come from." })
export class PnlPeriodType {
  @Field(() => PeriodKeyScalar, { description: "The month." }) period: string;
  @Field(() => PeriodStatusEnum, { nullable: true, description: "Null while nothing fell into it." }) status: PeriodStatus | null;
  @Field(() => String, { description: "ACTUAL, or the plan and its version, for example \"FORECAST 2\"." }) source: string;
  @Field(() => String, { nullable: true, description: "SHA-256 of the month's figures by unit and of what is missing; what signProgrammePnl is given. Null to who does not see units." }) hash: string | null;
  @Field(() => DateTimeScalar, { nullable: true, description: "Cut-off of a closed month: what was recorded later is in no figure of it." }) cutoff: Date | null;
  @Field(() => ID, { nullable: true, description: "Opaque id of the allocation run; null without one." }) runId: string | null;
  @Field(() => String, { nullable: true, description: "Its result hash." }) runHash: string | null;
  @Field(() => Int, { nullable: true, description: "Version of the allocation policy it used." }) policyVersion: number | null;
  @Field(() => String, { nullable: true, description: "Result hash of the rating whose postings are in the figures; null without one." }) ratingHash: string | null;
  @Field(() => Int, { nullable: true, description: "Version of the capitalisation policy in effect." }) capitalisationPolicyVersion: number | null;
  @Field(() => Int, { nullable: true, description: "Newest version that was signed (to executives: that they see); null: none." }) signedVersion: number | null;
  @Field(() => String, { nullable: true, description: "Its hash; null to who does not see units." }) signedHash: string | null;
  @Field(() => String, { nullable: true, description: "Subject that signed it; null to who does not see units." }) signedBy: string | null;
  @Field(() => DateTimeScalar, { nullable: true, description: "When it was signed." }) signedAt: Date | null;
}

@ObjectType("ProgrammePnl", { simpleResolvers: true, description: "The programme's profit and loss, line by line. It reads ledgers and signed benefits; no plan of a use case is in it." })
export class ProgrammePnlType {
  @Field(() => PeriodKeyScalar, { description: "First month." }) from: string;
  @Field(() => PeriodKeyScalar, { description: "Last month." }) to: string;
  @Field(() => PnlScenarioEnum, { description: "What it tells." }) scenario: PnlScenario;
  @Field(() => CurrencyCodeScalar, { description: "Of every amount." }) currency: string;
  @Field(() => [PnlPeriodType], { description: "One per month." }) periods: PnlPeriodType[];
  @Field(() => [PnlRowType], { description: "In the order of month, unit and use case, or group; the programme's own row after the units'." }) rows: PnlRowType[];
  @Field(() => [String], { description: "Everything that is missing of any row." }) missing: string[];
  @Field(() => DateTimeScalar, { description: "When it was read; figures of a month that is not closed may move afterwards." }) asOf: Date;
}

@ObjectType("EbitBridgeStep", { simpleResolvers: true, description: "What a line contributes to the change of EBIT." })
export class EbitBridgeStepType {
  @Field(() => PnlLeafEnum, { description: "The line." }) line: string;
  @Field(() => Money, { description: "At the start." }) from: MoneyAmount;
  @Field(() => Money, { description: "At the end." }) to: MoneyAmount;
  @Field(() => Money, { description: "to - from: positive raises EBIT." }) change: MoneyAmount;
  @Field(() => Money, { description: "EBIT with this step and all before it." }) running: MoneyAmount;
  @Field(() => Money, { nullable: true, description: "Of the change, -(actual quantity - planned quantity) x planned price, to the nearest minor unit; null where the plan has no quantity and price." }) volume: MoneyAmount | null;
  @Field(() => Money, { nullable: true, description: "The rest of the change: -(actual price - planned price) x actual quantity, with what rounding moves." }) rate: MoneyAmount | null;
}

@ObjectType("EbitBridge", { simpleResolvers: true, description: "From one Programme EBIT to another, exactly: from + all changes = to." })
export class EbitBridgeType {
  @Field(() => CurrencyCodeScalar, { description: "Of every amount." }) currency: string;
  @Field(() => String, { description: "What it starts from: a month, or a plan and its version." }) fromLabel: string;
  @Field(() => String, { description: "What it leads to." }) toLabel: string;
  @Field(() => Money, { nullable: true, description: "Programme EBIT at the start; null while an input is missing." }) from: MoneyAmount | null;
  @Field(() => Money, { nullable: true, description: "Programme EBIT at the end; null while an input is missing." }) to: MoneyAmount | null;
  @Field(() => [EbitBridgeStepType], { description: "In the order of the statement, lines without any amount left out; empty while an end is missing." }) steps: EbitBridgeStepType[];
  @Field(() => [String], { description: "Why an end has no figure." }) missing: string[];
  @Field(() => DateTimeScalar, { description: "When it was read." }) asOf: Date;
}

@ObjectType("ReconciliationTerm", { simpleResolvers: true, description: "A summand." })
export class ReconciliationTermType {
  @Field(() => String, { description: "What it is." }) name: string;
  @Field(() => Money, { description: "With its sign in the sum." }) amount: MoneyAmount;
}

@ObjectType("ProgrammeReconciliationCheck", { simpleResolvers: true, description: "Two ways to a figure that must agree." })
export class ProgrammeReconciliationCheckType {
  @Field(() => String, { description: "What is proved." }) name: string;
  @Field(() => Money, { description: "The figure." }) left: MoneyAmount;
  @Field(() => [ReconciliationTermType], { description: "What it must be the sum of." }) terms: ReconciliationTermType[];
  @Field(() => Money, { description: "left - the sum of the terms; 0 where it holds." }) difference: MoneyAmount;
  @Field(() => Boolean, { description: "True when the difference is 0." }) holds: boolean;
}

@ObjectType("ProgrammeReconciliation", { simpleResolvers: true, description: "Proofs of a month's statement, all read in one snapshot." })
export class ProgrammeReconciliationType {
  @Field(() => PeriodKeyScalar, { description: "The month." }) period: string;
  @Field(() => PeriodStatusEnum, { nullable: true, description: "How the month stands." }) status: PeriodStatus | null;
  @Field(() => [ProgrammeReconciliationCheckType], { description: "Each proof." }) checks: ProgrammeReconciliationCheckType[];
  @Field(() => Boolean, { description: "True when every proof holds." }) holds: boolean;
  @Field(() => Boolean, { nullable: true, description: "True when the ledgers say something else by now than the newest signed version; null where none is signed." }) changedSinceSigned: boolean | null;
  @Field(() => [String], { description: "What could not be proved." }) missing: string[];
  @Field(() => DateTimeScalar, { description: "When it was read." }) asOf: Date;
}
