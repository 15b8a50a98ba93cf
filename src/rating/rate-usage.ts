import { apportion, compareCodes } from "../kernel/apportion";
import { Fraction, ZERO, add, divide, fraction, multiply, roundHalfUp, sum } from "../kernel/fraction";
import { ExchangeRate, missingRate } from "../costs";
import { LineCharge, Stretch, chargeOf } from "./charge";
import { RateCard, RateUnit, basePerUnit, exact, isFee } from "./rate-card";
import { DaySpan, shareOf } from "./rate-card-dates";
import { ItemCost, Place, RatingFacts, UsageOfCard } from "./rating-facts";
import { hashFacts, hashLines } from "./rating-hash";

export const RATED_KINDS = ["USAGE", "FEE", "UNUSED_COMMITMENT"] as const;
export type RatedKind = (typeof RATED_KINDS)[number];
export type RatedBasis = "REPORTED" | "RATED" | "ESTIMATED";

/** One figure of a rated month: measured, billed and charged quantities stand apart. */
export interface RatedLine extends Place {
  readonly kind: RatedKind;
  readonly vendor: string;
  readonly component: string;
  readonly basis: RatedBasis;
  readonly cardVersion: number | null;
  readonly rateLine: string;
  /** The days of the month that it is of, where its card was not in effect on all of them; null: the whole month. */
  readonly span: DaySpan | null;
  /** Code; null: nowhere yet. */
  readonly pool: string | null;
  readonly calls: bigint;
  readonly exemptCalls: bigint;
  readonly measuredMs: bigint;
  /** What `measured` and `billed` are counted in; null for cost that came with the usage. */
  readonly unit: RateUnit | null;
  readonly measured: Fraction;
  readonly billed: Fraction;
  readonly originalCurrency: string;
  /** Exact, in minor units of the programme's currency. */
  readonly amount: Fraction;
  /** What is posted: largest remainder within one vendor, component, basis and kind, over units, then use cases, then lines. */
  readonly amountMinor: bigint;
}

export interface RatingResult {
  readonly lines: readonly RatedLine[];
  readonly totalMinor: bigint;
  readonly inputHash: string;
  readonly resultHash: string;
}

type Unposted = Omit<RatedLine, "amountMinor">;
type ToMinor = (currency: string) => Fraction;

/** Rates a month: exact, no clock, no ids. CURRENCY_MISMATCH names the pair and the day of a missing exchange rate. */
export function rateUsage(facts: RatingFacts): RatingResult {
  const toMinor = minorOf(facts);
  const lines = post([...facts.cards.flatMap((each) => linesOfCard(each, facts, toMinor)), ...linesOfItems(facts, toMinor)]);
  return { lines, totalMinor: lines.reduce((total, { amountMinor }) => total + amountMinor, 0n), inputHash: hashFacts(facts), resultHash: hashLines(facts.period, lines) };
}

/** Minor units of the programme's currency for one major unit of another. */
export function minorOf(facts: Pick<RatingFacts, "currency" | "rates" | "period">): ToMinor {
  const scale = fraction(10n ** BigInt(facts.currency.exponent));
  const rates = new Map<string, ExchangeRate>(facts.rates.map((rate) => [rate.from, rate]));
  return (currency) => {
    if (currency === facts.currency.code) return scale;
    const rate = rates.get(currency);
    if (!rate) throw missingRate(currency, facts.currency.code, facts.period, ["period"]);
    return multiply(scale, exact(rate.rate));
  };
}

/** What of a card's month goes into its charge, in the order of use where that decides. */
export function stretchesOf({ usage, order }: Pick<UsageOfCard, "usage" | "order">): Stretch[] {
  if (order !== null) return order.map(({ line, billed }) => ({ line, base: exact(billed) }));
  const lines = new Map<string, Fraction>();
  for (const { line, billed } of usage) lines.set(line, add(lines.get(line) ?? ZERO, exact(billed)));
  return [...lines].sort(([a], [b]) => compareCodes(a, b)).map(([line, base]) => ({ line, base }));
}

/**
 * What a card's vendor itself said that the component costs while the card was in effect, in major units of its currency. It
 * fills the commitment of the card that prices the usage; that of a fee only where no card does.
 */
function reportedOf({ card: { vendor, component, currency, unit }, span }: UsageOfCard, { items, cards }: RatingFacts, toMinor: ToMinor): Fraction {
  const prices = (each: RateCard): boolean => each.vendor === vendor && each.component === component && !isFee(each.unit);
  if (isFee(unit) && cards.some(({ card }) => prices(card))) return ZERO;
  const own = items.filter((item) => item.basis === "REPORTED" && item.vendor === vendor && item.component === component && (isFee(unit) || item.span?.first === span?.first));
  return sum(own.map((item) => divide(multiply(exact(item.amount), toMinor(item.currency)), toMinor(currency))));
}

