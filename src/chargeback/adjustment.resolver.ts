import { Arg, Ctx, FieldResolver, Int, Query, Resolver, Root } from "type-graphql";
import { toMoney } from "../kernel/money";
import { Page, requirePageSize } from "../kernel/paging";
import { invariant } from "../kernel/refusal";
import { PeriodKeyScalar } from "../kernel/scalars";
import { toRun } from "../allocation/allocation-view.type";
import { runStore } from "../allocation/run.store";
import { loadCostPool } from "../costs/costs.loader";
import { asNode } from "../governance/governance.resolver";
import { periodStore } from "../governance/period.store";
import { listLateEvents } from "../metering/late-events.query";
import { toUsageEvents } from "../metering/usage-view.type";
import { UsageEventConnection, UsageEventType } from "../metering/usage.type";
import { programmeCurrency } from "../tenancy";
import { Allow } from "../tenancy/access";
import { RequestContext } from "../tenancy/request-context";
import { loadBusinessUnit, loadUseCase } from "../tenancy/tenancy.loader";
import { BusinessUnitType, UseCaseType } from "../tenancy/tenancy.type";
import { StoredAdjustment, StoredAdjustmentLine, adjustmentStore } from "./adjustment.store";
import { AdjustmentLineType, AdjustmentType } from "./adjustment.type";

@Resolver(() => AdjustmentType)
export class AdjustmentResolver {
  @Allow("FINANCE", "BUSINESS_UNIT", "AUDITOR")
  @Query(() => [AdjustmentType], { description: "What a closed month charges for facts that came too late for earlier ones, by the month that they belong to." })
  async adjustments(@Ctx() context: RequestContext, @Arg("period", () => PeriodKeyScalar) key: string): Promise<AdjustmentType[]> {
    const found = await context.withTenant(async (tx) => {
      const store = adjustmentStore(tx);
      const read = [];
      // One after the other: a transaction has one connection, and nothing may be left on it when one of them fails.
      for (const stored of await store.list(key)) read.push({ stored, lines: await store.lines(key, stored.originPeriodKey), ...(await periodsAndRun(stored)) });
      return read;

      async function periodsAndRun(stored: StoredAdjustment) {
        const [period, origin] = [await periodStore(tx).find(stored.periodKey), await periodStore(tx).find(stored.originPeriodKey)];
        invariant(period && origin, "an adjustment without its periods");
        const run = stored.runId === null ? null : await runStore(tx).findRun(stored.runId);
        return { period: asNode(period), originPeriod: asNode(origin), run: run && (await toRun(tx, run)) };
      }
    });
    const currency = programmeCurrency((await context.scope()).programme);
    return Promise.all(found.map(async ({ stored, lines, period, originPeriod, run }) => ({
      period, originPeriod, run, lateFrom: stored.lateFrom, lateTo: stored.lateTo, lateEvents: Number(stored.lateEvents), lateCostEntries: Number(stored.lateCostEntries), hash: stored.resultHash,
      lines: await Promise.all(lines.map((line) => toAdjustmentLine(context, line, currency))),
    })));
  }

  @FieldResolver(() => UsageEventConnection, { description: "The events that arrived late, in the order in which they ended; a unit sees its own." })
  async events(@Root() adjustment: AdjustmentType, @Ctx() context: RequestContext, @Arg("first", () => Int) first: number, @Arg("after", () => String, { nullable: true }) after?: string): Promise<Page<UsageEventType>> {
    const page = { first: requirePageSize(first), after };
    return toUsageEvents(context, await context.withTenant((tx) => listLateEvents(tx, adjustment.originPeriod.key, adjustment.lateFrom, adjustment.lateTo, page)));
  }
}

/** A line with what it names. */
export async function toAdjustmentLine(context: RequestContext, line: StoredAdjustmentLine, currency: Parameters<typeof toMoney>[1]): Promise<AdjustmentLineType> {
  const [pool, businessUnit, useCase] = await Promise.all([loadCostPool(context, line.poolId), loadBusinessUnit(context, line.businessUnitId), loadUseCase(context, line.useCaseId)]);
  invariant(pool && businessUnit && useCase, "an adjustment line names what does not exist");
  return { pool, businessUnit: businessUnit as BusinessUnitType, useCase: useCase as UseCaseType, amount: toMoney(line.amountMinor, currency) };
}
