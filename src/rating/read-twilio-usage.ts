import { Refusal } from "../kernel/refusal";
import { VendorStatementInput } from "./vendor-statement";

const UNITS: Readonly<Record<string, string>> = { minutes: "MINUTE", seconds: "SECOND", calls: "CALL" };

/**
 * Twilio usage records, as its API lists them ({"usage_records": [...]}, or the list alone): a category, a range of days,
 * `usage` in `usage_unit` and `price` as text in `price_unit`. A category that sums others is left out, so that nothing
 * stands twice. Prices of usage records are charges and positive; the signs of single calls are the other way round.
 */
export function readTwilioUsage(json: unknown, about: { readonly vendor: string; readonly period: string; readonly externalId: string }): VendorStatementInput {
  const records = Array.isArray(json) ? json : (json as { usage_records?: unknown } | null)?.usage_records;
  if (!Array.isArray(records) || records.length === 0) throw new Refusal("BAD_USER_INPUT", 'These are no Twilio usage records: there is no list "usage_records".');
  const rows = records.map((raw, index) => readRecord(raw, index, about.period));
  const categories = rows.map(({ category }) => category);
  const leaves = rows.filter(({ category }) => !categories.some((other) => other !== category && (category === "totalprice" || other.startsWith(`${category}-`))));
  const currencies = new Set(leaves.map(({ currency }) => currency));
  if (currencies.size !== 1) throw new Refusal("CURRENCY_MISMATCH", `The records are in several currencies: ${[...currencies].sort().join(", ")}. Import them one by one.`);
  return {
    ...about, kind: "TWILIO_USAGE", currency: leaves[0]!.currency, total: null,
    lines: leaves.map(({ category, description, usage, unit, price }) => ({ description: description || category, component: /^calls|^voice|^sip/.test(category) ? "TELEPHONY" : /^sms/.test(category) ? "SMS" : null, quantity: usage, unit, amount: price })),
  };
}

function readRecord(raw: unknown, index: number, period: string): { category: string; description: string; usage: string | null; unit: string | null; price: string; currency: string } {
  const record = raw as Record<string, unknown>;
  const text = (column: string): string => {
    const value = record?.[column];
    if (typeof value === "string" && value.trim() !== "") return value.trim();
    throw new Refusal("BAD_USER_INPUT", `Record ${index + 1}, ${column}: it must be text, as Twilio writes it.`, ["lines", String(index), column]);
  };
  for (const column of ["start_date", "end_date"]) {
    if (!text(column).startsWith(`${period}-`)) throw new Refusal("BAD_USER_INPUT", `Record ${index + 1}, ${column}: ${text(column).slice(0, 20)} is not a day of ${period}. Ask for the records of one month.`, ["lines", String(index), column]);
  }
  const unit = typeof record.usage_unit === "string" ? record.usage_unit : "";
  return {
    category: text("category"), description: typeof record.description === "string" ? record.description : "", usage: typeof record.usage === "string" && record.usage !== "" ? record.usage : null,
    unit: UNITS[unit] ?? (unit || null), price: text("price"), currency: text("price_unit").toUpperCase(),
  };
}
