import { Field, InputType, Int, ObjectType, registerEnumType } from "type-graphql";
import { Money, connectionOf, enumOf } from "../../kernel/graph.type";
import { MoneyAmount } from "../../kernel/money";
import { DateScalar, DateTimeScalar, PeriodKeyScalar } from "../../kernel/scalars";
import { UserError } from "../../kernel/user-error.type";
import { PeriodStatus } from "../../governance";
import { PeriodStatusEnum } from "../../governance/governance.type";
import { BusinessUnitType, UseCaseType } from "../../tenancy/tenancy.type";
import { MODEL_COMPONENTS, ModelComponent } from "./budget-model";
import { FUNDED_COSTS, FUNDERS, FundedCost, Funder } from "./funding";

export const FunderEnum = enumOf(FUNDERS);
registerEnumType(FunderEnum, { name: "Funder", description: "The function whose money it is; SPONSOR is the business unit that wanted the use case." });
export const FundedCostEnum = enumOf(FUNDED_COSTS);
registerEnumType(FundedCostEnum, { name: "FundedCost", description: "PLATFORM: a use case's share of divided cost. IMPLEMENTATION: its direct cost in the pools that its arrangement names. RUN: its other direct cost, usage cost among it. PROGRAMME: what no unit bears." });
export const ModelComponentEnum = enumOf(MODEL_COMPONENTS);
registerEnumType(ModelComponentEnum, { name: "BudgetModelComponent", description: "SHARED_PLATFORM: how shared cost is divided and paid. USE_CASE_INVESTMENT: how each use case is funded as an investment of its own. PROGRAMME_PNL: how the programme is judged as a whole." });
export const AgreementStatusEnum = enumOf(["PROPOSED", "APPROVED"] as const);
registerEnumType(AgreementStatusEnum, { name: "AgreementStatus", description: "APPROVED by a second person, or PROPOSED and without effect." });

@ObjectType("FundingLine", { simpleResolvers: true, description: "Who pays for one kind of cost, and who answers for it." })
export class FundingLineType {
  @Field(() => FundedCostEnum, { description: "The kind of cost." }) cost: FundedCost;
  @Field(() => FunderEnum, { description: "Who pays." }) funder: Funder;
  @Field(() => String, { description: "Budget holder, as the firm calls the person or role." }) holder: string;
  @Field(() => [String], { description: "Codes of the DIRECT pools with the implementation cost; empty for other kinds." }) pools: string[];
}

@ObjectType("FundingArrangement", { simpleResolvers: true, description: "Who funds a use case from a month on, until a later arrangement begins. Versions are never changed." })
export class FundingArrangementType {
  @Field(() => Int, { description: "Counts over the programme." }) version: number;
  @Field(() => AgreementStatusEnum, { description: "Only APPROVED counts." }) status: string;
  @Field(() => String, { nullable: true, description: "Code of the use case; null: of the cost that no unit bears." }) useCase: string | null;
  @Field(() => PeriodKeyScalar, { description: "First month that it holds for." }) effectiveFrom: string;
  @Field(() => [FundingLineType], { description: "One per kind of cost; what is not named nobody funds." }) lines: FundingLineType[];
  @Field(() => String, { nullable: true, description: "As the proposer wrote it." }) note: string | null;
  @Field(() => String, { description: "SHA-256 of use case, month, lines and note." }) documentHash: string;
  @Field(() => String, { description: "Subject of the token that proposed it." }) proposedBy: string;
  @Field(() => DateTimeScalar, { description: "When it was proposed." }) proposedAt: Date;
  @Field(() => String, { nullable: true, description: "Subject that approved it; never the proposer." }) approvedBy: string | null;
  @Field(() => DateTimeScalar, { nullable: true, description: "When it was approved." }) approvedAt: Date | null;
}

export const FundingArrangementConnection = connectionOf(FundingArrangementType, "FundingArrangement");

@ObjectType("BudgetModelVersion", { simpleResolvers: true, description: "What was agreed of one component of the budget model. Versions are never changed." })
export class BudgetModelVersionType {
  @Field(() => Int, { description: "Counts over the programme." }) version: number;
  @Field(() => ModelComponentEnum, { description: "What it speaks of." }) component: ModelComponent;
  @Field(() => AgreementStatusEnum, { description: "Only APPROVED counts." }) status: string;
  @Field(() => String, { description: "What is agreed, in words or as a link to the paper." }) statement: string;
  @Field(() => String, { description: "Subject of the token that proposed it." }) proposedBy: string;
  @Field(() => DateTimeScalar, { description: "When it was proposed." }) proposedAt: Date;
  @Field(() => String, { nullable: true, description: "Subject that approved it; never the proposer." }) approvedBy: string | null;
  @Field(() => DateTimeScalar, { nullable: true, description: "When it was approved." }) approvedAt: Date | null;
}

