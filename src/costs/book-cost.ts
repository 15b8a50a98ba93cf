import { isCleanText, requireText } from "../kernel/code";
import { hashOf } from "../kernel/hash";
import { Currency, currencyOf, toMinor } from "../kernel/money";
import { requirePeriodKey } from "../kernel/period";
import { Refusal } from "../kernel/refusal";
import { UseCase } from "../tenancy";
import { KnownAccrual, bearerOfInvoice, isEntryName, requireAccrual, requireSameCost } from "./accruals/accrual";
import { CostConversion, CostEntry, CostEntryKind, UNCONVERTED, hashedKind, requireCreditLowers } from "./cost-entry";
import { CostPool } from "./cost-pool";
import { ExchangeRate, convertMinor, missingRate } from "./exchange-rate";

export interface BookCostInput {
  readonly pool: string;
  readonly period: string;
  readonly amount: string;
  readonly currency: string;
  /** The booking's identity in the sender's books; unique in the programme for ever. */
  readonly externalId: string;
  readonly description?: string | null;
  readonly vendor?: string | null;
  readonly invoice?: string | null;
  readonly useCase?: string | null;
  /** externalId of the accrual that this is the invoice of. */
  readonly accrual?: string | null;
  /** CHARGE when left out, of any sign: a negative one is a correction. A CREDIT is a service credit of the vendor. */
  readonly kind?: CostEntryKind | null;
}

export interface BookCostPorts {
  readonly currency: Currency;
  readonly subject: string;
  newId(): string;
  findPool(code: string): Promise<CostPool | null>;
  findUseCase(code: string): Promise<UseCase | null>;
  findEntry(externalId: string): Promise<CostEntry | null>;
  /** The MONTH_END rate of a period from a currency to the programme's; null when none is booked. */
  findMonthEndRate(from: string, period: string): Promise<ExchangeRate | null>;
  /** Makes the period when it is new and holds its status. A closed one takes late cost: it is charged in a later month. */
  holdPeriod(key: string): Promise<void>;
  /** False when another booking with the same externalId came first. */
  saveEntry(entry: CostEntry): Promise<boolean>;
  audit(entry: CostEntry, pool: CostPool): Promise<void>;
  /** The accrual, read while its month is held so that it cannot close before this transaction ends. */
  holdAccrual(externalId: string): Promise<KnownAccrual | null>;
  /** Notes that the entry is the invoice of an accrual, which is taken back where both would stand beside each other. */
  answerAccrual(accrual: KnownAccrual, entry: CostEntry): Promise<void>;
}

/**
 * Books a cost, or what lowers it when negative: a correction, or a service credit of the vendor, which says that it is one. The same booking again answers the entry that is there; another amount, pool or
 * period under the same externalId is CONFLICT and changes nothing. Another currency than the programme's is converted at the
 * MONTH_END rate of the cost's period, halves away from zero; the entry keeps what was sent and names the rate. An invoice may
 * name the accrual that it answers: the cost counts once, and the unit that bore the accrual bears it. What takes a credit back
 * (a corrected file of the vendor does) is a credit that raises cost.
 */
