import { Arg, Ctx, Int, Mutation, Query, Resolver } from "type-graphql";
import { toMoney } from "../../kernel/money";
import { Page, requirePageSize } from "../../kernel/paging";
import { invariant } from "../../kernel/refusal";
import { payload } from "../../kernel/user-error.type";
import { programmeCurrency } from "../../tenancy";
import { Allow } from "../../tenancy/access";
import { RequestContext } from "../../tenancy/request-context";
import { loadUseCase } from "../../tenancy/tenancy.loader";
import { loadCostPool } from "../costs.loader";
import { poolIdsOf } from "../costs.resolver";
import { costsStore } from "../costs.store";
import { bookAccrualPorts, releaseAccrualPorts } from "./accrual-ports.store";
import { AccrualConnection, AccrualPayload, AccrualType, AccrualWhere, BookAccrualInput, ReleaseAccrualInput } from "./accrual.type";
import { StoredAccrual, findStoredAccrual, listAccruals } from "./accruals.query";
import { releaseAccrual } from "./answer-accrual";
import { bookAccrual } from "./book-accrual";

@Resolver()
export class AccrualResolver {
  @Allow("FINANCE", "AUDITOR")
  @Query(() => AccrualConnection, { description: "Accruals by month and externalId, with what took them back and what came of them." })
  async accruals(
    @Ctx() context: RequestContext,
    @Arg("first", () => Int) first: number,
    @Arg("after", () => String, { nullable: true }) after?: string,
    @Arg("where", () => AccrualWhere, { nullable: true }) where?: AccrualWhere | null,
  ): Promise<Page<AccrualType>> {
    const page = { first: requirePageSize(first), after };
    const found = await context.withTenant(async (tx) => {
      const poolIds = where?.pool ? await poolIdsOf(costsStore(tx), where.pool) : null;
      return listAccruals(tx, { period: where?.period, poolIds, statuses: where?.status }, page);
    });
    return { ...found, edges: await Promise.all(found.edges.map(async ({ node, cursor }) => ({ cursor, node: await toAccrual(context, node) }))) };
  }

  @Allow("FINANCE")
  @Mutation(() => AccrualPayload, { description: "Books cost that is expected of a month and has no invoice yet. It counts as cost of that month; its close takes it back in the next open one. Book the invoice with bookCost (accrual). Idempotent by externalId." })
  async bookAccrual(@Ctx() context: RequestContext, @Arg("input", () => BookAccrualInput) input: BookAccrualInput): Promise<AccrualPayload> {
    return payload(async () => ({ accrual: await toAccrual(context, await context.withTenant(async (tx) => findStoredAccrual(tx, (await bookAccrual(bookAccrualPorts(tx, context.record), input)).externalId))) }));
  }

  @Allow("FINANCE")
  @Mutation(() => AccrualPayload, { description: "Says that no invoice will come for an accrual, or that it was wrong. Of an open month it is taken back in that month. Naturally idempotent; CONFLICT when it is answered otherwise." })
  async releaseAccrual(@Ctx() context: RequestContext, @Arg("input", () => ReleaseAccrualInput) input: ReleaseAccrualInput): Promise<AccrualPayload> {
    return payload(async () => {
      const released = await context.withTenant(async (tx) => {
        await releaseAccrual(releaseAccrualPorts(tx, context.record), input);
        return findStoredAccrual(tx, input.accrual);
      });
      return { accrual: await toAccrual(context, released) };
    });
  }
}

async function toAccrual(context: RequestContext, accrual: StoredAccrual | null): Promise<AccrualType> {
  invariant(accrual, "an accrual that was just written is not there");
  const currency = programmeCurrency((await context.scope()).programme);
  const pool = await loadCostPool(context, accrual.poolId);
  invariant(pool, "an accrual without its pool");
  const { externalId, periodKey, amountMinor, kind, invoicedMinor, reason, source, status, reversal, answers, renews, renewedBy, recordedAt, recordedBy, useCaseId } = accrual;
  return {
    externalId, pool, useCase: useCaseId === null ? null : await loadUseCase(context, useCaseId), period: periodKey, amount: toMoney(amountMinor, currency), kind, reason, source, status, renews, renewedBy, recordedAt, recordedBy,
    reversal: reversal && { period: reversal.period, movedTo: reversal.isMoved ? periodKey : null, cause: reversal.cause, amount: toMoney(-BigInt(amountMinor), currency), at: new Date(reversal.at), by: reversal.by },
    answers: answers.map(({ kind, reason: why, at, by }) => ({ kind, reason: why, at: new Date(at), by })),
    invoiced: invoicedMinor === null ? null : toMoney(invoicedMinor, currency),
    variance: invoicedMinor === null ? null : toMoney(BigInt(invoicedMinor) - BigInt(amountMinor), currency),
  };
}
