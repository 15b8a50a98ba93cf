import { TenantTransaction } from "./database.store";

/** A unit and the one above it. */
export interface UnitParent {
  readonly businessUnit: string;
  readonly parent: string;
}

/** Who stands above whom just before an instant, by code; units at the top are left out. */
export function parentsAt(tx: TenantTransaction, before: Date): Promise<UnitParent[]> {
  return tx.query<UnitParent>(
    `select u.code as "businessUnit", a.code as parent
     from (
       select distinct on (h.business_unit_id) h.business_unit_id, h.parent_unit_id from tenancy.business_unit_parent h
       where h.programme_id = $1 and h.effective_from < $2 order by h.business_unit_id, h.effective_from desc, h.version desc
     ) h
       join tenancy.business_unit u on u.programme_id = $1 and u.id = h.business_unit_id
       join tenancy.business_unit a on a.programme_id = $1 and a.id = h.parent_unit_id
     order by u.code collate "C"`,
    [tx.scope.programme.id, before],
  );
}
