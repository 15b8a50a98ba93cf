import { apportion, compareCodes } from "../kernel/apportion";
import { Canonical } from "../kernel/canonical";
import { parseDecimal } from "../kernel/decimal";
import { Fraction, ZERO, add, divide, formatFraction, fraction, fromDecimal, multiply, roundHalfUp, sum } from "../kernel/fraction";
import { hashOf } from "../kernel/hash";
import { ExchangeRate, missingRate } from "../costs";
import { LineCharge, Stretch, chargeOf } from "./charge";
import { RateCard, RateUnit, basePerUnit, isFee } from "./rate-card";
import { ItemCost, Place, RatingFacts, UsageOfCard } from "./rating-facts";

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
  const lines = post([...facts.cards.flatMap((each) => linesOfCard(each, facts.items, toMinor)), ...linesOfItems(facts, toMinor)]);
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
    return multiply(scale, decimal(rate.rate));
  };
}

const decimal = (text: string): Fraction => fromDecimal(parseDecimal(text)!);

/** What of a card's month goes into its charge, in the order of use where that decides. */
export function stretchesOf({ usage, order }: Pick<UsageOfCard, "usage" | "order">): Stretch[] {
  if (order !== null) return order.map(({ line, billed }) => ({ line, base: decimal(billed) }));
  const lines = new Map<string, Fraction>();
  for (const { line, billed } of usage) lines.set(line, add(lines.get(line) ?? ZERO, decimal(billed)));
  return [...lines].sort(([a], [b]) => compareCodes(a, b)).map(([line, base]) => ({ line, base }));
}

/** What a card's vendor itself said that the component costs, in major units of the card's currency. */
function reportedOf({ vendor, component, currency }: RateCard, items: readonly ItemCost[], toMinor: ToMinor): Fraction {
  const own = items.filter((item) => item.basis === "REPORTED" && item.vendor === vendor && item.component === component);
  return sum(own.map((item) => (item.currency === currency ? decimal(item.amount) : divide(multiply(decimal(item.amount), toMinor(item.currency)), toMinor(currency)))));
}

function linesOfCard(ofCard: UsageOfCard, items: readonly ItemCost[], toMinor: ToMinor): Unposted[] {
  const { card, usage } = ofCard;
  const month = chargeOf(card, stretchesOf(ofCard), card.minimumCommitment === null ? ZERO : reportedOf(card, items, toMinor));
  const minor = toMinor(card.currency);
  const rates = new Map<string, LineCharge>(month.lines.map((line) => [line.line, line]));
  const common = { vendor: card.vendor, component: card.component, basis: "RATED", cardVersion: card.version, unit: card.unit, originalCurrency: card.currency } as const;
  const perUnit = fraction(1n, basePerUnit(card.unit));
  const lines = usage.map((each): Unposted => {
    const billed = multiply(multiply(decimal(each.billed), month.stretch), perUnit);
    return {
      ...common, kind: isFee(card.unit) ? "FEE" : "USAGE", businessUnit: each.businessUnit, useCase: each.useCase, rateLine: each.line, pool: card.pool,
      calls: BigInt(each.calls), exemptCalls: BigInt(each.exemptCalls), measuredMs: BigInt(each.measuredMs), measured: multiply(decimal(each.measured), perUnit), billed,
      amount: multiply(multiply(billed, rates.get(each.line)?.rate ?? ZERO), minor),
    };
  });
  if (month.shortfall.numerator === 0n) return lines;
  const nothing = { calls: 0n, exemptCalls: 0n, measuredMs: 0n, measured: ZERO, billed: ZERO };
  return [...lines, { ...common, ...nothing, kind: "UNUSED_COMMITMENT", businessUnit: "", useCase: "", rateLine: "", pool: card.commitmentPool, amount: multiply(month.shortfall, minor) }];
}

function linesOfItems({ items, cards, reportedPool }: RatingFacts, toMinor: ToMinor): Unposted[] {
  const pools = new Map(cards.filter(({ card }) => !isFee(card.unit)).map(({ card }) => [`${card.vendor} ${card.component}`, card.pool]));
  return items.map((each: ItemCost) => ({
    kind: "USAGE", vendor: each.vendor, component: each.component, basis: each.basis, cardVersion: null, rateLine: "", pool: pools.get(`${each.vendor} ${each.component}`) ?? reportedPool,
    businessUnit: each.businessUnit, useCase: each.useCase, calls: BigInt(each.calls), exemptCalls: 0n, measuredMs: BigInt(each.measuredMs), unit: null, measured: ZERO, billed: ZERO,
    originalCurrency: each.currency, amount: multiply(decimal(each.amount), toMinor(each.currency)),
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
  const codeOf = ({ rateLine, originalCurrency }: Unposted): string => JSON.stringify([rateLine, originalCurrency]);
  const ordered = [...lines].sort((a, b) => compareCodes(codeOf(a), codeOf(b)));
  const parts = inProportion(amountMinor, ordered.map((line) => ({ code: codeOf(line), exact: line.amount })));
  return ordered.map((line, index) => ({ ...line, amountMinor: parts[index]! }));
}

/** Largest remainder over exact amounts of one sign; nothing for each where they are all zero. */
function inProportion(amountMinor: bigint, shares: ReadonlyArray<{ readonly code: string; readonly exact: Fraction }>): bigint[] {
  if (shares.every(({ exact }) => exact.numerator === 0n)) return shares.map(() => 0n);
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

/** SHA-256 over cards by their text, usage and cost by code, rates and rules: no ids, no clocks, no versions that a replay would number otherwise. */
export function hashFacts(facts: RatingFacts): string {
  const { period, currency, cards, items, rates, reportedPool } = facts;
  return hashOf({
    period, currency: currency.code, reportedPool,
    cards: cards.map(({ card, usage, order }) => ({ document: card.documentHash, usage, order })), items, rates: rates.map(({ from, to, kind, date, rate }) => ({ from, to, kind, date, rate })),
  } as unknown as Canonical);
}

/** SHA-256 over every line with its exact amount. */
export function hashLines(period: string, lines: readonly RatedLine[]): string {
  return hashOf({
    period,
    lines: lines.map((line) => [
      line.kind, line.vendor, line.component, line.basis, line.rateLine, line.pool, line.businessUnit, line.useCase, line.calls, line.exemptCalls, line.measuredMs, line.unit,
      formatFraction(line.measured), formatFraction(line.billed), line.originalCurrency, formatFraction(line.amount), line.amountMinor,
    ]),
  });
}
