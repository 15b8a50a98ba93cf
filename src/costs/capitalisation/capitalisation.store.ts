import { invariant } from "../../kernel/refusal";
import { TenantTransaction } from "../../tenancy/database.store";
import { ImplementationCost } from "./book-implementation-cost";
import { CapitalisationDocument, CapitalisationPolicy } from "./capitalisation";
import { Asset } from "./put-in-service";

const POLICY = `
  select p.version, p.framework, p.effective_from as "effectiveFrom", p.treatments, p.note, p.document_hash as "documentHash", p.proposed_by as "proposedBy", p.proposed_at as "proposedAt",
    a.approved_by as "approvedBy", a.approved_at as "approvedAt"
  from costs.capitalisation_policy p left join costs.capitalisation_policy_approval a on a.programme_id = $1 and a.version = p.version
  where p.programme_id = $1`;

const ASSET = `
  select a.id, a.use_case_id as "useCaseId", a.go_live as "goLive", a.useful_months as "usefulMonths", a.contract_months as "contractMonths", r.period_key as "retiredIn"
  from costs.asset a left join costs.asset_retirement r on r.programme_id = $1 and r.asset_id = a.id
  where a.programme_id = $1`;

/** Policies, implementation cost and assets of the transaction's programme. All are only ever added to. */
export function capitalisationStore(tx: TenantTransaction) {
  const programmeId = tx.scope.programme.id;
  const { subject } = tx.scope.principal;
  const policies = (): Promise<CapitalisationPolicy[]> => tx.query<CapitalisationPolicy>(`${POLICY} order by p.version`, [programmeId]);
  const saved = async (version: number): Promise<CapitalisationPolicy> => {
    const found = (await policies()).find((each) => each.version === version);
    invariant(found, "a capitalisation policy that was just saved is not there");
    return found;
  };
  return {
    policies,
    holdPolicies: async (): Promise<CapitalisationPolicy[]> => {
      await tx.query("select pg_advisory_xact_lock(hashtextextended($1, 310))", [programmeId]);
      return policies();
    },
    savePolicy: async (document: CapitalisationDocument, documentHash: string): Promise<CapitalisationPolicy> => {
      const [row] = await tx.query<{ version: number }>(
        `insert into costs.capitalisation_policy (programme_id, version, framework, effective_from, treatments, note, document_hash, proposed_by)
         select $1, coalesce(max(version), 0) + 1, $2, $3, $4, $5, $6, $7 from costs.capitalisation_policy where programme_id = $1 returning version`,
        [programmeId, document.framework, document.effectiveFrom, JSON.stringify(document.treatments), document.note, documentHash, subject],
      );
      return saved(row!.version);
    },
    saveApproval: async (version: number): Promise<CapitalisationPolicy> => {
      await tx.query("insert into costs.capitalisation_policy_approval (programme_id, version, approved_by) values ($1, $2, $3)", [programmeId, version, subject]);
      return saved(version);
    },
    findImplementationCost: async (externalId: string): Promise<ImplementationCost | null> => {
      const [row] = await tx.query<Omit<ImplementationCost, "amountMinor"> & { amountMinor: string }>(
        `select id, external_id as "externalId", use_case_id as "useCaseId", period_key as "periodKey", category, treatment, policy_version as "policyVersion", amount_minor as "amountMinor",
           description, vendor, invoice, payload_hash as "payloadHash" from costs.implementation_cost where programme_id = $1 and external_id = $2`,
        [programmeId, externalId],
      );
      return row ? { ...row, amountMinor: BigInt(row.amountMinor) } : null;
    },
    saveImplementationCost: async (cost: ImplementationCost): Promise<boolean> => {
      const rows = await tx.query(
        `insert into costs.implementation_cost (programme_id, id, external_id, use_case_id, period_key, category, treatment, policy_version, amount_minor, description, vendor, invoice, payload_hash, recorded_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) on conflict (programme_id, external_id) do nothing returning id`,
        [programmeId, cost.id, cost.externalId, cost.useCaseId, cost.periodKey, cost.category, cost.treatment, cost.policyVersion, String(cost.amountMinor), cost.description, cost.vendor, cost.invoice, cost.payloadHash, subject],
      );
      return rows.length > 0;
    },
    holdAsset: async (useCaseId: string): Promise<Asset | null> => {
      await tx.query("select pg_advisory_xact_lock(hashtextextended($1, 311))", [programmeId]);
      return (await tx.query<Asset>(`${ASSET} and a.use_case_id = $2`, [programmeId, useCaseId]))[0] ?? null;
    },
    saveAsset: async (asset: Asset): Promise<void> => void (await tx.query(
      "insert into costs.asset (programme_id, id, use_case_id, go_live, useful_months, contract_months, recorded_by) values ($1, $2, $3, $4, $5, $6, $7)",
      [programmeId, asset.id, asset.useCaseId, asset.goLive, asset.usefulMonths, asset.contractMonths, subject],
    )),
    saveRetirement: async (asset: Asset, period: string, reason: string): Promise<void> => void (await tx.query(
      "insert into costs.asset_retirement (programme_id, asset_id, period_key, reason, recorded_by) values ($1, $2, $3, $4, $5)",
      [programmeId, asset.id, period, reason, subject],
    )),
    closedFrom: async (key: string): Promise<string[]> =>
      (await tx.query<{ key: string }>("select key from governance.period where programme_id = $1 and key >= $2 and status = 'CLOSED' order by key", [programmeId, key])).map((row) => row.key),
    isClosed: async (key: string): Promise<boolean> =>
      (await tx.query<{ status: string }>("select status from governance.period where programme_id = $1 and key = $2 for share", [programmeId, key]))[0]?.status === "CLOSED",
  };
}
