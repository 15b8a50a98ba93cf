import { Field, ID, Int, ObjectType, registerEnumType } from "type-graphql";
import { Money, connectionOf, enumOf } from "../kernel/graph.type";
import { MoneyAmount } from "../kernel/money";
import { DateTimeScalar, DecimalScalar, LongScalar, PeriodKeyScalar } from "../kernel/scalars";
import { PeriodStatus } from "../governance";
import { PeriodStatusEnum } from "../governance/governance.type";
import { BusinessUnitType, UseCaseType } from "../tenancy/tenancy.type";
import { ALERT_BASES, AlertBasis } from "./alert";
import { BUDGET_LEVELS, BudgetLevel, VOLUME_UNITS, VolumeUnit } from "./budget";
import { FORECAST_METHODS, ForecastMethod } from "./forecast";
import { VARIANCE_DIRECTIONS, VarianceDirection } from "./variance";

export const BudgetLevelEnum = enumOf(BUDGET_LEVELS);
registerEnumType(BudgetLevelEnum, { name: "BudgetLevel", description: "PROGRAMME is one row with everything booked, also what no unit bears; BUSINESS_UNIT and USE_CASE are what is charged to each." });
export const VolumeUnitEnum = enumOf(VOLUME_UNITS);
registerEnumType(VolumeUnitEnum, { name: "VolumeUnit", description: "MINUTE: measured connected minutes, connectedMs / 60,000, exact. CALL: connected voice calls. Never billed quantities." });
export const VarianceDirectionEnum = enumOf(VARIANCE_DIRECTIONS);
registerEnumType(VarianceDirectionEnum, { name: "VarianceDirection", description: "Of cost: ADVERSE is above the budget, FAVOURABLE below, NONE exactly on it." });
export const ForecastMethodEnum = enumOf(FORECAST_METHODS);
registerEnumType(ForecastMethodEnum, {
  name: "ForecastMethod",
  description: "How the cost so far of an open month is carried on to its end. RUN_RATE_BUSINESS_DAYS: cost / days from Monday to Friday that are over x all such days of the month (holidays are not known). RUN_RATE_CALENDAR_DAYS: the same over every day. WEEKDAY_PROFILE: days weigh what their day of the week used on average in the closed ones of the three months before. A day is over when it is over in the programme's time zone. Exact fractions; a closed month is not carried on.",
});
export const AlertBasisEnum = enumOf(ALERT_BASES);
registerEnumType(AlertBasisEnum, { name: "AlertBasis", description: "ACTUAL: what the month cost so far reached the threshold. FORECAST: what it will have cost at its end does." });

@ObjectType("BudgetVolume", { simpleResolvers: true, description: "What a budget was planned from." })
export class BudgetVolumeType {
  @Field(() => VolumeUnitEnum, { description: "What is counted." }) unit: VolumeUnit;
  @Field(() => DecimalScalar, { description: "Planned units." }) quantity: string;
  @Field(() => DecimalScalar, { description: "Planned major units of the programme's currency for one unit." }) rate: string;
}

@ObjectType("Budget", { simpleResolvers: true, description: "What a month may cost somebody. A version is never changed; a revision is the next one, with a reason." })
export class BudgetType {
  @Field(() => BudgetLevelEnum, { description: "Whose it is." }) level: BudgetLevel;
  @Field(() => String, { nullable: true, description: "Code of the unit; null: the programme's." }) businessUnit: string | null;
  @Field(() => String, { nullable: true, description: "Code of the use case; null: the whole unit's." }) useCase: string | null;
  @Field(() => PeriodKeyScalar, { description: "The month." }) period: string;
  @Field(() => Int, { description: "1 for the first; the highest holds." }) version: number;
  @Field(() => Money, { description: "In the programme's currency; with a volume quantity x rate, to the nearest minor unit, halves away from zero." }) amount: MoneyAmount;
  @Field(() => BudgetVolumeType, { nullable: true, description: "Null where it was planned as an amount." }) volume: BudgetVolumeType | null;
  @Field(() => [Int], { description: "Percent of the amount, ascending: each is told once when it is reached." }) thresholds: number[];
  @Field(() => String, { nullable: true, description: "Why it was revised; null in the first version." }) reason: string | null;
  @Field(() => String, { description: "Subject of the token that set it." }) setBy: string;
  @Field(() => DateTimeScalar, { description: "When it was set." }) setAt: Date;
}

