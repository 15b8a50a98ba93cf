import { Refusal } from "../kernel/refusal";
import { ChangeOwnershipPorts, OwnershipInput, readChange, recordChange, requireNotMerged, requireUnit } from "./change-ownership";
import { OwnershipChange } from "./ownership";
import { ownerAt } from "./use-case";

export interface MoveUseCaseInput extends OwnershipInput {
  readonly useCase: string;
  readonly businessUnit: string;
}

/**
 * Gives a use case to another unit from a day on; owners planned for later days stay planned. Usage stored already that
 * ended from that day on follows. The same move again answers the change that made it; null when the use case stood there
 * without a change.
 */
export async function moveUseCase(ports: ChangeOwnershipPorts, input: MoveUseCaseInput): Promise<OwnershipChange | null> {
  const change = await readChange(ports, "MOVE", input, { useCase: input.useCase, businessUnit: input.businessUnit });
  if (change.made) return change.made;
  const [useCase] = await ports.findUseCases([input.useCase]);
  if (!useCase) throw new Refusal("NOT_FOUND", `There is no use case ${input.useCase.slice(0, 64)}.`, ["useCase"]);
  const unit = await requireUnit(ports, input.businessUnit, ["businessUnit"]);
  await ports.hold([useCase.id], change.effectiveFrom);
  const atMs = change.effectiveFrom.getTime();
  const owner = ownerAt(await ports.ownerships([useCase.id]), useCase.id, atMs);
  if (owner === unit.id) return ports.changeThatMade(useCase.id, atMs);
  await requireNotMerged(ports, unit, ["businessUnit"]);
  if (owner === null) throw new Refusal("CONFLICT", `Nobody owns ${useCase.code} on ${input.effectiveFrom}. Choose a later day.`, ["effectiveFrom"]);
  return recordChange(ports, change, [{ useCaseId: useCase.id, fromUnitId: owner, toUnitId: unit.id, effectiveFromMs: atMs }], { kind: "UseCase", key: useCase.code });
}
