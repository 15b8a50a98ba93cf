import { Fraction, ZERO, add, compare, divide, formatFraction, fraction, multiply, subtract, sum } from "../../kernel/fraction";
import { Refusal } from "../../kernel/refusal";
import { Limit, SpillRule } from "./method";

/** Amounts within their limits and what the limits left over: above zero when caps cut, below when the programme lifts. */
export interface Limited {
  readonly amounts: ReadonlyMap<string, Fraction>;
  readonly left: Fraction;
}

/**
 * Brings amounts of zero or more within a least and a most per receiver.
 *
 * PROGRAMME: each is cut or lifted on its own, the programme bears the difference. PROPORTIONAL and EVEN: those that are
 * not at a limit share the difference in proportion to their amounts, or evenly, until nobody is outside. Who is frozen at
 * a limit is decided round by round by the side that weighs more, so the answer does not depend on an order. What nobody
 * may take any more is left over; minimums that are more than there is are refused.
 */
export function withinLimits(amounts: ReadonlyMap<string, Fraction>, limits: ReadonlyMap<string, Limit>, spill: SpillRule, path: readonly string[]): Limited {
  const whole = sum(amounts.values());
  const codes = [...new Set([...amounts.keys(), ...[...limits].flatMap(([code, limit]) => (limit.minimum && limit.minimum.numerator > 0n ? [code] : []))])];
  const before = (code: string): Fraction => amounts.get(code) ?? ZERO;
  const clamp = (code: string, amount: Fraction): Fraction => {
    const limit = limits.get(code);
    const [minimum, maximum] = [limit?.minimum, limit?.maximum];
    // Stryker disable next-line EqualityOperator: who is at a limit has the amount of the limit.
    if (minimum && compare(amount, minimum) < 0) return minimum;
    // Stryker disable next-line EqualityOperator: as above.
    return maximum && compare(amount, maximum) > 0 ? maximum : amount;
  };
  if (spill === "PROGRAMME") {
    const cut = new Map(codes.map((code) => [code, clamp(code, before(code))]));
    return { amounts: cut, left: subtract(whole, sum(cut.values())) };
  }
  const floor = sum(codes.map((code) => limits.get(code)?.minimum ?? ZERO));
  if (compare(floor, whole) > 0) throw new Refusal("BAD_USER_INPUT", `The minimums sum to ${formatFraction(floor)} minor units, more than the ${formatFraction(whole)} there are. Lower them, or let the programme bear the lift with spill: PROGRAMME.`, path);

  const frozen = new Map<string, Fraction>();
  for (;;) {
    const open = codes.filter((code) => !frozen.has(code));
    const rest = subtract(whole, sum(frozen.values()));
    const tried = share(open, rest, before, spill);
    if (tried === null) return { amounts: new Map([...frozen, ...open.map((code) => [code, clamp(code, before(code))] as const)]), left: subtract(rest, sum(open.map((code) => clamp(code, before(code))))) };
    const moved = open.map((code) => ({ code, to: clamp(code, tried.get(code)!), by: subtract(clamp(code, tried.get(code)!), tried.get(code)!) })).filter(({ by }) => by.numerator !== 0n);
    if (moved.length === 0) return { amounts: new Map([...frozen, ...tried]), left: ZERO };
    const balance = sum(moved.map(({ by }) => by)).numerator;
    // Stryker disable next-line EqualityOperator: nobody is moved by nothing, and of two sides of one weight either may be frozen first.
    for (const { code, to, by } of moved) if (by.numerator > 0n === balance > 0n) frozen.set(code, to);
  }
}

/** The rest over those that are still open; null when nobody can take it. */
function share(open: readonly string[], rest: Fraction, before: (code: string) => Fraction, spill: SpillRule): Map<string, Fraction> | null {
  if (open.length === 0) return null;
  const total = sum(open.map(before));
  if (spill === "EVEN") {
    const each = divide(subtract(rest, total), fraction(BigInt(open.length)));
    return new Map(open.map((code) => [code, add(before(code), each)]));
  }
  if (total.numerator === 0n) return null;
  return new Map(open.map((code) => [code, multiply(rest, divide(before(code), total))]));
}
