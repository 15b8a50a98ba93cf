import { apportion, compareCodes } from "../../kernel/apportion";
import { fraction } from "../../kernel/fraction";
import { DriverQuantity, DriverVector } from "../driver";

/** Vectors by driver key. */
export type Vectors = ReadonlyMap<string, DriverVector>;

/**
 * What was measured in one period as if every use case were still with the units that it was with in an earlier one, so
 * that a move of a use case is not taken for more use. A use case that was with several units then is divided over them as
 * it was then, by largest remainder. One that was not used then stays where it is; so do distinct contacts, which do not add up.
 */
export function keepOwners(earlier: Vectors, later: Vectors): Map<string, DriverVector> {
  const anywhere = ownersIn([...earlier].sort(([a], [b]) => compareCodes(a, b)).map(([, vector]) => vector));
  return new Map([...later].map(([key, vector]) => {
    if (vector.unitQuantities !== null) return [key, vector];
    const here = ownersIn(earlier.has(key) ? [earlier.get(key)!] : []);
    return [key, { ...vector, quantities: movedBack(vector.quantities, (useCase) => here.get(useCase) ?? anywhere.get(useCase) ?? null) }];
  }));
}

type Owners = ReadonlyMap<string, bigint>;

/** By use case, how much of it each unit had; of several vectors the first one that knows the use case. */
function ownersIn(vectors: readonly DriverVector[]): Map<string, Owners> {
  const found = new Map<string, Owners>();
  for (const vector of vectors) {
    for (const [useCase, owners] of unitsOf(vector.quantities)) if (!found.has(useCase)) found.set(useCase, owners);
  }
  return found;
}

function unitsOf(quantities: readonly DriverQuantity[]): Map<string, Map<string, bigint>> {
  const units = new Map<string, Map<string, bigint>>();
  for (const { useCase, businessUnit, quantity } of quantities) {
    if (quantity <= 0n) continue;
    const known = units.get(useCase) ?? new Map<string, bigint>();
    units.set(useCase, known.set(businessUnit, (known.get(businessUnit) ?? 0n) + quantity));
  }
  return units;
}

function movedBack(quantities: readonly DriverQuantity[], ownersOf: (useCase: string) => Owners | null): DriverQuantity[] {
  const now = unitsOf(quantities);
  const moved = (useCase: string): Owners | null => {
    const [owners, units] = [ownersOf(useCase), now.get(useCase)];
    return owners && units && (owners.size !== units.size || [...owners.keys()].some((unit) => !units.has(unit))) ? owners : null;
  };
  const kept = quantities.filter(({ useCase }) => moved(useCase) === null);
  const sums = new Map<string, { readonly useCase: string; readonly channel: string; quantity: bigint }>();
  for (const { useCase, channel, quantity } of quantities) {
    if (moved(useCase) === null) continue;
    const key = `${useCase}/${channel}`;
    const known = sums.get(key) ?? { useCase, channel, quantity: 0n };
    sums.set(key, { ...known, quantity: known.quantity + quantity });
  }
  return [...kept, ...[...sums.values()].flatMap(({ useCase, channel, quantity }) => {
    const claims = [...moved(useCase)!].map(([code, weight]) => ({ code, weight: fraction(weight) }));
    const parts = apportion(quantity, claims);
    return claims.flatMap(({ code }, index) => (parts[index] === 0n ? [] : [{ businessUnit: code, useCase, channel, quantity: parts[index]! }]));
  })];
}
