import { Page, PageRequest, decodeCursor, toPage } from "../kernel/paging";
import { TenantTransaction } from "./database.store";
import { UnitPlacement } from "./place-business-unit";

/** A unit and the one above it, by code. */
export interface UnitParent {
  readonly businessUnit: string;
  readonly parent: string;
}

/** The placement of each unit that holds just before $2, of the programme $1. */
const HOLDING = `
  select distinct on (h.unit_id) h.unit_id, h.parent_unit_id from tenancy.business_unit_parent h
  where h.programme_id = $1 and h.effective_from < $2 order by h.unit_id, h.effective_from desc, h.version desc`;

/** Who stands above whom just before an instant; units at the top are left out. */
export function parentsAt(tx: TenantTransaction, before: Date): Promise<UnitParent[]> {
  return tx.query<UnitParent>(
    `select u.code as "businessUnit", a.code as parent
     from (${HOLDING}) h
       join tenancy.business_unit u on u.programme_id = $1 and u.id = h.unit_id
       join tenancy.business_unit a on a.programme_id = $1 and a.id = h.parent_unit_id
     order by u.code collate "C"`,
    [tx.scope.programme.id, before],
  );
}

/** All units by code with the one above each just before an instant. */
export async function listHierarchy(tx: TenantTransaction, before: Date, page: PageRequest): Promise<Page<{ readonly unitId: string; readonly parentId: string | null }>> {
  const position = decodeCursor(page.after, ["text"]);
  const rows = await tx.query<{ unitId: string; parentId: string | null; code: string }>(
    `select u.id as "unitId", h.parent_unit_id as "parentId", u.code
     from tenancy.business_unit u left join (${HOLDING}) h on h.unit_id = u.id
     where u.programme_id = $1 and ($3::text is null or u.code collate "C" > $3) order by u.code collate "C" limit $4`,
    [tx.scope.programme.id, before, position?.[0] ?? null, page.first + 1],
  );
  return toPage(rows, page, (row) => [row.code]);
}

/** All placements that hold, one per unit and instant. */
export async function placements(tx: TenantTransaction): Promise<UnitPlacement[]> {
  const rows = await tx.query<{ businessUnitId: string; parentUnitId: string | null; effectiveFrom: Date }>(
    `select distinct on (h.unit_id, h.effective_from) h.unit_id as "businessUnitId", h.parent_unit_id as "parentUnitId", h.effective_from as "effectiveFrom"
     from tenancy.business_unit_parent h where h.programme_id = $1 order by h.unit_id, h.effective_from, h.version desc`,
    [tx.scope.programme.id],
  );
  return rows.map(({ effectiveFrom, ...row }) => ({ ...row, effectiveFromMs: effectiveFrom.getTime() }));
}

/** Adds a placement as the next version of its instant. */
export async function savePlacement(tx: TenantTransaction, placement: UnitPlacement, reason: string): Promise<void> {
  await tx.query(
    `insert into tenancy.business_unit_parent (programme_id, unit_id, effective_from, version, parent_unit_id, reason, recorded_by)
     select $1, $2, $3, coalesce(max(version), 0) + 1, $4, $5, $6 from tenancy.business_unit_parent where programme_id = $1 and unit_id = $2 and effective_from = $3`,
    [tx.scope.programme.id, placement.businessUnitId, new Date(placement.effectiveFromMs), placement.parentUnitId, reason, tx.scope.principal.subject],
  );
}
