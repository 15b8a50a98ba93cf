import { Refusal } from "../kernel/refusal";
import { CostPool, isShared } from "../costs";
import { AllocationPolicy, PolicyDocument, PolicyInput, hashPolicy, readPolicy } from "./policy";

export interface ProposePolicyPorts {
  readonly subject: string;
  findPools(codes: readonly string[]): Promise<readonly CostPool[]>;
  findUnitCodes(codes: readonly string[]): Promise<ReadonlySet<string>>;
  findByIdempotencyKey(key: string): Promise<AllocationPolicy | null>;
  /** Stores the document under the next version number. */
  savePolicy(document: PolicyDocument, documentHash: string, idempotencyKey: string | null): Promise<AllocationPolicy>;
  audit(policy: AllocationPolicy): Promise<void>;
}

/** Refuses rules for pools or exclusions of units that do not exist, and for pools that are never divided. */
export async function requireKnownNames(ports: Pick<ProposePolicyPorts, "findPools" | "findUnitCodes">, document: PolicyDocument): Promise<void> {
  const pools = new Map((await ports.findPools(document.rules.map((rule) => rule.pool))).map((pool) => [pool.code, pool]));
  const units = await ports.findUnitCodes(document.rules.flatMap((rule) => rule.exclude));
  document.rules.forEach((rule, index) => {
    const pool = pools.get(rule.pool);
    if (!pool) throw new Refusal("NOT_FOUND", `There is no cost pool ${rule.pool}.`, ["rules", String(index), "pool"]);
    if (!isShared(pool.kind)) throw new Refusal("BAD_USER_INPUT", `${rule.pool} is ${pool.kind}, which is never divided.`, ["rules", String(index), "pool"]);
    const unknown = rule.exclude.find((code) => !units.has(code));
    if (unknown) throw new Refusal("NOT_FOUND", `There is no business unit ${unknown}.`, ["rules", String(index), "exclude"]);
  });
}

/** Proposes a version of the policy; it takes effect when a second person approves it. */
export async function proposePolicy(ports: ProposePolicyPorts, input: PolicyInput, idempotencyKey: string | null): Promise<AllocationPolicy> {
  const document = readPolicy(input);
  const documentHash = hashPolicy(document);
  if (idempotencyKey !== null) {
    const existing = await ports.findByIdempotencyKey(idempotencyKey);
    if (existing && existing.documentHash === documentHash) return existing;
    if (existing) throw new Refusal("CONFLICT", "This idempotencyKey was used for another policy. Choose a new key.", ["idempotencyKey"]);
  }
  await requireKnownNames(ports, document);
  const policy = await ports.savePolicy(document, documentHash, idempotencyKey);
  await ports.audit(policy);
  return policy;
}
