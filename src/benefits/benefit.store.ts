import { randomUUID } from "node:crypto";
import { Page, PageRequest, decodeCursor, toPage } from "../kernel/paging";
import { invariant } from "../kernel/refusal";
import { TenantTransaction } from "../tenancy/database.store";
import { Benefit, BenefitDocument, BenefitPlan } from "./benefit";

interface Row extends Omit<Benefit, "plan"> { readonly plan: { readonly from: string; readonly steadyStateMinor: string; readonly ramp: readonly string[] } | null }

const SELECT = `
  select b.id, b.sequence, b.code, b.name, b.use_case_id as "useCaseId", c.code as "useCase", u.code as "businessUnit", b.kind, b.pool_code as pool, b.step, b.project, b.plan, b.defined_by as "definedBy", b.defined_at as "definedAt"
  from benefits.benefit b
    join tenancy.use_case c on c.programme_id = $1 and c.id = b.use_case_id
    join tenancy.business_unit u on u.programme_id = $1 and u.id = b.business_unit_id
  where b.programme_id = $1`;

const toPlan = (plan: Row["plan"]): BenefitPlan | null => plan && { ...plan, steadyStateMinor: BigInt(plan.steadyStateMinor) };
const toBenefit = (row: Row): Benefit => ({ ...row, plan: toPlan(row.plan) });

/** Which benefits. Codes; null: any. */
export interface BenefitFilter {
  readonly useCases: readonly string[] | null;
  readonly pool: string | null;
}

/** Benefits, never changed once they are named. */
export function benefitStore(tx: TenantTransaction) {
  const programmeId = tx.scope.programme.id;
  const find = async (code: string): Promise<Benefit | null> => (await tx.query<Row>(`${SELECT} and b.code = $2`, [programmeId, code])).map(toBenefit)[0] ?? null;
  return {
    find,
    ofPool: async (pool: string): Promise<Benefit[]> => (await tx.query<Row>(`${SELECT} and b.pool_code = $2 order by b.sequence`, [programmeId, pool])).map(toBenefit),
    matching: async (useCases: readonly string[] | null, codes: readonly string[] | null): Promise<Benefit[]> =>
      (await tx.query<Row>(`${SELECT} and ($2::text[] is null or c.code = any($2)) and ($3::text[] is null or b.code = any($3)) order by b.code collate "C"`, [programmeId, useCases, codes])).map(toBenefit),
    byIds: async (ids: readonly string[]): Promise<Map<string, Benefit>> => new Map((await tx.query<Row>(`${SELECT} and b.id = any($2)`, [programmeId, ids])).map((row) => [row.id, toBenefit(row)])),
    nextSequence: async (): Promise<number> => (await tx.query<{ next: number }>("select coalesce(max(sequence), 0) + 1 as next from benefits.benefit where programme_id = $1", [programmeId]))[0]!.next,
    save: async (document: BenefitDocument, businessUnit: string, sequence: number): Promise<Benefit> => {
      const { plan } = document;
      await tx.query(
        `insert into benefits.benefit (programme_id, id, sequence, code, name, use_case_id, business_unit_id, kind, pool_code, step, project, plan, defined_by)
         values ($1, $2, $3, $4, $5, (select id from tenancy.use_case where programme_id = $1 and code = $6), (select id from tenancy.business_unit where programme_id = $1 and code = $7), $8, $9, $10, $11, $12, $13)`,
        [
          programmeId, randomUUID(), sequence, document.code, document.name, document.useCase, businessUnit, document.kind, document.pool, document.step, document.project,
          plan && JSON.stringify({ ...plan, steadyStateMinor: String(plan.steadyStateMinor) }), tx.scope.principal.subject,
        ],
      );
      const saved = await find(document.code);
      invariant(saved, "a benefit that was just saved is not there");
      return saved;
    },
    list: async ({ useCases, pool }: BenefitFilter, page: PageRequest): Promise<Page<Benefit>> => {
      const position = decodeCursor(page.after, ["text"]);
      const rows = await tx.query<Row>(
        `${SELECT} and ($2::text[] is null or c.code = any($2)) and ($3::text is null or b.pool_code = $3) and ($4::text is null or b.code collate "C" > $4) order by b.code collate "C" limit $5`,
        [programmeId, useCases, pool, position?.[0] ?? null, page.first + 1],
      );
      return toPage(rows.map(toBenefit), page, (row) => [row.code]);
    },
  };
}
