import { randomUUID } from "node:crypto";
import { Page, PageRequest, decodeCursor, toPage } from "../../kernel/paging";
import { invariant } from "../../kernel/refusal";
import { TenantTransaction } from "../../tenancy/database.store";
import { Baseline } from "./baseline";
import { BaselinePorts } from "./capture-baseline";

const SELECT = `
  select b.id, b.version, c.code as "useCase", u.code as "businessUnit", b.window_from as "from", b.window_to as "to", b.go_live as "goLive", b.reconstructed, b.measures, b.evidence, b.reason, b.document_hash as "documentHash",
    b.captured_by as "capturedBy", b.captured_on as "capturedOn", b.captured_at as "capturedAt", l.locked_by as "lockedBy", l.locked_at as "lockedAt"
  from benefits.baseline b
    join tenancy.use_case c on c.programme_id = $1 and c.id = b.use_case_id
    join tenancy.business_unit u on u.programme_id = $1 and u.id = b.business_unit_id
    left join benefits.baseline_lock l on l.programme_id = $1 and l.baseline_id = b.id
  where b.programme_id = $1`;

/** Versions of baselines and their locks, only ever added to. */
export function baselineStore(tx: TenantTransaction) {
  const programmeId = tx.scope.programme.id;
  const { subject } = tx.scope.principal;
  const byId = async (id: string): Promise<Baseline> => {
    const [found] = await tx.query<Baseline>(`${SELECT} and b.id = $2`, [programmeId, id]);
    invariant(found, "a baseline that was just saved is not there");
    return found;
  };
  return {
    baselinesOf: (useCase: string): Promise<Baseline[]> => tx.query<Baseline>(`${SELECT} and c.code = $2 order by b.version`, [programmeId, useCase]),
    /** First day with usage that counts. */
    firstUsage: async (useCase: string): Promise<string | null> => {
      const [row] = await tx.query<{ day: string | null }>(
        "select min(d.day)::text as day from metering.usage_daily_total d join tenancy.use_case c on c.programme_id = $1 and c.id = d.use_case_id where d.programme_id = $1 and c.code = $2 and d.legs > 0", [programmeId, useCase]);
      return row?.day ?? null;
    },
    /** The day that it is in the programme's time zone at an instant. */
    dayAt: async (at: Date): Promise<string> => (await tx.query<{ day: string }>("select to_char($1::timestamptz at time zone $2, 'YYYY-MM-DD') as day", [at, tx.scope.programme.timeZone]))[0]!.day,
    saveBaseline: async (document: Parameters<BaselinePorts["saveBaseline"]>[0], more: Parameters<BaselinePorts["saveBaseline"]>[1], capturedAt: Date): Promise<Baseline> => {
      const id = randomUUID();
      await tx.query(
        `insert into benefits.baseline (programme_id, id, use_case_id, business_unit_id, version, window_from, window_to, go_live, reconstructed, measures, evidence, reason, document_hash, captured_by, captured_on, captured_at)
         values ($1, $2, (select id from tenancy.use_case where programme_id = $1 and code = $3), (select id from tenancy.business_unit where programme_id = $1 and code = $4), $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)`,
        [
          programmeId, id, document.useCase, more.businessUnit, more.version, document.from, document.to, document.goLive, document.reconstructed, JSON.stringify(document.measures), document.evidence, more.reason, more.documentHash,
          subject, more.capturedOn, capturedAt,
        ],
      );
      return byId(id);
    },
    saveLock: async ({ id, businessUnit }: Baseline): Promise<Baseline> => {
      await tx.query("insert into benefits.baseline_lock (programme_id, baseline_id, business_unit_id, locked_by) values ($1, $2, (select id from tenancy.business_unit where programme_id = $1 and code = $3), $4)", [programmeId, id, businessUnit, subject]);
      return byId(id);
    },
    /** Every version by use case and version. */
    list: async (useCases: readonly string[] | null, page: PageRequest): Promise<Page<Baseline>> => {
      const position = decodeCursor(page.after, ["text", "version"]);
      const rows = await tx.query<Baseline>(
        `select * from (${SELECT} and ($2::text[] is null or c.code = any($2))) b where $3::text is null or ("useCase" collate "C", version) > ($3, $4::int) order by "useCase" collate "C", version limit $5`,
        [programmeId, useCases, position?.[0] ?? null, position?.[1] ?? null, page.first + 1],
      );
      return toPage(rows, page, (row) => [row.useCase, String(row.version)]);
    },
  };
}
