import { isCode } from "../../kernel/code";
import { parseDecimal } from "../../kernel/decimal";
import { parseInstant } from "../../kernel/instant";
import { Refusal } from "../../kernel/refusal";
import { USAGE_EVENT_FIELDS, UsageEventField } from "../usage-event-fields";

/** What a mapped field turns into: text, a code, one of a set, ISO instant, whole number, true/false, or parsed JSON. */
export type TargetKind = "text" | "code" | "enum" | "instant" | "whole" | "boolean" | "json";

/** A field that a mapping may fill; `name` is dotted for a field inside an object. */
export interface TargetField {
  readonly name: string;
  readonly kind: TargetKind;
  readonly definition?: UsageEventField;
}

const CODES = new Set(["businessUnit", "useCase"]);
const ATTRIBUTE = /^attributes\.[A-Za-z][A-Za-z0-9_-]{0,63}$/;
const TARGETS = new Map<string, TargetField>();
for (const definition of USAGE_EVENT_FIELDS) {
  const { name, kind } = definition;
  const targetKind = CODES.has(name) ? "code" : kind === "costItems" || kind === "attributes" ? "json" : kind;
  TARGETS.set(name, { name, kind: targetKind, definition });
  const group = name.split(".")[0]!;
  if (group !== name && !TARGETS.has(group)) TARGETS.set(group, { name: group, kind: "json" });
}

/** The field of that name, "attributes.<key>" included; null when a usage event has none. */
export function targetField(name: string): TargetField | null {
  return TARGETS.get(name) ?? (ATTRIBUTE.test(name) ? { name, kind: "text" } : null);
}

/** True for a field of a usage event that holds a duration in milliseconds. */
export function isDurationField(name: string): boolean {
  return TARGETS.get(name)?.kind === "whole" && name.endsWith("Ms");
}

/** At most 60 characters of a cell, quoted so that control characters cannot reach a terminal. */
export function quoteCell(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}...` : text);
}

/** BAD_USER_INPUT; the caller puts the name of the field in front. */
export function badValue(message: string): Refusal {
  return new Refusal("BAD_USER_INPUT", message);
}

const YES = new Set(["true", "yes", "y", "t", "1"]);
const NO = new Set(["false", "no", "n", "f", "0"]);

/** true/false, yes/no, y/n, t/f or 1/0 in any case; anything else is BAD_USER_INPUT. */
export function toBoolean(text: string): boolean {
  const lower = text.toLowerCase();
  if (YES.has(lower)) return true;
  if (NO.has(lower)) return false;
  throw badValue(`${quoteCell(text)} is neither true nor false.`);
}

/** Plain decimal text without a fraction, as a number up to 2^53-1 in magnitude; anything else is BAD_USER_INPUT. */
export function toWhole(text: string): number {
  const decimal = parseDecimal(text);
  const one = 10n ** BigInt(decimal?.scale ?? 0);
  if (decimal === null || decimal.units % one !== 0n) throw badValue(`${quoteCell(text)} is not a whole number.`);
  const whole = Number(decimal.units / one);
  if (!Number.isSafeInteger(whole)) throw badValue(`${quoteCell(text)} is larger than 2^53-1.`);
  return whole;
}

/** Milliseconds since 1970 as ISO UTC text with milliseconds; BAD_USER_INPUT outside the years 1970 to 2199. */
export function toIso(ms: number): string {
  const iso = Number.isFinite(ms) && Math.abs(ms) <= 8.64e15 ? new Date(ms).toISOString() : "";
  if (parseInstant(iso) === null) throw badValue("the instant lies outside the years 1970 to 2199.");
  return iso;
}

/**
 * Any value of a rule in the form that the field has in an event. Whole numbers become JavaScript numbers, instants ISO
 * UTC text. BAD_USER_INPUT when the field cannot hold the value.
 */
export function toFieldValue(field: TargetField, value: unknown): unknown {
  switch (field.kind) {
    case "json":
      if (typeof value === "object" && value !== null) return value;
      throw badValue("must be JSON.");
    case "boolean":
      return typeof value === "boolean" ? value : toBoolean(String(value));
    case "whole":
      return withinLimits(field, typeof value === "number" && Number.isSafeInteger(value) ? value : toWhole(String(value)));
    case "instant": {
      const ms = parseInstant(String(value));
      if (ms === null) throw badValue(`${quoteCell(String(value))} is not an instant with offset. Say "as": "localDateTime" for local times.`);
      return toIso(ms);
    }
    case "enum":
      if (field.definition!.values!.has(String(value))) return String(value);
      throw badValue(`${quoteCell(String(value))} is not one of ${[...field.definition!.values!].join(", ")}. Translate it with "map".`);
    case "code":
      if (isCode(String(value))) return String(value);
      throw badValue(`${quoteCell(String(value))} is not a code. Say "slug": true, or translate it with "map".`);
    case "text":
      return field.definition ? String(value) : value;
  }
}

function withinLimits(field: TargetField, whole: number): number {
  const { least, most } = field.definition!;
  if ((least !== undefined && whole < least) || (most !== undefined && whole > most)) throw badValue(`${whole} is not between ${least} and ${most}.`);
  return whole;
}
