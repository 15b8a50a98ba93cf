import { requireCode, requireText } from "../kernel/code";
import { Refusal } from "../kernel/refusal";
import { BusinessUnit, ChargebackMode } from "./business-unit";

export interface CreateBusinessUnitInput {
  readonly code: string;
  readonly name: string;
  readonly costCentre?: string | null;
  readonly chargebackMode?: ChargebackMode | null;
}

export interface CreateBusinessUnitPorts {
  newId(): string;
  findBusinessUnit(code: string): Promise<BusinessUnit | null>;
  saveBusinessUnit(unit: BusinessUnit): Promise<void>;
  audit(unit: BusinessUnit): Promise<void>;
}

/** Makes a tenant. The same request again answers the unit that is there; other content under a code in use is CONFLICT. */
export async function createBusinessUnit(ports: CreateBusinessUnitPorts, input: CreateBusinessUnitInput): Promise<BusinessUnit> {
  const wanted = {
    code: requireCode(input.code, ["code"]),
    name: requireText(input.name, ["name"]),
    costCentre: input.costCentre ? requireText(input.costCentre, ["costCentre"], 64) : null,
    chargebackMode: input.chargebackMode ?? ("SHOWBACK" as const),
  };
  const existing = await ports.findBusinessUnit(wanted.code);
  if (existing) {
    const same = existing.name === wanted.name && existing.costCentre === wanted.costCentre && existing.chargebackMode === wanted.chargebackMode;
    if (same) return existing;
    throw new Refusal("CONFLICT", `A business unit with the code ${wanted.code} exists and differs. Choose another code.`, ["code"]);
  }
  const unit = { id: ports.newId(), ...wanted };
  await ports.saveBusinessUnit(unit);
  await ports.audit(unit);
  return unit;
}
