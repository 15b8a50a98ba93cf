import { requireCode, requireText } from "../kernel/code";
import { Refusal } from "../kernel/refusal";
import { CostPool, CostPoolKind } from "./cost-pool";

export interface CreateCostPoolInput {
  readonly code: string;
  readonly name: string;
  readonly kind: CostPoolKind;
}

export interface CreateCostPoolPorts {
  newId(): string;
  findPool(code: string): Promise<CostPool | null>;
  savePool(pool: CostPool): Promise<void>;
  audit(pool: CostPool): Promise<void>;
}

/** Makes a pool. The same request again answers the pool that is there; other content under a code in use is CONFLICT. */
export async function createCostPool(ports: CreateCostPoolPorts, input: CreateCostPoolInput): Promise<CostPool> {
  const wanted = { code: requireCode(input.code, ["code"]), name: requireText(input.name, ["name"]), kind: input.kind };
  const existing = await ports.findPool(wanted.code);
  if (existing) {
    if (existing.name === wanted.name && existing.kind === wanted.kind) return existing;
    throw new Refusal("CONFLICT", `A cost pool with the code ${wanted.code} exists and differs. Choose another code.`, ["code"]);
  }
  const pool = { id: ports.newId(), ...wanted };
  await ports.savePool(pool);
  await ports.audit(pool);
  return pool;
}
