import { Refusal } from "../kernel/refusal";
import { BusinessUnit } from "./business-unit";
import { ChangeOwnershipPorts, OwnershipInput, readChange, recordChange, requireNotMerged, requireUnit } from "./change-ownership";
import { OwnershipChange, movesOfMerge } from "./ownership";

export interface MergeBusinessUnitsInput extends OwnershipInput {
  /** Codes of the units that end. */
  readonly from: readonly string[];
  readonly into: string;
}

const MOST_MERGED = 100;

/**
 * Ends units from a day on: their use cases, and those they would have come to own later, go to another unit. They stay
 * readable, and what they are charged for earlier months still goes out to them. The same merge again answers the change
 * that made it.
 */
export async function mergeBusinessUnits(ports: ChangeOwnershipPorts, input: MergeBusinessUnitsInput): Promise<OwnershipChange> {
  const codes = [...new Set(input.from)];
  if (codes.length === 0 || codes.length > MOST_MERGED || codes.length !== input.from.length) throw new Refusal("BAD_USER_INPUT", `from must name 1 to ${MOST_MERGED} different units.`, ["from"]);
  if (codes.includes(input.into)) throw new Refusal("BAD_USER_INPUT", `${input.into.slice(0, 64)} cannot be merged into itself. Leave it out of from.`, ["from"]);
  const change = await readChange(ports, "MERGE", input, { from: [...codes].sort(), into: input.into });
  if (change.made) return change.made;
  const units: BusinessUnit[] = [];
  for (const code of codes) units.push(await requireUnit(ports, code, ["from"]));
  const into = await requireUnit(ports, input.into, ["into"]);
  const ids = units.map(({ id }) => id);
  const owned = await holdOwned(ports, ids, change.effectiveFrom);
  const made = await alreadyMerged(ports, units, into, change.effectiveFrom);
  if (made) return made;
  await requireNotMerged(ports, into, ["into"]);
  const moves = movesOfMerge(await ports.ownerships(owned), new Set(ids), into.id, change.effectiveFrom.getTime());
  return recordChange(ports, change, moves, { kind: "BusinessUnit", key: into.code }, ids.map((unitId) => ({ unitId, successorId: into.id })));
}

/** Holds whatever the units own; what they were given while we waited, too. */
async function holdOwned(ports: ChangeOwnershipPorts, unitIds: readonly string[], from: Date): Promise<readonly string[]> {
  const held = await ports.ownedFrom(unitIds, from);
  await ports.hold(held, from);
  const owned = await ports.ownedFrom(unitIds, from);
  const missed = owned.filter((id) => !held.includes(id));
  if (missed.length > 0) await ports.hold(missed, from);
  return owned;
}

/** The change that merged all of these units into that one from that day on; CONFLICT when one was merged otherwise. */
async function alreadyMerged(ports: ChangeOwnershipPorts, units: readonly BusinessUnit[], into: BusinessUnit, effectiveFrom: Date): Promise<OwnershipChange | null> {
  const closings = await ports.closings(units.map(({ id }) => id));
  const [first] = closings;
  if (!first) return null;
  const same = closings.length === units.length && closings.every((each) => each.changeId === first.changeId && each.successorUnitId === into.id && each.closedFrom.getTime() === effectiveFrom.getTime());
  const made = same ? await ports.changeById(first.changeId) : null;
  if (made) return made;
  const unit = units.find(({ id }) => id === first.businessUnitId)!;
  throw new Refusal("CONFLICT", `${unit.code} was merged already, from ${first.closedFrom.toISOString()} on. Leave it out of from, or name its successor.`, ["from"]);
}
