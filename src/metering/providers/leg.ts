import { ExactDecimal } from "../../kernel/decimal";
import { isCleanText } from "../../kernel/code";
import { ExactNumber, NOTHING, plainText, plus } from "./exact-json";
import { JsonObject, Payload, isObject } from "./payload";

/** A leg that a record of a provider stands for: a canonical event, without where it belongs. */
export interface ProviderLeg {
  readonly kind: "leg";
  readonly event: Readonly<Record<string, unknown>>;
  /** Values by which a connection may route it, by the provider's name of the field. */
  readonly keys: Readonly<Record<string, ReadonlyArray<string | null>>>;
  /** What the caller of the provider attached to the conversation. */
  readonly metadata: JsonObject;
}

/** What a record of a provider turned into. */
export type ProviderItem =
  | ProviderLeg
  | { readonly kind: "ignored"; readonly why: string }
  | { readonly kind: "fault"; readonly eventId: string; readonly about: string; readonly message: string };

/** How the records of one provider are read. */
export interface Adapter {
  /** The records that a payload wraps; null when it is a record itself. */
  unwrap?(root: JsonObject): readonly unknown[] | null;
  /** What names a record in a refusal, however broken it is. */
  nameOf(record: JsonObject): unknown;
  read(record: Payload): ProviderItem[];
}

export const ignored = (why: string): ProviderItem[] => [{ kind: "ignored", why }];

/** A cost as the provider reported it; `amount` null for what is not money. */
export interface Cost {
  readonly component: string;
  readonly amount?: ExactDecimal | null;
  readonly currency?: string;
  readonly quantity?: ExactDecimal | null;
  readonly unit?: string;
}

const MOST_ITEMS = 50;

/** Cost items of an event. Those of nothing are left out; of more than an event holds the last is the sum of the rest. */
export function costItems(costs: readonly Cost[]): Array<Record<string, string>> {
  return withinLimit(costs.filter(({ amount, quantity }) => (amount ? amount.units !== 0n : quantity && quantity.units !== 0n))).map(({ component, amount, currency, quantity, unit }) => ({
    component, basis: "REPORTED",
    ...(quantity ? { quantity: plainText(quantity), ...(unit ? { unit } : {}) } : {}),
    ...(amount ? { amount: plainText(amount), currency: currency ?? "USD" } : {}),
  }));
}

/** No money is cut off: what does not fit is added up, one item for each currency. */
function withinLimit(costs: readonly Cost[]): readonly Cost[] {
  if (costs.length <= MOST_ITEMS) return costs;
  const currencies = [...new Set(costs.flatMap(({ amount, currency }) => (amount ? [currency ?? "USD"] : [])))];
  const kept = costs.slice(0, MOST_ITEMS - currencies.length), rest = costs.slice(kept.length);
  return [...kept, ...currencies.map((currency) => ({ component: "OTHER", currency, amount: rest.reduce((sum, cost) => (cost.amount && (cost.currency ?? "USD") === currency ? plus(sum, cost.amount) : sum), NOTHING) }))];
}

/** The event without what is absent. */
export function compact(event: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(event).flatMap(([key, value]) => {
    if (value === null || value === undefined) return [];
    if (Array.isArray(value)) return value.length === 0 ? [] : [[key, value]];
    if (typeof value !== "object") return [[key, value]];
    const inner = compact(value as Record<string, unknown>);
    return Object.keys(inner).length === 0 ? [] : [[key, inner]];
  }));
}

/** Free text of a provider as an event may hold it: cut to length, control characters become spaces. */
export function tidy(text: string | null, longest = 200): string | null {
  if (text === null) return null;
  const cut = text.normalize("NFC").replace(/[\u0000-\u001f\u007f]+/g, " ").slice(0, longest).trim();
  return cut !== "" && isCleanText(cut) ? cut : null;
}

const LARGEST_RAW_BYTES = 4_096;
const LARGEST_VALUE_BYTES = 1_024;
const MOST_TRIMMED = 40;
const UNSTORABLE = /\\u(?:0000|d[89a-f][0-9a-f]{2})/;

/**
 * Fields that the provider added since, as `raw`: those of up to 1 kB, 4 kB in sum, in alphabetical order. The names of
 * the others stand in `rawTrimmed`.
 */
export function unknownFields(...rests: readonly JsonObject[]): { readonly raw?: JsonObject; readonly rawTrimmed?: readonly string[] } {
  const kept: Array<[string, unknown]> = [];
  const trimmed: string[] = [];
  let bytes = 0;
  for (const [key, value] of rests.flatMap((rest) => Object.entries(rest)).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))) {
    const json = jsonOf({ [key]: value });
    const size = json === null ? Infinity : Buffer.byteLength(json, "utf8");
    if (json === null || UNSTORABLE.test(json) || size > LARGEST_VALUE_BYTES || bytes + size > LARGEST_RAW_BYTES) trimmed.push(tidy(key, 60) ?? "?");
    else {
      bytes += size;
      kept.push([key, plain(value)]);
    }
  }
  return { ...(kept.length > 0 ? { raw: Object.fromEntries(kept) } : {}), ...(trimmed.length > 0 ? { rawTrimmed: trimmed.slice(0, MOST_TRIMMED) } : {}) };
}

function jsonOf(value: unknown): string | null {
  try {
    return JSON.stringify(plain(value));
  } catch {
    return null; // nested deeper than can be written
  }
}

/** Exact numbers as their text. */
function plain(value: unknown): unknown {
  if (value instanceof ExactNumber) return value.text;
  if (Array.isArray(value)) return value.map(plain);
  return isObject(value) ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)])) : value;
}
