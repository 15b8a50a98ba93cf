import { Arg, Ctx, Mutation, Query, Resolver } from "type-graphql";
import { Currency, toMoney } from "../../kernel/money";
import { Refusal, invariant } from "../../kernel/refusal";
import { DateTimeScalar, PeriodKeyScalar } from "../../kernel/scalars";
import { payload } from "../../kernel/user-error.type";
import type { CostPool } from "../../costs";
import { loadCostPool } from "../../costs/costs.loader";
import { costsStore } from "../../costs/costs.store";
import { isClosed } from "../../governance";
import { asNode } from "../../governance/governance.resolver";
import { periodStore } from "../../governance/period.store";
import { BusinessUnit, UseCase, programmeCurrency } from "../../tenancy";
import { Allow } from "../../tenancy/access";
import { RequestContext } from "../../tenancy/request-context";
import { loadBusinessUnit, loadUseCase } from "../../tenancy/tenancy.loader";
import { TenantTransaction } from "../../tenancy/database.store";
import { tenancyStore } from "../../tenancy/tenancy.store";
import { requestRestatement, requireClosed, withdrawRestatement } from "./restate-period";
import { RestatedCell, RestatedFigures, RestatedPool } from "./restatement";
import { requestRestatementPorts, runRestatePeriod } from "./restatement-ports.store";
import { ChargeRow, StoredRestatement, chargesOfPeriod, listRestatements, restatedCells, restatedPools } from "./restatement.query";
import { draftRestatement, restatementStore } from "./restatement.store";
import { PeriodChargesType, PeriodFiguresPayload, PeriodFiguresType, RequestRestatementInput, RestatePeriodInput, RestatementCellType, RestatementPoolType, RestatementPreviewType } from "./restatement.type";

type CellIds = Pick<ChargeRow, "poolId" | "businessUnitId" | "useCaseId">;

@Resolver()
export class RestatementResolver {
  @Allow("FINANCE", "AUDITOR")
  @Query(() => PeriodFiguresType, { nullable: true, description: "How the figures of a closed month stand, with every version, the differences by cell and cause. Null for a month that is not closed." })
  async periodFigures(@Ctx() context: RequestContext, @Arg("period", () => PeriodKeyScalar) key: string): Promise<PeriodFiguresType | null> {
    const period = await context.withTenant((tx) => periodStore(tx).find(key));
    return period && isClosed(period) ? figuresOf(context, key) : null;
  }

  @Allow("FINANCE", "AUDITOR")
  @Query(() => RestatementPreviewType, { nullable: true, description: "What restating a closed month would change now; null when nothing came for it that is not charged already. Stores nothing. PERIOD_OPEN for a month that is not closed." })
  async previewRestatement(@Ctx() context: RequestContext, @Arg("period", () => PeriodKeyScalar) key: string): Promise<RestatementPreviewType | null> {
    const scope = await context.scope();
    const period = await context.withTenant((tx) => periodStore(tx).find(key));
    if (!period) throw new Refusal("NOT_FOUND", `There is nothing in ${key}: no usage and no cost.`, ["period"]);
    requireClosed(period);
    const draft = await draftRestatement(context.database, scope, key);
    if (!draft) return null;
    const figures = await context.withTenant((tx) => withIds(tx, draft));
    const { lateFrom, lateTo, lateEvents, lateCostEntries } = draft;
    return { lateFrom, lateTo, lateEvents, lateCostEntries, ...(await viewed(context, figures, programmeCurrency(scope.programme))) };
  }

