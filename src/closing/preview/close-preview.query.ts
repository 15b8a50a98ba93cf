import { randomUUID } from "node:crypto";
import { Clock } from "../../kernel/clock";
import { requirePeriodKey } from "../../kernel/period";
import { Refusal, invariant } from "../../kernel/refusal";
import { runStore } from "../../allocation/run.store";
import { StatementDraft, firstStatements } from "../../chargeback";
import { Charges } from "../../chargeback/adjustment";
import { StoredAdjustmentLine } from "../../chargeback/adjustment.store";
import { chargesOfRun, directCharges } from "../../chargeback/charges.query";
import { PendingAdjustment, draftAdjustments } from "../../chargeback/draft-adjustments.store";
import { chargeableUnits } from "../../chargeback/chargeback-ports.store";
import { draftedLines } from "../../chargeback/statement-charges.query";
import { clearedVariances } from "../../chargeback/true-up/recovery-variance.query";
import { trueUpLines } from "../../chargeback/true-up/true-up-lines.query";
import { CostPool, CostPoolKind, KnownAccrual } from "../../costs";
import { accrualStore, nextOpenKey } from "../../costs/accruals/accrual.store";
import { poolAmounts } from "../../costs/costs.query";
import { costsStore } from "../../costs/costs.store";
import { Period } from "../../governance";
import { periodStore } from "../../governance/period.store";
import { NOBODY } from "../../metering";
import { COUNTING_EVENTS } from "../../metering/questions/counting-events.query";
import { BusinessUnit, Scope, UseCase, programmeCurrency } from "../../tenancy";
import { Database, TenantTransaction } from "../../tenancy/database.store";
import { tenancyStore } from "../../tenancy/tenancy.store";
import { CloseCheck, closeChecklist } from "../close-checklist";
import { closeFacts } from "../close-facts.query";
import { closedFigures } from "../closed-figures.query";
import { ControlFigures, LegControl, PoolControl, UnitControl, hashIfClosed, isBalanced, poolControls, unitControls } from "./close-preview";

/** Everything that the close of a month would do now. Nothing of it is stored. */
export interface ClosePreview {
  readonly period: Period;
  readonly asOf: Date;
  readonly checks: readonly CloseCheck[];
  readonly adjustments: ReadonlyArray<PendingAdjustment & { readonly lines: readonly StoredAdjustmentLine[] }>;
  readonly pools: readonly PoolControl[];
  readonly units: ReadonlyArray<UnitControl & { readonly businessUnitId: string }>;
  readonly legs: LegControl;
  readonly isBalanced: boolean;
  readonly hash: string;
  /** What was accrued in the month, and where it would be taken back. */
  readonly accruals: readonly KnownAccrual[];
  readonly reversedIn: string;
  /** The first versions of the statements that would be issued afterwards, by code of the unit. */
  readonly statements: readonly StatementDraft[];
  /** By code: every pool, unit and use case that is spoken of. */
  readonly poolsByCode: ReadonlyMap<string, CostPool>;
  readonly unitsByCode: ReadonlyMap<string, BusinessUnit>;
  readonly useCasesByCode: ReadonlyMap<string, UseCase>;
}

/** Checking a month against its facts may scan its raw usage. */
const PREVIEW_TIMEOUT_MS = 120_000;
const NO_CHARGES: Charges = { pools: [], charges: [] };

/** Goes through the close of a month without storing anything; null where no fact ever fell into it, PERIOD_CLOSED after the close. */
export async function previewClose(database: Database, scope: Scope, clock: Clock, key: string): Promise<ClosePreview | null> {
  const found = await database.withTenant(scope, (tx) => periodStore(tx).find(requirePeriodKey(key)));
  if (!found) return null;
  if (found.status === "CLOSED") throw new Refusal("PERIOD_CLOSED", `${key} is closed: see its hash, adjustments and statements.`, ["period"]);
  const drafts = await draftAdjustments(database, scope, key);
  return database.withTenant(scope, (tx) => previewIn(tx, found, drafts, clock.now()), { statementTimeoutMs: PREVIEW_TIMEOUT_MS, isolation: "REPEATABLE READ" });
}

async function previewIn(tx: TenantTransaction, period: Period, drafts: readonly PendingAdjustment[], nowMs: number): Promise<ClosePreview> {
  const [now] = await tx.query<{ at: Date }>("select date_trunc('milliseconds', now()) as at");
  const figures = await closedFigures(tx, period.key, null);
  const control = await controlFigures(tx, period.key, drafts);
  const pools = poolControls(control);
  const legs = await legControl(tx, period.key);
  const units = unitControls(control);
  const accruals = await accrualStore(tx).standing(period.key);
  const unitIds = await tenancyStore(tx).unitIds(units.map(({ businessUnit }) => businessUnit));
  const chargeable = await chargeableUnits(tx);
  const statements = firstStatements({ currency: programmeCurrency(tx.scope.programme).code, newId: randomUUID }, period, chargeable, await draftedLines(tx, period.key, drafts));
  const named = <K extends "pool" | "useCase">(pick: K): string[] => [...new Set(statements.flatMap(({ lines }) => lines.flatMap((line) => line[pick] ?? [])))];
  return {
    period, asOf: now!.at, pools, legs, accruals, reversedIn: await nextOpenKey(tx, period.key), isBalanced: isBalanced(pools, legs),
    checks: closeChecklist(await closeFacts(tx, period, nowMs)),
    adjustments: await withLines(tx, drafts),
    units: units.map((unit) => ({ ...unit, businessUnitId: known(unitIds, unit.businessUnit) })),
    hash: hashIfClosed(figures, drafts.map(({ origin, resultHash }) => ({ origin, resultHash }))),
    poolsByCode: byCode(await costsStore(tx).findPools([...new Set([...pools.map(({ pool }) => pool), ...named("pool")])])),
    statements, unitsByCode: byCode(chargeable), useCasesByCode: byCode(await tenancyStore(tx).findUseCases(named("useCase"))),
  };
}

