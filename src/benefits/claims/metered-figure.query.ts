import { ANY_USAGE, resolveUsageWhere } from "../../metering/questions/usage-where.query";
import { usageByGroup } from "../../metering/questions/usage.query";
import { TenantTransaction } from "../../tenancy/database.store";
import { MeteredFigure } from "./figures";

/** The outcome that a metered figure asks the usage report for; absent: any. */
export const OUTCOMES: Readonly<Partial<Record<MeteredFigure, string>>> = { CONTAINED_CONTACTS: "CONTAINED", ESCALATED_CONTACTS: "ESCALATED", ABANDONED_CONTACTS: "ABANDONED" };

/** What metering counts of a use case in a month, as the usage report answers it: of a closed month as it was posted. 0 where nothing was used. */
export async function meteredFigure(tx: TenantTransaction, useCase: string, period: string, figure: MeteredFigure): Promise<string> {
  const outcome = OUTCOMES[figure];
  const { useCaseIds } = await resolveUsageWhere(tx, { useCase: [useCase] });
  const [found] = await usageByGroup(tx, { ...ANY_USAGE, period, useCaseIds, fields: outcome ? { outcome: [outcome] } : {} }, [], { contacts: figure !== "CALLS", onlyGroups: false });
  return String(figure === "CALLS" ? (found?.calls ?? 0) : (found?.contacts ?? 0));
}
