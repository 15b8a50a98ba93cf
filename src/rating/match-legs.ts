import { Fraction, ZERO, compare, multiply, sum } from "../kernel/fraction";
import { LegCost, OurLeg, PricedCard, costsOfLeg } from "./leg-costs";
import { Quantity } from "./measure";

/** A line of a vendor's bill; money in minor units of the programme's currency. */
export interface BilledLine {
  /** Null where the line does not say it. */
  readonly component: string | null;
  readonly callRef: string | null;
  /** Null where the line does not count in a unit that we know. */
  readonly quantity: Quantity | null;
  readonly amount: Fraction;
}

export type BilledLeg = BilledLine & { readonly callRef: string };

export const namesLeg = (line: BilledLine): line is BilledLeg => line.callRef !== null;

/** A leg on one side or on both, or a component of it; money in minor units of the programme's currency. */
export interface MatchedLegs {
  /** UNPRICED: a leg of ours, of whose component nothing is known here; OURS_PART: a component of a leg of which lines name others. */
  readonly kind: "BOTH" | "VENDOR_ONLY" | "VENDOR_AGAIN" | "UNPRICED" | "OURS_ONLY" | "OURS_PART";
  /** Null where the vendor's line speaks of the leg as a whole. */
  readonly component: string | null;
  /** It is about messages, not about a call. */
  readonly isMessage: boolean;
  /** What one base unit costs by our card; null where ours is a reported amount or several prices. */
  readonly rate: Fraction | null;
  /** Our card counts time: another quantity of it is rounding. */
  readonly isTime: boolean;
  /** Vendor's unit price is not ours. */
  readonly otherPrice: boolean;
  /** Vendor's billed quantity is not ours. */
  readonly otherQuantity: boolean;
  readonly ourQuantity: Fraction;
  readonly theirQuantity: Fraction;
  readonly ours: Fraction;
  /** `ours` by component. */
  readonly covers: ReadonlyArray<{ readonly component: string; readonly amount: Fraction }>;
  readonly theirs: Fraction;
  /** The vendor's id of the leg, or ours. */
  readonly refs: readonly string[];
}

/** What a bill says leg by leg, and what only as a sum. */
interface Told {
  /** Components of lines that name a leg. */
  readonly byLeg: ReadonlySet<string | null>;
  /** Components of lines that name none. */
  readonly asSum: ReadonlySet<string | null>;
}

/** A leg with what it costs here. */
interface Counted {
  readonly leg: OurLeg;
  readonly costs: readonly LegCost[];
  /** Components that lines of this leg name, and those that a line has taken so far (null: the rest); null until a line names the leg. */
  lines: { readonly named: Set<string>; readonly taken: Set<string | null> } | null;
}

const isSummed = ({ asSum, byLeg }: Told, component: string): boolean => asSum.has(component) && !byLeg.has(component);

/**
 * Holds the lines of a bill that name a leg against our legs, component by component. A line without a component stands for
 * what the leg's other lines do not name. A second line of the same is VENDOR_AGAIN; the order of the lines decides which is
 * first. What of our legs no line holds is OURS_ONLY, unless the bill tells that component as a sum.
 */
export function matchLegs(bill: readonly BilledLine[], legs: readonly OurLeg[], cards: ReadonlyMap<number, PricedCard>): MatchedLegs[] {
  const lines = bill.filter(namesLeg);
  const told: Told = { byLeg: new Set(lines.map(({ component }) => component)), asSum: new Set(bill.filter(({ callRef }) => callRef === null).map(({ component }) => component)) };
  const counted = legs.map((leg): Counted => ({ leg, costs: costsOfLeg(leg, cards), lines: null }));
  const byRef = new Map<string, Counted>();
  for (const each of counted) for (const ref of each.leg.refs) if (!byRef.has(ref)) byRef.set(ref, each);
  for (const { callRef, component } of lines) {
    const each = byRef.get(callRef);
    if (!each) continue;
    each.lines ??= { named: new Set(), taken: new Set() };
    if (component !== null) each.lines.named.add(component);
  }
  return [...lines.map((line) => matchLine(line, byRef.get(line.callRef), told)), ...counted.flatMap((each) => leftOver(each, told))];
}