const byCode = <T extends { readonly code: string }>(each: readonly T[]): Map<string, T> => new Map(each.map((one) => [one.code, one]));

async function controlFigures(tx: TenantTransaction, period: string, drafts: readonly PendingAdjustment[]): Promise<ControlFigures> {
  const run = await runStore(tx).latestRun(period);
  return {
    period,
    booked: (await poolAmounts(tx, period)).map(({ code, kind, amountMinor }) => ({ pool: code, kind, amountMinor: BigInt(amountMinor) })),
    run: run ? await chargesOfRun(tx, run.id) : NO_CHARGES,
    received: run ? await receivedOf(tx, run.id) : [],
    direct: await directCharges(tx, period, null),
    adjustments: [...drafts, ...(await carriedTrueUps(tx, period))],
  };
}

/** What true-ups that the month carries give back or charge; what they clear of a variance is carried no more. */
async function carriedTrueUps(tx: TenantTransaction, period: string): Promise<ControlFigures["adjustments"]> {
  const lines = await trueUpLines(tx, period);
  return (await clearedVariances(tx, [period])).map(({ number, pool, originPeriod, amountMinor }) => ({
    origin: originPeriod, pools: [{ pool, amountMinor: 0n, unallocatedMinor: amountMinor }],
    charges: lines.filter((line) => line.trueUp === number).map(({ businessUnit, amountMinor: charged }) => ({ pool, businessUnit, amountMinor: charged })),
  }));
}

/** What the run moved between pools, by code. */
async function receivedOf(tx: TenantTransaction, runId: string): Promise<ControlFigures["received"]> {
  const rows = await tx.query<{ pool: string; kind: CostPoolKind; amount: string }>(
    `select p.code as pool, p.kind, x.received_minor - x.passed_minor as amount from allocation.run_pool x join costs.cost_pool p on p.programme_id = $1 and p.id = x.pool_id
     where x.programme_id = $1 and x.run_id = $2 and x.received_minor <> x.passed_minor order by p.code collate "C"`,
    [tx.scope.programme.id, runId],
  );
  return rows.map(({ amount, ...pool }) => ({ ...pool, amountMinor: BigInt(amount) }));
}

async function legControl(tx: TenantTransaction, period: string): Promise<LegControl> {
  const [row] = await tx.query<{ counted: string; attributed: string; unattributed: string }>(
    `select (select count(*) from ${COUNTING_EVENTS} where e.programme_id = $1 and e.period_key = $2) as counted,
       coalesce(sum(t.legs) filter (where t.business_unit_id <> '${NOBODY}'), 0) as attributed, coalesce(sum(t.legs) filter (where t.business_unit_id = '${NOBODY}'), 0) as unattributed
     from metering.usage_period_total t where t.programme_id = $1 and t.period_key = $2`,
    [tx.scope.programme.id, period],
  );
  return { counted: BigInt(row!.counted), attributed: BigInt(row!.attributed), unattributed: BigInt(row!.unattributed) };
}

async function withLines(tx: TenantTransaction, drafts: readonly PendingAdjustment[]): Promise<ClosePreview["adjustments"]> {
  const charges = drafts.flatMap((draft) => draft.charges);
  const codes = (pick: (charge: (typeof charges)[number]) => string): string[] => [...new Set(charges.map(pick))];
  const pools = new Map((await costsStore(tx).findPools(codes(({ pool }) => pool))).map(({ code, id }) => [code, id]));
  const units = await tenancyStore(tx).unitIds(codes(({ businessUnit }) => businessUnit));
  const useCases = new Map((await tenancyStore(tx).findUseCases(codes(({ useCase }) => useCase))).map(({ code, id }) => [code, id]));
  return drafts.map((draft) => ({
    ...draft,
    lines: draft.charges.map(({ pool, businessUnit, useCase, amountMinor }) => ({ poolId: known(pools, pool), businessUnitId: known(units, businessUnit), useCaseId: known(useCases, useCase), amountMinor: String(amountMinor) })),
  }));
}

function known(ids: ReadonlyMap<string, string>, code: string): string {
  const id = ids.get(code);
  invariant(id, `a figure of ${code}, which is not there`);
  return id;
}
