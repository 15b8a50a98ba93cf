import { fromNodeId, isUuid } from "../kernel/node-id";
import { Refusal } from "../kernel/refusal";
import { TenantTransaction } from "../tenancy/database.store";
import { AllocationRun } from "./allocate-period";
import { RUN_SQL } from "./run.store";

export interface ExplainedNames {
  readonly run: AllocationRun;
  readonly unitId: string;
  readonly useCaseId: string | null;
  readonly poolId: string | null;
}

/** The run (the newest of the period when none is named), unit, use case and pool that are asked for, in one statement; NOT_FOUND for what is not there or not yours. */
export async function findExplained(tx: TenantTransaction, asked: { readonly period: string; readonly run?: string | null; readonly businessUnit: string; readonly useCase?: string | null; readonly pool?: string | null }): Promise<ExplainedNames> {
  const node = asked.run ? fromNodeId(asked.run) : null;
  const runId = node?.type === "AllocationRun" && isUuid(node.key) ? node.key : null;
  const [row] = await tx.query<AllocationRun & { unitId: string | null; useCaseId: string | null; poolId: string | null }>(
    `select n.*, r.* from (
       select (select id from tenancy.business_unit where programme_id = $1 and code = $3) as "unitId", (select id from tenancy.use_case where programme_id = $1 and code = $4) as "useCaseId",
         (select id from costs.cost_pool where programme_id = $1 and code = $5) as "poolId"
     ) n left join lateral (${RUN_SQL} and r.period_key = $2 and ($6::uuid is null or r.id = $6) and ($7 or r.id = $6) order by r.sequence desc limit 1) r on true`,
    [tx.scope.programme.id, asked.period, asked.businessUnit, asked.useCase ?? null, asked.pool ?? null, runId, !asked.run],
  );
  const { unitId, useCaseId, poolId, ...run } = row!;
  const missing = (kind: string, code: string, field: string): never => {
    throw new Refusal("NOT_FOUND", `There is no ${kind} ${code.slice(0, 64)}.`, [field]);
  };
  if (unitId === null) return missing("business unit", asked.businessUnit, "businessUnit");
  if (asked.useCase && useCaseId === null) missing("use case", asked.useCase, "useCase");
  if (asked.pool && poolId === null) missing("cost pool", asked.pool, "pool");
  if (run.id === null) throw new Refusal("NOT_FOUND", `There is no allocation of ${asked.period}.`, ["period"]);
  return { run, unitId, useCaseId, poolId };
}
