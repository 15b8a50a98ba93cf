import { ExactDecimal } from "../../kernel/decimal";
import { parseInstant } from "../../kernel/instant";
import { ExactNumber, decimalOf, exactOf, isWhole, parseExactJson, wholeOf } from "./exact-json";
import { parseRfc2822 } from "./instants";

/** A field that is missing or not of its documented type: the record is refused, and the field named. */
export class PayloadFault extends Error {
  constructor(readonly path: string, message: string) {
    super(message);
    this.name = "PayloadFault";
  }
}

export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof ExactNumber);
}

const LATEST_MS = Date.UTC(2200, 0, 1);

/**
 * Reads the fields of one object of a provider, each by its documented type; absent, null and empty text are null. A field
 * of another type is a PayloadFault that names it, what it must be and what came. Remembers which fields were asked for:
 * the others are those that the provider added since.
 */
export class Payload {
  private readonly known = new Set<string>();

  /** `isText`: every value came as text (a form, a CSV), so numbers and objects are read from it. */
  constructor(private readonly values: JsonObject, private readonly path = "", private readonly isText = false) {}

  private raw(key: string): unknown {
    this.known.add(key);
    const value = Object.hasOwn(this.values, key) ? this.values[key] : null;
    return value === undefined || value === "" ? null : value;
  }

  /** The field as refusals name it. */
  nameOf(key: string): string {
    return this.path === "" ? key : `${this.path}.${key}`;
  }

  private wrong(key: string, expected: string, value: unknown): PayloadFault {
    return new PayloadFault(this.nameOf(key), `${this.nameOf(key)} must be ${expected}; ${kindOf(value)} came.`);
  }

  /** The fault of a field that must be there. */
  missing(key: string, why = ""): PayloadFault {
    return new PayloadFault(this.nameOf(key), `${this.nameOf(key)} is missing${why === "" ? "." : `: ${why}`}`);
  }

  has(key: string): boolean {
    return this.raw(key) !== null;
  }

  /** A word or a name; null when it is not text, for what only decorates a leg. */
  maybeText(key: string): string | null {
    const value = this.raw(key);
    return typeof value === "string" ? value : null;
  }

  text(key: string): string | null {
    const value = this.raw(key);
    if (value === null || typeof value === "string") return value;
    throw this.wrong(key, "text", value);
  }

  needText(key: string): string {
    const value = this.text(key);
    if (value === null) throw this.missing(key);
    return value;
  }

  /** A number, exactly as it was written. */
  decimal(key: string, expected = "a number"): ExactDecimal | null {
    const value = this.raw(key);
    if (value === null) return null;
    const exact = typeof value === "number" || value instanceof ExactNumber ? exactOf(value) : this.isText && typeof value === "string" ? decimalOf(value) : null;
    if (exact === null) throw this.wrong(key, expected, value);
    return exact;
  }

  /** A decimal number that is documented as text. */
  decimalText(key: string, expected = "text of a decimal number"): ExactDecimal | null {
    const value = this.raw(key);
    if (value === null) return null;
    if (typeof value !== "string") throw this.wrong(key, expected, value);
    const exact = decimalOf(value);
    if (exact === null) throw new PayloadFault(this.nameOf(key), `${this.nameOf(key)} must be ${expected}; other text came.`);
    return exact;
  }

  /** A whole number from 0 on. */
  whole(key: string): number | null {
    const exact = this.decimal(key, "a whole number from 0 on");
    return exact === null ? null : this.requireWhole(key, exact, "a whole number from 0 on");
  }

  /** A whole number that is documented as text ("87"). */
  wholeText(key: string): number | null {
    const exact = this.decimalText(key, "text of a whole number from 0 on");
    return exact === null ? null : this.requireWhole(key, exact, "text of a whole number from 0 on");
  }

  /** A whole number that comes as a number or as text of one, as 64-bit numbers do in the JSON of protocol buffers. */
  long(key: string): number | null {
    return typeof this.raw(key) === "string" ? this.wholeText(key) : this.whole(key);
  }