  @Allow("FINANCE", "AUDITOR")
  @Query(() => PeriodChargesType, { nullable: true, description: "What a closed month caused, cell by cell, in both views: as posted, and as restated by adjustments of later months, by restatements and by true-ups: what lines of statements charge that name it as their originPeriod, but for resolutions. Null for a month that was not closed by then." })
  async periodCharges(
    @Ctx() context: RequestContext,
    @Arg("period", () => PeriodKeyScalar) key: string,
    @Arg("asOf", () => DateTimeScalar, { nullable: true, description: "What was recorded before this instant counts; now when left out." }) asOf?: Date | null,
  ): Promise<PeriodChargesType | null> {
    const currency = programmeCurrency((await context.scope()).programme);
    const found = await context.withTenant(async (tx) => {
      const period = await periodStore(tx).find(key);
      const [now] = await tx.query<{ at: Date }>("select date_trunc('milliseconds', now()) + interval '1 millisecond' as at");
      const at = asOf ?? now!.at;
      if (!period?.closedAt || period.hash === null || period.closedAt >= at) return null;
      const newest = (await listRestatements(tx, key)).filter(({ restatedAt }) => restatedAt < at).at(-1);
      return { period, at, version: newest?.version ?? 1, hash: newest?.hash ?? period.hash, rows: await chargesOfPeriod(tx, key, at) };
    }, { isolation: "REPEATABLE READ" });
    if (!found) return null;
    const sum = (pick: (row: ChargeRow) => bigint): bigint => found.rows.reduce((total, row) => total + pick(row), 0n);
    const restatedMinor = (row: ChargeRow): bigint => BigInt(row.postedMinor) + BigInt(row.adjustedMinor) + BigInt(row.restatedMinor) + BigInt(row.truedUpMinor);
    return {
      period: asNode(found.period), asOf: found.at, version: found.version, hash: found.hash, posted: toMoney(sum((row) => BigInt(row.postedMinor)), currency), restated: toMoney(sum(restatedMinor), currency),
      rows: await Promise.all(found.rows.map(async (row) => ({
        ...(await namesOf(context, row)), posted: toMoney(row.postedMinor, currency), adjusted: toMoney(row.adjustedMinor, currency), restatements: toMoney(row.restatedMinor, currency), trueUps: toMoney(row.truedUpMinor, currency), restated: toMoney(restatedMinor(row), currency),
      }))),
    };
  }

  @Allow("FINANCE")
  @Mutation(() => PeriodFiguresPayload, { description: "Asks, with a reason, for a closed month to be restated with what came for it since. A second person does it. Naturally idempotent." })
  async requestRestatement(@Ctx() context: RequestContext, @Arg("input", () => RequestRestatementInput) input: RequestRestatementInput): Promise<PeriodFiguresPayload> {
    return payload(async () => ({ figures: await figuresOf(context, (await context.withTenant((tx) => requestRestatement(requestRestatementPorts(tx, context.record), input))).key) }));
  }

  @Allow("FINANCE")
  @Mutation(() => PeriodFiguresPayload, { description: "Takes a request to restate a month back, with a reason. Naturally idempotent." })
  async withdrawRestatement(@Ctx() context: RequestContext, @Arg("input", () => RequestRestatementInput) input: RequestRestatementInput): Promise<PeriodFiguresPayload> {
    return payload(async () => ({ figures: await figuresOf(context, (await context.withTenant((tx) => withdrawRestatement(requestRestatementPorts(tx, context.record), input))).key) }));
  }

  @Allow("FINANCE")
  @Mutation(() => PeriodFiguresPayload, { description: "Restates a closed month that another person asked for: a new version of its figures and of the statements that change, in one step. What the close froze stays to the byte; what was adjusted or restated before is not charged again." })
  async restatePeriod(@Ctx() context: RequestContext, @Arg("input", () => RestatePeriodInput) input: RestatePeriodInput): Promise<PeriodFiguresPayload> {
    return payload(async () => {
      await runRestatePeriod(context.database, await context.scope(), context.record, input);
      return { figures: await figuresOf(context, input.period) };
    });
  }
}

