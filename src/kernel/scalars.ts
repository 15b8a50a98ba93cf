import { GraphQLError, GraphQLScalarType, Kind, ValueNode } from "graphql";
import { parseDecimal } from "./decimal";
import { parseInstant } from "./instant";
import { isPeriodKey } from "./period";
import { currencyOf } from "./money";

function bad(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: "BAD_USER_INPUT" } });
}

function quote(value: unknown): string {
  return JSON.stringify(value)?.slice(0, 60) ?? String(value);
}

/** A scalar whose value is text of one form, in and out. */
function textScalar(name: string, description: string, specifiedByURL: string, accepts: (text: string) => boolean, hint: string): GraphQLScalarType<string, string> {
  const parse = (value: unknown): string => {
    if (typeof value === "string" && accepts(value)) return value;
    throw bad(`${quote(value)} is not a ${name}. ${hint}`);
  };
  return new GraphQLScalarType<string, string>({
    name, description, specifiedByURL,
    serialize: (value) => String(value),
    parseValue: parse,
    parseLiteral: (node: ValueNode) => parse(node.kind === Kind.STRING ? node.value : node.kind === Kind.NULL ? null : "value" in node ? { literal: node.value } : node.kind),
  });
}

export const DecimalScalar = textScalar(
  "Decimal",
  "An exact decimal number as text: digits, at most one dot, an optional sign; no exponent, no thousands mark. Never a JSON number, because those are rounded before they arrive.",
  "https://www.rfc-editor.org/rfc/rfc8259#section-6",
  (text) => parseDecimal(text) !== null,
  'Write it as a string of digits with a dot, for example "1250.00".',
);

export const PeriodKeyScalar = textScalar(
  "PeriodKey",
  'A calendar month of the programme\'s time zone, year and month: "2025-10".',
  "https://www.rfc-editor.org/rfc/rfc3339#appendix-A",
  isPeriodKey,
  'Write year and month, for example "2025-10".',
);

export const CurrencyCodeScalar = textScalar(
  "CurrencyCode",
  "An ISO 4217 currency code in upper case.",
  "https://www.iso.org/iso-4217-currency-codes.html",
  (text) => currencyOf(text) !== null,
  'Write an ISO 4217 code, for example "USD".',
);

export const DateScalar = textScalar(
  "Date",
  'A calendar date without time: "2025-10-31".',
  "https://www.rfc-editor.org/rfc/rfc3339#section-5.6",
  (text) => /^\d{4}-\d{2}-\d{2}$/.test(text) && parseInstant(`${text}T00:00:00Z`) !== null,
  'Write year, month and day, for example "2025-10-31".',
);

function parseDateTime(value: unknown): Date {
  // Already read once: variables are coerced before the compiled executor coerces them again.
  if (value instanceof Date) return value;
  const ms = typeof value === "string" ? parseInstant(value) : null;
  if (ms === null) throw bad(`${quote(value)} is not a DateTime. Write it with an offset, for example "2025-10-31T09:15:00.000Z".`);
  return new Date(ms);
}

export const DateTimeScalar = new GraphQLScalarType<Date, string>({
  name: "DateTime",
  description: "An instant, RFC 3339 with offset; answered in UTC with milliseconds. Years 1970 to 2199.",
  specifiedByURL: "https://www.rfc-editor.org/rfc/rfc3339#section-5.6",
  serialize: (value) => (value instanceof Date ? value : new Date(value as string | number)).toISOString(),
  parseValue: parseDateTime,
  parseLiteral: (node) => parseDateTime(node.kind === Kind.STRING ? node.value : null),
});

function parseLong(value: unknown): number {
  if (typeof value === "number" && Number.isSafeInteger(value)) return value;
  throw bad(`${quote(value)} is not a Long. Send a whole JSON number between -(2^53-1) and 2^53-1.`);
}

export const LongScalar = new GraphQLScalarType<number, number>({
  name: "Long",
  description: "A whole number up to 2^53-1 in magnitude, as a JSON number.",
  specifiedByURL: "https://www.rfc-editor.org/rfc/rfc8259#section-6",
  serialize: (value) => parseLong(typeof value === "string" || typeof value === "bigint" ? Number(value) : value),
  parseValue: parseLong,
  parseLiteral: (node) => parseLong(node.kind === Kind.INT ? Number(node.value) : null),
});

export const JsonScalar = new GraphQLScalarType({
  name: "JSON",
  description: "A JSON object.",
  specifiedByURL: "https://www.rfc-editor.org/rfc/rfc8259",
});
