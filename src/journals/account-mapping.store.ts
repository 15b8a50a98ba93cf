import { Page, PageRequest, decodeCursor, toPage } from "../kernel/paging";
import { invariant } from "../kernel/refusal";
import { TenantTransaction } from "../tenancy/database.store";
import { AccountMapping, MappingDocument } from "./account-mapping";

interface Row {
  readonly version: number; readonly document: MappingDocument; readonly documentHash: string; readonly proposedBy: string; readonly proposedAt: Date; readonly approvedBy: string | null; readonly approvedAt: Date | null;
}

const SELECT = `
  select m.version, m.document, m.document_hash as "documentHash", m.proposed_by as "proposedBy", m.proposed_at as "proposedAt", a.approved_by as "approvedBy", a.approved_at as "approvedAt"
  from journals.account_mapping m left join journals.account_mapping_approval a on a.programme_id = m.programme_id and a.version = m.version
  where m.programme_id = $1`;

const toMapping = ({ document, ...row }: Row): AccountMapping => ({ ...document, ...row });

/** Versions of the account mapping and their approvals. Both are only ever added to. */
export function accountMappingStore(tx: TenantTransaction) {
  const programmeId = tx.scope.programme.id;
  const hold = (): Promise<unknown> => tx.query("select pg_advisory_xact_lock(hashtextextended($1, 23))", [programmeId]);
  const one = async (condition: string, ...parameters: unknown[]): Promise<AccountMapping | null> => (await tx.query<Row>(`${SELECT} ${condition}`, [programmeId, ...parameters])).map(toMapping)[0] ?? null;
  const find = (version: number): Promise<AccountMapping | null> => one("and m.version = $2", version);
  return {
    findMapping: find,
    findMappings: async (versions: readonly number[]): Promise<AccountMapping[]> => (await tx.query<Row>(`${SELECT} and m.version = any($2)`, [programmeId, versions])).map(toMapping),
    /** Holds proposals of the programme back until this transaction ends, so that two retries at once cannot both be new. */
    findByIdempotencyKey: async (key: string): Promise<AccountMapping | null> => {
      await hold();
      return one("and m.idempotency_key = $2", key);
    },
    /** The newest approved version that is in effect in the period. */
    mappingOf: (period: string): Promise<AccountMapping | null> => one("and a.version is not null and m.effective_from <= $2 order by m.effective_from desc, m.version desc limit 1", period),
    saveMapping: async (document: MappingDocument, documentHash: string, idempotencyKey: string | null): Promise<AccountMapping> => {
      await hold();
      const [row] = await tx.query<{ version: number }>(
        `insert into journals.account_mapping (programme_id, version, effective_from, document, document_hash, idempotency_key, proposed_by)
         select $1, coalesce(max(version), 0) + 1, $2, $3, $4, $5, $6 from journals.account_mapping where programme_id = $1 returning version`,
        [programmeId, document.effectiveFrom, JSON.stringify(document), documentHash, idempotencyKey, tx.scope.principal.subject],
      );
      const saved = await find(row!.version);
      invariant(saved, "a mapping that was just saved is not there");
      return saved;
    },
    /** A second approval at the same moment fails on the key and is tried again; it then finds the first. */
    saveApproval: async (version: number): Promise<AccountMapping> => {
      await tx.query("insert into journals.account_mapping_approval (programme_id, version, approved_by) values ($1, $2, $3)", [programmeId, version, tx.scope.principal.subject]);
      const saved = await find(version);
      invariant(saved?.approvedBy, "an approval that was just saved is not there");
      return saved;
    },
    list: async (page: PageRequest): Promise<Page<AccountMapping>> => {
      const position = decodeCursor(page.after, ["version"]);
      const rows = await tx.query<Row>(`${SELECT} and ($2::int is null or m.version > $2) order by m.version limit $3`, [programmeId, position?.[0] ?? null, page.first + 1]);
      return toPage(rows.map(toMapping), page, (row) => [String(row.version)]);
    },
  };
}
