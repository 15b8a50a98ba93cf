import { formatUnits, trimDecimal } from "../kernel/decimal";
import { Fraction, fraction, multiply, roundForDisplay } from "../kernel/fraction";
import { Currency } from "../kernel/money";
import { Claim } from "./claims/claim";
import { Figure, FigureName } from "./claims/figures";
import { creditedShare, decimalFraction, releasedCash, upliftOf } from "./claims/ladder";

/** One rung: how a figure comes of those before it, in figures. */
export interface LadderStep {
  readonly name: string;
  /** With its figures in place, and what they make. */
  readonly formula: string;
  /** Minor units; null where the step makes a quantity or a share. */
  readonly amountMinor: bigint | null;
  /** Plain decimal text; null where the step makes money. */
  readonly quantity: string | null;
}

const PLACES = 6;
const plain = (value: Fraction): string => trimDecimal(roundForDisplay(value, PLACES));

/** Every step of a row of the ladder, from its figures down to what is cashable and what is not. */
export function explainLadder(claim: Claim, currency: Currency): LadderStep[] {
  const { figures, share, confidence, cashableShare } = claim;
  const amount = (minor: bigint): string => formatUnits(minor, currency.exponent);
  const money = (name: string, made: string, amountMinor: bigint): LadderStep => ({ name, formula: `${made} = ${amount(amountMinor)}`, amountMinor, quantity: null });
  return [
    ...grossSteps(claim, money),
    money("ATTRIBUTED", `${amount(claim.grossMinor)} x share ${share} x confidence ${confidence}`, claim.attributedMinor),
    money("CASHABLE", `${amount(claim.attributedMinor)} x ${plain(multiply(decimalFraction(cashableShare), fraction(100n)))} %${claim.ledgerLine === null ? "" : ` on ${claim.ledgerLine}`}`, claim.cashableMinor),
    money("NON_CASHABLE", `${amount(claim.attributedMinor)} - ${amount(claim.cashableMinor)}`, claim.nonCashableMinor),
  ];

  function grossSteps({ method, mode }: Claim, step: typeof money): LadderStep[] {
    const of = (name: FigureName): string => inWords(figures, name);
    const quantity = (name: string, made: string, value: Fraction): LadderStep => ({ name, formula: `${made} = ${plain(value)}`, amountMinor: null, quantity: plain(value) });
    switch (method) {
      case "UNIT_COST":
        return [
          step("COUNTERFACTUAL", `${of("DEMAND")} x ${of("UNIT_COST")}${figures.some(({ name }) => name === "INDEX") ? ` x ${of("INDEX")}` : ""}`, claim.counterfactualMinor!),
          step("RESIDUAL", `${of("RESIDUAL_QUANTITY")} x ${of("RESIDUAL_UNIT_COST")}`, claim.residualMinor!),
          step("GROSS", `${amount(claim.counterfactualMinor!)} - ${amount(claim.residualMinor!)}`, claim.grossMinor),
        ];
      case "HOLDOUT":
        return [quantity("UPLIFT", `(${of("TREATED_RATE")} - ${of("HOLDOUT_RATE")}) x ${of("COHORT")}`, upliftOf(figures)!), step("GROSS", `${plain(upliftOf(figures)!)} x ${of("UNIT_VALUE")} x ${of("MARGIN_RATE")}`, claim.grossMinor)];
      case "MISSED_CALLS": {
        const credited = creditedShare(mode, figures)!;
        return [
          quantity("CREDITED_SHARE", mode === "OVERFLOW" ? "all of what would have been missed" : `1 - ${of("ANSWERED_BEFORE")} / ${of("OFFERED_BEFORE")}`, credited),
          step("GROSS", `${of("DEALS")} x ${plain(credited)} x ${of("UNIT_VALUE")} x ${of("MARGIN_RATE")}`, claim.grossMinor),
        ];
      }
      case "AMOUNT":
        return [step("GROSS", "as stated", claim.grossMinor)];
      case "WORKING_CAPITAL":
        return [quantity("RELEASED_CASH", `${of("DAYS")} x ${of("DAILY_SALES")}`, releasedCash(figures)!), step("GROSS", `${plain(releasedCash(figures)!)} x ${of("ANNUAL_RATE")} / 12`, claim.grossMinor)];
    }
  }
}

function inWords(figures: readonly Figure[], name: FigureName): string {
  const values = figures.filter((each) => each.name === name).map(({ value }) => value);
  return values.length === 1 ? values[0]! : `(${values.join(" + ")})`;
}
