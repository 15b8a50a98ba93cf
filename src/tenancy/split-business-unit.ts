import { Refusal } from "../kernel/refusal";
import { BusinessUnit } from "./business-unit";
import { ChangeOwnershipPorts, OwnershipInput, readChange, recordChange, requireNotMerged, requireUnit } from "./change-ownership";
import { CreateBusinessUnitInput } from "./create-business-unit";
import { OwnershipChange, OwnershipMove } from "./ownership";
import { ownerAt } from "./use-case";

export interface SplitBusinessUnitInput extends OwnershipInput {
  readonly from: string;
  /** The unit that is made. */
  readonly into: CreateBusinessUnitInput;
  /** Codes of the use cases that go to it. */
  readonly useCases: readonly string[];
}

export interface SplitBusinessUnitPorts extends ChangeOwnershipPorts {
  /** Makes the unit or answers it when it is there with the same content; CONFLICT when it differs. */
  createBusinessUnit(input: CreateBusinessUnitInput): Promise<BusinessUnit>;
}

const MOST_MOVED = 500;

/**
 * Makes a unit out of another: named use cases of `from` are the new unit's from a day on. CONFLICT when one of them is
 * not `from`'s on that day; then nothing is made. The same split again answers the change that made it.
 */
export async function splitBusinessUnit(ports: SplitBusinessUnitPorts, input: SplitBusinessUnitInput): Promise<OwnershipChange> {
  const codes = [...new Set(input.useCases)];
  if (codes.length === 0 || codes.length > MOST_MOVED || codes.length !== input.useCases.length) throw new Refusal("BAD_USER_INPUT", `useCases must name 1 to ${MOST_MOVED} different use cases.`, ["useCases"]);
  if (input.from === input.into.code) throw new Refusal("BAD_USER_INPUT", "The new unit needs a code of its own.", ["into", "code"]);
  const { code, name, costCentre = null, chargebackMode = null } = input.into;
  const change = await readChange(ports, "SPLIT", input, { from: input.from, code, name, costCentre, chargebackMode, useCases: [...codes].sort() });
  if (change.made) return change.made;
  const from = await requireUnit(ports, input.from, ["from"]);
  const found = new Map((await ports.findUseCases(codes)).map((each) => [each.code, each]));
  const useCases = codes.map((each) => {
    const useCase = found.get(each);
    if (!useCase) throw new Refusal("NOT_FOUND", `There is no use case ${each.slice(0, 64)}.`, ["useCases"]);
    return useCase;
  });
  const ids = useCases.map(({ id }) => id);
  await ports.hold(ids, change.effectiveFrom);
  const into = await ports.createBusinessUnit(input.into);
  await requireNotMerged(ports, into, ["into", "code"]);
  const atMs = change.effectiveFrom.getTime();
  const ownerships = await ports.ownerships(ids);
  const owners = useCases.map((useCase) => ownerAt(ownerships, useCase.id, atMs));
  if (owners.every((owner) => owner === into.id)) {
    const made = await ports.changeThatMade(ids[0]!, atMs);
    if (made?.kind === "SPLIT") return made;
  }
  const moves = useCases.map((useCase, index): OwnershipMove => {
    if (owners[index] !== from.id) throw new Refusal("CONFLICT", `${useCase.code} does not belong to ${from.code} on ${input.effectiveFrom}. Leave it out of useCases.`, ["useCases"]);
    return { useCaseId: useCase.id, fromUnitId: from.id, toUnitId: into.id, effectiveFromMs: atMs };
  });
  return recordChange(ports, change, moves, { kind: "BusinessUnit", key: into.code });
}
