import { Canonical } from "../kernel/canonical";
import { hashOf } from "../kernel/hash";
import { Refusal } from "../kernel/refusal";
import { readIdempotencyKey } from "../chargeback";
import { CostPool } from "../costs";
import { AccountMapping, MappingDocument } from "./account-mapping";
import { MappingInput, readMapping } from "./read-account-mapping";

export interface ProposeAccountMappingPorts {
  findPools(codes: readonly string[]): Promise<readonly CostPool[]>;
  findUnitCodes(codes: readonly string[]): Promise<ReadonlySet<string>>;
  /** Other proposals of the programme wait until this transaction ends. */
  findByIdempotencyKey(key: string): Promise<AccountMapping | null>;
  /** Stores the document under the next version number. */
  saveMapping(document: MappingDocument, documentHash: string, idempotencyKey: string | null): Promise<AccountMapping>;
  audit(mapping: AccountMapping): Promise<void>;
}

export function hashOfMapping(document: MappingDocument): string {
  return hashOf(document as unknown as Canonical);
}

/** Proposes which accounts a month's charges are posted to; it takes effect when a second person approves it. */
export async function proposeAccountMapping(ports: ProposeAccountMappingPorts, input: MappingInput, idempotencyKey: string | null): Promise<AccountMapping> {
  const document = readMapping(input);
  const key = readIdempotencyKey(idempotencyKey);
  const documentHash = hashOfMapping(document);
  if (key !== null) {
    const existing = await ports.findByIdempotencyKey(key);
    if (existing && existing.documentHash === documentHash) return existing;
    if (existing) throw new Refusal("CONFLICT", "This idempotencyKey was used for another mapping. Choose a new key.", ["idempotencyKey"]);
  }
  await requireKnownNames(ports, document);
  const mapping = await ports.saveMapping(document, documentHash, key);
  await ports.audit(mapping);
  return mapping;
}

async function requireKnownNames(ports: ProposeAccountMappingPorts, { rules }: MappingDocument): Promise<void> {
  const pools = new Set((await ports.findPools([...new Set(rules.flatMap(({ pool }) => pool ?? []))])).map(({ code }) => code));
  const units = await ports.findUnitCodes([...new Set(rules.flatMap(({ businessUnit }) => businessUnit ?? []))]);
  rules.forEach(({ pool, businessUnit }, index) => {
    if (pool !== null && !pools.has(pool)) throw new Refusal("NOT_FOUND", `There is no cost pool ${pool}.`, ["rules", String(index), "pool"]);
    if (businessUnit !== null && !units.has(businessUnit)) throw new Refusal("NOT_FOUND", `There is no business unit ${businessUnit}.`, ["rules", String(index), "businessUnit"]);
  });
}
