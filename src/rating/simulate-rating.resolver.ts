import { Arg, Ctx, Query, Resolver } from "type-graphql";
import { given } from "../kernel/given";
import { formatUnits, requireDecimal } from "../kernel/decimal";
import { divide, formatFraction, fraction, fromDecimal, multiply, roundHalfUp } from "../kernel/fraction";
import { Currency, currencyOf, toMoney } from "../kernel/money";
import { Refusal, invariant } from "../kernel/refusal";
import { lastDayOf } from "../kernel/period";
import { periodStore } from "../governance/period.store";
import { programmeCurrency } from "../tenancy";
import { Allow } from "../tenancy/access";
import { TenantTransaction } from "../tenancy/database.store";
import { RequestContext } from "../tenancy/request-context";
import { usageOfCard } from "./card-usage.query";
import { RateCardDocument, exact, isFee, seriesOf } from "./rate-card";
import { rateCardStore } from "./rate-card.store";
import { rateUsage } from "./rate-usage";
import { gatherRatingFacts, ratesOf } from "./rating-facts.query";
import { instantAfterNow } from "./rating-ports.store";
import { RATING_TIMEOUT_MS } from "./rating.resolver";
import { readRateCard } from "./read-rate-card";
import { SimulatedMonth, simulateCard, usageOfFacts } from "./simulate-rating";
import { SimulateRatingInput, SimulatedRating } from "./simulate-rating.type";
import { quantityText } from "./usage-cost-explanation.type";

@Resolver()
export class SimulateRatingResolver {
  @Allow("FINANCE", "AUDITOR")
  @Query(() => SimulatedRating, { description: "What a card would charge for literal calls and quantities, or for the usage of a month, beside what that month costs. Stores nothing." })
  async simulateRating(@Ctx() context: RequestContext, @Arg("input", () => SimulateRatingInput) input: SimulateRatingInput): Promise<SimulatedRating> {
    if ((!given(input.card)) === (!given(input.cardVersion))) throw new Refusal("BAD_USER_INPUT", "Give card or cardVersion, one of them.", ["input", "card"]);
    if ((!given(input.facts)) === (!given(input.period))) throw new Refusal("BAD_USER_INPUT", "Give facts or period, one of them.", ["input", "facts"]);
    const times = requireDecimal(input.volume ?? "1", ["input", "volume"]);
    const volume = fromDecimal(times);
    if (volume.numerator < 0n) throw new Refusal("BAD_USER_INPUT", "volume must be 0 or more.", ["input", "volume"]);
    return context.withTenant(async (tx) => {
      const card = input.card ? readRateCard(input.card) : await rateCardStore(tx).findCard(input.cardVersion!);
      if (!card) throw new Refusal("NOT_FOUND", `There is no rate card version ${input.cardVersion}.`, ["input", "cardVersion"]);
      const currency = currencyOf(card.currency);
      invariant(currency, "a rate card in an unknown currency");
      const { facts, period } = input;
      if (facts) return toView(card, simulateCard(usageOfFacts(card, facts), currency, volume), currency, { converted: null, actual: null, missing: ["totalInProgrammeCurrency, actual, difference: literal facts are of no month."] }, programmeCurrency(tx.scope.programme));
      if (!(await periodStore(tx).find(period!))) throw new Refusal("NOT_FOUND", `There is nothing in ${period}: no usage and no cost.`, ["input", "period"]);
      const vendors = input.usageOfAll ? null : (input.usageOf ?? [card.vendor]);
      const cutoff = await instantAfterNow(tx);
      const usage = await usageOfCard(tx, card, { period: period!, cutoff, span: null, vendors, exceptReported: false, volume: formatUnits(times.units, times.scale) });
      const month = simulateCard(usage, currency, volume);
      return toView(card, month, currency, await compared(tx, period!, cutoff, card, vendors, month, currency), programmeCurrency(tx.scope.programme));
    }, { statementTimeoutMs: RATING_TIMEOUT_MS, isolation: "REPEATABLE READ" });
  }
}

interface Compared { readonly converted: bigint | null; readonly actual: bigint | null; readonly missing: readonly string[] }

/** The same in the programme's currency, beside what the month costs by its own cards and reports. */
async function compared(tx: TenantTransaction, period: string, cutoff: Date, card: RateCardDocument, vendors: readonly string[] | null, month: SimulatedMonth, currency: Currency): Promise<Compared> {
  const own = programmeCurrency(tx.scope.programme);
  const scale = fraction(10n ** BigInt(own.exponent));
  const [rate] = currency.code === own.code ? [] : await ratesOf(tx, period, new Set([currency.code]));
  const converted = currency.code === own.code ? month.totalMinor : rate ? roundHalfUp(multiply(multiply(month.total, exact(rate.rate)), scale)) : null;
  const facts = await gatherRatingFacts(tx, period, cutoff);
  const same = ({ vendor, component }: { readonly vendor: string; readonly component: string }): boolean => component === card.component && (vendors === null || vendors.includes(vendor));
  const cards = facts.cards.filter((each) => same(each.card) && seriesOf(each.card.unit) === seriesOf(card.unit));
  const actual = rateUsage({ ...facts, cards, items: isFee(card.unit) ? [] : facts.items.filter(same) });
  return { converted, actual: actual.totalMinor, missing: converted === null ? [`totalInProgrammeCurrency, difference: there is no ${currency.code}/${own.code} rate of ${lastDayOf(period)}; book it with bookExchangeRates.`] : [] };
}

function toView(card: RateCardDocument, month: SimulatedMonth, currency: Currency, { converted, actual, missing }: Compared, own: Currency): SimulatedRating {
  const scale = fraction(10n ** BigInt(currency.exponent));
  const money = (minor: bigint | null): ReturnType<typeof toMoney> | null => (minor === null ? null : toMoney(minor, own));
  return {
    unit: card.unit,
    rows: month.rows.map((row) => ({
      useCase: row.useCase || null, calls: row.calls, exemptCalls: row.exemptCalls, measuredQuantity: quantityText(row.measured), billedQuantity: quantityText(row.billed), exactAmount: formatFraction(row.exactAmount), amount: toMoney(row.amountMinor, currency),
    })),
    measuredQuantity: quantityText(month.measured), billedQuantity: quantityText(month.billed), usageCharge: toMoney(roundHalfUp(multiply(month.usage, scale)), currency), unusedCommitment: toMoney(roundHalfUp(multiply(month.shortfall, scale)), currency),
    total: toMoney(month.totalMinor, currency), exactTotal: formatFraction(month.total), blendedRate: month.billed.numerator === 0n ? null : formatFraction(divide(month.usage, month.billed)),
    totalInProgrammeCurrency: money(converted), actual: money(actual), difference: converted === null || actual === null ? null : money(converted - actual), missing: [...missing],
  };
}
