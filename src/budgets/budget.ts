import { formatUnits, parseDecimal, requireDecimal, trimDecimal } from "../kernel/decimal";
import { Fraction, fraction, fromDecimal, multiply, roundHalfUp } from "../kernel/fraction";
import { given } from "../kernel/given";
import { Currency, toMinor } from "../kernel/money";
import { Refusal } from "../kernel/refusal";

export const BUDGET_LEVELS = ["PROGRAMME", "BUSINESS_UNIT", "USE_CASE"] as const;
export type BudgetLevel = (typeof BUDGET_LEVELS)[number];

export const VOLUME_UNITS = ["MINUTE", "CALL"] as const;
/** Measured connected minutes, or connected calls; never billed ones. */
export type VolumeUnit = (typeof VOLUME_UNITS)[number];

/** What a budget was planned from: so many units at so much each. */
export interface PlannedVolume {
  readonly unit: VolumeUnit;
  /** Plain decimal text. */
  readonly quantity: string;
  /** Plain decimal text: major units of the programme's currency for one unit. */
  readonly rate: string;
}

/** Whose money: the programme's (both null), a unit's, or a use case's of a unit. Codes. */
export interface BudgetPlace {
  readonly businessUnit: string | null;
  readonly useCase: string | null;
}

/** What a month may cost somebody. A version is never changed: a revision is the next one. */
export interface BudgetDocument extends BudgetPlace {
  readonly period: string;
  readonly amountMinor: bigint;
  readonly volume: PlannedVolume | null;
  /** Percent of the budget, ascending. */
  readonly thresholds: readonly number[];
}

export interface Budget extends BudgetDocument {
  readonly id: string;
  readonly version: number;
  /** Why it was revised; null in the first version. */
  readonly reason: string | null;
  readonly setBy: string;
  readonly setAt: Date;
}

export const DEFAULT_THRESHOLDS: readonly number[] = [80, 100];
const MOST_THRESHOLDS = 10;
const LARGEST_THRESHOLD = 1_000;

export interface BudgetInput {
  readonly businessUnit?: string | null;
  readonly useCase?: string | null;
  readonly period: string;
  readonly amount?: string | null;
  readonly currency: string;
  readonly volume?: { readonly unit: VolumeUnit; readonly quantity: string; readonly rate: string } | null;
  readonly thresholds?: readonly number[] | null;
}

/** Minor units of the currency for one unit of the volume, exact. */
export function rateMinor(volume: PlannedVolume, currency: Currency): Fraction {
  return multiply(fromDecimal(parseDecimal(volume.rate)!), fraction(10n ** BigInt(currency.exponent)));
}

/** The figures that an input stands for; BAD_USER_INPUT or CURRENCY_MISMATCH names what is wrong with them. */
export function readFigures(input: BudgetInput, currency: Currency): Pick<BudgetDocument, "amountMinor" | "volume" | "thresholds"> {
  if (input.currency !== currency.code) throw new Refusal("CURRENCY_MISMATCH", `Budgets are in the programme's currency, ${currency.code}: what is measured against them is booked in it. Convert the amount first.`, ["currency"]);
  const volume = given(input.volume) ? readVolume(input.volume) : null;
  const planned = volume && roundHalfUp(multiply(fromDecimal(parseDecimal(volume.quantity)!), rateMinor(volume, currency)));
  const amount = given(input.amount) ? toMinor(input.amount, currency, ["amount"]) : null;
  const amountMinor = amount ?? planned;
  if (amountMinor === null) throw new Refusal("BAD_USER_INPUT", "Give an amount, or a volume of which quantity x rate is the amount.", ["amount"]);
  if (amountMinor < 0n) throw new Refusal("BAD_USER_INPUT", "A budget is 0 or more.", ["amount"]);
  if (planned !== null && planned !== amountMinor) throw new Refusal("BAD_USER_INPUT", `quantity x rate is ${formatUnits(planned, currency.exponent)}, not ${formatUnits(amountMinor, currency.exponent)}. Leave amount out, or correct one of the three.`, ["amount"]);
  if (planned !== null && planned >= 10n ** 17n) throw new Refusal("BAD_USER_INPUT", "quantity x rate is larger than an amount may be (10^17 minor units).", ["volume"]);
  return { amountMinor, volume, thresholds: readThresholds(input.thresholds ?? DEFAULT_THRESHOLDS) };
}

function readVolume({ unit, quantity, rate }: PlannedVolume): PlannedVolume {
  const positive = (text: string, field: string): string => {
    const read = requireDecimal(text, ["volume", field]);
    if (read.units < 0n) throw new Refusal("BAD_USER_INPUT", `volume.${field} must be 0 or more.`, ["volume", field]);
    return trimDecimal(formatUnits(read.units, read.scale));
  };
  return { unit, quantity: positive(quantity, "quantity"), rate: positive(rate, "rate") };
}

function readThresholds(thresholds: readonly number[]): readonly number[] {
  const refuse = (message: string): never => {
    throw new Refusal("BAD_USER_INPUT", message, ["thresholds"]);
  };
  if (thresholds.length > MOST_THRESHOLDS) refuse(`At most ${MOST_THRESHOLDS} thresholds warn of a budget.`);
  if (thresholds.some((each) => !Number.isInteger(each) || each < 1 || each > LARGEST_THRESHOLD)) refuse(`A threshold is a whole percentage of the budget, 1 to ${LARGEST_THRESHOLD}.`);
  if (thresholds.some((each, index) => index > 0 && each <= thresholds[index - 1]!)) refuse("thresholds must ascend, each once: for example [80, 100, 120].");
  return [...thresholds];
}

/** How a place is called in messages and in the audit trail. */
export function placeInWords({ businessUnit, useCase }: BudgetPlace): string {
  return useCase ?? businessUnit ?? "the programme";
}

export function levelOf({ businessUnit, useCase }: BudgetPlace): BudgetLevel {
  return businessUnit === null ? "PROGRAMME" : useCase === null ? "BUSINESS_UNIT" : "USE_CASE";
}

/** True where two budgets allow the same. */
export function sameBudget(a: BudgetDocument, b: BudgetDocument): boolean {
  const text = ({ amountMinor, volume, thresholds }: BudgetDocument): string => JSON.stringify([String(amountMinor), volume && [volume.unit, volume.quantity, volume.rate], thresholds]);
  return text(a) === text(b);
}