@ObjectType("BudgetModel", { simpleResolvers: true, description: "The budget model: before all of its components are agreed no second use case is funded." })
export class BudgetModelType {
  @Field(() => [BudgetModelVersionType], { description: "Every version, oldest first." }) versions: BudgetModelVersionType[];
  @Field(() => [ModelComponentEnum], { description: "Components that no two people have agreed on." }) missing: ModelComponent[];
  @Field(() => Boolean, { description: "True when nothing is missing." }) agreed: boolean;
}

@ObjectType("FundingRow", { simpleResolvers: true, description: "Cost of one kind in a month: whom it serves and who funds it." })
export class FundingRowType {
  @Field(() => BusinessUnitType, { nullable: true, description: "The unit that is charged; null for the programme." }) businessUnit: BusinessUnitType | null;
  @Field(() => UseCaseType, { nullable: true, description: "The use case that it serves; null for the programme, or where a resolved dispute names none." }) useCase: UseCaseType | null;
  @Field(() => FundedCostEnum, { description: "The kind of cost." }) cost: FundedCost;
  @Field(() => FunderEnum, { nullable: true, description: "Null: nobody funds it." }) funder: Funder | null;
  @Field(() => String, { nullable: true, description: "Budget holder; null: nobody." }) holder: string | null;
  @Field(() => Int, { nullable: true, description: "Version of the arrangement in effect; null: there is none." }) arrangement: number | null;
  @Field(() => Money, { description: "Of the month, as BudgetReportRow.actual." }) amount: MoneyAmount;
}

@ObjectType("FunderTotal", { simpleResolvers: true, description: "What one function funds in a month." })
export class FunderTotalType {
  @Field(() => FunderEnum, { description: "The function." }) funder: Funder;
  @Field(() => Money, { description: "Sum of its rows." }) amount: MoneyAmount;
}

@ObjectType("FundingReport", { simpleResolvers: true, description: "A month's cost by whom it serves and who funds it. funders + unowned = total, exactly." })
export class FundingReportType {
  @Field(() => PeriodKeyScalar, { description: "The month." }) period: string;
  @Field(() => PeriodStatusEnum, { description: "Of an open month the cost is what is booked so far." }) periodStatus: PeriodStatus;
  @Field(() => [FundingRowType], { description: "By unit, use case and kind of cost." }) rows: FundingRowType[];
  @Field(() => [FunderTotalType], { description: "Sums by funder." }) funders: FunderTotalType[];
  @Field(() => Money, { description: "What nobody funds." }) unowned: MoneyAmount;
  @Field(() => String, { nullable: true, description: "What nobody funds, in words, and what to do; null when everything is funded." }) unownedReason: string | null;
  @Field(() => Money, { description: "All cost of the month in cost pools. Implementation cost that is booked to a use case and no pool is in programmePnl and businessCase." }) total: MoneyAmount;
  @Field(() => DateScalar, { nullable: true, description: "The day from which the platform serves more than one: the first day with usage of the second use case. From that day on its share is its own. Null while fewer than two have usage." }) platformSharedFrom: string | null;
  @Field(() => [String], { description: "What of the month's cost is not known, and why. What the beneficiaries gain is told by benefitLadder." }) missing: string[];
  @Field(() => DateTimeScalar, { description: "The instant it was worked out for." }) asOf: Date;
}

@InputType()
export class FundingLineInput {
  @Field(() => FundedCostEnum, { description: "Each once; PROGRAMME only without a use case." }) cost: FundedCost;
  @Field(() => FunderEnum, { description: "Who pays." }) funder: Funder;
  @Field(() => String, { description: "Budget holder: 1 to 200 characters." }) holder: string;
  @Field(() => [String], { nullable: true, description: "Only of IMPLEMENTATION: codes of the DIRECT pools that hold it." }) pools?: string[] | null;
}

@InputType()
export class ProposeFundingInput {
  @Field(() => String, { nullable: true, description: "Code; left out: the cost that no unit bears." }) useCase?: string | null;
  @Field(() => PeriodKeyScalar, { description: "First month that it holds for; PERIOD_CLOSED for a closed one." }) effectiveFrom: string;
  @Field(() => [FundingLineInput]) lines: FundingLineInput[];
  @Field(() => String, { nullable: true, description: "1 to 500 characters." }) note?: string | null;
}

@InputType()
export class ApproveFundingInput {
  @Field(() => Int) version: number;
}

@ObjectType({ simpleResolvers: true })
export class FundingPayload {
  @Field(() => FundingArrangementType, { nullable: true, description: "As it stands; null when refused." }) funding?: FundingArrangementType | null;
  @Field(() => [UserError]) userErrors: UserError[];
}

@InputType()
export class ProposeBudgetModelInput {
  @Field(() => ModelComponentEnum) component: ModelComponent;
  @Field(() => String, { description: "1 to 1,000 characters." }) statement: string;
}

@InputType()
export class ApproveBudgetModelInput {
  @Field(() => Int) version: number;
}

@ObjectType({ simpleResolvers: true })
export class BudgetModelPayload {
  @Field(() => BudgetModelVersionType, { nullable: true, description: "As it stands; null when refused." }) version?: BudgetModelVersionType | null;
  @Field(() => [UserError]) userErrors: UserError[];
}
