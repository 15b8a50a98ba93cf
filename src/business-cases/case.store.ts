import { randomUUID } from "node:crypto";
import { Page, PageRequest, decodeCursor, toPage } from "../kernel/paging";
import { invariant } from "../kernel/refusal";
import { asWhole } from "../budgets/month-facts.query";
import { TenantTransaction } from "../tenancy/database.store";
import { CaseCommitment, CaseRecord, CaseRetirement, PlanVersion } from "./business-case";
import { EvidenceReference, Gate, Tranche } from "./gates";
import { CaseGrant } from "./grant-case";
import { CasePlan } from "./plan";
import { canonicalPlan } from "./propose-case";

type StoredPlan = Omit<CasePlan, "lines"> & { readonly lines: ReadonlyArray<{ readonly period: string; readonly category: CasePlan["lines"][number]["category"]; readonly amountMinor: string }> };
type PlanRow = Omit<PlanVersion, "plan"> & { readonly document: StoredPlan };

const toVersion = ({ document, ...row }: PlanRow): PlanVersion => ({ ...row, plan: { ...document, lines: document.lines.map((line) => ({ ...line, amountMinor: BigInt(line.amountMinor) })) } });
const withAmount = <T extends { readonly amountMinor: string }>(row: T): Omit<T, "amountMinor"> & { readonly amountMinor: bigint } => ({ ...row, amountMinor: BigInt(row.amountMinor) });

const PLANS = `
  select p.version, p.document, p.document_hash as "documentHash", p.proposed_by as "proposedBy", p.proposed_at as "proposedAt", a.approved_by as "approvedBy", a.approved_at as "approvedAt"
  from business_cases.plan p left join business_cases.plan_approval a on a.programme_id = $1 and a.use_case_id = p.use_case_id and a.version = p.version
  where p.programme_id = $1 and p.use_case_id = $2`;

const TRANCHES = `
  select distinct on (t.gate) t.gate, t.evidence, t.amount_minor as "amountMinor", t.plan_version as "planVersion", t.requested_by as "requestedBy", t.requested_at as "requestedAt", r.released_by as "releasedBy", r.released_at as "releasedAt"
  from business_cases.tranche t left join business_cases.tranche_release r on r.programme_id = $1 and r.use_case_id = t.use_case_id and r.gate = t.gate and r.request = t.request
  where t.programme_id = $1 and t.use_case_id = $2`;

const GRANTS = `
  select g.id, c.code as "useCase", g.subject, g.valid_from as "from", g.valid_to as "to", g.reason, g.granted_by as "grantedBy", g.granted_at as "grantedAt", r.revoked_by as "revokedBy", r.revoked_at as "revokedAt"
  from business_cases.case_grant g
    join tenancy.use_case c on c.programme_id = $1 and c.id = g.use_case_id
    left join business_cases.grant_revocation r on r.programme_id = $1 and r.grant_id = g.id
  where g.programme_id = $1`;

