import { RequestContext } from "../tenancy/request-context";
import { CostPool } from "./cost-pool";

/** A pool by id, in one query per request and level. */
export async function loadCostPool(context: RequestContext, id: string): Promise<CostPool | null> {
  const loader = await context.loader<CostPool>("CostPool", async (tx, ids) => {
    const rows = await tx.query<CostPool>("select id, code, name, kind from costs.cost_pool where programme_id = $1 and id = any($2::uuid[])", [tx.scope.programme.id, ids]);
    return new Map(rows.map((row) => [row.id, row]));
  });
  return loader.load(id);
}
