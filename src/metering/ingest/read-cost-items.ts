import { isCleanText } from "../../kernel/code";
import { parseDecimal } from "../../kernel/decimal";
import { currencyOf } from "../../kernel/money";
import { COST_ITEM_BASES, COST_ITEM_COMPONENTS } from "../usage-event-fields";

const MOST_ITEMS = 50;
const MOST_ATTRIBUTE_BYTES = 8_192;
const UNIT = /^[A-Za-z0-9][A-Za-z0-9_/.-]{0,31}$/;
/** An escape of NUL or of half a surrogate pair: JSON may hold them, a database may not. */
const UNSTORABLE = /(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f][0-9a-f]{2})/;
const FIELDS = new Set(["component", "quantity", "unit", "amount", "currency", "basis"]);

/** JSON without escapes or anything beyond ASCII: stored as it is. */
const PLAIN_ASCII = /^[\x20-\x5b\x5d-\x7e]*$/;

type Fault = { readonly fault: string };

/** Cost items as COPY text of an array of composites; amounts and quantities stay the exact text that came. */
export function readCostItems(value: unknown): string | Fault {
  if (!Array.isArray(value) || value.length > MOST_ITEMS) return { fault: `costItems must be a list of at most ${MOST_ITEMS} items.` };
  const items: string[] = [];
  for (const [index, item] of value.entries()) {
    const read = readItem(item, `costItems[${index}]`);
    if (typeof read !== "string") return read;
    items.push(`"(${read})"`);
  }
  return `{${items.join(",")}}`;
}

function readItem(raw: unknown, name: string): string | Fault {
  if (typeof raw !== "object" || raw === null) return { fault: `${name} must be an object.` };
  const item = raw as Record<string, unknown>;
  for (const key in item) if (!FIELDS.has(key)) return { fault: `"${name}.${key.slice(0, 60)}" is not a field of a cost item.` };
  if (!COST_ITEM_COMPONENTS.has(item.component as string)) return { fault: `${name}.component must be one of ${[...COST_ITEM_COMPONENTS].join(", ")}.` };
  if (!COST_ITEM_BASES.has(item.basis as string)) return { fault: `${name}.basis must be one of ${[...COST_ITEM_BASES].join(", ")}.` };
  for (const key of ["quantity", "amount"]) {
    const number = item[key];
    if (number === undefined || number === null) continue;
    if (typeof number !== "string" || !parseDecimal(number)) return { fault: `${name}.${key} must be plain decimal text, for example "0.0125".` };
  }
  if (item.unit !== undefined && item.unit !== null && !(typeof item.unit === "string" && UNIT.test(item.unit))) return { fault: `${name}.unit must be a short code, for example MINUTE.` };
  if (item.currency !== undefined && item.currency !== null && !(typeof item.currency === "string" && currencyOf(item.currency))) return { fault: `${name}.currency must be an ISO 4217 code.` };
  if (item.amount !== undefined && item.amount !== null && !item.currency) return { fault: `${name}.currency is missing beside amount.` };
  return [item.component, item.quantity, item.unit, item.amount, item.currency, item.basis].map((part) => (part as string | null | undefined) ?? "").join(",");
}

/** Attributes as COPY text of a JSON object of at most 8 KB. */
export function readAttributes(value: unknown): string | Fault {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return { fault: "attributes must be an object." };
  const json = writeJson(value);
  if (json === null) return { fault: "attributes are nested too deeply." };
  // No character takes more than three bytes.
  if (json.length * 3 > MOST_ATTRIBUTE_BYTES && Buffer.byteLength(json, "utf8") > MOST_ATTRIBUTE_BYTES) return { fault: `attributes are larger than ${MOST_ATTRIBUTE_BYTES} bytes.` };
  if (PLAIN_ASCII.test(json)) return json;
  if (UNSTORABLE.test(json) || !isCleanText(json)) return { fault: "attributes hold control characters or broken Unicode." };
  return json.replace(/\\/g, "\\\\");
}

/** Null when the value is nested deeper than JSON can be written. */
function writeJson(value: object): string | null {
  try {
    return JSON.stringify(withSortedKeys(value));
  } catch {
    return null;
  }
}

/** Equal objects give equal text, however the sender ordered their keys. */
function withSortedKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withSortedKeys);
  if (typeof value !== "object" || value === null) return value;
  const record = value as Record<string, unknown>;
  if (isPlainAndSorted(record)) return record;
  return Object.fromEntries(Object.keys(record).sort().map((key) => [key, withSortedKeys(record[key])]));
}

/** True when nothing of it would change place: its keys stand in order and it holds no object. */
function isPlainAndSorted(record: Record<string, unknown>): boolean {
  let before = "";
  for (const key in record) {
    if (key < before || typeof record[key] === "object") return false;
    before = key;
  }
  return true;
}
