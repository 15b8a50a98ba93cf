import { Arg, Ctx, FieldResolver, Int, Mutation, Query, Resolver, Root } from "type-graphql";
import { Currency, toMoney } from "../../kernel/money";
import { Page, requirePageSize } from "../../kernel/paging";
import { invariant } from "../../kernel/refusal";
import { PeriodKeyScalar } from "../../kernel/scalars";
import { payload } from "../../kernel/user-error.type";
import { CostPool } from "../../costs";
import { loadCostPool } from "../../costs/costs.loader";
import { poolIdsOf } from "../../costs/costs.resolver";
import { costsStore } from "../../costs/costs.store";
import { programmeCurrency } from "../../tenancy";
import { Allow } from "../../tenancy/access";
import { RequestContext } from "../../tenancy/request-context";
import { TenantTransaction } from "../../tenancy/database.store";
import { loadBusinessUnit, loadUseCase } from "../../tenancy/tenancy.loader";
import { tenancyStore } from "../../tenancy/tenancy.store";
import { loadTrueUpLines, loadTrueUpMonths } from "../chargeback.loader";
import { postTrueUp } from "./post-true-up";
import { TrueUp, proposeTrueUp, requireSpan, workOutTrueUp } from "./propose-true-up";
import { recoveryVariances } from "./recovery-variance.query";
import { TrueUpLine, TrueUpMonth } from "./true-up";
import { listTrueUps } from "./true-up.query";
import { draftTrueUpPorts, postTrueUpPorts, proposeTrueUpPorts } from "./true-up.store";
import { PostTrueUpInput, ProposeTrueUpInput, RecoveryVarianceType, TrueUpConnection, TrueUpLineType, TrueUpMonthType, TrueUpPayload, TrueUpPreviewType, TrueUpType } from "./true-up.type";

const currencyOf = async (context: RequestContext): Promise<Currency> => programmeCurrency((await context.scope()).programme);

@Resolver(() => TrueUpType)
export class TrueUpResolver {
  @Allow("FINANCE", "AUDITOR")
  @Query(() => [RecoveryVarianceType], { description: "Over- and under-recovery of standard rates per pool and month, by month and code of the pool: cost, recovered, variance, what was trued up and what is still carried. BAD_USER_INPUT for a span that ends before it begins, LIMIT_EXCEEDED above 24 months." })
  async recoveryVariance(
    @Ctx() context: RequestContext,
    @Arg("from", () => PeriodKeyScalar, { description: "First month." }) from: string,
    @Arg("to", () => PeriodKeyScalar, { description: "Last month, included." }) to: string,
    @Arg("pool", () => [String], { nullable: true, description: "Codes of pools; NOT_FOUND for one that does not exist. All that a standard rate charges when left out." }) pools?: string[] | null,
  ): Promise<RecoveryVarianceType[]> {
    requireSpan({ from, to });
    const currency = await currencyOf(context);
    const rows = await context.withTenant(async (tx) => recoveryVariances(tx, from, to, pools ? await poolIdsOf(costsStore(tx), pools) : null));
    return Promise.all(rows.map(async ({ poolId, period, final, figuresVersion, costMinor, recoveredMinor, varianceMinor, truedUpMinor, carriedMinor }) => ({
      pool: await poolOf(context, poolId), period, final, figuresVersion, cost: toMoney(costMinor, currency), recovered: toMoney(recoveredMinor, currency), variance: toMoney(varianceMinor, currency),
      truedUp: toMoney(truedUpMinor, currency), carried: toMoney(carriedMinor, currency),
    })));
  }

  @Allow("FINANCE", "AUDITOR")
  @Query(() => TrueUpPreviewType, { description: "What truing a pool up over a span of closed months would charge now. Stores nothing. PERIOD_OPEN for a month that is not closed, NOT_READY when no standard rate charged the pool, CONFLICT when a month was trued up before." })
  async previewTrueUp(
    @Ctx() context: RequestContext,
    @Arg("pool", () => String, { description: "Code." }) code: string,
    @Arg("from", () => PeriodKeyScalar, { description: "First month." }) from: string,
    @Arg("to", () => PeriodKeyScalar, { description: "Last month, included; 24 months at most." }) to: string,
  ): Promise<TrueUpPreviewType> {
    const currency = await currencyOf(context);
    return context.withTenant(async (tx) => {
      const { pool, draft } = await workOutTrueUp(draftTrueUpPorts(tx), { pool: code, from, to });
      return { pool, from, to, amount: toMoney(draft.amountMinor, currency), hash: draft.hash, months: toMonths(draft.months, currency), lines: await toLines(tx, draft.lines, currency) };
    }, { isolation: "REPEATABLE READ" });
  }

  @Allow("FINANCE", "AUDITOR")
  @Query(() => TrueUpConnection, { description: "True-ups, proposed and posted, by number." })
  async trueUps(@Ctx() context: RequestContext, @Arg("first", () => Int, { description: "Page size." }) first: number, @Arg("after", () => String, { nullable: true, description: "Cursor of the page before." }) after?: string): Promise<Page<TrueUpType>> {
    const page = { first: requirePageSize(first), after };
    const found = await context.withTenant((tx) => listTrueUps(tx, page));
    return { ...found, edges: await Promise.all(found.edges.map(async ({ node, cursor }) => ({ cursor, node: await toTrueUp(context, node) }))) };
  }

