import { Fraction } from "../../kernel/fraction";
import { FactPool, MethodFacts, Part } from "./method";
import { Bearers } from "./shares";

/** Who may bear a part of the pool at `position`: by the part, by exclusion, and by how pools serve each other. */
export function bearersOf(facts: MethodFacts, position: number, part: Part): Bearers {
  const pool = facts.pools[position]!;
  const positions = new Map(facts.pools.map((each, index) => [each.code, index]));
  const above = new Set(facts.parents.values());
  const named = part.to === null ? null : new Set(part.to);
  const open = (code: string): boolean => !pool.exclude.has(code) && (named === null || named.has(code));
  const serves = (other: number | undefined): boolean => {
    if (other === undefined) return true;
    if (facts.services === "DIRECT") return false;
    return facts.services === "RECIPROCAL" ? other !== position : other > position;
  };
  return {
    receivers: facts.receivers.map(({ code }) => code).filter((code) => open(code) && !above.has(code)),
    mayBear: (code) => open(code) && serves(positions.get(code)),
    directCosts: new Map(facts.receivers.map(({ code, directCost }) => [code, directCost])),
    quantities: (driver) => facts.drivers.get(driver)!,
  };
}

/** The pools that a pool names in its shares, quantities and receivers, itself too. */
export function poolsNamedBy(facts: MethodFacts, pool: FactPool): Set<string> {
  const codes = new Set(facts.pools.map(({ code }) => code));
  const named = new Set<string>();
  const note = (code: string, quantity: Fraction | null): void => {
    if (codes.has(code) && !pool.exclude.has(code) && (quantity === null || quantity.numerator !== 0n)) named.add(code);
  };
  for (const part of pool.parts) {
    const allowed = (code: string): boolean => part.to === null || part.to.includes(code);
    if ((part.method === "DIRECT" || part.method === "EVEN") && part.to !== null) for (const code of part.to) note(code, null);
    if (part.shares !== null) for (const [code, share] of part.shares) note(code, share);
    for (const driver of [part.driver, part.capacityDriver]) {
      if (driver === null) continue;
      const quantities = facts.drivers.get(driver)!;
      // Scaling moves every quantity, those of zero too.
      const moved = part.negative === "STANDARD_SCALING" && [...quantities.values()].some(({ numerator }) => numerator < 0n);
      for (const [code, quantity] of quantities) if (allowed(code)) note(code, moved ? null : quantity);
    }
  }
  return named;
}
