import { BusinessUnit } from "./business-unit";
import { RequestContext } from "./request-context";
import { UseCase } from "./use-case";

/** A unit by id, in one query per request and level; null when the caller may not see it. */
export async function loadBusinessUnit(context: RequestContext, id: string): Promise<BusinessUnit | null> {
  const loader = await context.loader<BusinessUnit>("BusinessUnit", async (tx, ids) => {
    const rows = await tx.query<BusinessUnit>(
      `select id, code, name, cost_centre as "costCentre", chargeback_mode as "chargebackMode" from tenancy.business_unit where programme_id = $1 and id = any($2::uuid[])`,
      [tx.scope.programme.id, ids],
    );
    return new Map(rows.map((row) => [row.id, row]));
  });
  return loader.load(id);
}

/** A use case by id, in one query per request and level; null when the caller may not see it. */
export async function loadUseCase(context: RequestContext, id: string): Promise<UseCase | null> {
  const loader = await context.loader<UseCase>("UseCase", async (tx, ids) => {
    const rows = await tx.query<UseCase>("select id, code, name from tenancy.use_case where programme_id = $1 and id = any($2::uuid[])", [tx.scope.programme.id, ids]);
    return new Map(rows.map((row) => [row.id, row]));
  });
  return loader.load(id);
}
