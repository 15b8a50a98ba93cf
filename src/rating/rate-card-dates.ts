import { dayAfter, dayBefore, daysOf, lastDayOf, shiftPeriod } from "../kernel/period";
import { Fraction, fraction } from "../kernel/fraction";
import { Refusal } from "../kernel/refusal";
import { RATE_SERIES, RateCardDocument, seriesOf } from "./rate-card";

type Dated = Pick<RateCardDocument, "vendor" | "component" | "unit" | "effectiveFrom" | "effectiveTo" | "firstDay" | "lastDay"> & { readonly version: number; readonly replaces: number | null };
type Days = Pick<Dated, "effectiveFrom" | "effectiveTo" | "firstDay" | "lastDay">;

/** Days of a month that a card is in effect on, both inclusive: "2025-10-16" to "2025-10-31". */
export interface DaySpan {
  readonly first: string;
  readonly last: string;
}

/** A card with the days of a month that it is in effect on; null: the whole of it. */
export interface CardOfMonth<T> {
  readonly card: T;
  readonly span: DaySpan | null;
}

export function firstDayOf({ effectiveFrom, firstDay }: Days): string {
  return firstDay ?? `${effectiveFrom}-01`;
}

/** Null: until a later card begins. */
export function lastDayInEffect({ effectiveTo, lastDay }: Days): string | null {
  return lastDay ?? (effectiveTo === null ? null : lastDayOf(effectiveTo));
}

/** What of a month a span is, by its days. */
export function shareOf(span: DaySpan | null): Fraction {
  if (span === null) return fraction(1n);
  return fraction(BigInt(span.last.slice(8)) - BigInt(span.first.slice(8)) + 1n, daysOf(span.first.slice(0, 7)));
}

/** Approved cards of one series that still stand, by their first day: a card that another one replaces is left out. */
export function standing<T extends Dated>(approved: readonly T[]): T[] {
  const replaced = new Set(approved.map(({ replaces }) => replaces));
  return approved.filter(({ version }) => !replaced.has(version)).sort((a, b) => (firstDayOf(a) < firstDayOf(b) ? -1 : 1));
}

/** The cards of a month among those of one series that stand, each with its days, in their order; none where the month has no price. */
export function cardsOfMonth<T extends Dated>(approved: readonly T[], period: string): Array<CardOfMonth<T>> {
  const cards = standing(approved);
  const [monthFirst, monthLast] = [`${period}-01`, lastDayOf(period)];
  return cards.flatMap((card, index) => {
    const next = cards[index + 1];
    const ends = [lastDayInEffect(card), next === undefined ? null : dayBefore(firstDayOf(next)), monthLast].flatMap((day) => day ?? []).sort();
    const [first, last] = [firstDayOf(card) > monthFirst ? firstDayOf(card) : monthFirst, ends[0]!];
    if (first > last) return [];
    return [{ card, span: first === monthFirst && last === monthLast ? null : { first, last } }];
  });
}

/** The cards of a month among those of many vendors and components, in the order of these, of each by series and day. */
export function allCardsOfMonth<T extends Dated>(approved: readonly T[], period: string): Array<CardOfMonth<T>> {
  const groups = new Map<string, T[]>();
  for (const card of approved) {
    const key = JSON.stringify([card.vendor, card.component]);
    groups.set(key, [...(groups.get(key) ?? []), card]);
  }
  return [...groups.values()].flatMap((cards) => RATE_SERIES.flatMap((series) => cardsOfMonth(standing(cards).filter(({ unit }) => seriesOf(unit) === series), period)));
}

/**
 * Refuses a card that would leave a day of its vendor, component and series with two prices or with none: CONFLICT names the
 * card it meets. An open card ends when a later one begins. A card that replaces another has the same days.
 */
export function requireFits(card: RateCardDocument, approved: readonly Dated[]): void {
  const cards = standing(approved).filter(({ unit }) => seriesOf(unit) === seriesOf(card.unit));
  const name = `${card.vendor} ${card.component}`;
  const [first, last] = [firstDayOf(card), lastDayInEffect(card)];
  if (card.replaces !== null) {
    const old = cards.find(({ version }) => version === card.replaces);
    if (!old) throw new Refusal("NOT_FOUND", `There is no approved card ${card.replaces} of ${name} that stands. Name one, or leave replaces out.`, ["replaces"]);
    if (firstDayOf(old) === first && lastDayInEffect(old) === last) return;
    throw new Refusal("BAD_USER_INPUT", `A card that replaces another has the same ${isOfMonths(old) ? "months" : "days"}: ${inWords(old)}.`, ["effectiveFrom"]);
  }
  const before = cards.filter((each) => firstDayOf(each) <= first).at(-1);
  const after = cards.find((each) => firstDayOf(each) > first);
  if (before) {
    const end = lastDayInEffect(before);
    if (firstDayOf(before) === first || (end !== null && end >= first)) {
      throw new Refusal("CONFLICT", `${name} has card ${before.version} in ${card.firstDay ?? card.effectiveFrom} (${inWords(before)}): two prices for one ${isOfMonths(card) ? "month" : "day"}. Begin later, or say that this one replaces it.`, [card.firstDay ? "firstDay" : "effectiveFrom"]);
    }
    if (end !== null && dayAfter(end) < first) throw new Refusal("CONFLICT", `Card ${before.version} of ${name} ends with ${endWord(before)}: ${startWord(dayAfter(end))} would have no price. Begin with that ${unitOf(dayAfter(end))}.`, [card.firstDay ? "firstDay" : "effectiveFrom"]);
  }
  if (!after || last === null) return;
  const start = firstDayOf(after);
  if (last >= start) throw new Refusal("CONFLICT", `${name} has card ${after.version} from ${startWord(start)} on: two prices for one ${isOfMonths(after) ? "month" : "day"}. End before it.`, [card.lastDay ? "lastDay" : "effectiveTo"]);
  if (dayAfter(last) < start) {
    throw new Refusal("CONFLICT", `Card ${after.version} of ${name} begins with ${startWord(start)}: ${startWord(dayAfter(last))} would have no price. End with ${isOfMonths(after) ? shiftPeriod(after.effectiveFrom, -1) : dayBefore(start)}, or leave effectiveTo out.`, [card.lastDay ? "lastDay" : "effectiveTo"]);
  }
}

const isOfMonths = ({ firstDay, lastDay }: Days): boolean => firstDay === undefined && lastDay === undefined;
const endWord = ({ effectiveTo, lastDay }: Days): string => lastDay ?? effectiveTo ?? "";
const unitOf = (day: string): string => (day.endsWith("-01") ? "month" : "day");
/** A day as people say it: by its month where it is the first. */
const startWord = (day: string): string => (day.endsWith("-01") ? day.slice(0, 7) : day);

function inWords(card: Days): string {
  const from = startWord(firstDayOf(card));
  return card.effectiveTo === null ? `from ${from} on` : `${from} to ${endWord(card)}`;
}
