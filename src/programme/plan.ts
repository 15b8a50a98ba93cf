import { isCode, requireCode, requireText } from "../kernel/code";
import { formatUnits, parseDecimal, requireDecimal, trimDecimal } from "../kernel/decimal";
import { fraction, fromDecimal, multiply, roundHalfUp } from "../kernel/fraction";
import { given } from "../kernel/given";
import { Currency, toMinor } from "../kernel/money";
import { requirePeriodKey } from "../kernel/period";
import { Refusal } from "../kernel/refusal";
import { MINIMUM_GROUP } from "../metering";
import { PlannedVolume } from "../budgets";
import { UnitGroup } from "./disclose";
import { PnlCell, PnlMonth, NO_SOURCES } from "./pnl";
import { BENEFIT_LEAVES, COST_LEAVES, PNL_LEAVES, PnlLeaf } from "./pnl-line";

export const PLAN_KINDS = ["BUDGET", "FORECAST"] as const;
export type PlanKind = (typeof PLAN_KINDS)[number];

/** A planned amount of a month's line, as the statement shows it: benefits positive, costs negative. Minor units as text. */
export interface PlanLine {
  readonly period: string;
  readonly line: PnlLeaf;
  readonly amountMinor: string;
  /** What it was planned from, where quantity and price were given; quantity x rate is its magnitude. */
  readonly volume: PlannedVolume | null;
}

export interface Agreed {
  readonly version: number;
  readonly note: string | null;
  readonly documentHash: string;
  readonly proposedBy: string;
  readonly proposedAt: Date;
  readonly approvedBy: string | null;
  readonly approvedAt: Date | null;
}

/** A budget, frozen once approved, or a dated forecast. */
export interface Plan extends Agreed {
  readonly kind: PlanKind;
  readonly lines: readonly PlanLine[];
}

/** The groups that executives see, from the next month that is signed on. */
export interface GroupScheme extends Agreed {
  readonly groups: readonly UnitGroup[];
}

export interface PlanLineInput {
  readonly period: string;
  readonly line: PnlLeaf;
  readonly amount?: string | null;
  readonly volume?: PlannedVolume | null;
  /** Programme management by the planning heuristic: the overhead of one use case, and how many there are. */
  readonly overhead?: { readonly base: string; readonly useCases: number } | null;
}

const MOST_LINES = 2_000;
const LARGEST = 10n ** 17n;

/** O(n) = O1 x (1 + 0.6 (n - 1)): every further use case adds 60 % of the overhead of the first. A planning tool, to the nearest minor unit. */
export function overheadOf(baseMinor: bigint, useCases: number): bigint {
  return roundHalfUp(fraction(baseMinor * BigInt(2 + 3 * useCases), 5n));
}

/** The lines that an input stands for, in order; BAD_USER_INPUT names the line that is wrong. */
export function readPlanLines(inputs: readonly PlanLineInput[], currency: Currency): PlanLine[] {
  if (inputs.length === 0 || inputs.length > MOST_LINES) throw new Refusal("BAD_USER_INPUT", `A plan has 1 to ${MOST_LINES} lines.`, ["lines"]);
  const lines = inputs.map((input, index): PlanLine => {
    const at = ["lines", String(index)];
    const refuse = (message: string, field: string): never => {
      throw new Refusal("BAD_USER_INPUT", message, [...at, field]);
    };
    const period = requirePeriodKey(input.period, [...at, "period"]);
    if (inputs.findIndex((each) => each.period === period && each.line === input.line) !== index) refuse(`${input.line} of ${period} is planned twice. Name it once.`, "line");
    if ([input.amount, input.volume, input.overhead].filter(given).length !== 1) refuse("Give an amount, a volume or an overhead: one of the three.", "amount");
    if (given(input.overhead)) {
      if (input.line !== "E_PROGRAMME_MANAGEMENT") refuse("The overhead heuristic plans E_PROGRAMME_MANAGEMENT alone.", "overhead");
      if (input.overhead.useCases < 1 || input.overhead.useCases > 10_000) refuse("useCases must be 1 to 10000.", "overhead");
      const base = toMinor(input.overhead.base, currency, [...at, "overhead", "base"]);
      if (base < 0n) refuse("base is the overhead of one use case, 0 or more.", "overhead");
      return { period, line: input.line, amountMinor: String(-overheadOf(base, input.overhead.useCases)), volume: null };
    }
    const volume = given(input.volume) ? readVolume(input.volume, [...at, "volume"]) : null;
    if (volume && !COST_LEAVES.has(input.line)) refuse("Quantity x price plans a cost line.", "volume");
    const amountMinor = volume ? -priced(volume, currency) : toMinor(input.amount!, currency, [...at, "amount"]);
    if (amountMinor <= -LARGEST) refuse("quantity x rate is larger than an amount may be (10^17 minor units).", "volume");
    if (COST_LEAVES.has(input.line) && amountMinor > 0n) refuse(`${input.line} is a cost: its sign is negative, as the statement shows it.`, "amount");
    if (BENEFIT_LEAVES.has(input.line) && amountMinor < 0n) refuse(`${input.line} is a benefit: its sign is positive, as the statement shows it.`, "amount");
    return { period, line: input.line, amountMinor: String(amountMinor), volume };
  });
  return lines.sort((a, b) => (a.period === b.period ? PNL_LEAVES.indexOf(a.line) - PNL_LEAVES.indexOf(b.line) : a.period < b.period ? -1 : 1));
}

