import { ExactDecimal, parseDecimal } from "../../kernel/decimal";
import { Fraction, ONE, compare, divide, fraction, fromDecimal, multiply, roundHalfUp, subtract } from "../../kernel/fraction";
import { Currency } from "../../kernel/money";
import { Refusal, invariant } from "../../kernel/refusal";
import { BenefitMethod, Figure, FigureName, MissedCallMode, valueOf } from "./figures";

/** What a ladder is worked out from. Shares and factors are plain decimal text from 0 to 1. */
export interface LadderInputs {
  readonly method: BenefitMethod;
  readonly mode: MissedCallMode | null;
  readonly figures: readonly Figure[];
  readonly share: string;
  readonly confidence: string;
  readonly cashableShare: string;
}

/** Every step in minor units; what is cashable and what is not make what is attributed. */
export interface Ladder {
  /** What the month's demand would have cost; null where the method compares with a control group or states the amount. */
  readonly counterfactualMinor: bigint | null;
  /** What it still cost people. */
  readonly residualMinor: bigint | null;
  /** Below zero where it made things dearer: a loss is not hidden. */
  readonly grossMinor: bigint;
  readonly attributedMinor: bigint;
  readonly cashableMinor: bigint;
  readonly nonCashableMinor: bigint;
}

const LARGEST_MINOR = 10n ** 17n;
const MONTHS_OF_A_YEAR = fraction(12n);

export const decimalFraction = (text: string): Fraction => {
  const read: ExactDecimal | null = parseDecimal(text);
  invariant(read, "a stored factor that is not a decimal");
  return fromDecimal(read);
};

/**
 * The ladder of a benefit. Counterfactual, residual and gross are rounded to the minor unit, half away from zero, each once;
 * gross is the difference of the two rounded ones where there are two. Attributed = gross x share x confidence and cashable =
 * attributed x cashable share are rounded the same way; the rest is non-cashable.
 */
export function climb(inputs: LadderInputs, currency: Currency): Ladder {
  const gross = grossOf(inputs, currency);
  return { ...gross, ...descend(gross.grossMinor, inputs) };
}

/** The steps below gross, also of a part of it: what an overlap leaves goes through the same factors. */
export function descend(grossMinor: bigint, { share, confidence, cashableShare }: Pick<LadderInputs, "share" | "confidence" | "cashableShare">): Pick<Ladder, "attributedMinor" | "cashableMinor" | "nonCashableMinor"> {
  const attributedMinor = roundHalfUp(multiply(multiply(fraction(grossMinor), decimalFraction(share)), decimalFraction(confidence)));
  const cashableMinor = roundHalfUp(multiply(fraction(attributedMinor), decimalFraction(cashableShare)));
  return { attributedMinor, cashableMinor, nonCashableMinor: attributedMinor - cashableMinor };
}

function grossOf({ method, mode, figures }: LadderInputs, currency: Currency): Pick<Ladder, "counterfactualMinor" | "residualMinor" | "grossMinor"> {
  const the = (name: FigureName): Fraction => {
    const value = valueOf(figures, name);
    invariant(value, `a claim without ${name}`);
    return value;
  };
  const minor = (major: Fraction): bigint => {
    const amount = roundHalfUp(multiply(major, fraction(10n ** BigInt(currency.exponent))));
    if (amount >= LARGEST_MINOR || amount <= -LARGEST_MINOR) throw new Refusal("BAD_USER_INPUT", "What these figures make is larger than an amount may be (10^17 minor units).", ["figures"]);
    return amount;
  };
  const alone = (major: Fraction): ReturnType<typeof grossOf> => ({ counterfactualMinor: null, residualMinor: null, grossMinor: minor(major) });
  switch (method) {
    case "UNIT_COST": {
      const counterfactualMinor = minor(multiply(multiply(the("DEMAND"), the("UNIT_COST")), valueOf(figures, "INDEX") ?? ONE));
      const residualMinor = minor(multiply(the("RESIDUAL_QUANTITY"), the("RESIDUAL_UNIT_COST")));
      return { counterfactualMinor, residualMinor, grossMinor: counterfactualMinor - residualMinor };
    }
    case "HOLDOUT":
      return alone(multiply(multiply(upliftOf(figures)!, the("UNIT_VALUE")), the("MARGIN_RATE")));
    case "MISSED_CALLS":
      return alone(multiply(multiply(multiply(the("DEALS"), creditedShare(mode, figures)!), the("UNIT_VALUE")), the("MARGIN_RATE")));
    case "AMOUNT":
      return alone(the("AMOUNT"));
    case "WORKING_CAPITAL":
      return alone(divide(multiply(releasedCash(figures)!, the("ANNUAL_RATE")), MONTHS_OF_A_YEAR));
  }
}

/** Units more than the control group would have made of the cohort: (treated rate - holdout rate) x cohort; null without a holdout. */
export function upliftOf(figures: readonly Figure[]): Fraction | null {
  const [treated, holdout, cohort] = [valueOf(figures, "TREATED_RATE"), valueOf(figures, "HOLDOUT_RATE"), valueOf(figures, "COHORT")];
  return treated && holdout && cohort && multiply(subtract(treated, holdout), cohort);
}

/** Share of the assistant's deals that count: all of overflow, or the share of calls that was missed before; null for other methods. */
export function creditedShare(mode: MissedCallMode | null, figures: readonly Figure[]): Fraction | null {
  if (mode === null) return null;
  if (mode === "OVERFLOW") return ONE;
  const [answered, offered] = [valueOf(figures, "ANSWERED_BEFORE"), valueOf(figures, "OFFERED_BEFORE")];
  if (!answered || !offered || offered.numerator === 0n) throw new Refusal("BAD_USER_INPUT", "OFFERED_BEFORE is 0: without calls before there is no share of them that was missed.", ["figures"]);
  if (compare(answered, offered) > 0) throw new Refusal("BAD_USER_INPUT", "ANSWERED_BEFORE is more than OFFERED_BEFORE: no more can be answered than rang.", ["figures"]);
  return subtract(ONE, divide(answered, offered));
}

/** Cash that fewer days of sales outstanding set free: days x daily sales, in major units; null for other methods. */
export function releasedCash(figures: readonly Figure[]): Fraction | null {
  const [days, sales] = [valueOf(figures, "DAYS"), valueOf(figures, "DAILY_SALES")];
  return days && sales && multiply(days, sales);
}
