import { TenantTransaction } from "../../tenancy/database.store";

/** Codes of use cases of which no baseline is locked, as far as the caller sees them. */
export async function useCasesWithoutBaseline(tx: TenantTransaction, useCases: readonly string[] | null): Promise<string[]> {
  const rows = await tx.query<{ code: string }>(
    `select c.code from tenancy.use_case c where c.programme_id = $1 and ($2::text[] is null or c.code = any($2))
       and not exists (select from benefits.baseline b join benefits.baseline_lock l on l.programme_id = $1 and l.baseline_id = b.id where b.programme_id = $1 and b.use_case_id = c.id)
     order by c.code collate "C"`,
    [tx.scope.programme.id, useCases],
  );
  return rows.map(({ code }) => `${code}: no baseline is locked, none of its benefits counts.`);
}
