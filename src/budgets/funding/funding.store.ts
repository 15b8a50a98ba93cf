import { Page, PageRequest, decodeCursor, toPage } from "../../kernel/paging";
import { invariant } from "../../kernel/refusal";
import { NOBODY } from "../../metering";
import { TenantTransaction } from "../../tenancy/database.store";
import { ModelComponent, ModelVersion } from "./budget-model";
import { FundingArrangement, FundingDocument } from "./funding";

const FUNDING = `
  select f.version, c.code as "useCase", f.effective_from as "effectiveFrom", f.lines, f.note, f.document_hash as "documentHash", f.proposed_by as "proposedBy", f.proposed_at as "proposedAt",
    a.approved_by as "approvedBy", a.approved_at as "approvedAt"
  from budgets.funding f
    left join budgets.funding_approval a on a.programme_id = $1 and a.version = f.version
    left join tenancy.use_case c on c.programme_id = $1 and c.id = f.use_case_id
  where f.programme_id = $1`;

const MODEL = `
  select m.version, m.component, m.statement, m.proposed_by as "proposedBy", m.proposed_at as "proposedAt", a.approved_by as "approvedBy", a.approved_at as "approvedAt"
  from budgets.model_component m left join budgets.model_approval a on a.programme_id = $1 and a.version = m.version
  where m.programme_id = $1`;

/** Versions of the budget model and of who funds what, with their approvals. All are only ever added to. */
export function fundingStore(tx: TenantTransaction) {
  const programmeId = tx.scope.programme.id;
  const { subject } = tx.scope.principal;
  const hold = (): Promise<unknown> => tx.query("select pg_advisory_xact_lock(hashtextextended($1, 242))", [programmeId]);
  const arrangements = (): Promise<FundingArrangement[]> => tx.query<FundingArrangement>(`${FUNDING} order by f.version`, [programmeId]);
  const models = (): Promise<ModelVersion[]> => tx.query<ModelVersion>(`${MODEL} order by m.version`, [programmeId]);
  const saved = <T extends { readonly version: number }>(all: readonly T[], version: number): T => {
    const found = all.find((each) => each.version === version);
    invariant(found, "a version that was just saved is not there");
    return found;
  };
  return {
    arrangements,
    models,
    holdArrangements: async (): Promise<FundingArrangement[]> => {
      await hold();
      return arrangements();
    },
    holdVersions: async (): Promise<ModelVersion[]> => {
      await hold();
      return models();
    },
    saveFunding: async (document: FundingDocument, documentHash: string): Promise<FundingArrangement> => {
      const [row] = await tx.query<{ version: number }>(
        `insert into budgets.funding (programme_id, version, use_case_id, effective_from, lines, note, document_hash, proposed_by)
         select $1, coalesce(max(version), 0) + 1, (select id from tenancy.use_case where programme_id = $1 and code = $2), $3, $4, $5, $6, $7 from budgets.funding where programme_id = $1 returning version`,
        [programmeId, document.useCase, document.effectiveFrom, JSON.stringify(document.lines), document.note, documentHash, subject],
      );
      return saved(await arrangements(), row!.version);
    },
    approveFunding: async (version: number): Promise<FundingArrangement> => {
      await tx.query("insert into budgets.funding_approval (programme_id, version, approved_by) values ($1, $2, $3)", [programmeId, version, subject]);
      return saved(await arrangements(), version);
    },
    saveModel: async (component: ModelComponent, statement: string): Promise<ModelVersion> => {
      const [row] = await tx.query<{ version: number }>(
        `insert into budgets.model_component (programme_id, version, component, statement, proposed_by)
         select $1, coalesce(max(version), 0) + 1, $2, $3, $4 from budgets.model_component where programme_id = $1 returning version`,
        [programmeId, component, statement, subject],
      );
      return saved(await models(), row!.version);
    },
    approveModel: async (version: number): Promise<ModelVersion> => {
      await tx.query("insert into budgets.model_approval (programme_id, version, approved_by) values ($1, $2, $3)", [programmeId, version, subject]);
      return saved(await models(), version);
    },
    list: async (page: PageRequest): Promise<Page<FundingArrangement>> => {
      const position = decodeCursor(page.after, ["version"]);
      const rows = await tx.query<FundingArrangement>(`${FUNDING} and ($2::int is null or f.version > $2) order by f.version limit $3`, [programmeId, position?.[0] ?? null, page.first + 1]);
      return toPage(rows, page, (row) => [String(row.version)]);
    },
    /** First day with usage of the second use case that ever had any, "2025-04-07"; null while fewer than two had. */
    platformSharedFrom: async (): Promise<string | null> => {
      const [second] = await tx.query<{ day: string }>(
        `select min(day)::text as day from metering.usage_daily_total where programme_id = $1 and legs > 0 and use_case_id <> '${NOBODY}' group by use_case_id order by 1 offset 1 limit 1`,
        [programmeId],
      );
      return second?.day ?? null;
    },
  };
}
