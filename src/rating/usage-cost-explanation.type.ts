import { Arg, Ctx, Field, FieldResolver, Int, ObjectType, Resolver, Root, registerEnumType } from "type-graphql";
import { formatUnits, trimDecimal } from "../kernel/decimal";
import { Fraction, divide, formatFraction, fraction, multiply, roundForDisplay, subtract } from "../kernel/fraction";
import { Money, connectionOf, enumOf } from "../kernel/graph.type";
import { Currency, MoneyAmount, toMoney } from "../kernel/money";
import { Page, requirePageSize } from "../kernel/paging";
import { CurrencyCodeScalar, DateScalar, DecimalScalar, LongScalar } from "../kernel/scalars";
import { ExchangeRateType } from "../costs/exchange-rate.type";
import { toUsageEvent } from "../metering/usage-view.type";
import { UsageEventType } from "../metering/usage.type";
import { RequestContext } from "../tenancy/request-context";
import { BusinessUnitType, UseCaseType } from "../tenancy/tenancy.type";
import { CostComponentEnum } from "../metering/usage-input.type";
import { RateCard, basePerUnit, exact, isTimed } from "./rate-card";
import { CardOfMonth } from "./rate-card-dates";
import { RateCardType, RateUnitEnum } from "./rate-card.type";
import { toCardView } from "./rating-view.type";
import { RatingRun } from "./rate-period";
import { RatedLine } from "./rate-usage";
import { RatedCallsLoader } from "./rated-calls.loader";
import { LineOfRun, RatedCall } from "./rated-calls.query";
import { UsageCostBasisEnum, UsageCostKindEnum } from "./rating.type";

export const UsageCostRemainderEnum = enumOf(["PERIOD_ROUNDING", "FEE", "UNUSED_COMMITMENT"] as const);
registerEnumType(UsageCostRemainderEnum, { name: "UsageCostRemainderName", description: "PERIOD_ROUNDING: minimum and increment that a card applied once to the sum of the month (PER_PERIOD), the line's share of what that added. FEE, UNUSED_COMMITMENT: cost that no leg caused." });

@ObjectType({ simpleResolvers: true, description: "A leg and what it costs." })
export class UsageCostCall {
  @Field(() => UsageEventType, { description: "The leg, as it counted at the run's cut-off." }) event: UsageEventType;
  @Field(() => DecimalScalar, { nullable: true, description: "Seconds after minimum and increment, 0 where it is exempt; null where the card charges no time, or the cost came with the leg." }) billedSeconds: string | null;
  @Field(() => String, { nullable: true, description: "In the line's units, after exemption, minimum and increment: a whole number, or a fraction n/d in lowest terms. Null where the cost came with the leg." }) billedQuantity: string | null;
  @Field(() => Boolean, { description: "Exempt by the card: it costs nothing." }) exempt: boolean;
  @Field(() => String, { description: "billedQuantity x blendedRate, or what came with the leg, in major units of originalCurrency: a whole number, or a fraction n/d in lowest terms." }) exactAmount: string;
}

@ObjectType({ simpleResolvers: true, description: "What of a line no single leg makes up." })
export class UsageCostRemainder {
  @Field(() => UsageCostRemainderEnum, { description: "Why there is a remainder." }) name: string;
  @Field(() => String, { description: "In major units of originalCurrency: a whole number, or a fraction n/d in lowest terms." }) exactAmount: string;
}

export const UsageCostCallConnection = connectionOf(UsageCostCall, "UsageCostCall");

