import { Proof } from "../kernel/proof";
import { TenantTransaction } from "../tenancy/database.store";
import { ChainLink, ChainedEntry, anchorText, contradictionOf } from "./audit-chain";
import { findHead } from "./audit.store";
import { verifyChain } from "./verify-chain";

const PAGE = 200;

/**
 * Proves that no entry of the audit trail was edited, deleted, inserted or moved, and names the first one that was; with
 * `anchors` also that the chain still passes through places written down earlier. Holds one page of entries in memory.
 */
export async function verifyAuditChain(tx: TenantTransaction, anchors: readonly ChainLink[]): Promise<Proof[]> {
  const { sound, head, fault } = await verifyChain({
    head: () => findHead(tx),
    entriesAfter: (last) => entries(tx, "$2::bigint is null or (sequence, id) > ($2, $3::uuid)", [last?.sequence ?? null, last?.id ?? null], PAGE),
    entryAfterHash: async (hash, besides) => (await entries(tx, "previous_hash = $2 and id <> $3", [hash, besides.id], 1))[0] ?? null,
  });
  const chain = {
    name: "audit chain", compared: `${sound} entries, head ${head ? anchorText(head) : "none"}`, differing: fault ? 1 : 0,
    differences: fault ? [`${fault.entry ? named(fault.entry) : "the trail"} ${fault.what}`] : [], notes: [],
  };
  return anchors.length === 0 ? [chain] : [chain, await proveAnchors(tx, anchors, head)];
}

async function proveAnchors(tx: TenantTransaction, anchors: readonly ChainLink[], head: ChainLink | null): Promise<Proof> {
  const rows = await tx.query<{ sequence: string; hash: string }>(
    "select sequence, hash from governance.audit_entry where programme_id = $1 and sequence = any($2::bigint[])", [tx.scope.programme.id, anchors.map(({ sequence }) => sequence)],
  );
  const hashes = new Map(rows.map((row) => [Number(row.sequence), row.hash]));
  const differences = anchors.flatMap((anchor) => contradictionOf(anchor, hashes.get(anchor.sequence) ?? null, head) ?? []);
  return { name: "audit chain passes through its anchors", compared: `${anchors.length - differences.length} of ${anchors.length}`, differing: differences.length, differences, notes: [] };
}

async function entries(tx: TenantTransaction, where: string, values: readonly unknown[], limit: number): Promise<ChainedEntry[]> {
  const rows = await tx.query<Omit<ChainedEntry, "sequence"> & { sequence: string }>(
    `select programme_id as "programmeId", sequence, previous_hash as "previousHash", hash, id, trunc(extract(epoch from recorded_at) * 1000000)::text as "recordedAtMicros",
       subject, role, action, subject_kind as "subjectKind", subject_key as "subjectKey", reason, before::text as "beforeJson", after::text as "afterJson"
     from governance.audit_entry where programme_id = $1 and (${where}) order by sequence, id limit $4`,
    [tx.scope.programme.id, ...values, limit],
  );
  return rows.map((row) => ({ ...row, sequence: Number(row.sequence) }));
}

/** An entry for people; an edited one may hold anything, so its texts are cut. */
function named({ sequence, id, action, subjectKind, subjectKey, subject }: ChainedEntry): string {
  const cut = (text: string): string => text.slice(0, 80);
  return `entry ${sequence} (${id}: ${cut(action)} of ${cut(subjectKind)} ${cut(subjectKey)} by ${cut(subject)})`;
}
