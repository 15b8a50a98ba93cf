import { Fraction, ZERO, add, divide, multiply, roundHalfUp, subtract, sum } from "../kernel/fraction";
import { BilledLine, MatchedLegs, namesLeg } from "./match-legs";
import { Quantity } from "./measure";
import { RatingRules, isTolerated } from "./rating-rules";

export const VARIANCE_CAUSES = ["MISSING_LEG", "MISSING_MESSAGE", "DOUBLED_LEG", "NOT_BILLED", "UNPRICED", "ROUNDING", "QUANTITY", "PRICE_CHANGE", "UNMATCHED"] as const;
export type VarianceCause = (typeof VARIANCE_CAUSES)[number];

/** What we have of a vendor's month: a rated line, or the sum of what was booked otherwise, which has no component. */
export interface OurCost {
  readonly component: string | null;
  /** Of a line by a card; null for anything else. */
  readonly quantity: Quantity | null;
  readonly amount: Fraction;
}

/** Why a vendor's total is not ours: legs concerned, and minor units of the programme's currency, vendor's less ours. */
export interface Variance {
  readonly cause: VarianceCause;
  readonly component: string | null;
  readonly legs: number;
  readonly amount: Fraction;
  readonly refs: readonly string[];
}

/** A component on both sides; null: what names none. */
export interface ComponentTotals {
  readonly component: string | null;
  readonly ours: Fraction;
  readonly theirs: Fraction;
}

/** Both sides by component: their sums are both totals. */
export function totalsByComponent(bill: readonly BilledLine[], costs: readonly OurCost[]): ComponentTotals[] {
  const components = [...new Set([...bill, ...costs].map(({ component }) => component))].sort(byName);
  return components.map((component) => ({ component, ours: sum(costs.flatMap((each) => (each.component === component ? [each.amount] : []))), theirs: sum(bill.flatMap((each) => (each.component === component ? [each.amount] : []))) }));
}

const byName = (a: string | null, b: string | null): number => ((a ?? "\uffff") < (b ?? "\uffff") ? -1 : a === b ? 0 : 1);

/**
 * Tells a difference by its causes; they sum to it exactly. Of a leg on both sides rounding (of time; QUANTITY of anything else)
 * = (their quantity - ours) x our price and price change = their amount - their quantity x our price, as usage variances split.
 * A component that the bill tells only as a sum is split likewise where both sides count it in the same measure. What is left
 * over is UNMATCHED.
 */
export function varianceByCause(bill: readonly BilledLine[], costs: readonly OurCost[], matched: readonly MatchedLegs[]): Variance[] {
  const told = new Told();
  for (const each of matched) tellLeg(each, told);
  for (const group of groupsOf(bill, costs, matched)) tellRest(group, told);
  return told.list();
}

function tellLeg(each: MatchedLegs, told: Told): void {
  const difference = subtract(each.theirs, each.ours);
  const tell = (cause: VarianceCause, amount: Fraction): void => told.add(cause, each.component, 1, amount, each.refs);
  if (each.kind === "VENDOR_ONLY") tell(each.isMessage ? "MISSING_MESSAGE" : "MISSING_LEG", difference);
  else if (each.kind === "VENDOR_AGAIN") tell("DOUBLED_LEG", difference);
  else if (each.kind === "OURS_ONLY" || each.kind === "OURS_PART") tell("NOT_BILLED", difference);
  else if (each.kind === "UNPRICED") tell("UNPRICED", difference);
  else if (each.rate === null || !each.otherQuantity) {
    if (each.otherPrice) tell("PRICE_CHANGE", difference);
  } else {
    const quantity = multiply(subtract(each.theirQuantity, each.ourQuantity), each.rate);
    tell(each.isTime ? "ROUNDING" : "QUANTITY", quantity);
    if (each.otherPrice) tell("PRICE_CHANGE", subtract(difference, quantity));
  }
}

/** What is compared as a sum: both sides of a component, or of everything that stands in no component of its own. */
interface Group {
  readonly component: string | null;
  /** Those that stand in it. */
  readonly members: ReadonlySet<string | null>;
  readonly lines: readonly BilledLine[];
  readonly costs: readonly OurCost[];
  /** Of our costs, what lines of other groups took less what lines of this one took elsewhere. */
  readonly moved: Fraction;
}

/**
 * A component stands by itself where the bill names it, or where the bill names every component. What we booked without one
 * may be what the bill names a component of that we never rated: those are compared together.
 */