async function figuresOf(context: RequestContext, key: string): Promise<PeriodFiguresType> {
  const currency = programmeCurrency((await context.scope()).programme);
  const found = await context.withTenant(async (tx) => {
    const period = await periodStore(tx).find(key);
    invariant(period, "figures of a period that is not there");
    const versions: Array<{ readonly stored: StoredRestatement; readonly figures: Figures }> = [];
    for (const stored of await listRestatements(tx, key)) versions.push({ stored, figures: { cells: await restatedCells(tx, key, stored.version), pools: await restatedPools(tx, key, stored.version) } });
    return { period, versions, request: await restatementStore(tx).newestRequest(key) };
  }, { isolation: "REPEATABLE READ" });
  const open = found.request?.kind === "REQUESTED" ? found.request : null;
  return {
    period: asNode(found.period), status: open ? "REOPENED" : found.versions.length > 0 ? "RESTATED" : "POSTED", reason: open?.reason ?? null, requestedBy: open?.by ?? null,
    versions: await Promise.all(found.versions.map(async ({ stored: { lateEvents, lateCostEntries, ...stored }, figures }) => ({ ...stored, lateEvents: Number(lateEvents), lateCostEntries: Number(lateCostEntries), ...(await viewed(context, figures, currency)) }))),
  };
}

interface Figures { readonly cells: ReadonlyArray<RestatedCell & CellIds>; readonly pools: ReadonlyArray<RestatedPool & Pick<CellIds, "poolId">> }

/** Figures that were not stored, with the ids of what they name. */
async function withIds(tx: TenantTransaction, { cells, pools }: RestatedFigures): Promise<Figures> {
  const poolIds = new Map((await costsStore(tx).findPools(pools.map(({ pool }) => pool))).map(({ code, id }) => [code, id]));
  const unitIds = await tenancyStore(tx).unitIds([...new Set(cells.map(({ businessUnit }) => businessUnit))]);
  const useCaseIds = new Map((await tenancyStore(tx).findUseCases([...new Set(cells.map(({ useCase }) => useCase))])).map(({ code, id }) => [code, id]));
  const known = (ids: ReadonlyMap<string, string>, code: string): string => {
    const id = ids.get(code);
    invariant(id, "a restated figure names what does not exist");
    return id;
  };
  return {
    cells: cells.map((cell) => ({ ...cell, poolId: known(poolIds, cell.pool), businessUnitId: known(unitIds, cell.businessUnit), useCaseId: known(useCaseIds, cell.useCase) })),
    pools: pools.map((pool) => ({ ...pool, poolId: known(poolIds, pool.pool) })),
  };
}

async function viewed(context: RequestContext, { cells, pools }: Figures, currency: Currency): Promise<{ readonly cells: RestatementCellType[]; readonly pools: RestatementPoolType[] }> {
  const money = (minor: bigint) => toMoney(minor, currency);
  return {
    cells: await Promise.all(cells.map(async (cell) => ({
      ...(await namesOf(context, cell)), before: money(cell.beforeMinor), lateCost: money(cell.costMinor), lateUsage: money(cell.usageMinor), after: money(cell.afterMinor), difference: money(cell.afterMinor - cell.beforeMinor),
    }))),
    pools: await Promise.all(pools.map(async (pool) => ({
      pool: await poolOf(context, pool.poolId), before: money(pool.beforeMinor), beforeUnallocated: money(pool.beforeUnallocatedMinor), after: money(pool.afterMinor), afterUnallocated: money(pool.afterUnallocatedMinor),
    }))),
  };
}

async function namesOf(context: RequestContext, ids: CellIds): Promise<{ readonly pool: CostPool; readonly businessUnit: BusinessUnit; readonly useCase: UseCase }> {
  const [pool, businessUnit, useCase] = await Promise.all([poolOf(context, ids.poolId), loadBusinessUnit(context, ids.businessUnitId), loadUseCase(context, ids.useCaseId)]);
  invariant(businessUnit && useCase, "a figure names what does not exist");
  return { pool, businessUnit, useCase };
}

async function poolOf(context: RequestContext, id: string): Promise<CostPool> {
  const pool = await loadCostPool(context, id);
  invariant(pool, "a figure of a pool that is not there");
  return pool;
}
