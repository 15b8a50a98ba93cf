import { Page, PageRequest, decodeCursor, toPage } from "../kernel/paging";
import { invariant } from "../kernel/refusal";
import { TenantTransaction } from "../tenancy/database.store";
import { AllocationPolicy, AllocationRule, PolicyDocument } from "./policy";

const SELECT = `
  select p.version, p.effective_from as "effectiveFrom", p.note, p.rules, p.settings, p.document_hash as "documentHash", p.proposed_by as "proposedBy", p.proposed_at as "proposedAt",
    a.approved_by as "approvedBy", a.approved_at as "approvedAt"
  from allocation.policy p left join allocation.policy_approval a on a.programme_id = p.programme_id and a.version = p.version
  where p.programme_id = $1`;

/** Versions of the policy and their approvals. Both are only ever added to. */
export function policyStore(tx: TenantTransaction) {
  const programmeId = tx.scope.programme.id;
  const find = async (version: number): Promise<AllocationPolicy | null> => (await tx.query<AllocationPolicy>(`${SELECT} and p.version = $2`, [programmeId, version]))[0] ?? null;
  return {
    findPolicy: find,
    /** Holds proposals of the programme back until this transaction ends, so that two retries at once cannot both be new. */
    findByIdempotencyKey: async (key: string): Promise<AllocationPolicy | null> => {
      await tx.query("select pg_advisory_xact_lock(hashtextextended($1, 2))", [programmeId]);
      return (await tx.query<AllocationPolicy>(`${SELECT} and p.idempotency_key = $2`, [programmeId, key]))[0] ?? null;
    },
    /** The newest approved version that is in effect in the period. */
    approvedPolicy: async (period: string): Promise<AllocationPolicy | null> =>
      (await tx.query<AllocationPolicy>(`${SELECT} and a.version is not null and p.effective_from <= $2 order by p.effective_from desc, p.version desc limit 1`, [programmeId, period]))[0] ?? null,
    savePolicy: async (document: PolicyDocument, documentHash: string, idempotencyKey: string | null): Promise<AllocationPolicy> => {
      await tx.query("select pg_advisory_xact_lock(hashtextextended($1, 2))", [programmeId]);
      const [row] = await tx.query<{ version: number }>(
        `insert into allocation.policy (programme_id, version, effective_from, note, rules, settings, document_hash, idempotency_key, proposed_by)
         select $1, coalesce(max(version), 0) + 1, $2, $3, $4, $5, $6, $7, $8 from allocation.policy where programme_id = $1 returning version`,
        [programmeId, document.effectiveFrom, document.note, JSON.stringify(document.rules), document.settings ? JSON.stringify(document.settings) : null, documentHash, idempotencyKey, tx.scope.principal.subject],
      );
      const saved = await find(row!.version);
      invariant(saved, "a policy that was just saved is not there");
      return saved;
    },
    /** A second approval at the same moment fails on the key and is tried again; it then finds the first. */
    saveApproval: async (version: number, subject: string): Promise<AllocationPolicy> => {
      await tx.query("insert into allocation.policy_approval (programme_id, version, approved_by) values ($1, $2, $3)", [programmeId, version, subject]);
      const saved = await find(version);
      invariant(saved?.approvedBy, "an approval that was just saved is not there");
      return saved;
    },
    list: async (page: PageRequest): Promise<Page<AllocationPolicy>> => {
      const position = decodeCursor(page.after, ["version"]);
      const rows = await tx.query<AllocationPolicy>(`${SELECT} and ($2::int is null or p.version > $2) order by p.version limit $3`, [programmeId, position?.[0] ?? null, page.first + 1]);
      return toPage(rows, page, (row) => [String(row.version)]);
    },
    rulesOf: async (version: number): Promise<readonly AllocationRule[]> => (await find(version))?.rules ?? [],
  };
}
