import { apportion } from "../kernel/apportion";
import { formatUnits } from "../kernel/decimal";
import { fraction, multiply, roundHalfUp, sum } from "../kernel/fraction";
import { hashOf } from "../kernel/hash";
import { currencyOf } from "../kernel/money";
import { invariant } from "../kernel/refusal";
import { sumOf } from "../rating";

/** What a FOCUS statement costs, by service. */
export interface StatementServices {
  /** Identity of the statement. */
  readonly id: string;
  readonly period: string;
  readonly currency: string;
  readonly amounts: ReadonlyMap<string, readonly string[]>;
}

export interface FocusEntry {
  readonly period: string;
  readonly currency: string;
  readonly amount: string;
  readonly externalId: string;
  readonly description: string;
}

/** What the cost entries of a statement begin with. */
export const entriesBegin = (vendor: string, statement: string): string => `focus/${vendor}/${statement}/`;

/** The entry that takes a replaced one back. */
export const takenBack = (externalId: string): string => (externalId.length <= 190 ? `replaced/${externalId}` : `replaced/${hashOf(externalId)}`);

/** An entry per service, charges and credits by largest remainder, so that the entries sum to the exact totals rounded once. */
export function focusEntries(vendor: string, { id, period, currency, amounts }: StatementServices): FocusEntry[] {
  const money = currencyOf(currency);
  invariant(money, "a currency that was read is known");
  const sums = [...amounts].map(([service, list]) => ({ code: service, exact: multiply(sumOf(list), fraction(10n ** BigInt(money.exponent))) }));
  return [false, true].flatMap((credits) => {
    const part = sums.filter(({ exact }) => exact.numerator < 0n === credits && exact.numerator !== 0n);
    if (part.length === 0) return [];
    const total = roundHalfUp(sum(part.map(({ exact }) => exact)));
    const shares = apportion(total, part.map(({ code, exact }) => ({ code, weight: { numerator: exact.numerator < 0n ? -exact.numerator : exact.numerator, denominator: exact.denominator } })));
    return part.map(({ code }, index) => ({ period, currency, amount: formatUnits(shares[index]!, money.exponent), externalId: `${entriesBegin(vendor, id)}${code}`.slice(0, 200), description: `${vendor} ${code}, from ${id}`.slice(0, 500) }));
  });
}
