import { requireText } from "../kernel/code";
import { given } from "../kernel/given";
import { Currency } from "../kernel/money";
import { requirePeriodKey } from "../kernel/period";
import { Refusal } from "../kernel/refusal";
import { PeriodStatus } from "../governance";
import { Budget, BudgetDocument, BudgetInput, BudgetPlace, placeInWords, readFigures, sameBudget } from "./budget";

export interface SetBudgetInput extends BudgetInput {
  /** The version that this one answers; null for the first. */
  readonly revises?: number | null;
  readonly reason?: string | null;
}

export interface SetBudgetPorts {
  readonly currency: Currency;
  /** How the month stands, so that it cannot close before this transaction ends; null where nothing fell into it yet. */
  holdPeriod(key: string): Promise<PeriodStatus | null>;
  isUnit(code: string): Promise<boolean>;
  isUseCase(code: string): Promise<boolean>;
  /** Code of the unit that owns the use case when the month ends; null: nobody does. */
  ownerOf(useCase: string, period: string): Promise<string | null>;
  /** The newest version for a place and month; others who set it wait until this transaction ends. */
  newest(place: BudgetPlace, period: string): Promise<Budget | null>;
  save(document: BudgetDocument, version: number, reason: string | null): Promise<Budget>;
  audit(before: Budget | null, after: Budget): Promise<void>;
}

/**
 * Sets what a month may cost the programme, a unit, or a use case of a unit. A second version answers the newest one by its
 * number (CONFLICT otherwise) and says why. What is set already is answered as it is. PERIOD_CLOSED for a closed month: what
 * its cost was held against stays.
 */
export async function setBudget(ports: SetBudgetPorts, input: SetBudgetInput): Promise<Budget> {
  const period = requirePeriodKey(input.period);
  const figures = readFigures(input, ports.currency);
  const reason = given(input.reason) ? requireText(input.reason, ["reason"], 500) : null;
  const place = await requirePlace(ports, input, period);
  if ((await ports.holdPeriod(period)) === "CLOSED") throw new Refusal("PERIOD_CLOSED", `${period} is closed: the budget that its cost was held against stays as it is.`, ["period"]);
  const newest = await ports.newest(place, period);
  const document: BudgetDocument = { ...place, period, ...figures };
  if (newest && sameBudget(newest, document)) return newest;
  const revises = input.revises ?? null;
  if (newest === null && revises !== null) throw new Refusal("NOT_FOUND", `There is no budget of ${placeInWords(place)} for ${period} to revise. Leave revises out.`, ["revises"]);
  if (newest !== null && revises !== newest.version) {
    throw new Refusal("CONFLICT", `The budget of ${placeInWords(place)} for ${period} is version ${newest.version} and differs. Revise it: revises ${newest.version}, with a reason.`, ["revises"]);
  }
  if (newest !== null && reason === null) throw new Refusal("BAD_USER_INPUT", "A revision says why: give a reason.", ["reason"]);
  const saved = await ports.save(document, (newest?.version ?? 0) + 1, newest === null ? null : reason);
  await ports.audit(newest, saved);
  return saved;
}

async function requirePlace(ports: SetBudgetPorts, input: SetBudgetInput, period: string): Promise<BudgetPlace> {
  const businessUnit = input.businessUnit ?? null;
  const useCase = input.useCase ?? null;
  if (businessUnit === null && useCase !== null) throw new Refusal("BAD_USER_INPUT", "The budget of a use case is its unit's: name the unit too.", ["businessUnit"]);
  if (businessUnit !== null && !(await ports.isUnit(businessUnit))) throw new Refusal("NOT_FOUND", `There is no business unit ${businessUnit.slice(0, 64)}.`, ["businessUnit"]);
  if (useCase === null) return { businessUnit, useCase };
  if (!(await ports.isUseCase(useCase))) throw new Refusal("NOT_FOUND", `There is no use case ${useCase.slice(0, 64)}.`, ["useCase"]);
  const owner = await ports.ownerOf(useCase, period);
  if (owner !== businessUnit) throw new Refusal("BAD_USER_INPUT", `${useCase} ${owner === null ? "belongs to nobody" : `belongs to ${owner}`} at the end of ${period}, not to ${businessUnit}. Name the unit that owns it then.`, ["useCase"]);
  return { businessUnit, useCase };
}
