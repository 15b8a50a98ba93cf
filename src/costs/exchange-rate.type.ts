import { Field, InputType, Int, ObjectType, registerEnumType } from "type-graphql";
import { connectionOf, enumOf } from "../kernel/graph.type";
import { CurrencyCodeScalar, DateScalar, DateTimeScalar, DecimalScalar } from "../kernel/scalars";
import { UserError } from "../kernel/user-error.type";
import { EXCHANGE_RATE_KINDS, ExchangeRateKind } from "./exchange-rate";

export const ExchangeRateKindEnum = enumOf(EXCHANGE_RATE_KINDS);
registerEnumType(ExchangeRateKindEnum, { name: "ExchangeRateKind", description: "DAILY, of one day; MONTH_END, of the last day of a month. Cost is converted at the MONTH_END rate of its period." });

@ObjectType("ExchangeRate", { simpleResolvers: true, description: "What one unit of a currency is worth in the programme's. Written once; a higher revision answers it for what is booked afterwards." })
export class ExchangeRateType {
  @Field(() => CurrencyCodeScalar, { description: "One major unit of this currency." }) from: string;
  @Field(() => CurrencyCodeScalar, { description: "The programme's currency." }) to: string;
  @Field(() => ExchangeRateKindEnum, { description: "Of a day, or of a month's last day." }) kind: string;
  @Field(() => DateScalar, { description: "The day it is of." }) date: string;
  @Field(() => DecimalScalar, { description: "Major units of `to` for one of `from`, exact." }) rate: string;
  @Field(() => String, { description: "Who published it." }) source: string;
  @Field(() => Int, { description: "The highest counts." }) revision: number;
  @Field(() => DateTimeScalar, { nullable: true, description: "When it was booked; null where a cost entry quotes it." }) recordedAt?: Date | null;
  @Field(() => String, { nullable: true, description: "Subject of the token that booked it; null where a cost entry quotes it." }) recordedBy?: string | null;
}

export const ExchangeRateConnection = connectionOf(ExchangeRateType, "ExchangeRate");

@InputType({ description: "Which exchange rates." })
export class ExchangeRateWhere {
  @Field(() => CurrencyCodeScalar, { nullable: true, description: "From this currency; from all when left out." }) from?: string | null;
  @Field(() => DateScalar, { nullable: true, description: "Of this day; of all when left out." }) date?: string | null;
}

@InputType({ description: "A rate to book." })
export class ExchangeRateInput {
  @Field(() => CurrencyCodeScalar, { description: "One major unit of this currency; not the programme's." }) from: string;
  @Field(() => ExchangeRateKindEnum, { description: "Of a day, or of a month's last day; cost is converted at MONTH_END." }) kind: ExchangeRateKind;
  @Field(() => DateScalar, { description: "Of MONTH_END the last day of its month." }) date: string;
  @Field(() => DecimalScalar, { description: "Major units of the programme's currency, above zero." }) rate: string;
  @Field(() => Int, { nullable: true, description: "0 when left out; a correction has a higher one." }) revision?: number | null;
}

@InputType({ description: "Rates of one publisher." })
export class BookExchangeRatesInput {
  @Field(() => String, { description: "Who published the rates, for example ECB." }) source: string;
  @Field(() => [ExchangeRateInput], { description: "1 to 1,000; all are booked or none." }) rates: ExchangeRateInput[];
}

@ObjectType({ simpleResolvers: true, description: "The rates, or why none was booked." })
export class BookExchangeRatesPayload {
  @Field(() => [ExchangeRateType], { description: "As they are stored, in the order given; empty when refused." }) rates: ExchangeRateType[];
  @Field(() => [UserError], { description: "Why they were refused." }) userErrors: UserError[];
}
