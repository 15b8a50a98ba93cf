import { Command } from "commander";
import { AllocationExplanation, explainAllocation } from "../allocation/explain.query";
import { runStore } from "../allocation/run.store";
import { fraction, roundForDisplay } from "../kernel/fraction";
import { Refusal } from "../kernel/refusal";
import { requirePeriodKey } from "../kernel/period";
import { programmeCurrency } from "../tenancy";
import { TenantTransaction } from "../tenancy/database.store";
import { tenancyStore } from "../tenancy/tenancy.store";
import { print, table } from "./output";
import { CommonOptions, withCommonOptions, withProgramme } from "./session";

interface ExplainOptions extends CommonOptions {
  readonly businessUnit: string;
  readonly useCase?: string;
}

/** `explain`: how the charge of a business unit, or of one of its use cases, came about, pool by pool. */
export function registerExplain(program: Command): void {
  withCommonOptions(program.command("explain"))
    .description("how the charge of a business unit came about")
    .argument("<period>", "year and month, for example 2025-10")
    .requiredOption("--business-unit <code>", "the unit")
    .option("--use-case <code>", "one of its use cases")
    .action(async (period: string, options: ExplainOptions) => {
      const explanations = await withProgramme(options, ({ database, scope }) => database.withTenant(scope, (tx) => explain(tx, requirePeriodKey(period), options)));
      print(options, explanations.map(asJson), inWords(period, options, explanations));
    });
}

async function explain(tx: TenantTransaction, period: string, { businessUnit, useCase }: ExplainOptions): Promise<AllocationExplanation[]> {
  const unit = await tenancyStore(tx).findBusinessUnit(businessUnit);
  if (!unit) throw new Refusal("NOT_FOUND", `There is no business unit ${businessUnit.slice(0, 64)}.`, ["businessUnit"]);
  const found = useCase === undefined ? null : await tenancyStore(tx).findUseCase(useCase);
  if (useCase !== undefined && !found) throw new Refusal("NOT_FOUND", `There is no use case ${useCase.slice(0, 64)}.`, ["useCase"]);
  const run = await runStore(tx).latestRun(period);
  if (!run) throw new Refusal("NOT_FOUND", `There is no allocation of ${period}. "apportion allocate ${period}" makes one.`, ["period"]);
  return explainAllocation(tx, run, unit.id, found?.useCase.id ?? null, null, programmeCurrency(tx.scope.programme));
}

function asJson(each: AllocationExplanation): unknown {
  return {
    pool: each.pool.code, useCase: each.useCase?.code ?? null, poolAmount: each.poolAmount, partFraction: each.partFraction, method: each.method, driver: each.driver, bookedDriver: each.bookedDriver,
    receivedAmount: each.receivedAmount, driverQuantity: each.driverQuantity, driverTotal: each.driverTotal, shareNumerator: each.shareNumerator, shareDenominator: each.shareDenominator,
    exactAmount: each.exactAmount, adjustmentMinor: Number(each.adjustmentMinor), amount: each.amount, chain: each.chain, split: each.split, missing: each.missing, policyVersion: each.policyVersion, run: each.run.id,
  };
}

function inWords(period: string, { businessUnit, useCase }: ExplainOptions, explanations: readonly AllocationExplanation[]): string {
  const whose = useCase === undefined ? businessUnit : `${businessUnit} / ${useCase}`;
  const first = explanations[0];
  if (!first) return `Nothing was charged to ${whose} in ${period}.`;
  const rows = explanations.map((each) => [
    each.pool.code, each.poolAmount.amount, each.receivedAmount.amount, each.partFraction, each.driver ?? each.bookedDriver ?? each.method ?? "several", each.driverQuantity ?? "-", each.driverTotal ?? "-",
    each.shareNumerator === null ? "-" : `${each.shareNumerator}/${each.shareDenominator}`, asDecimal(each.exactAmount), each.adjustmentMinor.toString(), each.amount.amount,
  ]);
  const header = ["pool", "holds", "received", "part", "driver", "quantity", "of", "share of the pool", "exactly", "rounding", first.amount.currency];
  return [
    `${whose} in ${period}, run ${first.run.sequence} (${first.run.status}), policy version ${first.policyVersion}`,
    "",
    table(header, rows, header.filter((name) => name !== "pool" && name !== "driver")),
    "",
    "share = what the part is of the pool and what it received x quantity / of; rounding = minor units beside the exact amount cut off, by largest remainder.",
  ].join("\n");
}

/** For the eye; --json has the fraction itself. */
function asDecimal(exact: string): string {
  const [numerator, denominator = "1"] = exact.split("/");
  return roundForDisplay(fraction(BigInt(numerator!), BigInt(denominator)), 6);
}
