import { Refusal } from "../kernel/refusal";
import { CostPool, isShared } from "../costs";
import { PolicyWorld, checkMethods } from "./check-methods";
import { AllocationPolicy, PolicyDocument, PolicyInput, hashPolicy, readPolicy } from "./policy";

export interface ProposePolicyPorts {
  readonly subject: string;
  findPools(codes: readonly string[]): Promise<readonly CostPool[]>;
  findUnitCodes(codes: readonly string[]): Promise<ReadonlySet<string>>;
  /** What a policy by methods is held against, in a month. */
  policyWorld(document: PolicyDocument, period: string): Promise<PolicyWorld>;
  /** Whether the figures of a month are final. */
  isClosed(period: string): Promise<boolean>;
  /** The approved version that is in effect in a month. */
  approvedPolicy(period: string): Promise<AllocationPolicy | null>;
  findByIdempotencyKey(key: string): Promise<AllocationPolicy | null>;
  /** Stores the document under the next version number. */
  savePolicy(document: PolicyDocument, documentHash: string, idempotencyKey: string | null): Promise<AllocationPolicy>;
  audit(policy: AllocationPolicy): Promise<void>;
}

/** Refuses rules for pools or exclusions of units that do not exist, for pools that are never divided, and methods that could not be carried out in a month. */
export async function requireKnownNames(ports: Pick<ProposePolicyPorts, "findPools" | "findUnitCodes" | "policyWorld">, document: PolicyDocument, period: string = document.effectiveFrom): Promise<void> {
  const pools = new Map((await ports.findPools(document.rules.map((rule) => rule.pool))).map((pool) => [pool.code, pool]));
  const units = await ports.findUnitCodes(document.rules.flatMap((rule) => rule.exclude));
  document.rules.forEach((rule, index) => {
    const pool = pools.get(rule.pool);
    if (!pool) throw new Refusal("NOT_FOUND", `There is no cost pool ${rule.pool}.`, ["rules", String(index), "pool"]);
    if (!isShared(pool.kind)) throw new Refusal("BAD_USER_INPUT", `${rule.pool} is ${pool.kind}, which is never divided.`, ["rules", String(index), "pool"]);
    const unknown = document.settings ? undefined : rule.exclude.find((code) => !units.has(code));
    if (unknown) throw new Refusal("NOT_FOUND", `There is no business unit ${unknown}.`, ["rules", String(index), "exclude"]);
  });
  if (document.settings) checkMethods(document, await ports.policyWorld(document, period));
}

/**
 * A version holds from its month until the next one starts, so two of the same month overlap unless one replaces the other.
 * A proportional policy may be dated back and then acts from the first open month on, as it always could.
 */
async function requireItsPlace(ports: ProposePolicyPorts, document: PolicyDocument, replaces: number | null): Promise<void> {
  if (!document.settings && replaces === null) return;
  if (await ports.isClosed(document.effectiveFrom)) throw new Refusal("PERIOD_CLOSED", `${document.effectiveFrom} is closed: its figures are final. Let the policy start with a month that is open.`, ["effectiveFrom"]);
  const inEffect = await ports.approvedPolicy(document.effectiveFrom);
  const overlapped = inEffect?.effectiveFrom === document.effectiveFrom ? inEffect.version : null;
  if (replaces !== null && replaces !== overlapped) throw new Refusal("CONFLICT", `Version ${replaces} does not start with ${document.effectiveFrom}, or was never approved${overlapped === null ? "" : `; version ${overlapped} does`}.`, ["replaces"]);
  if (document.settings && overlapped !== null && replaces === null) throw new Refusal("CONFLICT", `Version ${overlapped} starts with ${document.effectiveFrom}, too: the two overlap in time. Say replaces: ${overlapped}, or choose another month.`, ["effectiveFrom"]);
}

/** Proposes a version of the policy; it takes effect when a second person approves it. */
export async function proposePolicy(ports: ProposePolicyPorts, input: PolicyInput & { readonly replaces?: number | null }, idempotencyKey: string | null): Promise<AllocationPolicy> {
  const document = readPolicy(input);
  const documentHash = hashPolicy(document);
  if (idempotencyKey !== null) {
    const existing = await ports.findByIdempotencyKey(idempotencyKey);
    if (existing && existing.documentHash === documentHash) return existing;
    if (existing) throw new Refusal("CONFLICT", "This idempotencyKey was used for another policy. Choose a new key.", ["idempotencyKey"]);
  }
  await requireItsPlace(ports, document, input.replaces ?? null);
  await requireKnownNames(ports, document);
  const policy = await ports.savePolicy(document, documentHash, idempotencyKey);
  await ports.audit(policy);
  return policy;
}
