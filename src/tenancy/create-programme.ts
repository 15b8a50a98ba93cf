import { requireCode, requireText } from "../kernel/code";
import { requireTimeZone } from "../kernel/local-time";
import { currencyOf } from "../kernel/money";
import { Refusal } from "../kernel/refusal";
import { Programme } from "./programme";

export interface CreateProgrammeInput {
  readonly code: string;
  readonly name: string;
  readonly currency: string;
  readonly timeZone: string;
}

export interface CreateProgrammePorts {
  newId(): string;
  findProgramme(code: string): Promise<Programme | null>;
  saveProgramme(programme: Programme): Promise<void>;
  audit(programme: Programme): Promise<void>;
}

/**
 * Makes a programme. The same request again answers the programme that is there; another currency, zone or name under
 * a code in use is CONFLICT.
 */
export async function createProgramme(ports: CreateProgrammePorts, input: CreateProgrammeInput): Promise<Programme> {
  const wanted = {
    code: requireCode(input.code, ["code"]),
    name: requireText(input.name, ["name"]),
    currency: input.currency,
    timeZone: requireTimeZone(input.timeZone),
  };
  if (!currencyOf(wanted.currency)) throw new Refusal("BAD_USER_INPUT", `"${wanted.currency.slice(0, 20)}" is not an ISO 4217 currency code.`, ["currency"]);
  const existing = await ports.findProgramme(wanted.code);
  if (existing) {
    if (existing.name === wanted.name && existing.currency === wanted.currency && existing.timeZone === wanted.timeZone) return existing;
    throw new Refusal("CONFLICT", `A programme with the code ${wanted.code} exists and differs. Choose another code.`, ["code"]);
  }
  const programme = { id: ports.newId(), ...wanted };
  await ports.saveProgramme(programme);
  await ports.audit(programme);
  return programme;
}
