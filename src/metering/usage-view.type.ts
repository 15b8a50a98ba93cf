import { Page } from "../kernel/paging";
import { RequestContext } from "../tenancy/request-context";
import { loadBusinessUnit, loadUseCase } from "../tenancy/tenancy.loader";
import { StoredUsageEvent } from "./usage-events.query";
import { UsageGroup } from "./questions/usage.query";
import { UsageEventType, UsageReport, UsageRow } from "./usage.type";

/** Groups as the report of the schema; a group already has the shape of a row. */
export function toUsageReport(groups: readonly UsageGroup[], total: UsageGroup, asOf: Date): UsageReport {
  return { rows: groups as unknown as UsageRow[], total: total as unknown as UsageRow, asOf };
}

/** A page of stored events with the units and use cases that they name. */
export async function toUsageEvents(context: RequestContext, page: Page<StoredUsageEvent>): Promise<Page<UsageEventType>> {
  return { ...page, edges: await Promise.all(page.edges.map(async ({ node, cursor }) => ({ cursor, node: await toUsageEvent(context, node) }))) };
}

export async function toUsageEvent(context: RequestContext, event: StoredUsageEvent): Promise<UsageEventType> {
  const [businessUnit, useCase] = await Promise.all([
    event.businessUnitId ? loadBusinessUnit(context, event.businessUnitId) : null,
    event.useCaseId ? loadUseCase(context, event.useCaseId) : null,
  ]);
  return { ...(event as unknown as UsageEventType), businessUnit, useCase, period: event.periodKey } as UsageEventType;
}