@ObjectType("UsageCostExplanation", { simpleResolvers: true, description: "How one figure came about: measured, billed, priced, converted, rounded. One per stored line. Its legs and its remainder sum to exactOriginalAmount." })
export class UsageCostExplanationType {
  @Field(() => UsageCostKindEnum, { description: "Usage, fee or unused commitment." }) kind: string;
  @Field(() => UsageCostBasisEnum, { description: "Who said what it costs." }) basis: string;
  @Field(() => String, { description: "As `provider` of the usage events names it; empty for usage without one." }) vendor: string;
  @Field(() => CostComponentEnum, { description: "What it is a cost of." }) component: string;
  @Field(() => BusinessUnitType, { nullable: true, description: "The unit whose the legs were when they ended; null where they are unattributed, and for fees and commitments." }) businessUnit: BusinessUnitType | null;
  @Field(() => UseCaseType, { nullable: true, description: "The use case of the legs; null where they are unattributed, and for fees and commitments." }) useCase: UseCaseType | null;
  @Field(() => RateCardType, { nullable: true, description: "What it was rated by; null for cost that came with the usage." }) card: RateCardType | null;
  @Field(() => String, { nullable: true, description: "Code of the card's line; null where it has none." }) rateLine: string | null;
  @Field(() => DateScalar, { nullable: true, description: "First day that the line is of, where its card was not in effect for the whole month; null: the whole month." }) firstDay: string | null;
  @Field(() => DateScalar, { nullable: true, description: "Last day that the line is of, inclusive; null: the whole month." }) lastDay: string | null;
  @Field(() => LongScalar, { description: "Legs that cost something or were exempt. Of a card per TOKEN_1M a leg counts on one line alone, though it may stand on several." }) calls: bigint;
  @Field(() => LongScalar, { description: "Legs that the card exempts." }) exemptCalls: bigint;
  @Field(() => LongScalar, { description: "Milliseconds as they were." }) measuredMs: bigint;
  @Field(() => RateUnitEnum, { nullable: true, description: "Of measuredQuantity and billedQuantity; null for cost that came with the usage." }) unit: string | null;
  @Field(() => DecimalScalar, { nullable: true, description: "In units, as it was; to twelve decimals." }) measuredQuantity: string | null;
  @Field(() => DecimalScalar, { nullable: true, description: "In units, after exemptions, minimum and increment; of a fee for a part of the month by its days; to twelve decimals." }) billedQuantity: string | null;
  @Field(() => String, { nullable: true, description: "Blended price of one unit in originalCurrency, exact: every use case of the line is charged the same, so that nobody's price depends on the clock." }) blendedRate: string | null;
  @Field(() => CurrencyCodeScalar, { description: "Of the card, or of the cost that came." }) originalCurrency: string;
  @Field(() => ExchangeRateType, { nullable: true, description: "Null where originalCurrency is the programme's." }) exchangeRate: ExchangeRateType | null;
  @Field(() => String, { description: "In major units of originalCurrency: what the legs and the remainder sum to. A whole number, or a fraction n/d in lowest terms." }) exactOriginalAmount: string;
  @Field(() => String, { description: "exactOriginalAmount x exchange rate, in major units of the programme's currency: a whole number, or a fraction n/d in lowest terms." }) exactAmount: string;
  @Field(() => Money, { description: "Whole minor units, by largest remainder over the lines of vendor, component, basis and kind." }) amount: MoneyAmount;
  @Field(() => String, { description: "amount - exactAmount: what rounding to whole minor units added or took, exact. A whole number, or a fraction n/d in lowest terms." }) roundingAdjustment: string;
}

/** An explanation, and what its calls are found by. */
export interface UsageCostExplanation extends UsageCostExplanationType {
  readonly of: LineOfRun;
  readonly behind: RatedCallsLoader;
  /** Major units of the original currency. */
  readonly inOriginal: Fraction;
  readonly rate: Fraction | null;
}

const PLACES = 12;
export const quantityText = (value: Fraction): string => trimDecimal(roundForDisplay(value, PLACES));
const toMajor = (minor: Fraction, currency: Currency): Fraction => multiply(minor, fraction(1n, 10n ** BigInt(currency.exponent)));
export const majorText = (minor: Fraction, currency: Currency): string => formatFraction(toMajor(minor, currency));

