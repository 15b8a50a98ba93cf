import { currencyOf } from "../kernel/money";
import { ExchangeRate } from "../costs";
import { exchangeRateStore } from "../costs/exchange-rate.store";
import { programmeCurrency } from "../tenancy";
import { TenantTransaction } from "../tenancy/database.store";
import { usageOfCard } from "./card-usage.query";
import { RateCard, isFee } from "./rate-card";
import { rateCardStore } from "./rate-card.store";
import { Bind, eventsThatCost, isCharged, rankOf } from "./rated-events.query";
import { ItemCost, RatingFacts } from "./rating-facts";
import { ratingRulesStore } from "./rating-rules.store";

/** Everything that the rating of a month depends on, as recorded before an instant. With a vendor, of that vendor alone. */
export async function gatherRatingFacts(tx: TenantTransaction, period: string, cutoff: Date, vendor: string | null = null): Promise<RatingFacts> {
  const cards = (await rateCardStore(tx).cardsOfMonth(period)).filter((card) => vendor === null || card.vendor === vendor);
  const usage = [];
  for (const card of cards) usage.push(await usageOfCard(tx, card, { period, cutoff, vendors: [card.vendor], exceptReported: true }));
  const items = await costItems(tx, period, cutoff, cards, vendor);
  const currency = programmeCurrency(tx.scope.programme);
  const rules = await ratingRulesStore(tx).currentRules();
  const currencies = new Set([...cards.map((card) => card.currency), ...items.map((item) => item.currency)]);
  return { period, currency, cards: usage, items, rates: await ratesOf(tx, period, currencies), rulesVersion: rules.version, reportedPool: rules.reportedPool };
}

/** True where some usage of a month came with cost of its own. */
export async function cameWithCost(tx: TenantTransaction, period: string, cutoff: Date): Promise<boolean> {
  const parameters: unknown[] = [];
  const bind: Bind = (value) => `$${parameters.push(value)}`;
  const events = await eventsThatCost(tx, bind, period, cutoff);
  const [row] = await tx.query<{ found: boolean }>(`select exists (select from ${events} where e.cost_items is not null and exists (select from unnest(e.cost_items) i where i.amount <> 0)) as found`, parameters);
  return row!.found;
}

/** The MONTH_END rates of some currencies, as far as there are any. */
export async function ratesOf(tx: TenantTransaction, period: string, currencies: ReadonlySet<string>): Promise<ExchangeRate[]> {
  const own = programmeCurrency(tx.scope.programme).code;
  const rates: ExchangeRate[] = [];
  for (const code of [...currencies].filter((each) => each !== own && currencyOf(each)).sort()) {
    const rate = await exchangeRateStore(tx).findMonthEndRate(code, period);
    if (rate) rates.push(rate);
  }
  return rates;
}

/**
 * Cost that came with the usage. Of one component of one leg the best basis alone counts: REPORTED, then what a card of ours
 * rates, then RATED by the sender, then ESTIMATED.
 */
async function costItems(tx: TenantTransaction, period: string, cutoff: Date, cards: readonly RateCard[], vendor: string | null): Promise<ItemCost[]> {
  const parameters: unknown[] = [];
  const bind: Bind = (value) => `$${parameters.push(value)}`;
  const events = await eventsThatCost(tx, bind, period, cutoff);
  const byCard = cards.filter(({ unit }) => !isFee(unit)).map((card) => `(e.provider = ${bind(card.vendor)} and i.component = ${bind(card.component)} and ${isCharged(card.unit, "i.component")})`);
  const wanted = vendor === null ? "" : `and e.provider = ${bind(vendor)}`;
  return tx.query<ItemCost>(
    `select g.vendor, g.component, g.basis, g.currency, coalesce(u.code, '') as "businessUnit", coalesce(c.code, '') as "useCase", g.calls, g.ms as "measuredMs", g.amount from (
       select l.vendor, l.component, l.basis, l.currency, l.business_unit_id, l.use_case_id, count(*)::text as calls, sum(l.ms)::text as ms, trim_scale(sum(l.amount))::text as amount from (
         select e.event_key, coalesce(e.provider, '') as vendor, i.component, i.basis, i.currency, e.business_unit_id, e.use_case_id, case when e.connected and e.channel = 'VOICE' then e.connected_ms else 0 end as ms, sum(i.amount) as amount
         from ${events} cross join lateral unnest(e.cost_items) i
         where e.cost_items is not null and i.amount is not null ${wanted}
           and not exists (select from unnest(e.cost_items) better where better.component = i.component and better.amount is not null and ${rankOf("better")} < ${rankOf("i")})
           ${byCard.length === 0 ? "" : `and (i.basis = 'REPORTED' or not coalesce(${byCard.join(" or ")}, false))`}
         group by e.event_key, e.provider, i.component, i.basis, i.currency, e.business_unit_id, e.use_case_id, e.connected, e.channel, e.connected_ms) l
       group by 1, 2, 3, 4, 5, 6
     ) g left join tenancy.business_unit u on u.programme_id = $1 and u.id = g.business_unit_id left join tenancy.use_case c on c.programme_id = $1 and c.id = g.use_case_id
     order by g.vendor collate "C", g.component collate "C", g.basis, g.currency, coalesce(u.code, '') collate "C", coalesce(c.code, '') collate "C"`,
    parameters,
  );
}
