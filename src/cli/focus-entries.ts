import { apportion } from "../kernel/apportion";
import { formatUnits } from "../kernel/decimal";
import { fraction, multiply, roundHalfUp, sum } from "../kernel/fraction";
import { hashOf } from "../kernel/hash";
import { currencyOf } from "../kernel/money";
import { invariant } from "../kernel/refusal";
import { CostEntryKind } from "../costs";
import { sumOf } from "../rating";

/** What a FOCUS statement costs, by service. */
export interface StatementServices {
  /** Identity of the statement. */
  readonly id: string;
  readonly period: string;
  readonly currency: string;
  readonly amounts: ReadonlyMap<string, readonly string[]>;
  /** Of ChargeCategory Credit; `amounts` holds none of them. */
  readonly credits: ReadonlyMap<string, readonly string[]>;
}

export interface FocusEntry {
  readonly period: string;
  readonly currency: string;
  readonly amount: string;
  readonly kind: CostEntryKind;
  readonly externalId: string;
  readonly description: string;
}

/** What the cost entries of a statement begin with. */
export const entriesBegin = (vendor: string, statement: string): string => `focus/${vendor}/${statement}/`;

/** The entry that takes a replaced one back. */
export const takenBack = (externalId: string): string => (externalId.length <= 190 ? `replaced/${externalId}` : `replaced/${hashOf(externalId)}`);

/** What the entries of a statement's service credits begin with. */
export const creditsBegin = (vendor: string, statement: string): string => `${entriesBegin(vendor, statement)}credit/`;

interface Part {
  readonly service: string;
  readonly isCredit: boolean;
  readonly list: readonly string[];
}

/**
 * An entry per service, and one for its credits; what raises and what lowers cost each by largest remainder, so that the entries sum
 * to the exact totals rounded once. `together`: a service's credits are netted in its entry, as they were before they stood apart.
 */
export function focusEntries(vendor: string, statement: StatementServices, together = false): FocusEntry[] {
  const { id, period, currency } = statement;
  const money = currencyOf(currency);
  invariant(money, "a currency that was read is known");
  const parts = partsOf(statement, together).map((part) => ({ ...part, exact: multiply(sumOf(part.list), fraction(10n ** BigInt(money.exponent))) }));
  return [false, true].flatMap((lowers) => {
    const group = parts.filter(({ exact }) => exact.numerator < 0n === lowers && exact.numerator !== 0n);
    if (group.length === 0) return [];
    const total = roundHalfUp(sum(group.map(({ exact }) => exact)));
    const named = group.map(({ service, isCredit }) => ({ name: `${isCredit ? creditsBegin(vendor, id) : entriesBegin(vendor, id)}${service}`, title: isCredit ? `credit of ${service}` : service, isCredit }));
    const shares = apportion(total, group.map(({ exact }, index) => ({ code: named[index]!.name, weight: { numerator: exact.numerator < 0n ? -exact.numerator : exact.numerator, denominator: exact.denominator } })));
    return named.map(({ name, title, isCredit }, index): FocusEntry => ({
      period, currency, amount: formatUnits(shares[index]!, money.exponent), kind: isCredit && shares[index]! < 0n ? "CREDIT" : "CHARGE",
      externalId: name.slice(0, 200), description: `${vendor} ${title}, from ${id}`.slice(0, 500),
    }));
  });
}

function partsOf({ amounts, credits }: StatementServices, together: boolean): Part[] {
  if (!together) return [[amounts, false] as const, [credits, true] as const].flatMap(([lists, isCredit]) => [...lists].map(([service, list]): Part => ({ service, isCredit, list })));
  return [...new Set([...amounts.keys(), ...credits.keys()])].map((service) => ({ service, isCredit: false, list: [...(amounts.get(service) ?? []), ...(credits.get(service) ?? [])] }));
}
