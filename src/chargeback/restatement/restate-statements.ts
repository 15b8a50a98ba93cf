import { formatUnits } from "../../kernel/decimal";
import { Currency } from "../../kernel/money";
import { BusinessUnit } from "../../tenancy";
import { Statement, StatementDraft, StatementLine, StatementStatus, drawUp, inOrder } from "../statement";
import { RestatedCell, RestatedFigures, changedCells } from "./restatement";

/** A statement that takes the place of another, or (null) a unit's first of that month. */
export interface RestatedStatement {
  readonly before: Statement | null;
  readonly draft: StatementDraft;
  readonly status: StatementStatus;
}

export interface RestateStatementsPorts {
  /** The programme's currency. */
  readonly currency: Currency;
  newId(): string;
  linesOf(statement: Statement): Promise<readonly StatementLine[]>;
  findUnit(code: string): Promise<BusinessUnit>;
}

/**
 * The next version of every statement that changes: all of its lines, then the differences. A posted one is followed, too: it
 * stays as it is beside its successor. What is disputed stays disputed, for its lines are in the new version; everything else
 * waits for its unit again.
 */
export async function restateStatements(ports: RestateStatementsPorts, newest: readonly Statement[], figures: RestatedFigures, periodKey: string, version: number): Promise<RestatedStatement[]> {
  const byUnit = new Map<string, RestatedCell[]>();
  for (const cell of changedCells(figures)) byUnit.set(cell.businessUnit, [...(byUnit.get(cell.businessUnit) ?? []), cell]);
  const restated: RestatedStatement[] = [];
  for (const [unit, cells] of byUnit) {
    const before = newest.find(({ businessUnit }) => businessUnit === unit) ?? null;
    const added = inOrder(cells.map((cell): StatementLine => ({
      lineId: ports.newId(), kind: "RESTATEMENT", useCase: cell.useCase, pool: cell.pool, originPeriod: periodKey, run: null, resolutionId: null, amountMinor: cell.afterMinor - cell.beforeMinor,
      description: inWords(cell, version, ports.currency),
    })));
    const mode = before?.mode ?? (await ports.findUnit(unit)).chargebackMode;
    const lines = before ? [...(await ports.linesOf(before)), ...added] : added;
    restated.push({
      before, status: before?.status === "DISPUTED" ? "DISPUTED" : "ISSUED",
      draft: drawUp({ id: ports.newId(), businessUnit: unit, periodKey, version: (before?.version ?? 0) + 1, mode, currency: before?.currency ?? ports.currency.code, lines, previousHash: before?.hash ?? null, resolutionId: null, restatementVersion: version }),
    });
  }
  return restated;
}

/** What the unit reads: the old amount, and what changed it. */
function inWords({ beforeMinor, costMinor, usageMinor }: RestatedCell, version: number, { exponent }: Currency): string {
  const amount = (minor: bigint): string => formatUnits(minor, exponent);
  const causes = [...(costMinor === 0n ? [] : [`late cost ${amount(costMinor)}`]), ...(usageMinor === 0n ? [] : [`late usage and corrections ${amount(usageMinor)}`])];
  return `Restated in version ${version}: before ${amount(beforeMinor)}, ${causes.join(", ")}`;
}