/** How a stored line came about. */
export function explainLine(line: RatedLine, run: RatingRun, cards: ReadonlyArray<CardOfMonth<RateCard>>, currency: Currency, places: { unit: BusinessUnitType | null; useCase: UseCaseType | null }, behind: RatedCallsLoader): UsageCostExplanation {
  const card = line.cardVersion === null ? null : (cards.find((each) => each.card.version === line.cardVersion)?.card ?? null);
  const exchangeRate = run.exchangeRates.find(({ from }) => from === line.originalCurrency) ?? null;
  const inOriginal = divide(toMajor(line.amount, currency), exchangeRate ? exact(exchangeRate.rate) : fraction(1n));
  const rate = card && line.kind !== "UNUSED_COMMITMENT" && line.billed.numerator > 0n ? divide(inOriginal, line.billed) : null;
  return {
    kind: line.kind, basis: line.basis, vendor: line.vendor, component: line.component, businessUnit: places.unit, useCase: places.useCase, card: card && toCardView(card), rateLine: line.rateLine || null,
    firstDay: line.span?.first ?? null, lastDay: line.span?.last ?? null,
    calls: line.calls, exemptCalls: line.exemptCalls, measuredMs: line.measuredMs, unit: line.unit, measuredQuantity: line.unit && quantityText(line.measured), billedQuantity: line.unit && quantityText(line.billed),
    blendedRate: rate && formatFraction(rate), originalCurrency: line.originalCurrency, exchangeRate: exchangeRate as ExchangeRateType | null, exactOriginalAmount: formatFraction(inOriginal), exactAmount: majorText(line.amount, currency),
    amount: toMoney(line.amountMinor, currency), roundingAdjustment: majorText(subtract(fraction(line.amountMinor), line.amount), currency), of: { line, run, cards, card }, behind, inOriginal, rate,
  };
}

@Resolver(() => UsageCostExplanationType)
export class UsageCostExplanationResolver {
  @FieldResolver(() => UsageCostCallConnection, { description: "The legs behind it, as they counted at the run's cut-off, in the order in which they ended; none of fees and commitments. `first` is 1 to 500." })
  async legs(
    @Root() { of, behind, rate }: UsageCostExplanation,
    @Ctx() context: RequestContext,
    @Arg("first", () => Int) first: number,
    @Arg("after", () => String, { nullable: true }) after?: string,
  ): Promise<Page<UsageCostCall>> {
    const page = { first: requirePageSize(first), after };
    const found = await behind.list(of, page);
    const edges = await Promise.all(found.edges.map(async ({ node, cursor }) => ({ cursor, node: { event: await toUsageEvent(context, node), ...costOf(node, of.card, rate) } })));
    return { ...found, edges };
  }

  @FieldResolver(() => UsageCostRemainder, { nullable: true, description: "What no leg makes up: exactOriginalAmount less the sum of the legs, exact; null where they make up all of it. Reads every leg of the line." })
  async remainder(@Root() { of, behind, inOriginal, rate }: UsageCostExplanation): Promise<UsageCostRemainder | null> {
    const { line, card } = of;
    const total = await behind.sum(of);
    const ofLegs = card === null ? total : multiply(multiply(total, fraction(1n, basePerUnit(card.unit))), rate ?? fraction(0n));
    const rest = subtract(inOriginal, ofLegs);
    return rest.numerator === 0n ? null : { name: line.kind === "USAGE" ? "PERIOD_ROUNDING" : line.kind, exactAmount: formatFraction(rest) };
  }
}

function costOf({ base, exempt, reported }: RatedCall, card: RateCard | null, rate: Fraction | null): Omit<UsageCostCall, "event"> {
  if (card === null || base === null) return { billedSeconds: null, billedQuantity: null, exempt, exactAmount: formatFraction(exact(reported!)) };
  const billed = multiply(exact(base), fraction(1n, basePerUnit(card.unit)));
  return {
    billedSeconds: isTimed(card.unit) ? trimDecimal(formatUnits(BigInt(base), 3)) : null, billedQuantity: formatFraction(billed), exempt, exactAmount: rate === null ? "0" : formatFraction(multiply(billed, rate)),
  };
}
