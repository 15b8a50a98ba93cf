import { TenantTransaction } from "../../tenancy/database.store";
import { AttributionRule } from "./attribution";

/** Standing rules for some codes, retired ones too: of a source those that apply to it, or (null) all. */
export async function rulesFor(tx: TenantTransaction, codes: readonly string[], source: string | null): Promise<AttributionRule[]> {
  const rows = await tx.prepared<Omit<AttributionRule, "effectiveFromMs" | "effectiveUntilMs"> & { effectiveFrom: Date; effectiveUntil: Date | null }>(
    `select r.version, r.reported_use_case as "reportedUseCase", r.reported_business_unit as "reportedBusinessUnit", r.source, r.use_case_id as "useCaseId",
       r.effective_from as "effectiveFrom", x.effective_until as "effectiveUntil"
     from metering.attribution_rule r left join metering.attribution_rule_retirement x on x.programme_id = $1 and x.rule_id = r.id
     where r.programme_id = $1 and r.reported_use_case = any($2) and ($3::text is null or r.source is null or r.source = $3)`,
    [tx.scope.programme.id, codes, source],
  );
  return rows.map(({ effectiveFrom, effectiveUntil, ...rule }) => ({ ...rule, effectiveFromMs: effectiveFrom.getTime(), effectiveUntilMs: effectiveUntil?.getTime() ?? null }));
}
