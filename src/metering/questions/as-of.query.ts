import { periodStore } from "../../governance/period.store";
import { TenantTransaction } from "../../tenancy/database.store";
import { ResolvedUsageWhere } from "./usage-where.query";

/** The recorded-at instant up to which facts are in a report: of one closed period as posted its cut-off, otherwise now. */
export async function asOfUsage(tx: TenantTransaction, where: ResolvedUsageWhere, nowMs: number): Promise<Date> {
  const cutoff = where.period !== null && where.view === "POSTED" ? (await periodStore(tx).find(where.period))?.cutoff : null;
  const known = where.knownAt ?? null;
  if (known !== null && (!cutoff || known < cutoff)) return known;
  return cutoff ?? new Date(nowMs);
}
