import { given } from "../kernel/given";
import { apportion, compareCodes } from "../kernel/apportion";
import { parseDecimal } from "../kernel/decimal";
import { Fraction, ZERO, add, fraction, fromDecimal, multiply, roundHalfUp, sum } from "../kernel/fraction";
import { Currency } from "../kernel/money";
import { Refusal } from "../kernel/refusal";
import { Stretch, billedOfCall, chargeOf } from "./charge";
import { RateCardDocument, basePerUnit, exact, isTimed } from "./rate-card";
import { CardUsage, UsageOfCard } from "./rating-facts";
import { stretchesOf } from "./rate-usage";

/** Calls of one length, or a quantity in the card's units, as somebody writes them down. */
export interface LiteralFact {
  readonly useCase?: string | null;
  readonly line?: string | null;
  /** Of each call; MINUTE, SECOND and CALL cards. */
  readonly seconds?: string | null;
  /** How many calls of that length; 1 when left out. */
  readonly count?: number | null;
  readonly spam?: boolean | null;
  /** In the card's units, already billed. */
  readonly quantity?: string | null;
}

export interface SimulatedRow {
  readonly useCase: string;
  readonly calls: bigint;
  readonly exemptCalls: bigint;
  readonly measured: Fraction;
  readonly billed: Fraction;
  /** Major units of the card's currency. */
  readonly exactAmount: Fraction;
  readonly amountMinor: bigint;
}

/** What a card would charge. Major units of the card's currency where no unit is named. */
export interface SimulatedMonth {
  readonly rows: readonly SimulatedRow[];
  readonly measured: Fraction;
  readonly billed: Fraction;
  readonly usage: Fraction;
  readonly shortfall: Fraction;
  readonly total: Fraction;
  readonly totalMinor: bigint;
}

const MOST_FACTS = 1_000;

/** Literal facts as usage of a card, in the order given: that is the order in which graduated tiers fill. BAD_USER_INPUT names the fact at fault. */
export function usageOfFacts(card: RateCardDocument, facts: readonly LiteralFact[]): UsageOfCard<RateCardDocument> & { readonly stretches: readonly Stretch[] } {
  if (facts.length === 0 || facts.length > MOST_FACTS) throw new Refusal("BAD_USER_INPUT", `Give 1 to ${MOST_FACTS} facts.`, ["facts"]);
  const rows = facts.map((fact, index) => readFact(card, fact, ["facts", String(index)]));
  return { card, usage: rows.map(({ usage }) => usage), order: null, stretches: rows.map(({ usage, billed }) => ({ line: usage.line, base: billed })) };
}

function readFact(card: RateCardDocument, fact: LiteralFact, path: readonly string[]): { usage: CardUsage; billed: Fraction } {
  const refuse = (message: string, field: string): never => {
    throw new Refusal("BAD_USER_INPUT", message, [...path, field]);
  };
  const line = fact.line ?? "", count = fact.count ?? 1;
  if (line !== "" && !card.lines.some(({ code }) => code === line)) refuse(`The card has no line ${line.slice(0, 64)}.`, "line");
  if ((!given(fact.seconds)) === (!given(fact.quantity))) refuse("Say seconds (of each call) or quantity (in the card's units), one of them.", "seconds");
  const place = { businessUnit: "", useCase: fact.useCase ?? "", line };
  if (given(fact.quantity)) {
    const quantity = parseDecimal(fact.quantity);
    if (!quantity || quantity.units < 0n) return refuse("quantity must be a plain decimal number, 0 or more.", "quantity");
    const base = multiply(fromDecimal(quantity), fraction(basePerUnit(card.unit)));
    const text = base.denominator === 1n ? String(base.numerator) : fact.quantity;
    if (base.denominator !== 1n && isTimed(card.unit)) refuse("quantity must be whole milliseconds of time.", "quantity");
    return { usage: { ...place, calls: "0", exemptCalls: "0", measuredMs: isTimed(card.unit) ? text : "0", measured: text, billed: text }, billed: base };
  }
  if (!isTimed(card.unit) && card.unit !== "CALL") refuse(`A card per ${card.unit} is asked with quantity, not with seconds.`, "seconds");
  const ms = multiply(fromDecimal(parseDecimal(fact.seconds!) ?? refuse("seconds must be a plain decimal number.", "seconds")), fraction(1_000n));
  if (ms.denominator !== 1n || ms.numerator < 0n) refuse("seconds must be 0 or more, in whole milliseconds.", "seconds");
  if (!Number.isSafeInteger(count) || count < 1) refuse("count must be a whole number, 1 or more.", "count");
  const calls = BigInt(count);
  const { ms: billed, exempt } = billedOfCall(card, { connectedMs: ms.numerator, spam: fact.spam ?? false });
  const timed = isTimed(card.unit);
  const base = timed ? billed * calls : exempt ? 0n : calls;
  return {
    usage: { ...place, calls: String(calls), exemptCalls: exempt ? String(calls) : "0", measuredMs: String(ms.numerator * calls), measured: String(timed ? ms.numerator * calls : calls), billed: String(base) },
    billed: fraction(base),
  };
}

/**
 * What a card would charge for some usage, `volume` times of it; `order` is of so many times already, so that bands fill over
 * the whole volume in the order of use: every call, and with it every day, grows by the same. The amounts of the use cases
 * are rounded by largest remainder to the minor units of the card's currency; the shortfall of a commitment is no use case's.
 */
export function simulateCard({ card, usage, order, stretches }: UsageOfCard<RateCardDocument> & { readonly stretches?: readonly Stretch[] }, currency: Currency, volume: Fraction): SimulatedMonth {
  const once = stretches ?? (order === null ? stretchesOf({ usage, order }) : null);
  const scaled = once === null ? stretchesOf({ usage, order }) : once.map(({ line, base }) => ({ line, base: multiply(base, volume) }));
  const month = chargeOf(card, scaled);
  const rates = new Map(month.lines.map(({ line, rate }) => [line, rate ?? ZERO]));
  const perUnit = multiply(volume, fraction(1n, basePerUnit(card.unit)));
  const groups = new Map<string, Omit<SimulatedRow, "amountMinor">>();
  for (const each of usage) {
    const known = groups.get(each.useCase) ?? { useCase: each.useCase, calls: 0n, exemptCalls: 0n, measured: ZERO, billed: ZERO, exactAmount: ZERO };
    const billed = multiply(multiply(exact(each.billed), month.stretch), perUnit);
    groups.set(each.useCase, {
      useCase: each.useCase, calls: known.calls + BigInt(each.calls), exemptCalls: known.exemptCalls + BigInt(each.exemptCalls), measured: add(known.measured, multiply(exact(each.measured), perUnit)),
      billed: add(known.billed, billed), exactAmount: add(known.exactAmount, multiply(billed, rates.get(each.line) ?? ZERO)),
    });
  }
  const rows = [...groups.values()].sort((a, b) => compareCodes(a.useCase, b.useCase));
  const scale = fraction(10n ** BigInt(currency.exponent));
  const usageMinor = roundHalfUp(multiply(month.usage, scale));
  const parts = month.usage.numerator === 0n ? rows.map(() => 0n) : apportion(usageMinor, rows.map(({ useCase, exactAmount }) => ({ code: useCase, weight: exactAmount })));
  return {
    rows: rows.map((row, index) => ({ ...row, amountMinor: parts[index]! })), measured: sum(rows.map(({ measured }) => measured)), billed: month.quantity,
    usage: month.usage, shortfall: month.shortfall, total: add(month.usage, month.shortfall), totalMinor: usageMinor + roundHalfUp(multiply(month.shortfall, scale)),
  };
}
