import { Refusal } from "../../kernel/refusal";
import { plainText } from "./exact-json";
import { Payload, PayloadFault, isObject } from "./payload";

/** What Twilio says that an account used of a category in some days: a total to reconcile with, not usage. */
export interface TwilioUsageTotal {
  readonly accountSid: string | null;
  /** "calls-inbound", "totalprice" and so on: Twilio's word, of which there may be new ones. */
  readonly category: string;
  readonly description: string | null;
  /** Exact decimal text. */
  readonly count: string | null;
  readonly countUnit: string | null;
  /** Exact decimal text, in `usageUnit`. */
  readonly usage: string | null;
  readonly usageUnit: string | null;
  /** Exact decimal text, above zero for what is charged. */
  readonly price: string | null;
  /** ISO 4217, in capitals. */
  readonly currency: string | null;
  /** First and last day, both included, on Twilio's clock (GMT): "2025-10-01". */
  readonly startDay: string;
  readonly endDay: string;
  /** When Twilio counted, as it says so. */
  readonly asOf: string | null;
}

const DAY = /^\d{4}-\d{2}-\d{2}$/;

/**
 * The totals of a page of Twilio's usage records, of a list of them or of a single one, in their order. BAD_USER_INPUT for
 * a field that is missing or not of its documented type; fields that are not known are left out.
 */
export function readTwilioUsageRecords(payload: unknown): TwilioUsageTotal[] {
  const records = Array.isArray(payload) ? (payload as unknown[]) : isObject(payload) && Array.isArray(payload.usage_records) ? (payload.usage_records as unknown[]) : [payload];
  return records.map((record, index) => {
    if (!isObject(record)) throw new Refusal("BAD_USER_INPUT", `Usage record ${index + 1} is not an object.`);
    try {
      return totalOf(new Payload(record));
    } catch (error) {
      if (error instanceof PayloadFault) throw new Refusal("BAD_USER_INPUT", `Usage record ${index + 1}: ${error.message}`, error.path.split("."));
      throw error;
    }
  });
}

function totalOf(record: Payload): TwilioUsageTotal {
  const exact = (key: string): string | null => {
    const value = record.decimalText(key);
    return value === null ? null : plainText(value);
  };
  const price = record.decimalText("price");
  return {
    accountSid: record.text("account_sid"), category: record.needText("category"), description: record.text("description"),
    count: exact("count"), countUnit: record.text("count_unit"), usage: exact("usage"), usageUnit: record.text("usage_unit"),
    price: price === null ? null : plainText(price), currency: record.text("price_unit")?.toUpperCase() ?? null,
    startDay: day(record, "start_date"), endDay: day(record, "end_date"), asOf: record.text("as_of"),
  };
}

function day(record: Payload, key: string): string {
  const text = record.needText(key);
  if (!DAY.test(text)) throw new PayloadFault(key, `${key} must be a day such as 2025-10-01; other text came.`);
  return text;
}
