import { periodStore } from "../governance/period.store";
import { TenantTransaction } from "../tenancy/database.store";
import { RateCardDocument, TOKEN_KINDS, isFee, isTimed, linesByRank } from "./rate-card";
import { CardOfMonth } from "./rate-card-dates";
import { Bind, TOKEN_COLUMNS, baseOf, isCharged, isReported, rankOf } from "./rated-events.query";

/*
 * What one leg is charged, as SQL over the rows `e` of `eventsThatCost`: the same words for the sum of a month, for its
 * legs one by one and for holding a vendor's calls against ours, so that the legs of a line add up to it.
 */

/** A card of a month with the instants that it is in effect between; null: the whole month. */
export interface BoundedCard<Card extends RateCardDocument = RateCardDocument> {
  readonly card: Card;
  readonly bounds: { readonly from: Date; readonly to: Date } | null;
}

export async function boundsOf<Card extends RateCardDocument>(tx: TenantTransaction, cards: ReadonlyArray<CardOfMonth<Card>>): Promise<Array<BoundedCard<Card>>> {
  const bounded: Array<BoundedCard<Card>> = [];
  for (const { card, span } of cards) bounded.push({ card, bounds: span && (await periodStore(tx).spanOfDays(span.first, span.last)) });
  return bounded;
}

/** True where a leg ended while the card was in effect. */
export function endedWithin(bounds: BoundedCard["bounds"], bind: Bind): string {
  return bounds === null ? "true" : `(e.ended_at >= ${bind(bounds.from)} and e.ended_at < ${bind(bounds.to)})`;
}

/** True where the card charges nothing for a leg that it would charge: too short by its unrounded time, or spam. */
export function exemptBy(card: RateCardDocument, bind: Bind): string {
  const under = card.exemptUnderSeconds > 0 ? [`e.connected_ms < ${bind(card.exemptUnderSeconds * 1_000)}::bigint`] : [];
  const spam = card.exemptSpam ? ["coalesce(e.attributes ->> 'spam', '') = 'true'"] : [];
  return under.length + spam.length === 0 ? "false" : `(${[...under, ...spam].join(" or ")})`;
}

/** Base units after minimum and increment, which apply to every call unless the month is rounded as a whole. */
export function billedBase(card: RateCardDocument, measured: string, bind: Bind): string {
  if (!isTimed(card.unit) || card.rounding === "PER_PERIOD") return measured;
  const increment = `${bind(card.incrementSeconds * 1_000)}::bigint`;
  return `greatest(${bind(card.minimumSeconds * 1_000)}::bigint, (e.connected_ms + ${increment} - 1) / ${increment} * ${increment})`;
}

/** Code of the card's line that a leg is on, or that its tokens of a kind are on; an attribute goes before a direction. */
export function lineBy(card: RateCardDocument, bind: Bind, tokenKind: string | null = null): string {
  const cases = linesByRank(card).filter((line) => line.tokenKind === tokenKind).map(({ code, direction, attribute, attributeValue }) => {
    const conditions = [
      ...(direction === null ? [] : [`e.direction::text = ${bind(direction)}::text`]),
      ...(attribute === undefined ? [] : [`coalesce(e.attributes ->> ${bind(attribute)}::text, '') = ${bind(attributeValue)}::text`]),
    ];
    return `when ${conditions.length === 0 ? "true" : conditions.join(" and ")} then ${bind(code)}::text`;
  });
  return cases.length === 0 ? "''::text" : `(case ${cases.join(" ")} else '' end)`;
}

/** What a leg is charged for by a card: one quantity on one line, or one for each kind of token. `billed` is 0 where it is exempt. */
export function partsBy(card: RateCardDocument, component: string, bind: Bind): Array<{ readonly line: string; readonly measured: string; readonly billed: string }> {
  const exempt = exemptBy(card, bind);
  const unlessExempt = (base: string): string => (exempt === "false" ? base : `(case when ${exempt} then 0 else ${base} end)`);
  if (card.unit === "TOKEN_1M") {
    return TOKEN_KINDS.map((kind, index) => {
      const measured = `coalesce(e.${TOKEN_COLUMNS[index]!}, 0)`;
      return { line: lineBy(card, bind, kind), measured, billed: unlessExempt(measured) };
    });
  }
  const measured = baseOf(card.unit, component);
  return [{ line: lineBy(card, bind), measured, billed: unlessExempt(billedBase(card, measured, bind)) }];
}

/** True where one of the cards charges for a component of a leg, whatever its provider said that it costs. */
export function chargedByAny(cards: readonly BoundedCard[], component: string, bind: Bind): string {
  const conditions = cards.filter(({ card }) => !isFee(card.unit)).map(({ card, bounds }) =>
    `(e.provider = ${bind(card.vendor)} and ${component} = ${bind(card.component)} and ${isCharged(card.unit, component)} and ${endedWithin(bounds, bind)})`);
  return conditions.length === 0 ? "false" : `coalesce(${conditions.join(" or ")}, false)`;
}

/**
 * True where an item of a leg is what its component costs. Of one component of one leg the best basis alone counts: REPORTED,
 * then what a card of ours rates, then RATED by the sender, then ESTIMATED.
 */
export function itemCounts(item: string, cards: readonly BoundedCard[], bind: Bind): string {
  return `(${item}.amount is not null
    and not exists (select from unnest(e.cost_items) better where better.component = ${item}.component and better.amount is not null and ${rankOf("better")} < ${rankOf(item)})
    and (${item}.basis = 'REPORTED' or not ${chargedByAny(cards, `${item}.component`, bind)}))`;
}

/** Base units of a leg that the card of its day counts for a component, whoever says what that costs; null where none counts any. */
export function countedByAny(cards: readonly BoundedCard[], component: string, bind: Bind): string {
  const cases = cards.filter(({ card }) => !isFee(card.unit)).map(({ card, bounds }) => {
    const own = `${bind(card.component)}::text`;
    return `when e.provider = ${bind(card.vendor)} and ${component} = ${own} and ${isCharged(card.unit, own)} and ${endedWithin(bounds, bind)} then (${baseOf(card.unit, own)})::numeric`;
  });
  return cases.length === 0 ? "null::numeric" : `(case ${cases.join(" ")} end)`;
}

/** What every card charges for a leg, as JSON: version, line and base units of each part; cards whose vendor is bound elsewhere. */
export function chargesAsJson(cards: ReadonlyArray<BoundedCard<RateCardDocument & { readonly version: number }>>, bind: Bind): string {
  const charges = cards.filter(({ card }) => !isFee(card.unit)).map(({ card, bounds }) => {
    const component = `${bind(card.component)}::text`;
    const parts = partsBy(card, component, bind).map(({ line, billed }) => `jsonb_build_object('version', ${bind(card.version)}::int, 'line', ${line}, 'base', (${billed})::text)`);
    return `(case when ${isCharged(card.unit, component)} and not ${isReported(component)} and ${endedWithin(bounds, bind)} then jsonb_build_array(${parts.join(", ")}) else '[]'::jsonb end)`;
  });
  return charges.length === 0 ? "'[]'::jsonb" : `(${charges.join(" || ")})`;
}