export const BudgetConnection = connectionOf(BudgetType, "Budget");

@ObjectType({ simpleResolvers: true, description: "A place in a month: what it was to cost, what it cost, what it will have cost. Null is unknown, with the reason in `missing`." })
export class BudgetReportRow {
  @Field(() => BusinessUnitType, { nullable: true, description: "Null for the programme." }) businessUnit: BusinessUnitType | null;
  @Field(() => UseCaseType, { nullable: true, description: "Null for a whole unit." }) useCase: UseCaseType | null;
  @Field(() => BudgetType, { nullable: true, description: "The version that holds; null: none is set." }) budget: BudgetType | null;
  @Field(() => Money, { description: "Of a closed month what was charged in it, adjustments for earlier months and resolved disputes among it; of an open one the cost booked so far, divided by the policy in effect on the usage so far. For the programme all cost, also what no unit bears." }) actual: MoneyAmount;
  @Field(() => Money, { nullable: true, description: "actual - budget." }) variance: MoneyAmount | null;
  @Field(() => VarianceDirectionEnum, { nullable: true, description: "Of the variance." }) direction: VarianceDirection | null;
  @Field(() => Money, { nullable: true, description: "(actual quantity - planned quantity) x planned rate, to the nearest minor unit, halves away from zero. Only of a budget with a volume." }) volumeVariance: MoneyAmount | null;
  @Field(() => Money, { nullable: true, description: "(actual rate - planned rate) x actual quantity, where actual rate x actual quantity is the actual cost. Takes the rounding, so that volumeVariance + rateVariance = variance." }) rateVariance: MoneyAmount | null;
  @Field(() => String, { nullable: true, description: "volumeVariance as an exact fraction of major units." }) exactVolumeVariance: string | null;
  @Field(() => String, { nullable: true, description: "rateVariance as an exact fraction of major units." }) exactRateVariance: string | null;
  @Field(() => LongScalar, { description: "Connected voice calls." }) calls: bigint;
  @Field(() => LongScalar, { description: "Their measured duration in milliseconds." }) connectedMs: bigint;
  @Field(() => DecimalScalar, { nullable: true, description: "What was used in the budget's unit, rounded to 6 places; null without a volume." }) actualQuantity: string | null;
  @Field(() => DecimalScalar, { nullable: true, description: "actual / actual quantity in major units, rounded to 6 places; null without a volume or usage." }) actualRate: string | null;
  @Field(() => DecimalScalar, { nullable: true, description: "actual / budget in percent, rounded to 2 places; null without a budget or for one of 0." }) usedPercent: string | null;
  @Field(() => Money, { nullable: true, description: "What the month will have cost at its end, to the nearest minor unit; of a closed month its actual." }) forecast: MoneyAmount | null;
  @Field(() => String, { nullable: true, description: "forecast as an exact fraction of major units." }) exactForecast: string | null;
  @Field(() => Money, { nullable: true, description: "forecast - budget, to the nearest minor unit." }) forecastVariance: MoneyAmount | null;
  @Field(() => Money, { nullable: true, description: "Sum of the budgets one level below: of a unit's use cases, of the programme's units; null where none is set." }) innerBudgets: MoneyAmount | null;
  @Field(() => Money, { nullable: true, description: "budget - innerBudgets: what is not handed on, below zero where more is; null where either is." }) notHandedOn: MoneyAmount | null;
  @Field(() => [String], { description: "Why a figure is null." }) missing: string[];
}

@ObjectType({ simpleResolvers: true, description: "A month's budgets held against its cost." })
export class BudgetReport {
  @Field(() => PeriodKeyScalar, { description: "The month." }) period: string;
  @Field(() => PeriodStatusEnum, { nullable: true, description: "Null where nothing fell into it yet." }) periodStatus: PeriodStatus | null;
  @Field(() => BudgetLevelEnum, { description: "What the rows stand for." }) level: BudgetLevel;
  @Field(() => ForecastMethodEnum, { description: "How an open month is carried on." }) forecastMethod: ForecastMethod;
  @Field(() => Int, { description: "Days of the month that are over in the programme's time zone." }) elapsedDays: number;
  @Field(() => [BudgetReportRow], { description: "By code; a unit sees its own, and none at the level PROGRAMME." }) rows: BudgetReportRow[];
  @Field(() => [String], { description: "What of the month is not known yet." }) remarks: string[];
  @Field(() => DateTimeScalar, { description: "The instant it was worked out for." }) asOf: Date;
}

