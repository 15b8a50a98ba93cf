import { Refusal } from "../kernel/refusal";
import { TwilioUsageTotal, readTwilioUsageRecords } from "../metering";
import { VendorStatementInput } from "./vendor-statement";

const UNITS: Readonly<Record<string, string>> = { minutes: "MINUTE", seconds: "SECOND", calls: "CALL", messages: "MESSAGE", segments: "SEGMENT" };

/**
 * Twilio usage records of one month as what the vendor says of it. A category that sums others is left out, so that
 * nothing stands twice. Prices of usage records are charges and positive; the signs of single calls are the other way
 * round. BAD_USER_INPUT with the number of the record for a day of another month or a price that is not there,
 * CURRENCY_MISMATCH for several currencies.
 */
export function readTwilioUsage(json: unknown, about: { readonly vendor: string; readonly period: string; readonly externalId: string }): VendorStatementInput {
  const records = readTwilioUsageRecords(json);
  if (records.length === 0) throw new Refusal("BAD_USER_INPUT", 'These are no Twilio usage records: the list "usage_records" is empty.');
  records.forEach((record, index) => requireMonth(record, index, about.period));
  const categories = records.map(({ category }) => category);
  const leaves = records.filter(({ category }) => !categories.some((other) => other !== category && (category === "totalprice" || other.startsWith(`${category}-`))));
  const currencies = new Set(leaves.map(({ currency }) => currency));
  if (currencies.size !== 1) throw new Refusal("CURRENCY_MISMATCH", `The records are in several currencies: ${[...currencies].sort().join(", ")}. Import them one by one.`);
  return {
    ...about, kind: "TWILIO_USAGE", currency: leaves[0]!.currency!, total: null,
    lines: leaves.map(({ category, description, usage, usageUnit, price }) => ({
      description: description ?? category, component: /^calls|^voice|^sip/.test(category) ? "TELEPHONY" : /^sms/.test(category) ? "SMS" : null,
      quantity: usage, unit: usageUnit === null ? null : (UNITS[usageUnit] ?? usageUnit), amount: price!,
    })),
  };
}

function requireMonth(record: TwilioUsageTotal, index: number, period: string): void {
  const fault = (column: string, text: string): Refusal => new Refusal("BAD_USER_INPUT", `Record ${index + 1}, ${column}: ${text}`, ["lines", String(index), column]);
  for (const [column, day] of [["start_date", record.startDay], ["end_date", record.endDay]] as const) {
    if (!day.startsWith(`${period}-`)) throw fault(column, `${day} is not a day of ${period}. Ask for the records of one month.`);
  }
  if (record.price === null || record.currency === null) throw fault(record.price === null ? "price" : "price_unit", "it is missing. Ask for the records again when Twilio has priced them.");
}
