import { Page } from "../kernel/paging";
import { RequestContext } from "../tenancy/request-context";
import { loadBusinessUnit, loadUseCase } from "../tenancy/tenancy.loader";
import { UsageFigures, asMinutes, asSeconds } from "./usage-report";
import { StoredUsageEvent } from "./usage-events.query";
import { UsageGroup } from "./usage.query";
import { UsageEventType, UsageRow } from "./usage.type";

/** A group with its figures in the units of the schema. */
export function toUsageRow(group: UsageGroup | (UsageFigures & Partial<UsageGroup>)): UsageRow {
  return {
    businessUnit: (group.businessUnit ?? null) as UsageRow["businessUnit"],
    useCase: (group.useCase ?? null) as UsageRow["useCase"],
    channel: group.channel ?? null,
    direction: group.direction ?? null,
    provider: group.provider ?? null,
    outcome: group.outcome ?? null,
    bucket: group.bucket ?? null,
    contacts: Number(group.contacts ?? 0n),
    legs: Number(group.legs),
    calls: Number(group.calls),
    connectedMs: Number(group.connectedMs),
    connectedSeconds: asSeconds(group.connectedMs),
    minutes: asMinutes(group.connectedMs),
  };
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