@ObjectType({ simpleResolvers: true, description: "What a use case costs by its usage in a month: cost / connected calls, cost / (connectedMs / 60,000). Null where nothing was used, never 0." })
export class UnitCostRow {
  @Field(() => BusinessUnitType, { nullable: true, description: "The unit that bears the cost; null in the total." }) businessUnit: BusinessUnitType | null;
  @Field(() => UseCaseType, { nullable: true, description: "Null in the total." }) useCase: UseCaseType | null;
  @Field(() => LongScalar, { description: "Connected voice calls." }) calls: bigint;
  @Field(() => LongScalar, { description: "Their measured duration in milliseconds." }) connectedMs: bigint;
  @Field(() => Money, { description: "Direct cost and the share of divided cost, as BudgetReportRow.actual." }) allIn: MoneyAmount;
  @Field(() => Money, { description: "Cost of the use case itself: DIRECT pools, usage cost among them." }) direct: MoneyAmount;
  @Field(() => DecimalScalar, { nullable: true, description: "allIn / calls in major units, rounded to 6 places." }) perCall: string | null;
  @Field(() => DecimalScalar, { nullable: true, description: "allIn / minutes in major units, rounded to 6 places." }) perMinute: string | null;
  @Field(() => DecimalScalar, { nullable: true, description: "direct / calls in major units, rounded to 6 places." }) directPerCall: string | null;
  @Field(() => DecimalScalar, { nullable: true, description: "direct / minutes in major units, rounded to 6 places." }) directPerMinute: string | null;
  @Field(() => [String], { description: "Why a figure is null." }) missing: string[];
}

@ObjectType({ simpleResolvers: true, description: "Unit costs of a month by use case." })
export class UnitCostReport {
  @Field(() => PeriodKeyScalar, { description: "The month." }) period: string;
  @Field(() => PeriodStatusEnum, { description: "Of an open month the cost is what is booked so far." }) periodStatus: PeriodStatus;
  @Field(() => [UnitCostRow], { description: "By code of unit and use case; a unit sees its own." }) rows: UnitCostRow[];
  @Field(() => UnitCostRow, { description: "Over the rows; cost that no use case bears is not in it." }) total: UnitCostRow;
  @Field(() => [String], { description: "What of the month is not known yet." }) remarks: string[];
  @Field(() => DateTimeScalar, { description: "The instant it was worked out for." }) asOf: Date;
}

@ObjectType("BudgetAlert", { simpleResolvers: true, description: "A threshold of a budget that was reached. Told once per place, month, basis and threshold, whatever is corrected afterwards." })
export class BudgetAlertType {
  @Field(() => ID, { description: "Opaque; for acknowledgeBudgetAlert." }) id: string;
  @Field(() => BudgetLevelEnum, { description: "Whose budget it is." }) level: BudgetLevel;
  @Field(() => String, { nullable: true, description: "Code of the unit; null: the programme's." }) businessUnit: string | null;
  @Field(() => String, { nullable: true, description: "Code of the use case; null: the whole unit's." }) useCase: string | null;
  @Field(() => PeriodKeyScalar, { description: "The month." }) period: string;
  @Field(() => AlertBasisEnum, { description: "What reached it." }) basis: AlertBasis;
  @Field(() => Int, { description: "Percent of the budget." }) threshold: number;
  @Field(() => Money, { description: "The cost that reached it, to the nearest minor unit." }) amount: MoneyAmount;
  @Field(() => Money, { description: "The budget then." }) budget: MoneyAmount;
  @Field(() => Int, { description: "Version of the budget then." }) budgetVersion: number;
  @Field(() => DateTimeScalar, { description: "When it was raised." }) raisedAt: Date;
  @Field(() => String, { nullable: true, description: "Subject that took note of it; null: nobody yet." }) acknowledgedBy: string | null;
  @Field(() => DateTimeScalar, { nullable: true, description: "When that was." }) acknowledgedAt: Date | null;
  @Field(() => String, { nullable: true, description: "What was said to it." }) note: string | null;
}

export const BudgetAlertConnection = connectionOf(BudgetAlertType, "BudgetAlert");
