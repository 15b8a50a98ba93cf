import { requireCode, requireText } from "../kernel/code";
import { Refusal } from "../kernel/refusal";
import { BusinessUnit } from "./business-unit";
import { UseCase } from "./use-case";

export interface CreateUseCaseInput {
  readonly code: string;
  readonly name: string;
  readonly businessUnit: string;
}

export interface CreateUseCasePorts {
  newId(): string;
  findBusinessUnit(code: string): Promise<BusinessUnit | null>;
  findUseCase(code: string): Promise<{ useCase: UseCase; firstOwner: string } | null>;
  /** When the unit was merged into another, held until the transaction ends; null when it was not. */
  closedFrom(unit: BusinessUnit): Promise<Date | null>;
  saveUseCase(useCase: UseCase, owner: BusinessUnit): Promise<void>;
  audit(useCase: UseCase, owner: BusinessUnit): Promise<void>;
}

/**
 * Makes a use case that the unit owns from the beginning of time. The same request again answers the use case that is
 * there; other content under a code in use and a unit that was merged into another are CONFLICT; an unknown unit is NOT_FOUND.
 */
export async function createUseCase(ports: CreateUseCasePorts, input: CreateUseCaseInput): Promise<UseCase> {
  const code = requireCode(input.code, ["code"]);
  const name = requireText(input.name, ["name"]);
  const owner = await ports.findBusinessUnit(input.businessUnit);
  if (!owner) throw new Refusal("NOT_FOUND", `There is no business unit ${input.businessUnit.slice(0, 64)}.`, ["businessUnit"]);
  const existing = await ports.findUseCase(code);
  if (existing) {
    if (existing.useCase.name === name && existing.firstOwner === owner.id) return existing.useCase;
    throw new Refusal("CONFLICT", `A use case with the code ${code} exists and differs. Choose another code.`, ["code"]);
  }
  const closedFrom = await ports.closedFrom(owner);
  if (closedFrom) throw new Refusal("CONFLICT", `${owner.code} was merged into another unit from ${closedFrom.toISOString()} on and takes no use cases. Name its successor.`, ["businessUnit"]);
  const useCase = { id: ports.newId(), code, name };
  await ports.saveUseCase(useCase, owner);
  await ports.audit(useCase, owner);
  return useCase;
}
