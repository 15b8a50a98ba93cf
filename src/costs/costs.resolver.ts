import { Arg, Ctx, Int, Mutation, Query, Resolver } from "type-graphql";
import { currencyOf, toMoney } from "../kernel/money";
import { Page, requirePageSize } from "../kernel/paging";
import { Refusal, invariant } from "../kernel/refusal";
import { payload } from "../kernel/user-error.type";
import { programmeCurrency } from "../tenancy";
import { Allow } from "../tenancy/access";
import { RequestContext } from "../tenancy/request-context";
import { loadBusinessUnit, loadUseCase } from "../tenancy/tenancy.loader";
import { bookCost } from "./book-cost";
import { CostPool } from "./cost-pool";
import { bookCostPorts, createCostPoolPorts } from "./costs-ports.store";
import { loadCostPool } from "./costs.loader";
import { StoredCostEntry, findCostEntry, listCostEntries, listCostPools } from "./costs.query";
import { costsStore } from "./costs.store";
import { BookCostInput, BookCostPayload, CostEntryConnection, CostEntryType, CostEntryWhere, CostPoolConnection, CostPoolPayload, CreateCostPoolInput } from "./costs.type";
import { createCostPool } from "./create-cost-pool";

@Resolver()
export class CostsResolver {
  @Allow("FINANCE", "AUDITOR")
  @Query(() => CostPoolConnection, { description: "Cost pools by code." })
  async costPools(@Ctx() context: RequestContext, @Arg("first", () => Int) first: number, @Arg("after", () => String, { nullable: true }) after?: string): Promise<Page<CostPool>> {
    const page = { first: requirePageSize(first), after };
    return context.withTenant((tx) => listCostPools(tx, page));
  }

  @Allow("FINANCE", "AUDITOR")
  @Query(() => CostEntryConnection, { description: "Booked cost in the order in which it was recorded." })
  async costEntries(
    @Ctx() context: RequestContext,
    @Arg("first", () => Int) first: number,
    @Arg("after", () => String, { nullable: true }) after?: string,
    @Arg("where", () => CostEntryWhere, { nullable: true }) where?: CostEntryWhere,
  ): Promise<Page<CostEntryType>> {
    const page = { first: requirePageSize(first), after };
    const found = await context.withTenant(async (tx) => {
      const poolIds = where?.pool ? await poolIdsOf(costsStore(tx), where.pool) : null;
      return listCostEntries(tx, { period: where?.period, poolIds }, page);
    });
    const edges = await Promise.all(found.edges.map(async ({ node, cursor }) => ({ cursor, node: await toCostEntry(context, node) })));
    return { ...found, edges };
  }

  @Allow("FINANCE")
  @Mutation(() => CostPoolPayload, { description: "Makes a cost pool. Naturally idempotent by code." })
  async createCostPool(@Ctx() context: RequestContext, @Arg("input", () => CreateCostPoolInput) input: CreateCostPoolInput): Promise<CostPoolPayload> {
    return payload(async () => ({ pool: await context.withTenant((tx) => createCostPool(createCostPoolPorts(tx, context.record), input)) }));
  }

  @Allow("FINANCE")
  @Mutation(() => BookCostPayload, { description: "Books a cost into a pool and period. Idempotent by externalId." })
  async bookCost(@Ctx() context: RequestContext, @Arg("input", () => BookCostInput) input: BookCostInput): Promise<BookCostPayload> {
    return payload(async () => {
      const stored = await context.withTenant(async (tx) => findCostEntry(tx, (await bookCost(bookCostPorts(tx, context.record), input)).id));
      invariant(stored, "a cost entry that was just booked is not there");
      return { entry: await toCostEntry(context, stored) };
    });
  }
}

/** The ids of pools by code; NOT_FOUND for one that does not exist. */
export async function poolIdsOf(store: ReturnType<typeof costsStore>, codes: readonly string[]): Promise<string[]> {
  const known = new Map((await store.findPools(codes)).map((pool) => [pool.code, pool.id]));
  return codes.map((code) => {
    const id = known.get(code);
    if (!id) throw new Refusal("NOT_FOUND", `There is no cost pool ${code.slice(0, 64)}.`, ["where", "pool"]);
    return id;
  });
}

/** A stored entry with what it names. */
export async function toCostEntry(context: RequestContext, entry: StoredCostEntry): Promise<CostEntryType> {
  const currency = programmeCurrency((await context.scope()).programme);
  const pool = await loadCostPool(context, entry.poolId);
  invariant(pool, "a cost entry without its pool");
  const original = entry.originalCurrency === null ? null : currencyOf(entry.originalCurrency);
  return {
    originalAmount: original && toMoney(entry.originalAmountMinor!, original),
    exchangeRate: original && { from: original.code, to: currency.code, kind: entry.rateKind!, date: entry.rateDate!, rate: entry.rate!, source: entry.rateSource!, revision: entry.rateRevision!, recordedAt: null, recordedBy: null },
    id: entry.id, pool, period: entry.periodKey, amount: toMoney(entry.amountMinor, currency), kind: entry.kind, externalId: entry.externalId, description: entry.description, vendor: entry.vendor,
    invoice: entry.invoice, useCase: entry.useCaseId ? await loadUseCase(context, entry.useCaseId) : null,
    businessUnit: entry.businessUnitId ? await loadBusinessUnit(context, entry.businessUnitId) : null, recordedAt: entry.recordedAt, recordedBy: entry.recordedBy, late: entry.late,
    accrual: entry.accrual,
  };
}
