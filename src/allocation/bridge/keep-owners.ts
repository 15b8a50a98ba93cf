import { apportion, compareCodes } from "../../kernel/apportion";
import { fraction } from "../../kernel/fraction";
import { DriverQuantity, DriverVector } from "../driver";

/** Vectors by driver key. */
export type Vectors = ReadonlyMap<string, DriverVector>;

/** Which use cases are meant. */
type Which = (useCase: string) => boolean;

/**
 * What was measured in one period as if some use cases were with the units that they were with in another one, so that a move
 * of a use case is not taken for more use or less. A use case that was with several units there is divided over them as it
 * was there, by largest remainder. One that was not used there stays where it is; so do distinct contacts, which do not add up.
 */
export function keepOwners(there: Vectors, here: Vectors, which: Which = () => true): Map<string, DriverVector> {
  const anywhere = ownersIn([...there].sort(([a], [b]) => compareCodes(a, b)).map(([, vector]) => vector));
  return new Map([...here].map(([key, vector]) => {
    if (vector.unitQuantities !== null) return [key, vector];
    const byThis = ownersIn(there.has(key) ? [there.get(key)!] : []);
    return [key, { ...vector, quantities: movedTo(vector.quantities, (useCase) => (which(useCase) ? (byThis.get(useCase) ?? anywhere.get(useCase) ?? null) : null)) }];
  }));
}

/** The use cases that a unit used in one period and only others in the other one: they left it, or came to it. */
export function movedCases(unit: string, earlier: Vectors, later: Vectors): { readonly left: ReadonlySet<string>; readonly came: ReadonlySet<string> } {
  const [then, now] = [earlier, later].map((vectors) => {
    const units = new Map<string, Set<string>>();
    for (const { quantities } of vectors.values()) for (const [useCase, owners] of unitsOf(quantities)) units.set(useCase, new Set([...(units.get(useCase) ?? []), ...owners.keys()]));
    return units;
  }) as [Map<string, Set<string>>, Map<string, Set<string>>];
  const goneFrom = (had: typeof then, has: typeof then): Set<string> => new Set([...had].flatMap(([useCase, units]) => (units.has(unit) && has.has(useCase) && !has.get(useCase)!.has(unit) ? [useCase] : [])));
  return { left: goneFrom(then, now), came: goneFrom(now, then) };
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

function movedTo(quantities: readonly DriverQuantity[], ownersOf: (useCase: string) => Owners | null): DriverQuantity[] {
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
