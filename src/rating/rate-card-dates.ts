import { shiftPeriod } from "../kernel/period";
import { Refusal } from "../kernel/refusal";
import { RateCardDocument } from "./rate-card";

type Dated = Pick<RateCardDocument, "vendor" | "component" | "effectiveFrom" | "effectiveTo"> & { readonly version: number; readonly replaces: number | null };

/** Approved cards of one vendor and component that still stand, by their first month: a card that another one replaces is left out. */
export function standing<T extends Dated>(approved: readonly T[]): T[] {
  const replaced = new Set(approved.map(({ replaces }) => replaces));
  return approved.filter(({ version }) => !replaced.has(version)).sort((a, b) => (a.effectiveFrom < b.effectiveFrom ? -1 : 1));
}

/** The card of a month among those that stand; null when the month has none. */
export function cardOfMonth<T extends Dated>(approved: readonly T[], period: string): T | null {
  const cards = standing(approved).filter(({ effectiveFrom }) => effectiveFrom <= period);
  const last = cards.at(-1);
  return last && (last.effectiveTo === null || last.effectiveTo >= period) ? last : null;
}

/**
 * Refuses a card that would leave a month of its vendor and component with two prices or with none: CONFLICT names the card
 * it meets. An open card ends when a later one begins. A card that replaces another has the same months.
 */
export function requireFits(card: RateCardDocument, approved: readonly Dated[]): void {
  const cards = standing(approved);
  const name = `${card.vendor} ${card.component}`;
  if (card.replaces !== null) {
    const old = cards.find(({ version }) => version === card.replaces);
    if (!old) throw new Refusal("NOT_FOUND", `There is no approved card ${card.replaces} of ${name} that stands. Name one, or leave replaces out.`, ["replaces"]);
    if (old.effectiveFrom === card.effectiveFrom && old.effectiveTo === card.effectiveTo) return;
    throw new Refusal("BAD_USER_INPUT", `A card that replaces another has the same months: ${inWords(old)}.`, ["effectiveFrom"]);
  }
  const before = cards.filter(({ effectiveFrom }) => effectiveFrom <= card.effectiveFrom).at(-1);
  const after = cards.find(({ effectiveFrom }) => effectiveFrom > card.effectiveFrom);
  if (before) {
    const overlaps = before.effectiveFrom === card.effectiveFrom || (before.effectiveTo !== null && before.effectiveTo >= card.effectiveFrom);
    if (overlaps) throw new Refusal("CONFLICT", `${name} has card ${before.version} in ${card.effectiveFrom} (${inWords(before)}): two prices for one month. Begin later, or say that this one replaces it.`, ["effectiveFrom"]);
    if (before.effectiveTo !== null && shiftPeriod(before.effectiveTo, 1) < card.effectiveFrom) {
      throw new Refusal("CONFLICT", `Card ${before.version} of ${name} ends with ${before.effectiveTo}: ${shiftPeriod(before.effectiveTo, 1)} would have no price. Begin with that month.`, ["effectiveFrom"]);
    }
  }
  if (!after) return;
  if (card.effectiveTo !== null && card.effectiveTo >= after.effectiveFrom) throw new Refusal("CONFLICT", `${name} has card ${after.version} from ${after.effectiveFrom} on: two prices for one month. End before it.`, ["effectiveTo"]);
  if (card.effectiveTo !== null && shiftPeriod(card.effectiveTo, 1) < after.effectiveFrom) throw new Refusal("CONFLICT", `Card ${after.version} of ${name} begins with ${after.effectiveFrom}: ${shiftPeriod(card.effectiveTo, 1)} would have no price. End with ${shiftPeriod(after.effectiveFrom, -1)}, or leave effectiveTo out.`, ["effectiveTo"]);
}

function inWords({ effectiveFrom, effectiveTo }: Dated): string {
  return effectiveTo === null ? `from ${effectiveFrom} on` : `${effectiveFrom} to ${effectiveTo}`;
}
