import { toMoney } from "../kernel/money";
import { ExchangeRateType } from "../costs/exchange-rate.type";
import { Currency } from "../kernel/money";
import { RateCard } from "./rate-card";
import { firstDayOf, lastDayInEffect } from "./rate-card-dates";
import { RateCardType } from "./rate-card.type";
import { RatingRun } from "./rate-period";
import { RatingRules } from "./rating-rules";
import type { RatingRulesType, RatingRunType } from "./rating.type";

export function toCardView(card: RateCard): RateCardType {
  const lines = card.lines.map((line) => ({ ...line, attribute: line.attribute ?? null, attributeValue: line.attributeValue ?? null }));
  const quantity = card.unit === "MONTH" ? (card.quantity ?? "1") : null;
  return { ...card, lines, quantity, firstDay: firstDayOf(card), lastDay: lastDayInEffect(card), status: card.approvedBy === null ? "PROPOSED" : "APPROVED" } as unknown as RateCardType;
}

export function toRunView(run: RatingRun): RatingRunType {
  return { ...run, period: run.periodKey, cards: [...run.cards], exchangeRates: [...run.exchangeRates] as ExchangeRateType[] };
}

export function toRulesView(rules: RatingRules, currency: Currency): RatingRulesType {
  return { version: rules.version, reportedPool: rules.reportedPool, toleranceBasisPoints: rules.toleranceBasisPoints, toleranceAmount: toMoney(rules.toleranceMinor, currency), conversionRate: "MONTH_END" };
}