  private requireWhole(key: string, exact: ExactDecimal, expected: string): number {
    const whole = Number(wholeOf(exact));
    if (!isWhole(exact) || whole < 0 || !Number.isSafeInteger(whole)) throw new PayloadFault(this.nameOf(key), `${this.nameOf(key)} must be ${expected}; another number came.`);
    return whole;
  }

  flag(key: string): boolean | null {
    const value = this.raw(key);
    if (value === null || typeof value === "boolean") return value;
    if (this.isText && typeof value === "string" && /^(true|false)$/i.test(value)) return value.toLowerCase() === "true";
    throw this.wrong(key, "true or false", value);
  }

  /** Milliseconds since 1970 of ISO text with offset. */
  instant(key: string): number | null {
    return this.instantBy(key, parseInstant, "an instant such as 2025-10-31T09:15:00.000Z");
  }

  /** Milliseconds since 1970 of text such as "Fri, 31 Oct 2025 09:15:00 +0000", or of ISO text. */
  rfcInstant(key: string): number | null {
    return this.instantBy(key, (text) => parseRfc2822(text) ?? parseInstant(text), "a date such as Fri, 31 Oct 2025 09:15:00 +0000");
  }

  private instantBy(key: string, parse: (text: string) => number | null, expected: string): number | null {
    const value = this.raw(key);
    if (value === null) return null;
    const ms = typeof value === "string" ? parse(value) : null;
    if (ms !== null) return ms;
    throw typeof value === "string" ? new PayloadFault(this.nameOf(key), `${this.nameOf(key)} must be ${expected}; other text came.`) : this.wrong(key, expected, value);
  }

  /**
   * Milliseconds since 1970 of a number of milliseconds (factor 1) or of seconds (factor 1000); below a millisecond cut
   * off. `isLong`: the number may come as text, as 64-bit numbers do in the JSON of protocol buffers.
   */
  epoch(key: string, factor: 1n | 1000n, isLong = false): number | null {
    const expected = `a number of ${factor === 1n ? "milliseconds" : "seconds"} since 1970`;
    const exact = isLong && typeof this.raw(key) === "string" ? this.decimalText(key, `${expected}, or text of one`) : this.decimal(key, expected);
    if (exact === null) return null;
    const ms = Number((exact.units * factor) / 10n ** BigInt(exact.scale));
    if (ms >= 0 && ms < LATEST_MS) return ms;
    throw new PayloadFault(this.nameOf(key), `${this.nameOf(key)} must be ${expected}; one outside the years 1970 to 2199 came.`);
  }

  object(key: string): Payload | null {
    const value = this.fromText(key);
    if (value === null) return null;
    if (!isObject(value)) throw this.wrong(key, "an object", value);
    return new Payload(value, this.nameOf(key), this.isText);
  }

  /** The values of an object whose keys are its owner's, such as metadata; empty when it is none. */
  map(key: string): JsonObject {
    const value = this.fromText(key);
    return isObject(value) ? value : {};
  }

  list(key: string): readonly unknown[] | null {
    const value = this.fromText(key);
    if (value === null || Array.isArray(value)) return value as readonly unknown[] | null;
    throw this.wrong(key, "a list", value);
  }

  /** The objects of a list. */
  objects(key: string): Payload[] {
    return (this.list(key) ?? []).map((item, index) => {
      const name = `${this.nameOf(key)}[${index}]`;
      if (!isObject(item)) throw new PayloadFault(name, `${name} must be an object; ${kindOf(item)} came.`);
      return new Payload(item, name, this.isText);
    });
  }

  private fromText(key: string): unknown {
    const value = this.raw(key);
    if (!this.isText || typeof value !== "string") return value;
    try {
      return parseExactJson(value);
    } catch {
      return value;
    }
  }

  /** What nobody asked for, without the fields named here: those that are known and not kept. */
  rest(withheld: readonly string[]): JsonObject {
    return Object.fromEntries(Object.entries(this.values).filter(([key, value]) => !this.known.has(key) && !withheld.includes(key) && value !== null && value !== ""));
  }
}

function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  if (value instanceof ExactNumber) return "a number";
  return { string: "text", number: "a number", boolean: "true or false", object: "an object" }[typeof value as string] ?? "something else";
}
