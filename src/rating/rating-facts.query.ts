import { currencyOf } from "../kernel/money";
import { ExchangeRate } from "../costs";
import { exchangeRateStore } from "../costs/exchange-rate.store";
import { programmeCurrency } from "../tenancy";
import { TenantTransaction } from "../tenancy/database.store";
import { usageOfCard } from "./card-usage.query";
import { boundsOf, countedByAny, endedWithin, itemCounts } from "./charged-legs.query";
import { RateCard, isFee } from "./rate-card";
import { CardOfMonth } from "./rate-card-dates";
import { rateCardStore } from "./rate-card.store";
import { Bind, eventsThatCost } from "./rated-events.query";
import { ItemCost, RatingFacts } from "./rating-facts";
import { ratingRulesStore } from "./rating-rules.store";

/** Everything that the rating of a month depends on, as recorded before an instant. With a vendor, of that vendor alone. */
export async function gatherRatingFacts(tx: TenantTransaction, period: string, cutoff: Date, vendor: string | null = null): Promise<RatingFacts> {
  const cards = (await rateCardStore(tx).cardsOfMonth(period)).filter(({ card }) => vendor === null || card.vendor === vendor);
  const usage = [];
  for (const { card, span } of cards) usage.push(await usageOfCard(tx, card, { period, cutoff, span, vendors: [card.vendor], exceptReported: true, volume: null }));
  const items = await costItems(tx, period, cutoff, cards, vendor);
  const currency = programmeCurrency(tx.scope.programme);
  const rules = await ratingRulesStore(tx).currentRules();
  const currencies = new Set([...cards.map(({ card }) => card.currency), ...items.map((item) => item.currency)]);
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

/** Cost that came with the usage, as far as it counts; apart for the days of each card, where a month has more than one or less than a whole. */
async function costItems(tx: TenantTransaction, period: string, cutoff: Date, cards: ReadonlyArray<CardOfMonth<RateCard>>, vendor: string | null): Promise<ItemCost[]> {
  const parameters: unknown[] = [];
  const bind: Bind = (value) => `$${parameters.push(value)}`;
  const events = await eventsThatCost(tx, bind, period, cutoff);
  const bounded = await boundsOf(tx, cards);
  const parts = bounded.flatMap(({ card, bounds }, index) => (bounds === null || isFee(card.unit) ? [] : [`when e.provider = ${bind(card.vendor)} and i.component = ${bind(card.component)} and ${endedWithin(bounds, bind)} then ${index}`]));
  const place = parts.length === 0 ? "-1" : `(case ${parts.join(" ")} else -1 end)`;
  const wanted = vendor === null ? "" : `and e.provider = ${bind(vendor)}`;
  const rows = await tx.query<Omit<ItemCost, "counted"> & { place: number; counted: string | null }>(
    `select g.vendor, g.component, g.basis, g.currency, coalesce(u.code, '') as "businessUnit", coalesce(c.code, '') as "useCase", g.calls, g.ms as "measuredMs", g.amount, g.counted, g.place from (
       select l.vendor, l.component, l.basis, l.currency, l.business_unit_id, l.use_case_id, l.place, count(*)::text as calls, sum(l.ms)::text as ms, trim_scale(sum(l.amount))::text as amount, trim_scale(sum(l.counted))::text as counted from (
         select e.event_key, coalesce(e.provider, '') as vendor, i.component, i.basis, i.currency, e.business_unit_id, e.use_case_id, ${place} as place, case when e.connected and e.channel = 'VOICE' then e.connected_ms else 0 end as ms, sum(i.amount) as amount, max(${countedByAny(bounded, "i.component", bind)}) as counted
         from ${events} cross join lateral unnest(e.cost_items) i
         where e.cost_items is not null ${wanted} and ${itemCounts("i", bounded, bind)}
         group by e.event_key, e.provider, i.component, i.basis, i.currency, e.business_unit_id, e.use_case_id, e.ended_at, e.connected, e.channel, e.connected_ms) l
       group by 1, 2, 3, 4, 5, 6, 7
     ) g left join tenancy.business_unit u on u.programme_id = $1 and u.id = g.business_unit_id left join tenancy.use_case c on c.programme_id = $1 and c.id = g.use_case_id
     order by g.vendor collate "C", g.component collate "C", g.basis, g.currency, coalesce(u.code, '') collate "C", coalesce(c.code, '') collate "C", g.place`,
    parameters,
  );
  return rows.map(({ place: at, counted, ...item }) => ({ ...item, ...(at < 0 ? {} : { span: cards[at]!.span! }), ...(counted === null ? {} : { counted }) }));
}
