import { Fraction, ZERO, add, divide, fraction, multiply, sum } from "../kernel/fraction";
import { billedOfCall } from "./charge";
import { Measure, measureOf } from "./measure";
import { RateCard, TOKEN_KINDS, TokenKind, basePerUnit, exact } from "./rate-card";

/** A leg of ours, with every id that the vendor may know it by. */
export interface OurLeg {
  readonly refs: readonly string[];
  readonly direction: string;
  /** A voice leg that connected. */
  readonly isCall: boolean;
  /** A leg of another channel that was completed. */
  readonly isMessage: boolean;
  readonly isSms: boolean;
  readonly connectedMs: bigint;
  readonly messages: bigint | null;
  readonly segments: bigint | null;
  readonly tokens: Readonly<Partial<Record<TokenKind, bigint>>>;
  readonly resolved: boolean;
  readonly spam: boolean;
  /** Cost that came with it; amounts in minor units of the programme's currency, null where none was said. */
  readonly items: readonly LegItem[];
}

export interface LegItem {
  readonly component: string;
  readonly basis: "REPORTED" | "RATED" | "ESTIMATED";
  readonly quantity: string | null;
  readonly unit: string | null;
  readonly amount: Fraction | null;
}

/** A card of the vendor with what one unit costs on each of its lines, minor units of the programme's currency. */
export interface PricedCard {
  readonly card: RateCard;
  readonly rates: ReadonlyMap<string, Fraction>;
  /** Billed units for one unit measured: above 1 only where the month is rounded as a whole. */
  readonly stretch: Fraction;
}

/** What a component of a leg costs by what is known here; minor units of the programme's currency. */
export interface LegCost {
  readonly component: string;
  readonly amount: Fraction;
  /** What a card counts it in, how many base units it bills, and what one of them costs; null where the amount came with the leg or has several prices. */
  readonly priced: { readonly measure: Measure; readonly billed: Fraction; readonly rate: Fraction } | null;
}

const BASES = ["REPORTED", "RATED", "ESTIMATED"] as const;

/** Those of the best basis alone. */
function best(items: readonly LegItem[]): LegItem[] {
  const basis = BASES.find((each) => items.some((item) => item.basis === each));
  return items.filter((item) => item.basis === basis);
}

/** What a leg costs, component by component: REPORTED with it, else by the vendor's card, else as it came with it. */
export function costsOfLeg(leg: OurLeg, cards: readonly PricedCard[]): LegCost[] {
  const costs = new Map<string, LegCost>();
  const said = (component: string): LegItem[] => best(leg.items.filter((item) => item.component === component && item.amount !== null));
  for (const { card, rates, stretch } of cards) {
    const used = usedOf(card, leg);
    if (used.length === 0 || said(card.component)[0]?.basis === "REPORTED") continue;
    const { exempt } = billedOfCall(card, leg);
    const parts = used.map(({ line, base }) => ({ billed: exempt ? ZERO : multiply(base, stretch), rate: divide(rates.get(line) ?? ZERO, fraction(basePerUnit(card.unit))) }));
    const amount = sum(parts.map(({ billed, rate }) => multiply(billed, rate)));
    const known = costs.get(card.component);
    const measure = measureOf(card.unit);
    costs.set(card.component, known ? { ...known, amount: add(known.amount, amount), priced: null } : { component: card.component, amount, priced: measure !== null && parts.length === 1 ? { measure, ...parts[0]! } : null });
  }
  for (const component of new Set(leg.items.map((item) => item.component))) {
    const items = said(component);
    if (items.length > 0 && !costs.has(component)) costs.set(component, { component, amount: sum(items.map(({ amount }) => amount!)), priced: null });
  }
  return [...costs.values()];
}

/** Base units that a card charges a leg for, by line of the card; none where it does not charge such a leg. */
function usedOf(card: RateCard, leg: OurLeg): Array<{ readonly line: string; readonly base: Fraction }> {
  const line = card.lines.find(({ direction }) => direction === leg.direction)?.code ?? card.lines.find(({ direction }) => direction === null)?.code ?? "";
  const one = (isCharged: boolean, base: bigint | Fraction): Array<{ line: string; base: Fraction }> => (isCharged ? [{ line, base: typeof base === "bigint" ? fraction(base) : base }] : []);
  switch (card.unit) {
    case "MINUTE":
    case "SECOND":
      return one(leg.isCall, billedOfCall(card, leg).ms);
    case "CALL":
      return one(leg.isCall, 1n);
    case "MESSAGE":
      return one(leg.isMessage, leg.messages ?? 1n);
    case "SEGMENT":
      return one(leg.isMessage && leg.isSms, leg.segments ?? 1n);
    case "CHARACTER": {
      const counts = best(leg.items.filter(({ component, unit, quantity }) => component === card.component && unit === "CHARACTER" && quantity !== null));
      return one(counts.length > 0, sum(counts.map(({ quantity }) => exact(quantity!))));
    }
    case "RESOLUTION":
      return one(leg.resolved, 1n);
    case "TOKEN_1M":
      return TOKEN_KINDS.flatMap((kind) => {
        const tokens = leg.tokens[kind] ?? 0n;
        const own = card.lines.find((each) => each.tokenKind === kind && (each.direction === null || each.direction === leg.direction))?.code ?? "";
        return tokens === 0n ? [] : [{ line: own, base: fraction(tokens) }];
      });
    case "MONTH":
    case "CONCURRENCY_MONTH":
      return [];
  }
}
