import { requireText } from "../../kernel/code";
import { hashOf } from "../../kernel/hash";
import { Currency, toMinor } from "../../kernel/money";
import { requirePeriodKey } from "../../kernel/period";
import { Refusal } from "../../kernel/refusal";
import { Period } from "../../governance";
import { UseCase } from "../../tenancy";
import { requireUseCase } from "../book-cost";
import { CostEntryKind, hashedKind, requireCreditLowers } from "../cost-entry";
import { CostPool } from "../cost-pool";
import { Accrual, KnownAccrual, requireAccrual, requireSameCost, statusOf } from "./accrual";

const LONGEST_ID = 150;

export interface BookAccrualInput {
  readonly pool: string;
  readonly useCase?: string | null;
  readonly period: string;
  readonly amount: string;
  readonly currency: string;
  readonly reason: string;
  readonly source: string;
  readonly externalId: string;
  /** externalId of the accrual that this one takes the place of. */
  readonly renews?: string | null;
  /** CHARGE when left out; CREDIT: a service credit is expected. */
  readonly kind?: CostEntryKind | null;
}

export interface BookAccrualPorts {
  readonly currency: Currency;
  readonly subject: string;
  newId(): string;
  findPool(code: string): Promise<CostPool | null>;
  findUseCase(code: string): Promise<UseCase | null>;
  findAccrual(externalId: string): Promise<KnownAccrual | null>;
  /** The period, made when it is new, held so that it cannot close before this transaction ends. */
  holdPeriod(key: string): Promise<Period>;
  /** Stores the accrual and its cost entry. */
  saveAccrual(accrual: Accrual): Promise<void>;
  audit(accrual: Accrual): Promise<void>;
}

/**
 * Books cost that is expected of a month and has no invoice yet: it counts as cost of that month, and the close takes it
 * back in the next open one. PERIOD_CLOSED for a closed month, CURRENCY_MISMATCH for another currency than the programme's.
 * The same again answers the accrual that is there; other content under its externalId is CONFLICT.
 */
export async function bookAccrual(ports: BookAccrualPorts, input: BookAccrualInput): Promise<Accrual> {
  const externalId = requireText(input.externalId, ["externalId"], LONGEST_ID);
  const [reason, source] = [requireText(input.reason, ["reason"], 300), requireText(input.source, ["source"])];
  const periodKey = requirePeriodKey(input.period);
  if (input.currency !== ports.currency.code) throw new Refusal("CURRENCY_MISMATCH", `Accruals are booked in the programme's currency, ${ports.currency.code}. Convert what you expect.`, ["currency"]);
  const amountMinor = toMinor(input.amount, ports.currency, ["amount"]);
  if (amountMinor === 0n) throw new Refusal("BAD_USER_INPUT", "An accrual of nothing is none: leave it out.", ["amount"]);
  const kind = input.kind ?? "CHARGE";
  requireCreditLowers(kind, amountMinor);
  const pool = await ports.findPool(input.pool);
  if (!pool) throw new Refusal("NOT_FOUND", `There is no cost pool ${input.pool.slice(0, 64)}.`, ["pool"]);
  const useCaseId = await requireUseCase(ports, pool, input.useCase ?? null);
  const content = { pool: pool.code, useCase: input.useCase ?? null, period: periodKey, amountMinor, currency: ports.currency.code, reason, source, renews: input.renews ?? null, kind: hashedKind(kind) };
  const payloadHash = hashOf(content);
  const existing = await ports.findAccrual(externalId);
  if (existing) {
    if (existing.payloadHash === payloadHash) return existing;
    throw new Refusal("CONFLICT", `externalId ${externalId} was accrued with other content; the first is kept. Release it with releaseAccrual and accrue under an id of its own.`, ["externalId"]);
  }
  const period = await ports.holdPeriod(periodKey);
  if (period.status === "CLOSED") throw new Refusal("PERIOD_CLOSED", `${periodKey} is closed: its figures are final and take no accrual. Accrue in an open month, or book the invoice when it comes.`, ["period"]);
  const renewed = await renewable(ports, input.renews ?? null, pool.id, useCaseId, periodKey);
  const accrual: Accrual = {
    id: ports.newId(), externalId, entryId: ports.newId(), poolId: pool.id, pool: pool.code, useCaseId, useCase: input.useCase ?? null, periodKey, amountMinor, kind, payloadHash, reason, source,
    renews: renewed?.id ?? null, bearer: renewed?.reversal?.bearer ?? null, recordedBy: ports.subject,
  };
  await ports.saveAccrual(accrual);
  await ports.audit(accrual);
  return accrual;
}

/** The accrual that another takes the place of: of the same cost, of an earlier month, taken back, and not answered. */
async function renewable(ports: Pick<BookAccrualPorts, "findAccrual">, externalId: string | null, poolId: string, useCaseId: string | null, periodKey: string): Promise<KnownAccrual | null> {
  if (externalId === null) return null;
  const before = requireAccrual(await ports.findAccrual(externalId), externalId);
  requireSameCost(before, poolId, useCaseId);
  if (before.periodKey >= periodKey) throw new Refusal("BAD_USER_INPUT", `Accrual ${externalId} is of ${before.periodKey}: only a later month renews it.`, ["renews"]);
  const status = statusOf(before);
  if (status === "ACCRUED") throw new Refusal("PERIOD_OPEN", `${before.periodKey} is not closed: accrual ${externalId} still counts in it. Renew it after the close has taken it back.`, ["renews"]);
  if (status === "ANSWERED") throw new Refusal("CONFLICT", `Accrual ${externalId} is answered already: there is nothing left to renew.`, ["renews"]);
  return before;
}