function linesOfCard(ofCard: UsageOfCard, facts: RatingFacts, toMinor: ToMinor): Unposted[] {
  const { card, usage } = ofCard;
  const span = ofCard.span ?? null;
  // Stryker disable next-line ConditionalExpression: without a commitment nothing is filled by reports; not to add them up is only quicker.
  const month = chargeOf(card, stretchesOf(ofCard), card.minimumCommitment === null ? ZERO : reportedOf(ofCard, facts, toMinor), shareOf(span));
  const minor = toMinor(card.currency);
  const rates = new Map<string, LineCharge>(month.lines.map((line) => [line.line, line]));
  const common = { vendor: card.vendor, component: card.component, basis: "RATED", cardVersion: card.version, unit: card.unit, span, originalCurrency: card.currency } as const;
  const perUnit = fraction(1n, basePerUnit(card.unit));
  const lines = usage.map((each): Unposted => {
    const billed = multiply(multiply(exact(each.billed), month.stretch), perUnit);
    return {
      ...common, kind: isFee(card.unit) ? "FEE" : "USAGE", businessUnit: each.businessUnit, useCase: each.useCase, rateLine: each.line, pool: card.pool,
      calls: BigInt(each.calls), exemptCalls: BigInt(each.exemptCalls), measuredMs: BigInt(each.measuredMs), measured: multiply(exact(each.measured), perUnit), billed,
      amount: multiply(multiply(billed, rates.get(each.line)?.rate ?? ZERO), minor),
    };
  });
  if (month.shortfall.numerator === 0n) return lines;
  const nothing = { calls: 0n, exemptCalls: 0n, measuredMs: 0n, measured: ZERO, billed: ZERO };
  return [...lines, { ...common, ...nothing, kind: "UNUSED_COMMITMENT", businessUnit: "", useCase: "", rateLine: "", pool: card.commitmentPool, amount: multiply(month.shortfall, minor) }];
}

function linesOfItems({ items, cards, reportedPool }: RatingFacts, toMinor: ToMinor): Unposted[] {
  // Where it is of no day of a card, it goes where the last card of the month sends it.
  const poolOf = ({ vendor, component, span }: ItemCost): string | null =>
    cards.filter(({ card, span: days }) => !isFee(card.unit) && card.vendor === vendor && card.component === component && (span === undefined || days?.first === span.first)).at(-1)?.card.pool ?? reportedPool;
  return items.map((each: ItemCost) => ({
    kind: "USAGE", vendor: each.vendor, component: each.component, basis: each.basis, cardVersion: null, rateLine: "", span: each.span ?? null, pool: poolOf(each),
    businessUnit: each.businessUnit, useCase: each.useCase, calls: BigInt(each.calls), exemptCalls: 0n, measuredMs: BigInt(each.measuredMs), unit: null, measured: ZERO, billed: ZERO,
    originalCurrency: each.currency, amount: multiply(exact(each.amount), toMinor(each.currency)),
  }));
}

/**
 * Gives every line whole minor units, so that the lines of a group sum to its exact total rounded once, halves away from zero.
 * The total is divided over units, a unit's amount over its use cases, a use case's over its lines. Credits are rounded apart
 * from charges.
 */
function post(unposted: readonly Unposted[]): RatedLine[] {
  const groups = groupBy(unposted, (line) => JSON.stringify([line.vendor, line.component, line.kind, line.basis, line.amount.numerator < 0n]));
  return groups.flatMap(([, lines]) => divideOver(roundHalfUp(sum(lines.map(({ amount }) => amount))), lines, [({ businessUnit }) => businessUnit, ({ useCase }) => useCase]));
}

/** An amount over groups of lines, level by level, and within the last over the lines; largest remainder at every level. */
function divideOver(amountMinor: bigint, lines: readonly Unposted[], levels: ReadonlyArray<(line: Unposted) => string>): RatedLine[] {
  const [level, ...deeper] = levels;
  if (level) {
    const groups = groupBy(lines, level);
    const parts = inProportion(amountMinor, groups.map(([code, own]) => ({ code, exact: sum(own.map(({ amount }) => amount)) })));
    return groups.flatMap(([, own], index) => divideOver(parts[index]!, own, deeper));
  }
  // Stryker disable next-line ArrayDeclaration: all lines are fees, or none is; and a word for no days, too, sorts behind every day.
  const codeOf = ({ rateLine, originalCurrency, span, kind, unit }: Unposted): string => JSON.stringify([rateLine, originalCurrency, ...(span === null ? [] : [span.first]), ...(kind === "FEE" ? [unit] : [])]);
  const ordered = [...lines].sort((a, b) => compareCodes(codeOf(a), codeOf(b)));
  const parts = inProportion(amountMinor, ordered.map((line) => ({ code: codeOf(line), exact: line.amount })));
  return ordered.map((line, index) => ({ ...line, amountMinor: parts[index]! }));
}

/** Largest remainder over exact amounts of one sign; nothing for each where they are all zero. */
function inProportion(amountMinor: bigint, shares: ReadonlyArray<{ readonly code: string; readonly exact: Fraction }>): bigint[] {
  if (shares.every(({ exact }) => exact.numerator === 0n)) return shares.map(() => 0n);
  // Stryker disable next-line EqualityOperator: zero has no sign.
  return apportion(amountMinor, shares.map(({ code, exact }) => ({ code, weight: exact.numerator < 0n ? { numerator: -exact.numerator, denominator: exact.denominator } : exact })));
}

/** Groups in the order of their codes. */
function groupBy(lines: readonly Unposted[], keyOf: (line: Unposted) => string): Array<[string, Unposted[]]> {
  const groups = new Map<string, Unposted[]>();
  for (const line of lines) {
    const known = groups.get(keyOf(line));
    if (known) known.push(line);
    else groups.set(keyOf(line), [line]);
  }
  return [...groups].sort(([a], [b]) => compareCodes(a, b));
}
