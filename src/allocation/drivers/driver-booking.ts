import { compareCodes } from "../../kernel/apportion";
import { requireCode, requireText } from "../../kernel/code";
import { formatUnits, requireDecimal, trimDecimal } from "../../kernel/decimal";
import { requirePeriodKey } from "../../kernel/period";
import { Refusal } from "../../kernel/refusal";
import { ALLOCATION_DRIVERS } from "../policy";

export const BOOKED_DRIVER_KINDS = ["HEADCOUNT", "RESERVED_CAPACITY", "PRACTICAL_CAPACITY", "BUDGET", "SERVICE", "OTHER"] as const;
export type BookedDriverKind = (typeof BOOKED_DRIVER_KINDS)[number];

/** How long a booking counts: in the months after it until another one replaces it, or in its own month alone. */
export const BOOKING_HOLDS = ["UNTIL_REPLACED", "PERIOD_ONLY"] as const;
export type BookingHolds = (typeof BOOKING_HOLDS)[number];

/** The quantity of a unit, of one of its use cases, or of a pool that others serve. */
export interface BookedQuantity {
  readonly businessUnit: string | null;
  readonly useCase: string | null;
  readonly pool: string | null;
  readonly quantity: string;
}

/** All quantities of a driver for a month, as finance says them. */
export interface DriverBookingContent {
  readonly driver: string;
  readonly kind: BookedDriverKind;
  /** What is counted, for people: "people", "concurrent calls". */
  readonly unit: string;
  readonly period: string;
  readonly holds: BookingHolds;
  readonly reason: string;
  readonly quantities: readonly BookedQuantity[];
}

/** A booking as it was written; a correction is the next version of the same driver and month, and replaces all of it. */
export interface DriverBooking extends DriverBookingContent {
  readonly id: string;
  readonly version: number;
  readonly payloadHash: string;
  readonly recordedBy: string;
  readonly recordedAt: Date;
}

export interface BookDriverQuantitiesInput extends Omit<DriverBookingContent, "quantities"> {
  readonly quantities: ReadonlyArray<{ readonly businessUnit?: string | null; readonly useCase?: string | null; readonly pool?: string | null; readonly quantity: string }>;
}

const MOST_QUANTITIES = 5_000;
/** Far more than anybody counts, and short enough to be exact in every sum. */
const MOST_DIGITS = 18;
const MOST_DECIMALS = 9;

/** The booking that an input stands for, in the order of codes; BAD_USER_INPUT names the fault and its place. */
export function readDriverBooking(input: BookDriverQuantitiesInput): DriverBookingContent {
  const driver = requireCode(input.driver, ["driver"]);
  if ((ALLOCATION_DRIVERS as readonly string[]).includes(driver) || driver === "DIRECT_COST") refuse(`${driver} is measured, not booked. Choose another code.`, ["driver"]);
  if (input.quantities.length === 0 || input.quantities.length > MOST_QUANTITIES) refuse(`A booking has 1 to ${MOST_QUANTITIES} quantities.`, ["quantities"]);
  const quantities = input.quantities.map((each, index) => readQuantity(each, ["quantities", String(index)]));
  const seen = new Set<string>();
  const whole = new Set<string>();
  quantities.forEach(({ businessUnit, useCase, pool }, index) => {
    const at = ["quantities", String(index)];
    const key = `${businessUnit ?? ""}/${useCase ?? ""}/${pool ?? ""}`;
    if (seen.has(key)) refuse(`${useCase ?? businessUnit ?? pool} is given twice.`, at);
    seen.add(key);
    if (businessUnit !== null && useCase === null) whole.add(businessUnit);
  });
  quantities.forEach(({ businessUnit, useCase }, index) => {
    if (useCase !== null && whole.has(businessUnit!)) refuse(`${businessUnit} has a quantity as a whole and one for ${useCase}: give either, or they would count twice.`, ["quantities", String(index), "useCase"]);
  });
  return {
    driver, kind: input.kind, unit: requireText(input.unit, ["unit"], 64), period: requirePeriodKey(input.period, ["period"]), holds: input.holds, reason: requireText(input.reason, ["reason"], 500),
    quantities: quantities.sort((a, b) => compareCodes(a.businessUnit ?? "", b.businessUnit ?? "") || compareCodes(a.useCase ?? "", b.useCase ?? "") || compareCodes(a.pool ?? "", b.pool ?? "")),
  };
}

function readQuantity(input: BookDriverQuantitiesInput["quantities"][number], path: readonly string[]): BookedQuantity {
  const code = (text: string | null | undefined, field: string): string | null => (text === null || text === undefined ? null : requireCode(text, [...path, field]));
  const [businessUnit, useCase, pool] = [code(input.businessUnit, "businessUnit"), code(input.useCase, "useCase"), code(input.pool, "pool")];
  if ((businessUnit === null) === (pool === null)) refuse("A quantity is of a business unit or of a pool: give one of them.", path);
  if (useCase !== null && businessUnit === null) refuse("A use case stands beside its business unit.", [...path, "useCase"]);
  const { units, scale } = requireDecimal(input.quantity, [...path, "quantity"]);
  const quantity = trimDecimal(formatUnits(units, scale));
  const [whole, decimals = ""] = quantity.replace("-", "").split(".");
  if (whole!.replace(/^0+/, "").length > MOST_DIGITS || decimals.length > MOST_DECIMALS) refuse(`quantity has at most ${MOST_DIGITS} digits and ${MOST_DECIMALS} decimals.`, [...path, "quantity"]);
  return { businessUnit, useCase, pool, quantity };
}

function refuse(message: string, field: readonly string[]): never {
  throw new Refusal("BAD_USER_INPUT", message, field);
}
