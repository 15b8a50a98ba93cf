import { isCleanText, requireText } from "../../kernel/code";
import { hashOf } from "../../kernel/hash";
import { Currency, toMinor } from "../../kernel/money";
import { requirePeriodKey } from "../../kernel/period";
import { Refusal } from "../../kernel/refusal";
import { UseCase } from "../../tenancy";
import { CapitalisationPolicy, ImplementationCategory, Treatment } from "./capitalisation";

/** One booked implementation cost of a use case, apart from shared cost and in no pool. Written once. */
export interface ImplementationCost {
  readonly id: string;
  readonly externalId: string;
  readonly useCaseId: string;
  readonly periodKey: string;
  readonly category: ImplementationCategory;
  /** As the policy in effect in its month said when it was booked. */
  readonly treatment: Treatment;
  readonly policyVersion: number;
  readonly amountMinor: bigint;
  readonly description: string | null;
  readonly vendor: string | null;
  readonly invoice: string | null;
  readonly payloadHash: string;
}

export interface BookImplementationCostInput {
  readonly useCase: string;
  readonly period: string;
  readonly category: ImplementationCategory;
  readonly amount: string;
  readonly currency: string;
  readonly externalId: string;
  readonly description?: string | null;
  readonly vendor?: string | null;
  readonly invoice?: string | null;
}

export interface BookImplementationCostPorts {
  readonly currency: Currency;
  newId(): string;
  findUseCase(code: string): Promise<UseCase | null>;
  /** Makes the month when it is new and holds its status. */
  holdPeriod(key: string): Promise<void>;
  policyOf(period: string): Promise<CapitalisationPolicy | null>;
  findImplementationCost(externalId: string): Promise<ImplementationCost | null>;
  /** False when another booking with the same externalId came first. */
  saveImplementationCost(cost: ImplementationCost): Promise<boolean>;
  audit(cost: ImplementationCost, useCase: UseCase): Promise<void>;
}

/**
 * Books implementation cost to a use case, a credit when negative. The policy in effect in its month decides whether it becomes
 * an asset or is expensed. The same booking again answers what is there; other content under its externalId is CONFLICT.
 */
export async function bookImplementationCost(ports: BookImplementationCostPorts, input: BookImplementationCostInput): Promise<ImplementationCost> {
  const externalId = requireText(input.externalId, ["externalId"]);
  const periodKey = requirePeriodKey(input.period);
  if (input.currency !== ports.currency.code) throw new Refusal("CURRENCY_MISMATCH", `This programme is kept in ${ports.currency.code}: an asset is booked in it. Convert the amount first.`, ["currency"]);
  const amountMinor = toMinor(input.amount, ports.currency, ["amount"]);
  if (amountMinor === 0n) throw new Refusal("BAD_USER_INPUT", "An implementation cost of nothing is none. Leave it out.", ["amount"]);
  const useCase = await ports.findUseCase(input.useCase);
  if (!useCase) throw new Refusal("NOT_FOUND", `There is no use case ${input.useCase.slice(0, 64)}.`, ["useCase"]);
  const words = { description: optionalText(input.description, "description"), vendor: optionalText(input.vendor, "vendor"), invoice: optionalText(input.invoice, "invoice") };
  const payloadHash = hashOf({ useCase: useCase.code, period: periodKey, category: input.category, amountMinor, currency: input.currency, ...words });
  const same = (known: ImplementationCost): ImplementationCost => {
    if (known.payloadHash === payloadHash) return known;
    throw new Refusal("CONFLICT", `externalId ${externalId} was booked with other content; the first is kept. Book a correction under an id of its own.`, ["externalId"]);
  };
  const existing = await ports.findImplementationCost(externalId);
  if (existing) return same(existing);
  await ports.holdPeriod(periodKey);
  const policy = await ports.policyOf(periodKey);
  if (!policy) throw new Refusal("NOT_READY", `No capitalisation policy is approved for ${periodKey}: nobody said whether ${input.category} becomes an asset. Use proposeCapitalisationPolicy and have a second person approve it.`, ["period"]);
  const { treatment } = policy.treatments.find(({ category }) => category === input.category)!;
  const cost: ImplementationCost = { id: ports.newId(), externalId, useCaseId: useCase.id, periodKey, category: input.category, treatment, policyVersion: policy.version, amountMinor, ...words, payloadHash };
  if (await ports.saveImplementationCost(cost)) {
    await ports.audit(cost, useCase);
    return cost;
  }
  const winner = await ports.findImplementationCost(externalId);
  if (!winner) throw new Refusal("UNAVAILABLE", "The same booking is being written by somebody else. Send it again.");
  return same(winner);
}

function optionalText(text: string | null | undefined, field: string): string | null {
  if (text === null || text === undefined || text === "") return null;
  if (text.length > 500 || !isCleanText(text)) throw new Refusal("BAD_USER_INPUT", `${field} must be at most 500 characters without control characters.`, [field]);
  return text.normalize("NFC");
}