function matchLine(line: BilledLeg, ours: Counted | undefined, told: Told): MatchedLegs {
  const alone = { component: line.component, rate: null, isTime: true, otherQuantity: false, otherPrice: false, isMessage: isMessage(line), ourQuantity: ZERO, theirQuantity: ZERO, ours: ZERO, covers: [], theirs: line.amount, refs: [line.callRef] };
  if (!ours?.lines) return { ...alone, kind: "VENDOR_ONLY" };
  const { named, taken } = ours.lines;
  if (taken.has(line.component)) return { ...alone, kind: "VENDOR_AGAIN" };
  taken.add(line.component);
  const covered = ours.costs.filter(({ component }) => (line.component === null ? !named.has(component) && !isSummed(told, component) : component === line.component));
  if (covered.length > 0) return both(line, covered);
  // Every cost that the leg has is in lines of its own: the rest is nothing, and was billed once more.
  return { ...alone, kind: line.component === null && named.size > 0 && ours.costs.length > 0 ? "VENDOR_AGAIN" : "UNPRICED" };
}

function both(line: BilledLeg, covered: readonly LegCost[]): MatchedLegs {
  const ours = sum(covered.map(({ amount }) => amount));
  const common = { kind: "BOTH" as const, component: line.component, isMessage: isMessage(line), ours, covers: covered.map(({ component, amount }) => ({ component, amount })), theirs: line.amount, refs: [line.callRef] };
  const priced = covered.length === 1 ? covered[0]!.priced : null;
  // Where ours is one price of a card, their price of the same can be told from their quantity.
  if (priced === null) return { ...common, rate: null, isTime: true, ourQuantity: ZERO, theirQuantity: ZERO, otherQuantity: false, otherPrice: compare(ours, line.amount) !== 0 };
  const theirQuantity = line.quantity?.measure === priced.measure ? line.quantity.base : priced.billed;
  return {
    ...common, rate: priced.rate, isTime: priced.measure === "TIME", ourQuantity: priced.billed, theirQuantity,
    otherQuantity: compare(theirQuantity, priced.billed) !== 0, otherPrice: compare(multiply(theirQuantity, priced.rate), line.amount) !== 0,
  };
}

/** What of a leg no line holds. A connected one without any cost is told, too, where the bill lists whole legs. */
function leftOver({ leg, costs, lines }: Counted, told: Told): MatchedLegs[] {
  const { byLeg, asSum } = told;
  const left = lines?.taken.has(null) ? [] : costs.filter(({ component }) => !lines?.taken.has(component) && !isSummed(told, component));
  // A sum without a component may hold whatever is named nowhere.
  const apart = left.filter(({ component }) => byLeg.has(component) || (!byLeg.has(null) && !asSum.has(null)));
  const rest = byLeg.has(null) ? left.filter(({ component }) => !byLeg.has(component)) : [];
  const entry = (component: string | null, of: readonly LegCost[]): MatchedLegs => ({
    kind: lines === null ? "OURS_ONLY" : "OURS_PART", component, rate: null, isTime: true, otherQuantity: false, otherPrice: false, isMessage: leg.isMessage, ourQuantity: ZERO, theirQuantity: ZERO,
    ours: sum(of.map(({ amount }) => amount)), covers: of.map((cost) => ({ component: cost.component, amount: cost.amount })), theirs: ZERO, refs: leg.refs.slice(0, 1),
  });
  const isSilent = costs.length === 0 && lines === null && leg.isCall && byLeg.has(null);
  return [...apart.map((cost) => entry(cost.component, [cost])), ...(rest.length > 0 || isSilent ? [entry(null, rest)] : [])];
}

/** A line of messages, by what it counts or else by its component. */
function isMessage({ component, quantity }: BilledLine): boolean {
  return quantity === null ? component === "SMS" : quantity.measure === "MESSAGE" || quantity.measure === "SEGMENT";
}

/** How many lines name a leg, how many of those legs are ours, and how many legs of ours are in none. */
export function coverageOf(matched: readonly MatchedLegs[]): { readonly vendorCalls: number; readonly matched: number; readonly oursWithout: number } {
  const without = new Set(matched.flatMap(({ kind, refs }) => (kind === "OURS_ONLY" ? refs : [])));
  const lines = matched.filter(({ kind }) => kind !== "OURS_ONLY" && kind !== "OURS_PART");
  return { vendorCalls: lines.length, matched: lines.filter(({ kind }) => kind !== "VENDOR_ONLY").length, oursWithout: without.size };
}
