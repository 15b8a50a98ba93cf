import { requireText } from "../../kernel/code";
import { formatUnits, parseDecimal, requireDecimal, trimDecimal } from "../../kernel/decimal";
import { Fraction, ONE, add, compare, fromDecimal, ZERO } from "../../kernel/fraction";
import { given } from "../../kernel/given";
import { Refusal } from "../../kernel/refusal";

export const METHODS = ["UNIT_COST", "HOLDOUT", "MISSED_CALLS", "AMOUNT", "WORKING_CAPITAL"] as const;
/** How a gross benefit is worked out. */
export type BenefitMethod = (typeof METHODS)[number];

export const MISSED_CALL_MODES = ["OVERFLOW", "AI_FIRST"] as const;
/** OVERFLOW: the assistant takes only what people would have missed. AI_FIRST: it takes every call, and only the share that was missed before is its doing. */
export type MissedCallMode = (typeof MISSED_CALL_MODES)[number];

export const FIGURE_NAMES = [
  "DEMAND", "UNIT_COST", "INDEX", "RESIDUAL_QUANTITY", "RESIDUAL_UNIT_COST", "TREATED_RATE", "HOLDOUT_RATE", "COHORT", "UNIT_VALUE", "MARGIN_RATE", "DEALS", "ANSWERED_BEFORE", "OFFERED_BEFORE", "AMOUNT", "DAYS", "DAILY_SALES", "ANNUAL_RATE",
] as const;
export type FigureName = (typeof FIGURE_NAMES)[number];

export const METERED_FIGURES = ["CALLS", "CONTACTS", "CONTAINED_CONTACTS", "ESCALATED_CONTACTS", "ABANDONED_CONTACTS"] as const;
/** What metering counts of a use case in a month, as its usage report says it. */
export type MeteredFigure = (typeof METERED_FIGURES)[number];

export const FIGURE_SOURCES = ["STATED", "METERED", "BASELINE"] as const;
export type FigureSource = (typeof FIGURE_SOURCES)[number];

/** A figure that a benefit is worked out from, and where it is from. */
export interface Figure {
  readonly name: FigureName;
  /** Plain decimal text. */
  readonly value: string;
  readonly source: FigureSource;
  /** Why the stated value is believed; of other figures only where it was given. */
  readonly evidence: string | null;
  readonly metered: MeteredFigure | null;
  /** Metric of the locked baseline. */
  readonly metric: string | null;
}

/** As it is asked for: exactly one of value, metered and metric. */
export interface FigureInput {
  readonly name: FigureName;
  readonly value?: string | null;
  readonly evidence?: string | null;
  readonly metered?: MeteredFigure | null;
  readonly metric?: string | null;
}

/** Of each method: figures that it needs, and those that may be left out. */
export const FIGURES_OF: Readonly<Record<BenefitMethod, { readonly needs: readonly FigureName[]; readonly may: readonly FigureName[] }>> = {
  UNIT_COST: { needs: ["DEMAND", "UNIT_COST", "RESIDUAL_QUANTITY", "RESIDUAL_UNIT_COST"], may: ["INDEX"] },
  HOLDOUT: { needs: ["TREATED_RATE", "HOLDOUT_RATE", "COHORT", "UNIT_VALUE", "MARGIN_RATE"], may: [] },
  MISSED_CALLS: { needs: ["DEALS", "UNIT_VALUE", "MARGIN_RATE"], may: ["ANSWERED_BEFORE", "OFFERED_BEFORE"] },
  AMOUNT: { needs: ["AMOUNT"], may: [] },
  WORKING_CAPITAL: { needs: ["DAYS", "DAILY_SALES", "ANNUAL_RATE"], may: [] },
};

/** Major units of the programme's currency; everything else is a quantity or a rate. */
export const MONEY_FIGURES: ReadonlySet<FigureName> = new Set(["UNIT_COST", "RESIDUAL_UNIT_COST", "UNIT_VALUE", "AMOUNT", "DAILY_SALES"]);
/** Counted things, of which several terms add up: 12,000 transferred + 1,000 who came back. */
const ADDITIVE: ReadonlySet<FigureName> = new Set(["DEMAND", "RESIDUAL_QUANTITY", "COHORT", "DEALS", "ANSWERED_BEFORE", "OFFERED_BEFORE"]);
const AT_MOST_ONE: ReadonlySet<FigureName> = new Set(["TREATED_RATE", "HOLDOUT_RATE", "MARGIN_RATE", "ANNUAL_RATE"]);
const MOST_FIGURES = 30;