function readVolume({ unit, quantity, rate }: PlannedVolume, at: readonly string[]): PlannedVolume {
  const positive = (text: string, field: string): string => {
    const read = requireDecimal(text, [...at, field]);
    if (read.units < 0n) throw new Refusal("BAD_USER_INPUT", `${field} must be 0 or more.`, [...at, field]);
    return trimDecimal(formatUnits(read.units, read.scale));
  };
  return { unit, quantity: positive(quantity, "quantity"), rate: positive(rate, "rate") };
}

/** Quantity x rate in minor units, halves away from zero. */
function priced({ quantity, rate }: PlannedVolume, currency: Currency): bigint {
  const decimal = (text: string) => fromDecimal(parseDecimal(text)!);
  return roundHalfUp(multiply(multiply(decimal(quantity), decimal(rate)), fraction(10n ** BigInt(currency.exponent))));
}

/** A month of a plan as a statement: lines that it does not name are planned as nothing, a month that it does not name is missing. */
export function plannedMonth(plan: Pick<Plan, "kind" | "version" | "lines">, period: string): PnlMonth {
  const source = `${plan.kind} ${plan.version}`;
  const lines = plan.lines.filter((line) => line.period === period);
  const cells = lines.map(({ line, amountMinor }): PnlCell => ({ line, businessUnit: null, useCase: null, amountMinor: BigInt(amountMinor) }));
  return { period, status: null, cells, gaps: lines.length > 0 ? [] : [{ lines: PNL_LEAVES, businessUnit: null, useCase: null, reason: `${source} plans nothing for ${period}.` }], sources: NO_SOURCES, source };
}

/** The groups that an input stands for. Each has three units or more, and so have those outside of them: else the programme less its groups would tell one. */
export function readGroups(inputs: readonly UnitGroup[], units: readonly string[]): UnitGroup[] {
  const seen = new Set<string>();
  const groups = inputs.map((input, index): UnitGroup => {
    const at = ["groups", String(index)];
    const code = requireCode(input.code, [...at, "code"]);
    if (inputs.findIndex((each) => each.code === code) !== index) throw new Refusal("BAD_USER_INPUT", `${code} is named twice.`, [...at, "code"]);
    for (const unit of input.businessUnits) {
      if (!isCode(unit) || !units.includes(unit)) throw new Refusal("NOT_FOUND", `There is no business unit ${unit.slice(0, 64)}.`, [...at, "businessUnits"]);
      if (seen.has(unit)) throw new Refusal("BAD_USER_INPUT", `${unit} stands in two groups or twice in one: a unit belongs to one.`, [...at, "businessUnits"]);
      seen.add(unit);
    }
    if (input.businessUnits.length < MINIMUM_GROUP) throw new Refusal("BAD_USER_INPUT", `${code} has ${input.businessUnits.length} business units; a group has at least ${MINIMUM_GROUP}.`, [...at, "businessUnits"]);
    return { code, name: requireText(input.name, [...at, "name"]), businessUnits: [...input.businessUnits].sort() };
  });
  const outside = units.length - seen.size;
  if (outside > 0 && outside < MINIMUM_GROUP) throw new Refusal("BAD_USER_INPUT", `${outside} business units stand outside of every group: the programme less its groups would tell them. Leave out none, or at least ${MINIMUM_GROUP}.`, ["groups"]);
  return groups.sort((a, b) => (a.code < b.code ? -1 : 1));
}
