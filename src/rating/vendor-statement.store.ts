import { randomUUID } from "node:crypto";
import { roundHalfUp } from "../kernel/fraction";
import { invariant } from "../kernel/refusal";
import { TenantTransaction } from "../tenancy/database.store";
import { Reconciliation, VarianceExplanation, hashFigures } from "./reconciliation";
import { VendorLine, VendorStatement, VendorStatementDocument } from "./vendor-statement";

const STATEMENT = `select s.id, s.vendor, s.period_key as period, s.kind, s.external_id as "externalId", s.payload_hash as "payloadHash", s.currency, trim_scale(s.total)::text as total, s.lines as "lineCount", s.recorded_at as "recordedAt", s.recorded_by as "recordedBy",
    (select r.external_id from rating.vendor_statement r where r.programme_id = $1 and r.id = s.replaces) as replaces, (select n.external_id from rating.vendor_statement n where n.programme_id = $1 and n.replaces = s.id) as "replacedBy"
  from rating.vendor_statement s where s.programme_id = $1`;
const EXPLANATION = `select id, vendor, period_key as "periodKey", variance_minor as "varianceMinor", figures_hash as "figuresHash", reason, explained_by as "explainedBy", explained_at as "explainedAt" from rating.variance_explanation where programme_id = $1`;
const LINES_AT_ONCE = 20_000;

/** What vendors say of themselves and what people say of the difference. Only ever added to. */
export function vendorStatementStore(tx: TenantTransaction) {
  const programmeId = tx.scope.programme.id;
  const linesOf = (ids: readonly string[]): Promise<Array<VendorLine & { readonly currency: string }>> =>
    tx.query(
      `select l.description, l.component, l.call_ref as "callRef", trim_scale(l.quantity)::text as quantity, l.unit, trim_scale(l.amount)::text as amount, s.currency
       from rating.vendor_statement_line l join rating.vendor_statement s on s.programme_id = $1 and s.id = l.statement_id
       where l.programme_id = $1 and l.statement_id = any($2::uuid[]) order by s.external_id collate "C", l.position`,
      [programmeId, ids],
    );
  return {
    findStatement: async (vendor: string, externalId: string): Promise<VendorStatement | null> => {
      await tx.query("select pg_advisory_xact_lock(hashtextextended($1, 20))", [programmeId]);
      return (await tx.query<VendorStatement>(`${STATEMENT} and s.vendor = $2 and s.external_id = $3`, [programmeId, vendor, externalId]))[0] ?? null;
    },
    findAlike: async ({ vendor, period, kind, currency, total, lines }: VendorStatementDocument): Promise<VendorStatementDocument[]> => {
      const alike = await tx.query<VendorStatement>(`${STATEMENT} and s.vendor = $2 and s.period_key = $3 and s.kind = $4 and s.currency = $5 and s.total = $6::numeric and s.lines = $7 order by s.recorded_at, s.external_id collate "C"`, [programmeId, vendor, period, kind, currency, total, lines.length]);
      const documents: VendorStatementDocument[] = [];
      for (const each of alike) documents.push({ ...each, lines: await linesOf([each.id]) });
      return documents;
    },
    saveStatement: async (document: VendorStatementDocument, payloadHash: string): Promise<VendorStatement> => {
      const id = randomUUID();
      await tx.query(
        `insert into rating.vendor_statement (programme_id, id, vendor, period_key, kind, external_id, payload_hash, currency, total, lines, recorded_by, replaces)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, (select r.id from rating.vendor_statement r where r.programme_id = $1 and r.vendor = $3 and r.external_id = $12))`,
        [programmeId, id, document.vendor, document.period, document.kind, document.externalId, payloadHash, document.currency, document.total, document.lines.length, tx.scope.principal.subject, document.replaces],
      );
      for (let from = 0; from < document.lines.length; from += LINES_AT_ONCE) {
        const lines = document.lines.slice(from, from + LINES_AT_ONCE);
        await tx.query(
          `insert into rating.vendor_statement_line (programme_id, statement_id, position, description, component, call_ref, quantity, unit, amount)
           select $1, $2, x.* from unnest($3::int[], $4::text[], $5::text[], $6::text[], $7::numeric[], $8::text[], $9::numeric[]) x`,
          [programmeId, id, lines.map((_, index) => from + index + 1), lines.map((l) => l.description), lines.map((l) => l.component), lines.map((l) => l.callRef), lines.map((l) => l.quantity), lines.map((l) => l.unit), lines.map((l) => l.amount)],
        );
      }
      const [saved] = await tx.query<VendorStatement>(`${STATEMENT} and s.id = $2`, [programmeId, id]);
      invariant(saved, "a statement that was just saved is not there");
      return saved;
    },
    statementsOf: (period: string, vendor: string | null): Promise<VendorStatement[]> =>
      tx.query<VendorStatement>(`${STATEMENT} and s.period_key = $2 and ($3::text is null or s.vendor = $3) order by s.vendor collate "C", s.external_id collate "C"`, [programmeId, period, vendor]),
    /** The statements that a file made: under its identity alone, or with month and currency behind it. */
    ofFile: (vendor: string, id: string): Promise<VendorStatement[]> =>
      tx.query<VendorStatement>(`${STATEMENT} and s.vendor = $2 and (s.external_id = $3 or s.external_id = $3 || '/' || s.period_key || '/' || s.currency) order by s.external_id collate "C"`, [programmeId, vendor, id]),
    vendorsOf: async (period: string): Promise<string[]> =>
      (await tx.query<{ vendor: string }>('select distinct vendor collate "C" as vendor from rating.vendor_statement where programme_id = $1 and period_key = $2 order by 1', [programmeId, period])).map(({ vendor }) => vendor),
    linesOf,
    /** The newest word on exactly these figures. */
    explanationOf: async (period: string, vendor: string, figuresHash: string): Promise<VarianceExplanation | null> => {
      const [row] = await tx.query<Omit<VarianceExplanation, "varianceMinor"> & { varianceMinor: string }>(`${EXPLANATION} and period_key = $2 and vendor = $3 and figures_hash = $4 order by explained_at desc limit 1`, [programmeId, period, vendor, figuresHash]);
      return row ? { ...row, varianceMinor: BigInt(row.varianceMinor) } : null;
    },
    saveExplanation: async (found: Reconciliation, reason: string): Promise<VarianceExplanation> => {
      const id = randomUUID();
      await tx.query(
        "insert into rating.variance_explanation (programme_id, id, vendor, period_key, variance_minor, figures_hash, reason, explained_by) values ($1, $2, $3, $4, $5, $6, $7, $8)",
        [programmeId, id, found.vendor, found.period, String(roundHalfUp(found.theirs) - roundHalfUp(found.ours)), hashFigures(found), reason, tx.scope.principal.subject],
      );
      const [row] = await tx.query<Omit<VarianceExplanation, "varianceMinor"> & { varianceMinor: string }>(`${EXPLANATION} and id = $2`, [programmeId, id]);
      invariant(row, "an explanation that was just saved is not there");
      return { ...row, varianceMinor: BigInt(row.varianceMinor) };
    },
  };
}
