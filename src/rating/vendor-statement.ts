import { isCleanText, requireText } from "../kernel/code";
import { parseDecimal } from "../kernel/decimal";
import { Fraction, add, formatFraction, fraction, fromDecimal } from "../kernel/fraction";
import { currencyOf } from "../kernel/money";
import { requirePeriodKey } from "../kernel/period";
import { Canonical } from "../kernel/canonical";
import { hashOf } from "../kernel/hash";
import { Refusal } from "../kernel/refusal";
import { COST_COMPONENTS } from "../metering";

export const VENDOR_STATEMENT_KINDS = ["TWILIO_USAGE", "FOCUS", "INVOICE"] as const;
export type VendorStatementKind = (typeof VENDOR_STATEMENT_KINDS)[number];

/** One line of what a vendor says of a month; exact text. */
export interface VendorLine {
  readonly description: string;
  readonly component: string | null;
  /** The vendor's own id of the call, as `providerRef`, `telephonyRef` or `legId` of the usage holds it. */
  readonly callRef: string | null;
  readonly quantity: string | null;
  /** MINUTE, SECOND, CALL or the vendor's own word. */
  readonly unit: string | null;
  /** Major units of the statement's currency; credits are negative. */
  readonly amount: string;
}

/** What a vendor says a month costs. */
export interface VendorStatementDocument {
  readonly vendor: string;
  readonly period: string;
  readonly kind: VendorStatementKind;
  /** The statement's identity in the vendor's books, unique for the vendor for ever. */
  readonly externalId: string;
  readonly currency: string;
  readonly total: string;
  readonly lines: readonly VendorLine[];
  /** Identity of the statement whose place it takes; null: it stands beside the others. */
  readonly replaces: string | null;
}

export interface VendorStatement extends Omit<VendorStatementDocument, "lines"> {
  readonly id: string;
  /** Identity of the statement that took its place; null: it counts. */
  readonly replacedBy: string | null;
  readonly payloadHash: string;
  readonly lineCount: number;
  readonly recordedAt: Date;
  readonly recordedBy: string;
}

export interface VendorLineInput {
  readonly description?: string | null;
  readonly component?: string | null;
  readonly callRef?: string | null;
  readonly quantity?: string | null;
  readonly unit?: string | null;
  readonly amount: string;
}

export interface VendorStatementInput {
  readonly vendor: string;
  readonly period: string;
  readonly kind?: VendorStatementKind | null;
  readonly externalId: string;
  readonly currency: string;
  /** The lines' sum when left out; UNBALANCED when it is another. */
  readonly total?: string | null;
  readonly lines: readonly VendorLineInput[];
  readonly replaces?: string | null;
}

const MOST_LINES = 200_000;
const LONGEST = 500;

/** The document that an input stands for. BAD_USER_INPUT names line and field; UNBALANCED when the total is not the lines' sum. */
export function readVendorStatement(input: VendorStatementInput): VendorStatementDocument {
  if (!currencyOf(input.currency)) throw new Refusal("BAD_USER_INPUT", `"${input.currency.slice(0, 10)}" is not an ISO 4217 currency. Write its three capital letters.`, ["currency"]);
  if (input.lines.length === 0 && (input.total ?? null) === null) throw new Refusal("BAD_USER_INPUT", "A statement has lines or a total.", ["lines"]);
  if (input.lines.length > MOST_LINES) throw new Refusal("BAD_USER_INPUT", `A statement has at most ${MOST_LINES} lines. Split it.`, ["lines"]);
  const lines = input.lines.map((line, index): VendorLine => {
    const path = ["lines", String(index)];
    return {
      description: words(line.description, [...path, "description"]) ?? "", component: component(line.component, [...path, "component"]), callRef: words(line.callRef, [...path, "callRef"]),
      quantity: number(line.quantity, [...path, "quantity"]), unit: words(line.unit, [...path, "unit"]), amount: number(line.amount, [...path, "amount"])!,
    };
  });
  const sum = sumOf(lines.map(({ amount }) => amount));
  const total = number(input.total, ["total"]);
  if (total !== null && lines.length > 0 && formatFraction(fromDecimal(parseDecimal(total)!)) !== formatFraction(sum)) {
    throw new Refusal("UNBALANCED", `The lines sum to ${plain(sum)}, the total says ${total}. Send every line, or the total alone.`, ["total"]);
  }
  return {
    vendor: requireText(input.vendor, ["vendor"], 64), period: requirePeriodKey(input.period), kind: input.kind ?? "INVOICE", externalId: requireText(input.externalId, ["externalId"]),
    currency: input.currency, total: total ?? plain(sum), lines: lines.length > 0 ? lines : [{ description: "total", component: null, callRef: null, quantity: null, unit: null, amount: total! }],
    replaces: input.replaces ? requireText(input.replaces, ["replaces"]) : null,
  };
}

/** SHA-256 of everything that a statement says; what replaces nothing hashes as it did before anything could. */
export function hashOfStatement({ replaces, ...document }: VendorStatementDocument): string {
  return hashOf({ ...document, ...(replaces === null ? {} : { replaces }) } as unknown as Canonical);
}

/** SHA-256 of what is charged, whatever the statement is called and however its lines are ordered: the same twice is one bill that was sent twice. */
export function hashOfCharges({ vendor, period, kind, currency, total, lines }: VendorStatementDocument): string {
  return hashOf({ vendor, period, kind, currency, total, lines: lines.map(({ description, component, callRef, quantity, unit, amount }) => hashOf({ description, component, callRef, quantity, unit, amount })).sort() });
}

/** Exact sum of plain decimal texts. */
export function sumOf(amounts: readonly string[]): Fraction {
  return amounts.reduce((sum, amount) => add(sum, fromDecimal(parseDecimal(amount)!)), fraction(0n));
}

/** A sum of decimals as plain text again. */
export function plain(value: Fraction): string {
  let scale = 0;
  while ((value.numerator * 10n ** BigInt(scale)) % value.denominator !== 0n) scale += 1;
  const units = (value.numerator * 10n ** BigInt(scale)) / value.denominator;
  const digits = (units < 0n ? -units : units).toString().padStart(scale + 1, "0");
  return `${units < 0n ? "-" : ""}${scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`}`;
}

function words(text: string | null | undefined, field: readonly string[]): string | null {
  const trimmed = text?.trim() ?? "";
  if (trimmed === "") return null;
  if (trimmed.length > LONGEST || !isCleanText(trimmed)) throw new Refusal("BAD_USER_INPUT", `${field.join(".")} must be at most ${LONGEST} characters without control characters.`, field);
  return trimmed.normalize("NFC");
}

function component(text: string | null | undefined, field: readonly string[]): string | null {
  const word = words(text, field);
  if (word === null || (COST_COMPONENTS as readonly string[]).includes(word)) return word;
  throw new Refusal("BAD_USER_INPUT", `${field.join(".")} ("${word.slice(0, 40)}") is no component. Choose one of ${COST_COMPONENTS.join(", ")}, or leave it out.`, field);
}

function number(text: string | null | undefined, field: readonly string[]): string | null {
  if (text === null || text === undefined) return null;
  if (!parseDecimal(text)) throw new Refusal("BAD_USER_INPUT", `${field.join(".")} ("${text.slice(0, 40)}") is not a plain decimal number.`, field);
  return plain(fromDecimal(parseDecimal(text)!));
}
