import { Page, PageRequest, decodeCursor, toPage } from "../../kernel/paging";
import { invariant } from "../../kernel/refusal";
import { PeriodStatus } from "../../governance";
import { TenantTransaction } from "../../tenancy/database.store";
import { AttributionDocument, AttributionModel } from "./attribution-model";
import { BenefitPool, PoolMaximum } from "./benefit-pool";

const MODELS = `
  select m.version, m.pool_code as pool, m.effective_from as "effectiveFrom", m.shares, m.evidence, m.document_hash as "documentHash", m.proposed_by as "proposedBy", m.proposed_at as "proposedAt",
    a.approved_by as "approvedBy", a.approved_at as "approvedAt"
  from benefits.attribution_model m left join benefits.attribution_approval a on a.programme_id = $1 and a.version = m.version
  where m.programme_id = $1`;

interface MaximumRow extends Omit<PoolMaximum, "maximumMinor"> { readonly pool: string; readonly maximumMinor: string }

/** Benefit pools with their maximums, and which projects their benefit is due to. All are only ever added to. */
export function poolStore(tx: TenantTransaction) {
  const programmeId = tx.scope.programme.id;
  const { subject } = tx.scope.principal;
  const models = (): Promise<AttributionModel[]> => tx.query<AttributionModel>(`${MODELS} order by m.version`, [programmeId]);
  const saved = async (version: number): Promise<AttributionModel> => {
    const found = (await models()).find((each) => each.version === version);
    invariant(found, "a model that was just saved is not there");
    return found;
  };
  const withMaximums = async (pools: ReadonlyArray<Omit<BenefitPool, "maximums">>): Promise<BenefitPool[]> => {
    const rows = await tx.query<MaximumRow>(
      `select pool_code as pool, version, effective_from as "effectiveFrom", maximum_minor as "maximumMinor", evidence, set_by as "setBy", set_at as "setAt" from benefits.pool_maximum where programme_id = $1 and pool_code = any($2) order by pool_code, version`,
      [programmeId, pools.map(({ code }) => code)],
    );
    return pools.map((pool) => ({ ...pool, maximums: rows.filter((row) => row.pool === pool.code).map(({ pool: _, ...row }) => ({ ...row, maximumMinor: BigInt(row.maximumMinor) })) }));
  };
  const POOLS = `select code, name, defined_by as "definedBy", defined_at as "definedAt" from benefits.pool where programme_id = $1`;
  return {
    models,
    /** Whoever writes benefits of a programme does so one after the other: an overlap is settled between all of them. */
    hold: async (): Promise<void> => void (await tx.query("select pg_advisory_xact_lock(hashtextextended($1, 280))", [programmeId])),
    holdPeriod: async (key: string): Promise<PeriodStatus | null> =>
      (await tx.query<{ status: PeriodStatus }>("select status from governance.period where programme_id = $1 and key = $2 for share", [programmeId, key]))[0]?.status ?? null,
    /** The first month from the given one on that is not closed, held. */
    holdFirstOpen: async (key: string): Promise<string | null> =>
      (await tx.query<{ key: string }>("select key from governance.period where programme_id = $1 and key >= $2 and status <> 'CLOSED' order by key limit 1 for share", [programmeId, key]))[0]?.key ?? null,
    isPool: async (code: string): Promise<boolean> => (await tx.query(`${POOLS} and code = $2`, [programmeId, code])).length > 0,
    findPool: async (code: string): Promise<BenefitPool | null> => (await withMaximums(await tx.query<BenefitPool>(`${POOLS} and code = $2`, [programmeId, code])))[0] ?? null,
    signedFrom: async (pool: string, period: string): Promise<string | null> =>
      (await tx.query<{ period: string | null }>(
        `select max(c.period_key) as period from benefits.claim c join benefits.claim_decision d on d.programme_id = $1 and d.claim_id = c.id and d.decision = 'SIGNED_OFF'
           join benefits.benefit b on b.programme_id = $1 and b.id = c.benefit_id
         where c.programme_id = $1 and b.pool_code = $2 and c.period_key >= $3`, [programmeId, pool, period]))[0]?.period ?? null,
    savePool: async (code: string, name: string): Promise<void> => void (await tx.query("insert into benefits.pool (programme_id, code, name, defined_by) values ($1, $2, $3, $4)", [programmeId, code, name, subject])),
    saveMaximum: async (pool: string, { version, effectiveFrom, maximumMinor, evidence }: Pick<PoolMaximum, "version" | "effectiveFrom" | "maximumMinor" | "evidence">): Promise<void> =>
      void (await tx.query("insert into benefits.pool_maximum (programme_id, pool_code, version, effective_from, maximum_minor, evidence, set_by) values ($1, $2, $3, $4, $5, $6, $7)", [programmeId, pool, version, effectiveFrom, String(maximumMinor), evidence, subject])),
    saveModel: async (document: AttributionDocument, documentHash: string): Promise<AttributionModel> => {
      const [row] = await tx.query<{ version: number }>(
        `insert into benefits.attribution_model (programme_id, version, pool_code, effective_from, shares, evidence, document_hash, proposed_by)
         select $1, coalesce(max(version), 0) + 1, $2, $3, $4, $5, $6, $7 from benefits.attribution_model where programme_id = $1 returning version`,
        [programmeId, document.pool, document.effectiveFrom, JSON.stringify(document.shares), document.evidence, documentHash, subject],
      );
      return saved(row!.version);
    },
    saveApproval: async (version: number): Promise<AttributionModel> => {
      await tx.query("insert into benefits.attribution_approval (programme_id, version, approved_by) values ($1, $2, $3)", [programmeId, version, subject]);
      return saved(version);
    },
    listPools: async (page: PageRequest): Promise<Page<BenefitPool>> => {
      const position = decodeCursor(page.after, ["text"]);
      const rows = await tx.query<BenefitPool>(`${POOLS} and ($2::text is null or code collate "C" > $2) order by code collate "C" limit $3`, [programmeId, position?.[0] ?? null, page.first + 1]);
      return toPage(await withMaximums(rows), page, (row) => [row.code]);
    },
    listModels: async (pool: string | null, page: PageRequest): Promise<Page<AttributionModel>> => {
      const position = decodeCursor(page.after, ["version"]);
      const rows = await tx.query<AttributionModel>(`${MODELS} and ($2::text is null or m.pool_code = $2) and ($3::int is null or m.version > $3) order by m.version limit $4`, [programmeId, pool, position?.[0] ?? null, page.first + 1]);
      return toPage(rows, page, (row) => [String(row.version)]);
    },
  };
}
