import { requireText } from "../kernel/code";
import { Currency } from "../kernel/money";
import { Refusal } from "../kernel/refusal";
import { ExchangeRate, ExchangeRateInput, readExchangeRate } from "./exchange-rate";

const MOST_RATES = 1_000;

export interface BookExchangeRatesPorts {
  readonly currency: Currency;
  /** Stores those that are not there yet; answers, for every rate given, what is stored under its identity. */
  saveRates(rates: readonly ExchangeRate[]): Promise<{ readonly stored: readonly ExchangeRate[]; readonly added: number }>;
  audit(source: string, rates: readonly ExchangeRate[]): Promise<void>;
}

/**
 * Books rates of one source, all or none. The same rate again is answered as it is; another value under the same currency,
 * kind, day and revision is CONFLICT: a correction is a higher revision, and the highest counts from then on.
 */
export async function bookExchangeRates(ports: BookExchangeRatesPorts, input: { readonly source: string; readonly rates: readonly ExchangeRateInput[] }): Promise<readonly ExchangeRate[]> {
  const source = requireText(input.source, ["source"]);
  if (input.rates.length === 0 || input.rates.length > MOST_RATES) throw new Refusal("BAD_USER_INPUT", `Send 1 to ${MOST_RATES} rates.`, ["rates"]);
  const rates = input.rates.map((rate, index) => readExchangeRate(rate, ports.currency, source, ["rates", String(index)]));
  const seen = new Set<string>();
  rates.forEach((rate, index) => {
    const key = `${rate.from} ${rate.kind} ${rate.date} ${rate.revision}`;
    if (seen.has(key)) throw new Refusal("BAD_USER_INPUT", `${rate.from} ${rate.kind} of ${rate.date} is given twice.`, ["rates", String(index)]);
    seen.add(key);
  });
  const { stored, added } = await ports.saveRates(rates);
  rates.forEach((rate, index) => {
    const there = stored[index]!;
    if (there.rate === rate.rate && there.source === rate.source) return;
    throw new Refusal("CONFLICT", `${rate.from} ${rate.kind} of ${rate.date} is ${there.rate} (${there.source}) under revision ${rate.revision}. Send a correction with revision ${rate.revision + 1}.`, ["rates", String(index)]);
  });
  if (added > 0) await ports.audit(source, rates);
  return stored;
}