const refuse = (message: string, ...field: string[]): never => {
  throw new Refusal("BAD_USER_INPUT", message, ["figures", ...field]);
};

/** Checks which figures are given and what they are worth, as far as that can be told without looking anything up. */
export function readFigureInputs(method: BenefitMethod, mode: MissedCallMode | null, inputs: readonly FigureInput[]): readonly FigureInput[] {
  const { needs, may } = FIGURES_OF[method];
  if (inputs.length > MOST_FIGURES) refuse(`At most ${MOST_FIGURES} figures make a claim.`);
  if ((method === "MISSED_CALLS") !== (mode !== null)) throw new Refusal("BAD_USER_INPUT", method === "MISSED_CALLS" ? "Say with mode whether the assistant takes overflow alone (OVERFLOW) or every call (AI_FIRST)." : "mode is for MISSED_CALLS: leave it out.", ["mode"]);
  const needed = mode === "AI_FIRST" ? [...needs, "ANSWERED_BEFORE", "OFFERED_BEFORE"] : needs;
  const read = inputs.map((input, index) => readOne(method, mode, input, String(index)));
  for (const name of needed) if (!read.some((each) => each.name === name)) refuse(`${method} needs ${name}.`);
  for (const [index, { name }] of read.entries()) {
    if (!needed.includes(name) && !(method === "UNIT_COST" && may.includes(name))) refuse(`${name} has no part in ${mode ?? method}: leave it out.`, String(index), "name");
    if (!ADDITIVE.has(name) && read.findIndex((each) => each.name === name) !== index) refuse(`${name} is one figure: give it once.`, String(index), "name");
  }
  return read;
}

function readOne(method: BenefitMethod, mode: MissedCallMode | null, input: FigureInput, at: string): FigureInput {
  const { name } = input;
  const sources = [input.value, input.metered, input.metric].filter(given).length;
  if (sources !== 1) refuse(`${name}: give exactly one of value, metered and metric.`, at);
  const evidence = given(input.evidence) ? requireText(input.evidence, ["figures", at, "evidence"], 500) : null;
  if (given(input.value) && evidence === null) refuse(`${name} is stated: say with evidence where it stands written.`, at, "evidence");
  if (given(input.metered) && !ADDITIVE.has(name)) refuse(`${name} is not counted by metering: state it with evidence.`, at, "metered");
  if (given(input.metric) && name === "DEMAND") refuse("DEMAND is today's, never the baseline's: a swing of volume is no saving. Take it from metering, or state it with evidence.", at, "metric");
  if (!given(input.value)) return { name, metered: input.metered ?? null, metric: given(input.metric) ? requireText(input.metric, ["figures", at, "metric"], 64) : null, evidence };
  return { name, value: requireWorth(name, input.value, ["figures", at, "value"]), evidence };
}

/** The value as plain text, or BAD_USER_INPUT: below zero is a sign error, and a rate is no percentage. */
export function requireWorth(name: FigureName, text: string, field: readonly string[]): string {
  const { units, scale } = requireDecimal(text, field);
  if (units < 0n) throw new Refusal("BAD_USER_INPUT", `${name} is ${text}: figures are 0 or more, the ladder subtracts by itself. Check the sign.`, field);
  const value = fromDecimal({ units, scale });
  if (AT_MOST_ONE.has(name) && compare(value, ONE) > 0) throw new Refusal("BAD_USER_INPUT", `${name} is a rate from 0 to 1: write 0.35 for 35 %.`, field);
  if (name === "INDEX" && units === 0n) throw new Refusal("BAD_USER_INPUT", "INDEX is above 0: 1.03 for 3 % of wage inflation.", field);
  return trimDecimal(formatUnits(units, scale));
}

/** What figures of a name add up to; null where there is none. */
export function valueOf(figures: readonly Figure[], name: FigureName): Fraction | null {
  const terms = figures.filter((each) => each.name === name);
  return terms.length === 0 ? null : terms.reduce((total, { value }) => add(total, fromDecimal(parseDecimal(value)!)), ZERO);
}
