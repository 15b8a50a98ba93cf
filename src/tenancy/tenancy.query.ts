import { Page, PageRequest, decodeCursor, toPage } from "../kernel/paging";
import { Refusal } from "../kernel/refusal";
import { BusinessUnit } from "./business-unit";
import { TenantTransaction } from "./database.store";
import { UseCase } from "./use-case";

/** Units by code, as far as row-level security lets them through. */
export async function listBusinessUnits(tx: TenantTransaction, page: PageRequest): Promise<Page<BusinessUnit>> {
  const position = decodeCursor(page.after, ["text"]);
  const rows = await tx.query<BusinessUnit>(
    `select id, code, name, cost_centre as "costCentre", chargeback_mode as "chargebackMode" from tenancy.business_unit
     where programme_id = $1 and ($2::text is null or code collate "C" > $2) order by code collate "C" limit $3`,
    [tx.scope.programme.id, position?.[0] ?? null, page.first + 1],
  );
  return toPage(rows, page, (row) => [row.code]);
}

/** Use cases by code; with units, those that these units own at an instant. */
export async function listUseCases(tx: TenantTransaction, unitCodes: readonly string[] | null, at: Date, page: PageRequest): Promise<Page<UseCase>> {
  const position = decodeCursor(page.after, ["text"]);
  const unitIds = unitCodes ? await requireUnits(tx, unitCodes) : null;
  const rows = await tx.query<UseCase>(
    `select c.id, c.code, c.name from tenancy.use_case c
     where c.programme_id = $1 and ($2::text is null or c.code collate "C" > $2)
       and ($3::uuid[] is null or (select o.business_unit_id from tenancy.use_case_ownership o
            where o.programme_id = $1 and o.use_case_id = c.id and o.effective_from <= $5 order by o.effective_from desc, o.version desc limit 1) = any($3))
     order by c.code collate "C" limit $4`,
    [tx.scope.programme.id, position?.[0] ?? null, unitIds, page.first + 1, at],
  );
  return toPage(rows, page, (row) => [row.code]);
}

async function requireUnits(tx: TenantTransaction, codes: readonly string[]): Promise<string[]> {
  const rows = await tx.query<{ id: string; code: string }>("select id, code from tenancy.business_unit where programme_id = $1 and code = any($2)", [tx.scope.programme.id, codes]);
  const known = new Map(rows.map((row) => [row.code, row.id]));
  return codes.map((code) => {
    const id = known.get(code);
    if (!id) throw new Refusal("NOT_FOUND", `There is no business unit ${code.slice(0, 64)}.`, ["where", "businessUnit"]);
    return id;
  });
}
