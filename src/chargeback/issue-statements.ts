import { requirePeriodKey } from "../kernel/period";
import { Refusal, invariant } from "../kernel/refusal";
import { Period, isClosed } from "../governance";
import { BusinessUnit } from "../tenancy";
import { Statement, StatementDraft, StatementLine, drawUp, inOrder } from "./statement";

/** An amount that the close froze, and the unit that bears it (its code). */
export type ChargedLine = Omit<StatementLine, "lineId" | "resolutionId"> & { readonly businessUnit: string };

/** A unit, and from when on it owned nothing because it was merged into another. */
export type ChargeableUnit = BusinessUnit & { readonly closedFrom?: Date | null };

export interface IssueStatementsPorts {
  /** ISO 4217 code of the programme's currency. */
  readonly currency: string;
  newId(): string;
  /** Holds the period for this transaction alone; NOT_FOUND when there is nothing in it. */
  lockPeriod(key: string): Promise<Period>;
  /** The newest version of every statement of the period, by code of the unit. */
  newestStatements(period: string): Promise<readonly Statement[]>;
  /** Every unit, and from when on it owned nothing because it was merged into another. */
  businessUnits(): Promise<readonly ChargeableUnit[]>;
  /** What the close froze, each unit, use case and pool once per kind and month of origin. */
  chargedLines(period: Period): Promise<readonly ChargedLine[]>;
  /** Stores the statements as ISSUED and proves inside the transaction that they charge what the close froze. */
  saveStatements(drafts: readonly StatementDraft[], period: string): Promise<void>;
  audit(period: string, drafts: readonly StatementDraft[]): Promise<void>;
}

/**
 * Makes one statement per business unit of a closed period, also for a unit that is charged nothing; for one that ended
 * before the month began only when something is still charged to it. Issued again it
 * answers the statements that are there; callers at the same moment wait for each other and get one set.
 */
export async function issueStatements(ports: IssueStatementsPorts, input: { readonly period: string }): Promise<readonly Statement[]> {
  const key = requirePeriodKey(input.period);
  const period = await ports.lockPeriod(key);
  if (!isClosed(period)) throw new Refusal("PERIOD_OPEN", `${key} is ${period.status}: its figures may still change. Close it first.`, ["period"]);
  const issued = await ports.newestStatements(key);
  if (issued.length > 0) return issued;
  const drafts = firstStatements(ports, period, await ports.businessUnits(), await ports.chargedLines(period));
  if (drafts.length === 0) return [];
  await ports.saveStatements(drafts, key);
  const made = await ports.newestStatements(key);
  await ports.audit(key, drafts);
  return made;
}

/** The first versions of a month's statements: of every unit that there was in it, and of one that ended before it when something is still charged to it. */
export function firstStatements(ports: Pick<IssueStatementsPorts, "currency" | "newId">, period: Pick<Period, "key" | "from">, units: readonly ChargeableUnit[], charged: readonly ChargedLine[]): StatementDraft[] {
  const chargedUnits = new Set(charged.flatMap((line) => (line.amountMinor === 0n ? [] : line.businessUnit)));
  const there = units.filter(({ code, closedFrom }) => !closedFrom || closedFrom > period.from || chargedUnits.has(code));
  return draftStatements(ports, period.key, there, charged.filter((line) => line.amountMinor !== 0n));
}

/** The first version of every unit's statement. Every amount stands in exactly one; amounts of zero are left out. */
export function draftStatements(ports: Pick<IssueStatementsPorts, "currency" | "newId">, periodKey: string, units: readonly BusinessUnit[], charged: readonly ChargedLine[]): StatementDraft[] {
  const byUnit = new Map<string, ChargedLine[]>(units.map((unit) => [unit.code, []]));
  for (const line of charged) {
    const lines = byUnit.get(line.businessUnit);
    invariant(lines, "an amount is charged to a unit that is not there");
    if (line.amountMinor !== 0n) lines.push(line);
  }
  return units.map((unit) => drawUp({
    id: ports.newId(), businessUnit: unit.code, periodKey, version: 1, mode: unit.chargebackMode, currency: ports.currency, previousHash: null, resolutionId: null,
    lines: inOrder(byUnit.get(unit.code)!).map(({ kind, useCase, pool, originPeriod, run, amountMinor, description }) => ({
      lineId: ports.newId(), kind, useCase, pool, originPeriod, run, resolutionId: null, amountMinor, description,
    })),
  }));
}
