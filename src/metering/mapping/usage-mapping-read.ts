import { slug } from "../../kernel/code";
import { parseDecimal } from "../../kernel/decimal";
import { parseInstant } from "../../kernel/instant";
import { badValue, quoteCell, targetField, toBoolean, toFieldValue, toIso, toWhole } from "./usage-mapping-field";
import { localTimeReader } from "./usage-mapping-local-time";
import { ColumnRule, FromRule, INSTANT_READINGS, JoinRule, UsageMapping } from "./usage-mapping-rule";

export type Row = Readonly<Record<string, string>>;

/** Reads one field of one row; undefined when absent. `values` holds the fields read before. Throws BAD_USER_INPUT. */
export type FieldReader = (row: Row, values: ReadonlyMap<string, unknown>) => unknown;

const LONGEST_CODE = 64;

/** The trimmed cell; "" when the row has none of that name. */
export function cellOf(row: Row, column: string): string {
  return Object.hasOwn(row, column) ? row[column]!.trim() : "";
}

/** The reader that the mapping prescribes for the field `name`. */
export function fieldReader(mapping: UsageMapping, name: string): FieldReader {
  const rule = mapping.fields[name]!;
  const field = targetField(name)!;
  if ("value" in rule) {
    const constant = toFieldValue(field, rule.value);
    return () => constant;
  }
  if ("from" in rule) return fromReader(rule);
  const read = "join" in rule ? joinReader(rule) : columnReader(mapping, name, rule);
  return (row) => {
    const value = read(row);
    return value === undefined ? undefined : toFieldValue(field, value);
  };
}

function columnReader(mapping: UsageMapping, name: string, rule: ColumnRule): (row: Row) => unknown {
  const translate = rule.map ? mapReader(rule.map, rule.default) : textReader(mapping, name, rule);
  const emptyIsMapped = rule.map !== undefined && Object.hasOwn(rule.map, "");
  return (row) => {
    const text = cellOf(row, rule.column);
    if (text !== "" || emptyIsMapped) return translate(text);
    return rule.default;
  };
}

function mapReader(map: NonNullable<ColumnRule["map"]>, fallback: ColumnRule["default"]): (text: string) => unknown {
  return (text) => {
    if (Object.hasOwn(map, text)) return map[text];
    if (fallback !== undefined) return fallback;
    throw badValue(`the map has no entry for ${quoteCell(text)}, and the rule no default.`);
  };
}

function textReader(mapping: UsageMapping, name: string, rule: ColumnRule): (text: string) => unknown {
  if (rule.slug) return slugWhole;
  if (rule.multiply !== undefined) return (text) => multiplied(text, String(rule.multiply));
  if (rule.as && INSTANT_READINGS.has(rule.as)) {
    const toMs = instantReader(mapping, rule);
    // a revision is a number that grows: the instant of the last change is the usual one
    return name === "revision" ? toMs : (text) => toIso(toMs(text));
  }
  if (rule.as === "integer") return toWhole;
  if (rule.as === "boolean") return toBoolean;
  if (rule.as === "json") return jsonOf;
  if (rule.as === "decimal") {
    return (text) => {
      if (parseDecimal(text)) return text;
      throw badValue(`${quoteCell(text)} is not a plain decimal number.`);
    };
  }
  return (text) => text;
}

function instantReader(mapping: UsageMapping, rule: ColumnRule): (text: string) => number {
  if (rule.as === "localDateTime") return localTimeReader(mapping.timeZone!);
  if (rule.as === "dateTime") {
    return (text) => {
      const ms = parseInstant(text);
      if (ms !== null) return ms;
      throw badValue(`${quoteCell(text)} is not a date and time with offset such as 2025-10-31T09:15:00Z.`);
    };
  }
  return (text) => {
    const decimal = parseDecimal(text);
    if (!decimal) throw badValue(`${quoteCell(text)} is not a number of ${rule.as === "epochMs" ? "milliseconds" : "seconds"} since 1970.`);
    return Number((decimal.units * (rule.as === "epochMs" ? 1n : 1000n)) / 10n ** BigInt(decimal.scale));
  };
}

/** The product as whole decimal text; never rounded. */
function multiplied(text: string, factor: string): string {
  const a = parseDecimal(text), b = parseDecimal(factor);
  if (!a || !b) throw badValue(`${quoteCell(text)} is not a plain decimal number.`);
  const one = 10n ** BigInt(a.scale + b.scale), product = a.units * b.units;
  if (product % one !== 0n) throw badValue(`${text} x ${factor} is not a whole number.`);
  return (product / one).toString();
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw badValue(`${quoteCell(text)} is not JSON.`);
  }
}

function joinReader(rule: JoinRule): (row: Row) => string {
  return (row) => {
    const parts = rule.join.map((column) => {
      const text = cellOf(row, column);
      if (text === "") throw badValue(`column ${quoteCell(column)} is empty.`);
      return rule.slug ? slugWhole(text) : text;
    });
    const joined = parts.join(rule.separator);
    if (rule.slug && joined.length > LONGEST_CODE) throw badValue(`${quoteCell(joined)} is longer than the ${LONGEST_CODE} characters of a code.`);
    return joined;
  };
}

/** A slug that says all the text said: one cut off at the end could make two names the same. */
function slugWhole(text: string): string {
  const made = slug(text);
  if (made === "") throw badValue(`${quoteCell(text)} has no letter or digit to make a code of.`);
  if (made.length >= LONGEST_CODE && text.length > LONGEST_CODE) throw badValue(`${quoteCell(text)} is too long for a code of ${LONGEST_CODE} characters.`);
  return made;
}

function fromReader(rule: FromRule): FieldReader {
  const { from, plusMs } = rule;
  return (_row, values) => {
    const start = values.get(from);
    const ms = typeof plusMs === "number" ? plusMs : values.get(plusMs);
    return start === undefined || ms === undefined ? undefined : toIso(parseInstant(start as string)! + (ms as number));
  };
}
