import { formatFraction } from "../../src/kernel/fraction";
import { FactsResult, divideFacts, exactByReceiver } from "../../src/allocation/methods/divide-facts";
import { FactsInput, PartInput, PoolInput } from "../../src/allocation/methods/facts-input";
import { readFacts } from "../../src/allocation/methods/read-facts";

/** Facts in yen, whose minor unit is the whole one, so that tables read as they are. */
export function facts(receivers: readonly string[] | FactsInput["receivers"], drivers: Readonly<Record<string, Readonly<Record<string, number | string>>>>, pools: readonly PoolInput[], rest: Partial<FactsInput> = {}): FactsInput {
  return {
    currency: "JPY",
    receivers: receivers.map((receiver) => (typeof receiver === "string" ? { code: receiver } : receiver)),
    drivers: Object.entries(drivers).map(([code, quantities]) => ({ code, quantities: Object.entries(quantities).map(([of, quantity]) => ({ of, quantity: String(quantity) })) })),
    pools, ...rest,
  };
}

export function pool(code: string, amount: number | string, parts: PartInput | readonly PartInput[], rest: Partial<PoolInput> = {}): PoolInput {
  return { code, amount: String(amount), parts: Array.isArray(parts) ? (parts as readonly PartInput[]) : [parts as PartInput], ...rest };
}

export const divided = (input: FactsInput): FactsResult => divideFacts(readFacts(input));

/** Posted minor units by pool and receiver; "-" is what the programme keeps, when it keeps any. */
export function posted(input: FactsInput): Record<string, Record<string, number>> {
  return Object.fromEntries(divided(input).pools.map(({ pool: code, lines, unallocatedMinor, varianceMinor }) => {
    const kept = unallocatedMinor + varianceMinor;
    return [code, { ...Object.fromEntries(lines.map(({ receiver, amountMinor }) => [receiver, Number(amountMinor)])), ...(kept === 0n ? {} : { "-": Number(kept) }) }];
  }));
}

/** Exact totals by receiver, as fractions in lowest terms. */
export function exactTotals(input: FactsInput): Record<string, string> {
  return Object.fromEntries([...exactByReceiver(divided(input))].sort(([a], [b]) => (a < b ? -1 : 1)).map(([code, amount]) => [code, formatFraction(amount)]));
}