function groupsOf(bill: readonly BilledLine[], costs: readonly OurCost[], matched: readonly MatchedLegs[]): Group[] {
  const named = new Set(bill.map(({ component }) => component)), ours = new Set(costs.map(({ component }) => component));
  const groupOf = (component: string | null): string | null => {
    if (component === null) return null;
    if (named.has(component)) return ours.has(component) || !ours.has(null) ? component : null;
    return named.has(null) ? null : component;
  };
  const groups = new Map<string | null, { members: Set<string | null>; lines: BilledLine[]; costs: OurCost[]; moved: Fraction }>();
  const at = (component: string | null) => {
    const key = groupOf(component);
    const known = groups.get(key) ?? { members: new Set(), lines: [], costs: [], moved: ZERO };
    groups.set(key, known);
    known.members.add(component);
    return known;
  };
  for (const line of bill) at(line.component).lines.push(line);
  for (const cost of costs) at(cost.component).costs.push(cost);
  for (const { component, covers } of matched) {
    for (const part of covers) {
      const [from, to] = [at(part.component), at(component)];
      from.moved = add(from.moved, part.amount);
      to.moved = subtract(to.moved, part.amount);
    }
  }
  return [...groups].map(([component, group]) => ({ component, ...group }));
}

/** The difference of a group that its legs do not tell. */
function tellRest({ component, members, lines, costs, moved }: Group, told: Told): void {
  const theirs = sum(lines.map(({ amount }) => amount)), ours = subtract(sum(costs.map(({ amount }) => amount)), moved);
  const rest = subtract(subtract(theirs, ours), told.sumOf(members));
  if (component !== null && costs.length === 0) return told.add("UNPRICED", component, 0, rest, []);
  const [counted, own] = lines.some(namesLeg) || moved.numerator !== 0n ? [null, null] : [countOf(lines), countOf(costs)];
  if (counted === null || own === null || counted.measure !== own.measure || own.base.numerator <= 0n) return told.add("UNMATCHED", component, 0, rest, []);
  const quantity = multiply(subtract(counted.base, own.base), divide(ours, own.base));
  told.add("QUANTITY", component, 0, quantity, []);
  told.add("PRICE_CHANGE", component, 0, subtract(rest, quantity), []);
}

/** The sum of quantities of one measure; null where one is missing or counts something else. */
function countOf(parts: ReadonlyArray<{ readonly quantity: Quantity | null }>): Quantity | null {
  const measure = parts[0]?.quantity?.measure;
  if (measure === undefined || parts.some(({ quantity }) => quantity?.measure !== measure)) return null;
  return { measure, base: sum(parts.map(({ quantity }) => quantity!.base)) };
}

/** Causes by component, in the order of the causes; nothing about a sum is said of nothing. */
class Told {
  private readonly found = new Map<string, { cause: VarianceCause; component: string | null; legs: number; amount: Fraction; refs: string[] }>();

  add(cause: VarianceCause, component: string | null, legs: number, amount: Fraction, refs: readonly string[]): void {
    if (legs === 0 && amount.numerator === 0n) return;
    const key = `${cause} ${component ?? ""}`;
    const known = this.found.get(key) ?? { cause, component, legs: 0, amount: ZERO, refs: [] };
    this.found.set(key, { ...known, legs: known.legs + legs, amount: add(known.amount, amount), refs: known.refs.length < MOST_REFS ? [...known.refs, ...refs].slice(0, MOST_REFS) : known.refs });
  }

  sumOf(components: ReadonlySet<string | null>): Fraction {
    return sum([...this.found.values()].flatMap((each) => (components.has(each.component) ? [each.amount] : [])));
  }

  list(): Variance[] {
    return [...this.found.values()].sort((a, b) => VARIANCE_CAUSES.indexOf(a.cause) - VARIANCE_CAUSES.indexOf(b.cause) || byName(a.component, b.component));
  }
}

export const MOST_REFS = 20;

export interface Totals {
  /** Minor units of the programme's currency. */
  readonly ours: Fraction;
  readonly theirs: Fraction;
}

/** The difference in whole minor units, vendor's less ours, and whether it is small enough that nobody needs to explain it. */
export function judge({ ours, theirs }: Totals, rules: RatingRules): { readonly varianceMinor: bigint; readonly tolerated: boolean } {
  const varianceMinor = roundHalfUp(theirs) - roundHalfUp(ours);
  return { varianceMinor, tolerated: isTolerated(rules, varianceMinor, roundHalfUp(theirs)) };
}
