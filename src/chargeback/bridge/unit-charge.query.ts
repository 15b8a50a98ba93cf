import { Refusal, invariant } from "../../kernel/refusal";
import { AllocationRun } from "../../allocation";
import { runStore } from "../../allocation/run.store";
import { Period } from "../../governance";
import { periodStore } from "../../governance/period.store";
import { linesOfRun } from "../../rating/rating-lines.query";
import { ratingRunStore } from "../../rating/rating-run.store";
import { BusinessUnit } from "../../tenancy";
import { TenantTransaction } from "../../tenancy/database.store";
import { chargesOfRun, directCharges } from "../charges.query";
import { Statement } from "../statement";
import { chargedLines } from "../statement-charges.query";
import { linesOf, newestStatement } from "../statement.query";
import { ChargeSide, ChargedAmount } from "./charge-bridge";
import { UsageCost } from "./usage-cost-effects";

/** Where a charge is taken from: the newest version of the statement, what the close froze, or the newest run of an open month; or a plan. */
export const CHARGE_SOURCES = ["STATEMENT", "CLOSED_PERIOD", "OPEN_PERIOD", "PLAN"] as const;
export type ChargeSource = (typeof CHARGE_SOURCES)[number];

/** What a unit is charged for a month, with where that stands. */
export interface UnitCharge extends ChargeSide {
  readonly source: ChargeSource;
  readonly period: Period;
  readonly statement: Statement | null;
  readonly run: AllocationRun | null;
}

/** NOT_FOUND for a month without facts, NOT_READY for an open one that was never divided. The transaction reaches the whole programme; what is answered is the unit's. */
export async function unitCharge(tx: TenantTransaction, unit: BusinessUnit, key: string, field: string): Promise<UnitCharge> {
  const period = await periodStore(tx).find(key);
  if (!period) throw new Refusal("NOT_FOUND", `There is nothing in ${key}: no usage and no cost.`, [field]);
  const run = await runStore(tx).latestRun(key);
  if (!run && period.status !== "CLOSED") throw new Refusal("NOT_READY", `${key} is ${period.status} and has no run yet. Finance runs allocatePeriod first.`, [field]);
  const statement = await newestStatement(tx, unit.code, key);
  return { source: sourceOf(period, statement), period, statement, run, lines: await linesFor(tx, unit, period, statement, run), usage: await ratedUsage(tx, unit, period, run) };
}

/** The same of one version of a statement, whichever it is. */
export async function statementCharge(tx: TenantTransaction, unit: BusinessUnit, statement: Statement): Promise<UnitCharge> {
  const period = await periodStore(tx).find(statement.periodKey);
  invariant(period, "a statement of a period that is not there");
  const run = await runStore(tx).latestRun(period.key);
  return { source: "STATEMENT", period, statement, run, lines: await linesFor(tx, unit, period, statement, run), usage: await ratedUsage(tx, unit, period, run) };
}

const sourceOf = (period: Period, statement: Statement | null): ChargeSource => (statement ? "STATEMENT" : period.status === "CLOSED" ? "CLOSED_PERIOD" : "OPEN_PERIOD");

async function linesFor(tx: TenantTransaction, unit: BusinessUnit, period: Period, statement: Statement | null, run: AllocationRun | null): Promise<ChargedAmount[]> {
  if (statement) return (await linesOf(tx, [statement.id])).get(statement.id) ?? [];
  if (period.status === "CLOSED") return (await chargedLines(tx, period)).filter(({ businessUnit }) => businessUnit === unit.code);
  const [shared, direct] = [await chargesOfRun(tx, run!.id), await directCharges(tx, period.key, run!.cutoff)];
  return [[shared, "ALLOCATION"] as const, [direct, "DIRECT"] as const].flatMap(([{ charges }, kind]) =>
    charges.flatMap(({ businessUnit, pool, useCase, amountMinor }) => (businessUnit === unit.code ? [{ kind, pool, useCase, originPeriod: period.key, amountMinor }] : [])));
}

/** The unit's lines of the rating whose cost is in these figures. */
async function ratedUsage(tx: TenantTransaction, unit: BusinessUnit, period: Period, run: AllocationRun | null): Promise<UsageCost[]> {
  const cutoff = period.cutoff ?? run!.cutoff;
  const rating = (await ratingRunStore(tx).runs()).filter((each) => each.periodKey === period.key && each.cutoff <= cutoff).at(-1);
  if (!rating) return [];
  const lines = await linesOfRun(tx, rating.id, { businessUnit: [unit.code], kind: ["USAGE"] });
  return lines.flatMap(({ pool, useCase, vendor, component, rateLine, unit: counted, billed, calls, amountMinor }) =>
    (pool === null || useCase === "" ? [] : [{ pool, useCase, vendor, component, rateLine, unit: counted, quantity: billed, calls, amountMinor }]));
}
