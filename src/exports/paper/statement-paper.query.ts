import { shiftPeriod } from "../../kernel/period";
import { invariant } from "../../kernel/refusal";
import { AllocationRun, bridgeShares } from "../../allocation";
import { ComparedSide, comparedFacts } from "../../allocation/bridge/compared-facts.query";
import { explainAllocation } from "../../allocation/explain.query";
import { RUN_SQL } from "../../allocation/run.store";
import { Statement } from "../../chargeback";
import { bridgeCharge } from "../../chargeback/bridge/charge-bridge";
import { UnitCharge, statementCharge } from "../../chargeback/bridge/unit-charge.query";
import { disputesOf } from "../../chargeback/dispute.query";
import { StoredLine, historyOf, linesOf, statementsAsOf, versionsOf } from "../../chargeback/statement.query";
import { costsStore } from "../../costs/costs.store";
import { periodStore } from "../../governance/period.store";
import { BusinessUnit, programmeCurrency } from "../../tenancy";
import { TenantTransaction } from "../../tenancy/database.store";
import { tenancyStore } from "../../tenancy/tenancy.store";
import { Comparison, ExplainedPart, StatementFacts } from "./statement-facts";

/** Months are divided again to tell why a charge changed, and everything is of one moment. */
export const PAPER = { statementTimeoutMs: 60_000, isolation: "REPEATABLE READ" } as const;

/** What a statement, which the caller may see, says on paper. */
export async function statementFacts(tx: TenantTransaction, statement: Statement): Promise<StatementFacts> {
  const [unit, period] = [await tenancyStore(tx).findBusinessUnit(statement.businessUnit), await periodStore(tx).find(statement.periodKey)];
  invariant(unit && period, "a statement without its unit or month");
  const lines = (await linesOf(tx, [statement.id])).get(statement.id) ?? [];
  const comparison = await compared(tx, unit, statement);
  const codes = [...lines, ...(comparison?.lines ?? []), ...(comparison ? [...comparison.bridge.byPool.map(({ code }) => ({ pool: code, useCase: null })), ...comparison.bridge.byUseCase.map(({ code }) => ({ pool: null, useCase: code }))] : [])];
  const pools = await costsStore(tx).findPools([...new Set(codes.flatMap(({ pool }) => pool ?? []))]);
  const useCases = await tenancyStore(tx).findUseCases([...new Set(codes.flatMap(({ useCase }) => useCase ?? []))]);
  const runs = await runsOf(tx, lines);
  return {
    programme: tx.scope.programme, currency: programmeCurrency(tx.scope.programme), unit, period, statement, lines, runs, comparison,
    explanations: await explained(tx, lines, runs), poolNames: new Map(pools.map(({ code, name }) => [code, name])), useCaseNames: new Map(useCases.map(({ code, name }) => [code, name])),
    history: (await historyOf(tx, [statement.id])).get(statement.id) ?? [], versions: (await versionsOf(tx, [statement.id])).get(statement.id) ?? [], disputes: await disputesOf(tx, [statement.id]),
  };
}

async function runsOf(tx: TenantTransaction, lines: readonly StoredLine[]): Promise<Map<string, AllocationRun>> {
  const ids = [...new Set(lines.flatMap(({ run }) => run?.id ?? []))];
  const rows = await tx.query<AllocationRun>(`${RUN_SQL} and r.id = any($2::uuid[])`, [tx.scope.programme.id, ids]);
  return new Map(rows.map((run) => [run.id, run]));
}

/** The parts of pools behind the lines of divided cost, by line. */
async function explained(tx: TenantTransaction, lines: readonly StoredLine[], runs: ReadonlyMap<string, AllocationRun>): Promise<Map<string, ExplainedPart[]>> {
  const currency = programmeCurrency(tx.scope.programme);
  const ofUseCase = new Map<string, Awaited<ReturnType<typeof explainAllocation>>>();
  const found = new Map<string, ExplainedPart[]>();
  for (const { lineId, kind, run, businessUnitId, useCaseId, poolId } of lines) {
    if (kind !== "ALLOCATION" || run === null || useCaseId === null || !runs.has(run.id)) continue;
    const key = `${run.id}/${useCaseId}`;
    if (!ofUseCase.has(key)) ofUseCase.set(key, await explainAllocation(tx, runs.get(run.id)!, businessUnitId, useCaseId, null, currency));
    found.set(lineId, ofUseCase.get(key)!.filter(({ pool }) => pool.id === poolId));
  }
  return found;
}

/** The statement of the month before as it was known when this one was issued: what comes later changes nothing on paper. */
async function compared(tx: TenantTransaction, unit: BusinessUnit, statement: Statement): Promise<Comparison | null> {
  const [before] = await statementsAsOf(tx, [unit.code], shiftPeriod(statement.periodKey, -1), "RESTATED", statement.issuedAt);
  if (!before) return null;
  // As for chargeBridge: facts are read whole, the unit's own lines and totals leave this place.
  await tx.setReach("programme");
  const [earlier, later] = [await statementCharge(tx, unit, before), await statementCharge(tx, unit, statement)];
  const facts = await comparedFacts(tx, sideOf(earlier), sideOf(later));
  await tx.setReach(tx.scope.reach);
  const own = (await linesOf(tx, [before.id])).get(before.id) ?? [];
  return { before, lines: own, bridge: bridgeCharge(earlier, later, bridgeShares(facts, unit.code)) };
}

const sideOf = ({ run, period }: UnitCharge): ComparedSide => (run ? { run } : { run: null, period: period.key });
