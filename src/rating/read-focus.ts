import { formatUnits, parseDecimal } from "../kernel/decimal";
import { compare, fromDecimal, multiply, roundForDisplay } from "../kernel/fraction";
import { currencyOf } from "../kernel/money";
import { VendorLineInput } from "./vendor-statement";

/** Columns of a FOCUS cost and usage row that a statement is made of; the first five are needed. */
export const FOCUS_COLUMNS = ["BilledCost", "BillingCurrency", "BillingPeriodStart", "ChargeCategory", "ChargeDescription", "PricingQuantity", "PricingUnit", "ServiceName"] as const;
export const FOCUS_NEEDED: readonly string[] = FOCUS_COLUMNS.slice(0, 5);

/** What is wrong with a row: its column and the reason, for people. */
export interface FocusFault {
  readonly column: string;
  readonly reason: string;
}

export interface FocusRow {
  readonly period: string;
  readonly currency: string;
  readonly service: string;
  /** A service credit of the vendor: ChargeCategory Credit. */
  readonly isCredit: boolean;
  readonly line: VendorLineInput;
}

export const FOCUS_CATEGORIES: ReadonlySet<string> = new Set(["Usage", "Purchase", "Tax", "Credit", "Adjustment"]);
/** The format's own numbers: an exponent may follow; no plus sign, no thousands mark. */
const FOCUS_NUMBER = /^(-?)(\d{1,30})(?:\.(\d{1,20}))?(?:[eE](-?\d{1,2}))?$/;
const START = /^(\d{4}-(?:0[1-9]|1[0-2]))-\d{2}(?:[T ]\d{2}:\d{2}:\d{2}(?:\.\d+)?Z?)?$/;

/** One FOCUS row, or its first fault. NULL (or nothing) in a column means that it has no value. */
export function readFocusRow(row: Readonly<Record<string, string>>): FocusRow | FocusFault {
  const value = (column: string): string => (row[column] === undefined || row[column] === "NULL" ? "" : row[column].trim());
  const amount = focusDecimal(value("BilledCost"));
  if (amount === null) return fault("BilledCost", value("BilledCost"), "is no decimal number of the format");
  const currency = value("BillingCurrency");
  if (!currencyOf(currency)) return fault("BillingCurrency", currency, "is not an ISO 4217 currency");
  const period = START.exec(value("BillingPeriodStart"))?.[1];
  if (!period) return fault("BillingPeriodStart", value("BillingPeriodStart"), "is not a date such as 2025-10-01T00:00:00Z");
  if (!FOCUS_CATEGORIES.has(value("ChargeCategory"))) return fault("ChargeCategory", value("ChargeCategory"), `is not one of ${[...FOCUS_CATEGORIES].join(", ")}`);
  const quantity = value("PricingQuantity") === "" ? null : focusDecimal(value("PricingQuantity"));
  if (quantity === null && value("PricingQuantity") !== "") return fault("PricingQuantity", value("PricingQuantity"), "is no decimal number of the format");
  const service = value("ServiceName") || "other";
  const unit = value("PricingUnit");
  return {
    period, currency, service, isCredit: value("ChargeCategory") === "Credit",
    // A resource is what was used, for example an instance with many calls: it is no id of a call.
    line: { description: `${service}: ${value("ChargeDescription") || value("ChargeCategory")}`.slice(0, 500), component: null, callRef: null, quantity, unit: /^minutes?$/i.test(unit) ? "MINUTE" : /^seconds?$/i.test(unit) ? "SECOND" : unit || null, amount },
  };
}

/** Columns that the format requires a value in; a file of ours may lack one, a row of it may not leave it empty. */
const NEVER_EMPTY = ["BillingAccountId", "BillingPeriodEnd", "ChargePeriodStart", "ChargePeriodEnd", "ContractedCost", "EffectiveCost", "ListCost", "InvoiceIssuerName"] as const;
/** cost = price x quantity, by the format. */
const PRODUCTS = [["ListCost", "ListUnitPrice"], ["ContractedCost", "ContractedUnitPrice"]] as const;
const INSTANT = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}/;

/**
 * What else is wrong with a row that can be booked all the same, since its billed cost is sound: a value that the format
 * requires and is not there, a charge outside its billing period, a cost that is not price x quantity (rounded to the
 * decimals that it is written with). Reasons hold no values, so that they can be counted.
 */
export function remarksOnFocusRow(row: Readonly<Record<string, string>>): FocusFault[] {
  const value = (column: string): string => (row[column] === undefined || row[column] === "NULL" ? "" : row[column].trim());
  const remarks: FocusFault[] = NEVER_EMPTY.filter((column) => row[column] !== undefined && value(column) === "").map((column) => ({ column, reason: "is empty, the format requires a value" }));
  const instant = (column: string): string | null => (INSTANT.test(value(column)) ? value(column).slice(0, 19).replace(" ", "T") : null);
  const [billedFrom, billedTo, from, to] = [instant("BillingPeriodStart"), instant("BillingPeriodEnd"), instant("ChargePeriodStart"), instant("ChargePeriodEnd")];
  if (from !== null && to !== null && from >= to) remarks.push({ column: "ChargePeriodEnd", reason: "is not after ChargePeriodStart" });
  if (from !== null && billedFrom !== null && billedTo !== null && (from < billedFrom || from >= billedTo)) remarks.push({ column: "ChargePeriodStart", reason: "lies outside the billing period" });
  const quantity = exact(value("PricingQuantity"));
  for (const [cost, price] of PRODUCTS) {
    const [amount, each] = [exact(value(cost)), exact(value(price))];
    if (amount === null || each === null || quantity === null) continue;
    const product = multiply(fromDecimal(each), fromDecimal(quantity));
    const written = exact(roundForDisplay(product, amount.scale));
    if (compare(fromDecimal(amount), fromDecimal(written!)) !== 0) remarks.push({ column: cost, reason: `is not ${price} x PricingQuantity` });
  }
  return remarks;
}

function exact(text: string): ReturnType<typeof parseDecimal> {
  const plain = focusDecimal(text);
  return plain === null ? null : parseDecimal(plain);
}

function fault(column: string, value: string, reason: string): FocusFault {
  return { column, reason: value === "" ? "is empty" : `"${value.slice(0, 40)}" ${reason}` };
}

/** Plain decimal text of a number of the format, or null. */
export function focusDecimal(text: string): string | null {
  const match = FOCUS_NUMBER.exec(text);
  if (!match) return null;
  const fraction = match[3] ?? "";
  const scale = fraction.length - Number(match[4] ?? "0");
  const units = BigInt(`${match[1]}${match[2]}${fraction}`);
  const plain = scale <= 0 ? String(units * 10n ** BigInt(-scale)) : formatUnits(units, scale);
  return parseDecimal(plain) ? plain : null;
}
