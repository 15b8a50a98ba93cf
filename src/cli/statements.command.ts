import { Command } from "commander";
import { Statement, StatementLine, issueStatements, settleStatements } from "../chargeback";
import { issueStatementsPorts, settleStatementsPorts } from "../chargeback/chargeback-ports.store";
import { linesOf, newestStatement, newestStatements } from "../chargeback/statement.query";
import { periodStore } from "../governance/period.store";
import { Currency, toMoney } from "../kernel/money";
import { requirePeriodKey } from "../kernel/period";
import { Refusal } from "../kernel/refusal";
import { programmeCurrency } from "../tenancy";
import { TenantTransaction } from "../tenancy/database.store";
import { tenancyStore } from "../tenancy/tenancy.store";
import { print, table } from "./output";
import { CommonOptions, recordAudit, withCommonOptions, withProgramme } from "./session";

interface StatementsOptions extends CommonOptions {
  readonly issue?: boolean;
  readonly settle?: boolean;
  readonly businessUnit?: string;
}

interface Shown {
  readonly statements: readonly Statement[];
  /** Of the one unit that was asked for; null otherwise. */
  readonly lines: readonly StatementLine[] | null;
  readonly currency: Currency;
}

/** `statements`: what each business unit is charged for a closed month; issues or settles the statements first when asked. */
export function registerStatements(program: Command): void {
  withCommonOptions(program.command("statements"))
    .description("the statements of a closed month")
    .argument("<period>", "year and month, for example 2025-10")
    .option("--issue", "make them first; answers those that are there when they were made before")
    .option("--settle", "accept those that were not disputed in time, where the rules take silence for acceptance")
    .option("--business-unit <code>", "one unit, with the lines of its statement")
    .action(async (period: string, options: StatementsOptions) => {
      const shown = await withProgramme(options, ({ database, scope }) => database.withTenant(scope, (tx) => show(tx, requirePeriodKey(period), options), { statementTimeoutMs: 0 }));
      print(options, asJson(shown), inWords(period, shown));
    });
}

async function show(tx: TenantTransaction, period: string, { issue, settle, businessUnit }: StatementsOptions): Promise<Shown> {
  const currency = programmeCurrency(tx.scope.programme);
  if (businessUnit !== undefined && !(await tenancyStore(tx).findBusinessUnit(businessUnit))) throw new Refusal("NOT_FOUND", `There is no business unit ${businessUnit.slice(0, 64)}.`, ["businessUnit"]);
  if (issue) await issueStatements(issueStatementsPorts(tx, recordAudit), { period });
  else if (!(await periodStore(tx).find(period))) throw new Refusal("NOT_FOUND", `There is nothing in ${period}: no usage and no cost.`, ["period"]);
  if (settle) await settleStatements(settleStatementsPorts(tx, recordAudit), { period });
  if (businessUnit === undefined) return { statements: await newestStatements(tx, period), lines: null, currency };
  const statement = await newestStatement(tx, businessUnit, period);
  return statement ? { statements: [statement], lines: (await linesOf(tx, [statement.id])).get(statement.id) ?? [], currency } : { statements: [], lines: null, currency };
}

function asJson({ statements, lines, currency }: Shown): unknown {
  return statements.map(({ businessUnit, periodKey, version, mode, status, disputableUntil, totalMinor, hash }) => ({
    businessUnit, period: periodKey, version, mode, status, disputableUntil, total: toMoney(totalMinor, currency), hash,
    ...(lines && { lines: lines.map((line) => ({ kind: line.kind, originPeriod: line.originPeriod, pool: line.pool, useCase: line.useCase, amount: toMoney(line.amountMinor, currency), description: line.description })) }),
  }));
}

function inWords(period: string, { statements, lines, currency }: Shown): string {
  if (statements.length === 0) return `No statements of ${period} were issued. "apportion statements ${period} --issue" makes them once the month is closed.`;
  const amount = (minor: bigint): string => toMoney(minor, currency).amount;
  const rows = statements.map(({ businessUnit, version, mode, status, disputableUntil, totalMinor, hash }) => [businessUnit, String(version), mode, status, disputableUntil ?? "-", amount(totalMinor), hash]);
  const heads = table(["business unit", "version", "mode", "status", "disputable until", currency.code, "hash"], rows, ["version", currency.code]);
  if (!lines) return `${heads}\n\ntotal ${amount(statements.reduce((sum, each) => sum + each.totalMinor, 0n))} ${currency.code}`;
  const details = lines.map((line) => [line.kind, line.originPeriod, line.pool ?? "-", line.useCase ?? "-", amount(line.amountMinor), line.description ?? ""]);
  return [heads, "", table(["line", "month", "pool", "use case", currency.code, ""], details, [currency.code])].join("\n");
}
