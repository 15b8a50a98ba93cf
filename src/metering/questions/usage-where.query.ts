import { Refusal, invariant } from "../../kernel/refusal";
import { TenantTransaction } from "../../tenancy/database.store";
import { periodStore } from "../../governance/period.store";
import { FILTER_FIELDS, FilterField, UsageView, UsageWhere } from "./usage-report";

/** A filter after its codes were found. */
export interface ResolvedUsageWhere {
  readonly fromMs: number | null;
  readonly toMs: number | null;
  readonly period: string | null;
  readonly unitIds: readonly string[] | null;
  readonly useCaseIds: readonly string[] | null;
  readonly channels: readonly string[] | null;
  readonly directions: readonly string[] | null;
  /** Values of single fields, any of which will do; a field that is not named is not looked at. */
  readonly fields: Readonly<Partial<Record<FilterField, readonly string[]>>>;
  readonly view: UsageView;
  /** The instant whose owners everything is shown under; absent: the unit that owned the use case when the leg ended. */
  readonly ownersAt?: Date | null;
  /** Only what was recorded before this instant counts; absent: everything. */
  readonly knownAt?: Date | null;
}

/** Everything that was posted: what a filter starts from. */
export const ANY_USAGE: ResolvedUsageWhere = { fromMs: null, toMs: null, period: null, unitIds: null, useCaseIds: null, channels: null, directions: null, fields: {}, view: "POSTED" };

const COLUMNS: Readonly<Record<FilterField, string>> = {
  provider: "nullif(e.provider, '')", outcome: "nullif(e.outcome::text, '')", language: "e.language", agentVersion: "e.agent_version", promptVersion: "e.prompt_version", campaignRun: "e.campaign_run_id",
};

/** Conditions on rows named `e`, one per field that the filter names. */
export function fieldConditions(where: ResolvedUsageWhere, bind: (value: unknown) => string): string[] {
  return FILTER_FIELDS.flatMap((field) => {
    const values = where.fields[field];
    return values ? [`${COLUMNS[field]} = any(${bind(values)}::text[])`] : [];
  });
}

/** Legs of a month, rows named `e`: an index skips to it, whether a leg is of the period is said by its key. */
export async function ofMonth(tx: TenantTransaction, month: string, bind: (value: unknown) => string): Promise<string[]> {
  const { from, to } = await periodStore(tx).span(month);
  return [`e.period_key = ${bind(month)}`, `e.ended_at >= ${bind(from)}`, `e.ended_at < ${bind(to)}`];
}

/** NOT_FOUND for a period that nothing ever fell into; asked only where there is no usage, so that a report with rows does not pay for it. */
export async function requireKnownPeriod(tx: TenantTransaction, period: string): Promise<void> {
  const [known] = await tx.query("select 1 from governance.period where programme_id = $1 and key = $2", [tx.scope.programme.id, period]);
  if (!known) throw new Refusal("NOT_FOUND", `There is nothing in ${period}: no usage and no cost.`, ["where", "period"]);
}

/** Finds the codes of a filter; NOT_FOUND names the first that the caller does not have. */
export async function resolveUsageWhere(tx: TenantTransaction, where: UsageWhere): Promise<ResolvedUsageWhere> {
  const programmeId = tx.scope.programme.id;
  const find = async (codes: readonly string[] | null | undefined, table: "business_unit" | "use_case", field: string): Promise<string[] | null> => {
    if (!codes) return null;
    const rows = await tx.query<{ id: string; code: string }>(`select id, code from tenancy.${table} where programme_id = $1 and code = any($2)`, [programmeId, codes]);
    const known = new Map(rows.map((row) => [row.code, row.id]));
    return codes.map((code) => {
      const id = known.get(code);
      if (!id) throw new Refusal("NOT_FOUND", `There is no ${table.replace("_", " ")} ${code.slice(0, 64)}.`, ["where", field]);
      return id;
    });
  };
  const resolved = {
    fromMs: where.from?.getTime() ?? null,
    toMs: where.to?.getTime() ?? null,
    period: where.period ?? null,
    unitIds: await find(where.businessUnit, "business_unit", "businessUnit"),
    useCaseIds: await find(where.useCase, "use_case", "useCase"),
    channels: where.channel ?? null,
    directions: where.direction ?? null,
    fields: Object.fromEntries(FILTER_FIELDS.flatMap((field) => (where[field] ? [[field, where[field]]] : []))),
    view: where.view ?? "POSTED",
  };
  invariant(resolved.fromMs === null || Number.isFinite(resolved.fromMs), "an instant that is not one");
  return resolved;
}
