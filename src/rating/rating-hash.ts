import { Canonical } from "../kernel/canonical";
import { formatFraction } from "../kernel/fraction";
import { hashOf } from "../kernel/hash";
import type { RatedLine } from "./rate-usage";
import { RatingFacts } from "./rating-facts";

/**
 * Ways in which months were rated, the newest first: a run names its own. UNNAMED is every one before ways had names. A way
 * gets a name of its own when the same facts would make other lines or postings.
 */
export const RATING_METHODS = ["NESTED_BY_CALL_OWNER", "UNNAMED"] as const;
export type RatingMethod = (typeof RATING_METHODS)[number];

/**
 * How a month is rated now: exact cost is divided by largest remainder over units, their use cases and their lines, and the
 * cost of a use case is posted to the unit whose its calls were when they ended.
 */
export const RATING_METHOD: RatingMethod = "NESTED_BY_CALL_OWNER";

/**
 * SHA-256 over the way of rating, cards by their text, usage and cost by code, rates and rules: no ids, no clocks, no
 * versions that a replay would number otherwise. Another way of rating is another input, wherefore it makes another run.
 */
export function hashFacts({ period, currency, cards, items, rates, reportedPool }: RatingFacts, method: RatingMethod = RATING_METHOD): string {
  const isNamed = method !== "UNNAMED";
  return hashOf({
    period, currency: currency.code, reportedPool, ...(isNamed ? { method } : {}),
    // Before ways had names, tokens filled bands line by line, in no order of use.
    cards: cards.map(({ card, span, usage, order }) => ({ document: card.documentHash, ...(span ? { span } : {}), usage, order: isNamed || card.unit !== "TOKEN_1M" ? order : null })),
    // Nothing that is charged depends on what an alarm is told by.
    items: items.map(({ counted: _, ...item }) => item), rates: rates.map(({ from, to, kind, date, rate }) => ({ from, to, kind, date, rate })),
  } as unknown as Canonical);
}

/** SHA-256 over every line with its exact amount; the days of a line where it is of some days alone. */
export function hashLines(period: string, lines: readonly RatedLine[]): string {
  return hashOf({
    period,
    lines: lines.map((line) => [
      line.kind, line.vendor, line.component, line.basis, line.rateLine, line.pool, line.businessUnit, line.useCase, line.calls, line.exemptCalls, line.measuredMs, line.unit,
      formatFraction(line.measured), formatFraction(line.billed), line.originalCurrency, formatFraction(line.amount), line.amountMinor, ...(line.span === null ? [] : [line.span.first, line.span.last]),
    ]),
  });
}

/**
 * True where a run stands on the facts as they are. An open month is rated in the way of today; of a closed one the way that
 * it was rated in holds for as long as its facts are the same, so that no new way moves what was closed.
 */
export function standsOn(run: { readonly inputHash: string; readonly method: RatingMethod }, facts: RatingFacts, isClosed: boolean): boolean {
  return run.inputHash === hashFacts(facts) || (isClosed && run.method !== RATING_METHOD && run.inputHash === hashFacts(facts, run.method));
}