/** Cases of a programme. A unit finds those of the use cases that it owns now; all are only ever added to. */
export function caseStore(tx: TenantTransaction) {
  const programmeId = tx.scope.programme.id;
  const { subject } = tx.scope.principal;
  const tranches = async (useCaseId: string): Promise<Tranche[]> => (await tx.query<Omit<Tranche, "amountMinor"> & { amountMinor: string }>(`${TRANCHES} order by t.gate, t.request desc`, [programmeId, useCaseId])).map(withAmount);
  const versions = async (useCaseId: string): Promise<PlanVersion[]> => (await tx.query<PlanRow>(`${PLANS} order by p.version`, [programmeId, useCaseId])).map(toVersion);
  const commitments = async (useCaseId: string): Promise<CaseCommitment[]> =>
    (await tx.query<Omit<CaseCommitment, "amountMinor"> & { amountMinor: string }>(
      `select external_id as "externalId", amount_minor as "amountMinor", settles, description, booked_by as "bookedBy", booked_at as "bookedAt" from business_cases.commitment where programme_id = $1 and use_case_id = $2 order by booked_at, external_id collate "C"`,
      [programmeId, useCaseId],
    )).map(withAmount);
  const retirement = async (useCaseId: string): Promise<CaseRetirement | null> =>
    (await tx.query<CaseRetirement>(`select reason, retired_by as "retiredBy", retired_at as "retiredAt" from business_cases.retirement where programme_id = $1 and use_case_id = $2`, [programmeId, useCaseId]))[0] ?? null;
  const findUseCase = (code: string): Promise<{ readonly useCaseId: string; readonly useCase: string } | null> => asWhole(tx, async () => {
    const [row] = await tx.query<{ useCaseId: string; useCase: string; owner: string | null }>(
      `select c.id as "useCaseId", c.code as "useCase",
         (select o.business_unit_id from tenancy.use_case_ownership o where o.programme_id = $1 and o.use_case_id = c.id and o.effective_from <= now() order by o.effective_from desc, o.version desc limit 1) as owner
       from tenancy.use_case c where c.programme_id = $1 and c.code = $2`,
      [programmeId, code],
    );
    if (!row || (tx.scope.reach !== "programme" && !tx.scope.unitIds.includes(row.owner ?? ""))) return null;
    return { useCaseId: row.useCaseId, useCase: row.useCase };
  });
  const find = async (code: string): Promise<CaseRecord | null> => {
    const found = await findUseCase(code);
    if (!found) return null;
    const { useCaseId } = found;
    return asWhole(tx, async () => ({ ...found, versions: await versions(useCaseId), tranches: await tranches(useCaseId), commitments: await commitments(useCaseId), retirement: await retirement(useCaseId) }));
  };
  const whole = <T>(work: () => Promise<T>): Promise<T> => asWhole(tx, work);
  const saved = <T>(found: T | null | undefined): T => {
    invariant(found, "what was just written of a case is not there");
    return found;
  };
  const grants = (where: string, parameters: unknown[]): Promise<CaseGrant[]> => tx.query<CaseGrant>(`${GRANTS} ${where}`, [programmeId, ...parameters]);
  return {
    findUseCase, find,
    holdCase: async (code: string): Promise<CaseRecord | null> => {
      await tx.query("select pg_advisory_xact_lock(hashtextextended($1, 290))", [programmeId]);
      return find(code);
    },
    /** Ids and codes of every use case with a case. */
    list: (): Promise<Array<{ useCaseId: string; useCase: string }>> =>
      tx.query(`select c.id as "useCaseId", c.code as "useCase" from tenancy.use_case c where c.programme_id = $1 and exists (select from business_cases.plan p where p.programme_id = $1 and p.use_case_id = c.id) order by c.code collate "C"`, [programmeId]),
    closedMonthsFrom: async (period: string): Promise<number> => (await tx.query<{ count: number }>("select count(*)::int as count from governance.period where programme_id = $1 and status = 'CLOSED' and key >= $2", [programmeId, period]))[0]!.count,
    savePlan: ({ useCaseId, versions: before }: CaseRecord, plan: CasePlan, documentHash: string, at: Date): Promise<PlanVersion> => whole(async () => {
      const investment = plan.lines.reduce((sum, { category, amountMinor }) => (category === "IMPLEMENTATION" ? sum + amountMinor : sum), 0n);
      await tx.query("insert into business_cases.plan (programme_id, use_case_id, version, document, document_hash, investment_minor, proposed_by, proposed_at) values ($1, $2, $3, $4, $5, $6, $7, $8)", [programmeId, useCaseId, before.length + 1, JSON.stringify(canonicalPlan(plan)), documentHash, String(investment), subject, at]);
      return saved((await versions(useCaseId)).at(-1));
    }),
    saveApproval: ({ useCaseId }: CaseRecord, version: number, at: Date): Promise<PlanVersion> => whole(async () => {
      await tx.query("insert into business_cases.plan_approval (programme_id, use_case_id, version, approved_by, approved_at) values ($1, $2, $3, $4, $5)", [programmeId, useCaseId, version, subject, at]);
      return saved((await versions(useCaseId)).find((each) => each.version === version));
    }),
    saveRetirement: ({ useCaseId }: CaseRecord, reason: string): Promise<CaseRetirement> => whole(async () => {
      await tx.query("insert into business_cases.retirement (programme_id, use_case_id, reason, retired_by) values ($1, $2, $3, $4)", [programmeId, useCaseId, reason, subject]);
      return saved(await retirement(useCaseId));
    }),
    saveTranche: ({ useCaseId }: CaseRecord, tranche: { readonly gate: Gate; readonly evidence: readonly EvidenceReference[]; readonly amountMinor: bigint; readonly planVersion: number | null }): Promise<Tranche> => whole(async () => {
      await tx.query(
        `insert into business_cases.tranche (programme_id, use_case_id, gate, request, evidence, amount_minor, plan_version, requested_by)
         select $1, $2, $3, coalesce(max(request), 0) + 1, $4, $5, $6, $7 from business_cases.tranche where programme_id = $1 and use_case_id = $2 and gate = $3`,
        [programmeId, useCaseId, tranche.gate, JSON.stringify(tranche.evidence), String(tranche.amountMinor), tranche.planVersion, subject],
      );
      return saved((await tranches(useCaseId)).find(({ gate }) => gate === tranche.gate));
    }),
    saveRelease: ({ useCaseId }: CaseRecord, gate: Gate): Promise<Tranche> => whole(async () => {
      await tx.query(
        `insert into business_cases.tranche_release (programme_id, use_case_id, gate, request, released_by)
         select $1, $2, $3, max(request), $4 from business_cases.tranche where programme_id = $1 and use_case_id = $2 and gate = $3`,
        [programmeId, useCaseId, gate, subject],
      );
      return saved((await tranches(useCaseId)).find((each) => each.gate === gate));
    }),
    saveCommitment: ({ useCaseId }: CaseRecord, { externalId, amountMinor, settles, description }: Pick<CaseCommitment, "externalId" | "amountMinor" | "settles" | "description">): Promise<CaseCommitment> => whole(async () => {
      await tx.query("insert into business_cases.commitment (programme_id, use_case_id, external_id, amount_minor, settles, description, booked_by) values ($1, $2, $3, $4, $5, $6, $7)", [programmeId, useCaseId, externalId, String(amountMinor), settles, description, subject]);
      return saved((await commitments(useCaseId)).find((each) => each.externalId === externalId));
    }),
    grantsOf: (who: string): Promise<CaseGrant[]> => grants("and g.subject = $2 order by g.granted_at, g.id", [who]),
    findGrant: async (id: string): Promise<CaseGrant | null> => (await grants("and g.id = $2", [id]))[0] ?? null,
    saveGrant: async (useCaseId: string, { subject: grantee, from, to, reason }: Pick<CaseGrant, "subject" | "from" | "to" | "reason">): Promise<CaseGrant> => {
      const id = randomUUID();
      await tx.query("insert into business_cases.case_grant (programme_id, id, use_case_id, subject, valid_from, valid_to, reason, granted_by) values ($1, $2, $3, $4, $5, $6, $7, $8)", [programmeId, id, useCaseId, grantee, from, to, reason, subject]);
      return saved((await grants("and g.id = $2", [id]))[0]);
    },
    saveRevocation: async (id: string, reason: string): Promise<CaseGrant> => {
      await tx.query("insert into business_cases.grant_revocation (programme_id, grant_id, reason, revoked_by) values ($1, $2, $3, $4)", [programmeId, id, reason, subject]);
      return saved((await grants("and g.id = $2", [id]))[0]);
    },
    listGrants: async (page: PageRequest): Promise<Page<CaseGrant>> => {
      const position = decodeCursor(page.after, ["instant", "uuid"]);
      const rows = await grants("and ($2::timestamptz is null or (g.granted_at, g.id) > ($2, $3::uuid)) order by g.granted_at, g.id limit $4", [position?.[0] ?? null, position?.[1] ?? null, page.first + 1]);
      return toPage(rows, page, ({ grantedAt, id }) => [grantedAt.toISOString(), id]);
    },
  };
}
