import { TenantTransaction } from "../database.store";
import { BiGrant } from "./bi-grant";

/** The newest version of each login of the programme, by login; or of one login alone. */
export async function listBiGrants(tx: TenantTransaction, login: string | null = null): Promise<BiGrant[]> {
  return tx.query<BiGrant>(
    `select distinct on (g.login) g.login, g.version, g.scopes, g.ended,
       case when not g.whole_programme then array(select u.code from tenancy.business_unit u where u.programme_id = $1 and u.id = any(g.business_unit_ids) order by u.code collate "C") end as "businessUnits"
     from tenancy.bi_grant g where g.programme_id = $1 and ($2::text is null or g.login = $2) order by g.login, g.version desc`,
    [tx.scope.programme.id, login],
  );
}
