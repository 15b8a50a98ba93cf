import { Field, Int, ObjectType, registerEnumType } from "type-graphql";
import { Money, enumOf } from "../kernel/graph.type";
import { MoneyAmount } from "../kernel/money";
import { DateTimeScalar, DecimalScalar, PeriodKeyScalar } from "../kernel/scalars";
import { CostComponentEnum } from "../metering/usage-input.type";
import { COMMITMENT_PROMPTS, CommitmentPrompt } from "./commitment";

export const CommitmentPromptEnum = enumOf(COMMITMENT_PROMPTS);
registerEnumType(CommitmentPromptEnum, { name: "CommitmentPrompt", description: "EXPAND: more than 90 % of the commitment is used. RENEW: the card ends within three months." });

@ObjectType("CommitmentUse", { simpleResolvers: true, description: "How much of what was committed to a vendor for a month its usage filled, over the whole programme." })
export class CommitmentUseType {
  @Field(() => String, { description: "Code of the vendor." }) vendor: string;
  @Field(() => CostComponentEnum, { description: "The component that is committed." }) component: string;
  @Field(() => Int, { description: "Version of the rate card." }) card: number;
  @Field(() => Money, { nullable: true, description: "The card's minimum of the month in the programme's currency, at the rate that its rating used; to the nearest minor unit." }) committed: MoneyAmount | null;
  @Field(() => Money, { description: "Usage cost and fees of the component, rated or reported by the vendor." }) used: MoneyAmount;
  @Field(() => Money, { description: "Posted for what was not used." }) unused: MoneyAmount;
  @Field(() => DecimalScalar, { nullable: true, description: "used / committed in percent, rounded to 2 places; above 100 where more was used. Null where nothing is committed." }) utilisationPercent: string | null;
  @Field(() => PeriodKeyScalar, { nullable: true, description: "Last month of the card; null: it is open." }) effectiveTo: string | null;
  @Field(() => [CommitmentPromptEnum], { description: "What to decide on; empty: nothing." }) prompts: CommitmentPrompt[];
  @Field(() => [String], { description: "Why a figure is null." }) missing: string[];
}

@ObjectType("CommitmentReport", { simpleResolvers: true, description: "Commitments to vendors and how far a month's usage filled them." })
export class CommitmentReportType {
  @Field(() => PeriodKeyScalar, { description: "The month." }) period: string;
  @Field(() => [CommitmentUseType], { description: "Cards with a minimum commitment, by vendor and component." }) rows: CommitmentUseType[];
  @Field(() => DateTimeScalar, { description: "Cut-off of the rating that it stands on." }) asOf: Date;
}
