import { Field, ID, InputType, Int, ObjectType } from "type-graphql";
import { CurrencyCodeScalar, DecimalScalar, PeriodKeyScalar } from "../kernel/scalars";
import { UserError } from "../kernel/user-error.type";
import { BudgetAlertType, BudgetType, ForecastMethodEnum, VolumeUnitEnum } from "./budget.type";
import { VolumeUnit } from "./budget";
import { ForecastMethod } from "./forecast";

@InputType({ description: "Which budgets." })
export class BudgetWhere {
  @Field(() => PeriodKeyScalar, { nullable: true, description: "Of this month." }) period?: string | null;
  @Field(() => [String], { nullable: true, description: "Codes of units; NOT_FOUND for one that is not yours." }) businessUnit?: string[] | null;
}

@InputType({ description: "Which alerts." })
export class BudgetAlertWhere extends BudgetWhere {
  @Field(() => Boolean, { nullable: true, description: "True: somebody took note of it. False: nobody yet." }) acknowledged?: boolean | null;
}

@InputType({ description: "Narrows a report; what is left out is not looked at." })
export class BudgetReportWhere {
  @Field(() => [String], { nullable: true, description: "Codes of units; NOT_FOUND for one that is not yours." }) businessUnit?: string[] | null;
  @Field(() => [String], { nullable: true, description: "Codes of use cases; NOT_FOUND for one that is not yours." }) useCase?: string[] | null;
}

@InputType()
export class BudgetVolumeInput {
  @Field(() => VolumeUnitEnum) unit: VolumeUnit;
  @Field(() => DecimalScalar, { description: "Planned units, 0 or more." }) quantity: string;
  @Field(() => DecimalScalar, { description: "Planned major units of the currency for one unit, 0 or more." }) rate: string;
}

@InputType()
export class SetBudgetInput {
  @Field(() => String, { nullable: true, description: "Code of the unit; left out: the budget of the programme." }) businessUnit?: string | null;
  @Field(() => String, { nullable: true, description: "Code of a use case that the unit owns when the month ends; left out: the budget of the whole unit." }) useCase?: string | null;
  @Field(() => PeriodKeyScalar, { description: "The month; PERIOD_CLOSED for a closed one." }) period: string;
  @Field(() => DecimalScalar, { nullable: true, description: "0 or more, in the currency's decimals. May be left out with a volume; must be its quantity x rate then." }) amount?: string | null;
  @Field(() => CurrencyCodeScalar, { description: "The programme's; CURRENCY_MISMATCH for another." }) currency: string;
  @Field(() => BudgetVolumeInput, { nullable: true, description: "What it is planned from; splits the variance into volume and rate." }) volume?: BudgetVolumeInput | null;
  @Field(() => [Int], { nullable: true, description: "Whole percent, 1 to 1,000, ascending, at most 10; 80 and 100 when left out." }) thresholds?: number[] | null;
  @Field(() => Int, { nullable: true, description: "The version that this one answers: the newest, CONFLICT for another. Left out for the first." }) revises?: number | null;
  @Field(() => String, { nullable: true, description: "Why it is revised, 1 to 500 characters; required with `revises`." }) reason?: string | null;
}

@ObjectType({ simpleResolvers: true })
export class BudgetPayload {
  @Field(() => BudgetType, { nullable: true, description: "As it holds; null when refused." }) budget?: BudgetType | null;
  @Field(() => [UserError]) userErrors: UserError[];
}

@InputType()
export class EvaluateBudgetsInput {
  @Field(() => PeriodKeyScalar, { description: "The month; NOT_FOUND without a budget." }) period: string;
  @Field(() => ForecastMethodEnum, { defaultValue: "RUN_RATE_BUSINESS_DAYS", description: "How an open month is carried on." }) method: ForecastMethod;
}

@ObjectType({ simpleResolvers: true })
export class EvaluateBudgetsPayload {
  @Field(() => [BudgetAlertType], { description: "Raised now, for the first time; empty when nothing new was reached." }) alerts: BudgetAlertType[];
  @Field(() => [UserError]) userErrors: UserError[];
}

@InputType()
export class AcknowledgeBudgetAlertInput {
  @Field(() => ID, { description: "Id of the alert; NOT_FOUND for one that is not yours." }) alert: string;
  @Field(() => String, { nullable: true, description: "1 to 500 characters." }) note?: string | null;
}

@ObjectType({ simpleResolvers: true })
export class BudgetAlertPayload {
  @Field(() => BudgetAlertType, { nullable: true, description: "As it stands; null when refused." }) alert?: BudgetAlertType | null;
  @Field(() => [UserError]) userErrors: UserError[];
}