  @Allow("FINANCE")
  @Mutation(() => TrueUpPayload, { description: "Proposes to give a pool's carried over- or under-recovery of closed months back to the units, in the proportion in which they were charged. A second person posts it. Refused like previewTrueUp. Naturally idempotent: a proposal of the same figures that waits is answered." })
  async proposeTrueUp(@Ctx() context: RequestContext, @Arg("input", () => ProposeTrueUpInput) input: ProposeTrueUpInput): Promise<TrueUpPayload> {
    return payload(async () => ({ trueUp: await toTrueUp(context, await context.withTenant((tx) => proposeTrueUp(proposeTrueUpPorts(tx, context.record), input))) }));
  }

  @Allow("FINANCE")
  @Mutation(() => TrueUpPayload, { description: "Posts a true-up that another person proposed: its lines stand in the statements of the first open month and point to the months that they come from. SAME_PERSON for who proposed it, CONFLICT when the figures have changed since. Naturally idempotent." })
  async postTrueUp(@Ctx() context: RequestContext, @Arg("input", () => PostTrueUpInput) input: PostTrueUpInput): Promise<TrueUpPayload> {
    return payload(async () => ({ trueUp: await toTrueUp(context, await context.withTenant((tx) => postTrueUp(postTrueUpPorts(tx, context.record), input))) }));
  }

  @FieldResolver(() => [TrueUpMonthType], { description: "The months that it clears; empty until it is posted (see previewTrueUp)." })
  async months(@Root() { number, status }: TrueUpType, @Ctx() context: RequestContext): Promise<TrueUpMonthType[]> {
    if (status === "PROPOSED") return [];
    return toMonths((await loadTrueUpMonths(context, String(number))) ?? [], await currencyOf(context));
  }

  @FieldResolver(() => [TrueUpLineType], { description: "What it charges, by unit and use case; empty until it is posted (see previewTrueUp)." })
  async lines(@Root() { number, status }: TrueUpType, @Ctx() context: RequestContext): Promise<TrueUpLineType[]> {
    if (status === "PROPOSED") return [];
    const currency = await currencyOf(context);
    return Promise.all(((await loadTrueUpLines(context, String(number))) ?? []).map(async ({ businessUnitId, useCaseId, chargedMinor, amountMinor }) => {
      const [unit, useCase] = await Promise.all([loadBusinessUnit(context, businessUnitId), loadUseCase(context, useCaseId)]);
      invariant(unit && useCase, "a true-up names what does not exist");
      return { businessUnit: unit as BusinessUnitTypeOf, useCase: useCase as UseCaseTypeOf, charged: toMoney(chargedMinor, currency), amount: toMoney(amountMinor, currency) };
    }));
  }
}

async function toTrueUp(context: RequestContext, { poolId, amountMinor, ...trueUp }: TrueUp): Promise<TrueUpType> {
  return { ...trueUp, status: trueUp.postedAt === null ? "PROPOSED" : "POSTED", pool: await poolOf(context, poolId), amount: toMoney(amountMinor, await currencyOf(context)) };
}

const toMonths = (months: readonly TrueUpMonth[], currency: Currency): TrueUpMonthType[] =>
  months.map(({ period, figuresVersion, costMinor, recoveredMinor, varianceMinor }) => ({ period, figuresVersion, cost: toMoney(costMinor, currency), recovered: toMoney(recoveredMinor, currency), variance: toMoney(varianceMinor, currency) }));

async function toLines(tx: TenantTransaction, lines: readonly TrueUpLine[], currency: Currency): Promise<TrueUpLineType[]> {
  const units = new Map((await tenancyStore(tx).findBusinessUnits([...new Set(lines.map(({ businessUnit }) => businessUnit))])).map((unit) => [unit.code, unit]));
  const useCases = new Map((await tenancyStore(tx).findUseCases([...new Set(lines.map(({ useCase }) => useCase))])).map((useCase) => [useCase.code, useCase]));
  return lines.map(({ businessUnit, useCase, chargedMinor, amountMinor }) => {
    const [unit, named] = [units.get(businessUnit), useCases.get(useCase)];
    invariant(unit && named, "a true-up names what does not exist");
    return { businessUnit: unit as BusinessUnitTypeOf, useCase: named as UseCaseTypeOf, charged: toMoney(chargedMinor, currency), amount: toMoney(amountMinor, currency) };
  });
}

type BusinessUnitTypeOf = TrueUpLineType["businessUnit"];
type UseCaseTypeOf = TrueUpLineType["useCase"];

async function poolOf(context: RequestContext, id: string): Promise<CostPool> {
  const pool = await loadCostPool(context, id);
  invariant(pool, "a true-up of a pool that is not there");
  return pool;
}
