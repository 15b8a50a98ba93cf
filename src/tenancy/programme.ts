import { Currency, currencyOf } from "../kernel/money";
import { invariant } from "../kernel/refusal";

/** The owner of the pool, the calendar and the currency; business units are its tenants. */
export interface Programme {
  readonly id: string;
  readonly code: string;
  readonly name: string;
  /** ISO 4217. Everything in the programme is booked in it. */
  readonly currency: string;
  /** IANA name. Periods and days are those of this zone. */
  readonly timeZone: string;
}

export function programmeCurrency(programme: Programme): Currency {
  const currency = currencyOf(programme.currency);
  invariant(currency, `programme ${programme.code} has an unknown currency`);
  return currency;
}