export async function bookCost(ports: BookCostPorts, input: BookCostInput, { takesBack = false }: { readonly takesBack?: boolean } = {}): Promise<CostEntry> {
  const externalId = requireText(input.externalId, ["externalId"]);
  if (isEntryName(externalId)) throw new Refusal("BAD_USER_INPUT", "accrual/ and an id is what entries of accruals are called. Give the booking a name of your own books.", ["externalId"]);
  const periodKey = requirePeriodKey(input.period);
  const sentIn = input.currency === ports.currency.code ? ports.currency : currencyOf(input.currency);
  if (!sentIn) throw new Refusal("CURRENCY_MISMATCH", `"${input.currency.slice(0, 3)}" is not an ISO 4217 currency. This programme is booked in ${ports.currency.code}; another currency is converted where a rate is booked.`, ["currency"]);
  const sentMinor = toMinor(input.amount, sentIn, ["amount"]);
  const kind = input.kind ?? "CHARGE";
  if (!takesBack) requireCreditLowers(kind, sentMinor);
  const pool = await ports.findPool(input.pool);
  if (!pool) throw new Refusal("NOT_FOUND", `There is no cost pool ${input.pool.slice(0, 64)}.`, ["pool"]);
  const useCaseId = await requireUseCase(ports, pool, input.useCase ?? null);
  const content = {
    pool: pool.code, period: periodKey, amountMinor: sentMinor, currency: sentIn.code, useCase: input.useCase ?? null,
    description: optionalText(input.description, "description"), vendor: optionalText(input.vendor, "vendor"), invoice: optionalText(input.invoice, "invoice"),
    // Left out, it is no part of the hash: what was booked before there were accruals is still the same booking.
    accrual: input.accrual ?? undefined, kind: hashedKind(kind),
  };
  const payloadHash = hashOf(content);
  const existing = await ports.findEntry(externalId);
  if (existing) return sameOrConflict(existing, payloadHash, externalId);
  const { amountMinor, conversion } = await inProgrammeCurrency(ports, sentMinor, sentIn, periodKey);
  await ports.holdPeriod(periodKey);
  const accrual = input.accrual === null || input.accrual === undefined ? null : requireAccrual(await ports.holdAccrual(input.accrual), input.accrual);
  if (accrual) requireSameCost(accrual, pool.id, useCaseId);
  const entry: CostEntry = {
    id: ports.newId(), poolId: pool.id, periodKey, amountMinor, currency: ports.currency.code, kind, externalId, payloadHash, ...conversion,
    description: content.description, vendor: content.vendor, invoice: content.invoice, useCaseId, businessUnitId: (accrual && bearerOfInvoice(accrual, periodKey))?.id ?? null, recordedBy: ports.subject,
  };
  if (await ports.saveEntry(entry)) {
    if (accrual) await ports.answerAccrual(accrual, entry);
    await ports.audit(entry, pool);
    return entry;
  }
  const winner = await ports.findEntry(externalId);
  if (!winner) throw new Refusal("UNAVAILABLE", "The same booking is being written by somebody else. Send it again.");
  return sameOrConflict(winner, payloadHash, externalId);
}

async function inProgrammeCurrency(ports: BookCostPorts, sentMinor: bigint, sentIn: Currency, period: string): Promise<{ readonly amountMinor: bigint; readonly conversion: CostConversion }> {
  if (sentIn.code === ports.currency.code) return { amountMinor: sentMinor, conversion: UNCONVERTED };
  const rate = await ports.findMonthEndRate(sentIn.code, period);
  if (!rate) throw missingRate(sentIn.code, ports.currency.code, period, ["currency"]);
  return {
    amountMinor: convertMinor(sentMinor, sentIn, rate, ports.currency),
    conversion: { originalAmountMinor: sentMinor, originalCurrency: sentIn.code, rate: rate.rate, rateKind: rate.kind, rateDate: rate.date, rateSource: rate.source, rateRevision: rate.revision },
  };
}

function sameOrConflict(existing: CostEntry, payloadHash: string, externalId: string): CostEntry {
  if (existing.payloadHash === payloadHash) return existing;
  throw new Refusal("CONFLICT", `externalId ${externalId} was booked with other content; the first is kept. Book a correction under an id of its own.`, ["externalId"]);
}

/** The use case that bears cost on a pool: named on DIRECT pools (null never), refused on others; NOT_FOUND for an unknown code. */
export async function requireUseCase(ports: Pick<BookCostPorts, "findUseCase">, pool: CostPool, code: string | null): Promise<string | null> {
  if (pool.kind !== "DIRECT") {
    if (code !== null) throw new Refusal("BAD_USER_INPUT", `${pool.code} is shared: its cost is divided, not booked to a use case. Use a DIRECT pool.`, ["useCase"]);
    return null;
  }
  if (code === null) throw new Refusal("BAD_USER_INPUT", `${pool.code} is a DIRECT pool: say which use case bears the cost.`, ["useCase"]);
  const useCase = await ports.findUseCase(code);
  if (!useCase) throw new Refusal("NOT_FOUND", `There is no use case ${code.slice(0, 64)}.`, ["useCase"]);
  return useCase.id;
}

function optionalText(text: string | null | undefined, field: string): string | null {
  if (text === null || text === undefined || text === "") return null;
  if (text.length > 500 || !isCleanText(text)) throw new Refusal("BAD_USER_INPUT", `${field} must be at most 500 characters without control characters.`, [field]);
  return text.normalize("NFC");
}
