import { z } from "zod";

/** How the text of a column is read; without it the text is taken as it stands, trimmed. */
export const READINGS = ["localDateTime", "dateTime", "epochMs", "epochSeconds", "integer", "boolean", "decimal", "json"] as const;
export type Reading = (typeof READINGS)[number];

/** Readings that give an instant. */
export const INSTANT_READINGS: ReadonlySet<Reading> = new Set(["localDateTime", "dateTime", "epochMs", "epochSeconds"]);

const column = z.string("must be the name of a column").min(1, "must be the name of a column");
const scalar = z.union([z.string(), z.number(), z.boolean()], "must be text, a number or true/false");
const decimal = z.union([z.string(), z.number()], 'must be a number, or text such as "1.5"');
const words = z.array(z.string("must be text"), "must be a list of texts").min(1, "must name at least one value");

const columnRule = z.strictObject({
  column,
  as: z.enum(READINGS, `must be one of ${READINGS.join(", ")}`).optional(),
  multiply: decimal.optional(),
  map: z.record(z.string(), scalar, 'must be an object such as {"Text": "SMS"}').optional(),
  default: scalar.optional(),
  slug: z.boolean("must be true or false").optional(),
});
const joinRule = z.strictObject({
  join: z.array(column, "must be a list of columns").min(1, "must name at least one column"),
  separator: z.string("must be text").max(10, "must be at most 10 characters").default("."),
  slug: z.boolean("must be true or false").optional(),
});
const fromRule = z.strictObject({
  from: z.string("must be the name of a field"),
  plusMs: z.union([z.string(), z.int()], "must be the name of a field or a whole number of milliseconds").default(0),
});
const valueRule = z.strictObject({ value: scalar });

export type ColumnRule = z.infer<typeof columnRule>;
export type JoinRule = z.infer<typeof joinRule>;
export type FromRule = z.infer<typeof fromRule>;
export type ValueRule = z.infer<typeof valueRule>;

/** Where the value of one field comes from. */
export type UsageMappingRule = ColumnRule | JoinRule | FromRule | ValueRule;

/** The kinds of rule by the key that tells them apart. */
export const RULES = { column: columnRule, join: joinRule, from: fromRule, value: valueRule } as const;

const filter = z
  .strictObject({ column, in: words.optional(), notIn: words.optional(), notEmpty: z.literal(true, "can only be true").optional(), greaterThan: decimal.optional() }, "must be an object")
  .refine((entry) => Object.keys(entry).length > 1, "needs a test: in, notIn, notEmpty or greaterThan");
export type UsageFilter = z.infer<typeof filter>;

/** The outer shape; each rule is read by its own kind, so that a fault is named where it is. */
export const mappingShape = z.strictObject({
  source: z.string("must be text").trim().min(1, "must not be empty").max(200, "must be at most 200 characters").optional(),
  timeZone: z.string("must be the name of a time zone").optional(),
  filter: z.array(filter, "must be a list").default([]),
  fields: z.record(z.string(), z.unknown(), "must be an object"),
}, "must be an object");

/** How the rows of a file become usage events. A row is left out unless it passes every filter. */
export interface UsageMapping {
  readonly source?: string;
  /** IANA zone of local times without offset. */
  readonly timeZone?: string;
  readonly filter: readonly UsageFilter[];
  readonly fields: Readonly<Record<string, UsageMappingRule>>;
}
