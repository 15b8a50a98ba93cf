import { Currency } from "../kernel/money";
import { ExchangeRate } from "../costs";
import { RateCard, RateCardDocument } from "./rate-card";
import { DaySpan } from "./rate-card-dates";

/** Whose usage it is; both "" where it is unattributed. */
export interface Place {
  readonly businessUnit: string;
  readonly useCase: string;
}

/** What a unit's use case used of a card on one line of it. Base units: milliseconds, calls, messages, tokens; exact text. */
export interface CardUsage extends Place {
  readonly line: string;
  readonly calls: string;
  readonly exemptCalls: string;
  readonly measuredMs: string;
  readonly measured: string;
  /** After exemptions, minimum and increment. */
  readonly billed: string;
}

/** Usage of a card in a month; `order` fills its tiers where the order of use decides, null where it does not. */
export interface UsageOfCard<Card extends RateCardDocument = RateCard> {
  readonly card: Card;
  /** The days that the card was in effect on; left out where that is the whole month. */
  readonly span?: DaySpan;
  readonly usage: readonly CardUsage[];
  readonly order: ReadonlyArray<{ readonly line: string; readonly billed: string }> | null;
}

/** Cost that came with the usage, summed; amounts are exact text in major units. */
export interface ItemCost extends Place {
  readonly vendor: string;
  readonly component: string;
  readonly basis: "REPORTED" | "RATED" | "ESTIMATED";
  readonly currency: string;
  /** The days of the card of the component that the legs ended on; left out where that is the whole month, or none. */
  readonly span?: DaySpan;
  readonly calls: string;
  readonly measuredMs: string;
  readonly amount: string;
  /** Base units that the card of these days counts of the legs, by which the price is told; no cost depends on it. Left out where no card counts any. */
  readonly counted?: string;
}

/** Everything that the rating of a month depends on: the same facts give the same bytes. */
export interface RatingFacts {
  readonly period: string;
  readonly currency: Currency;
  readonly cards: readonly UsageOfCard[];
  readonly items: readonly ItemCost[];
  /** MONTH_END rates of the currencies that occur. */
  readonly rates: readonly ExchangeRate[];
  readonly rulesVersion: number;
  /** Code of the DIRECT pool for cost that came with the usage where no card names one. */
  readonly reportedPool: string | null;
}
