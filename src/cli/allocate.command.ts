import { Command } from "commander";
import { AllocatedPeriod, allocatePeriod } from "../allocation";
import { allocatePeriodPorts } from "../allocation/allocation-ports.store";
import { ResultRow, reportOfResult } from "../allocation/report-of-result";
import { Currency, toMoney } from "../kernel/money";
import { programmeCurrency } from "../tenancy";
import { print, table } from "./output";
import { CommonOptions, recordAudit, withCommonOptions, withProgramme } from "./session";

/** `allocate`: divides the shared cost of a period by the approved policy. The same facts answer the run that is there. */
export function registerAllocate(program: Command): void {
  withCommonOptions(program.command("allocate"))
    .description("divide the shared cost of a period over the business units")
    .argument("<period>", "year and month, for example 2025-10")
    .option("--dry-run", "store nothing")
    .action(async (period: string, options: CommonOptions & { readonly dryRun?: boolean }) => {
      const { allocated, currency } = await withProgramme(options, async ({ database, scope }) => ({
        // A run may scan a month of raw usage, so no statement is cut short.
        allocated: await database.withTenant(scope, (tx) => allocatePeriod(allocatePeriodPorts(tx, recordAudit), { period, dryRun: options.dryRun ?? false }), { statementTimeoutMs: 0 }),
        currency: programmeCurrency(scope.programme),
      }));
      const rows = reportOfResult(allocated.result, { businessUnit: true, useCase: false, pool: true, channel: false }, currency);
      print(options, asJson(allocated, rows, currency), inWords(allocated, rows, currency));
    });
}

function asJson({ run, result }: AllocatedPeriod, rows: readonly ResultRow[], currency: Currency): unknown {
  return {
    run: {
      id: run.id, period: run.periodKey, status: run.status, sequence: run.sequence, policyVersion: run.policyVersion, cutoff: run.cutoff,
      inputHash: run.inputHash, resultHash: run.resultHash,
    },
    rows: rows.map(({ businessUnit, pool, driverQuantity, driverTotal, share, amount, missing }) => ({ businessUnit, pool, driverQuantity, driverTotal, share, amount, missing })),
    unallocatedPools: result.pools.filter((pool) => pool.unallocatedMinor !== 0n).map((pool) => ({ pool: pool.pool, amount: toMoney(pool.unallocatedMinor, currency), reason: pool.unallocatedReason })),
    total: toMoney(result.totalMinor, currency), allocated: toMoney(result.allocatedMinor, currency), unallocated: toMoney(result.unallocatedMinor, currency),
  };
}

function inWords({ run, result }: AllocatedPeriod, rows: readonly ResultRow[], currency: Currency): string {
  const money = (minor: bigint): string => `${toMoney(minor, currency).amount} ${currency.code}`;
  const lines = rows.map((row) => [row.businessUnit ?? "", row.pool ?? "", row.driverQuantity ?? "-", row.driverTotal ?? "-", row.share ?? "-", row.amount.amount]);
  const idle = result.pools.filter((pool) => pool.unallocatedMinor !== 0n).map((pool) => `unallocated of ${pool.pool}: ${money(pool.unallocatedMinor)}. ${pool.unallocatedReason ?? ""}`);
  return [
    table(["business unit", "pool", "quantity", "of", "share", currency.code], lines, ["quantity", "of", "share", currency.code]),
    "",
    ...idle,
    `total ${money(result.totalMinor)} = allocated ${money(result.allocatedMinor)} + unallocated ${money(result.unallocatedMinor)}`,
    `run ${run.periodKey}/${run.sequence} (${run.status}), policy version ${run.policyVersion}, result hash ${run.resultHash}`,
  ].join("\n");
}
