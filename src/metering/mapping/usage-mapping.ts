import { Refusal, RefusalCode } from "../../kernel/refusal";
import { filterTest } from "./usage-mapping-filter";
import { badValue } from "./usage-mapping-field";
import { FieldReader, fieldReader, Row } from "./usage-mapping-read";
import { UsageMapping } from "./usage-mapping-rule";

export { parseUsageMapping } from "./usage-mapping-parse";
export type { UsageFilter, UsageMapping, UsageMappingRule } from "./usage-mapping-rule";

/** What became of a row: an event to push, left out by a filter, or refused with a reason that names the field. */
export type MappedRow =
  | { readonly kind: "event"; readonly event: Record<string, unknown> }
  | { readonly kind: "filtered" }
  | { readonly kind: "rejected"; readonly code: RefusalCode; readonly message: string };

/** What a usage event says where a mapping has no rule for the field. */
const UNNAMED: Readonly<Record<string, string>> = { direction: "INBOUND", channel: "VOICE", status: "COMPLETED" };

/**
 * The function that turns a row into an event. It never throws: a row that cannot be mapped is an answer, too.
 * Contact and leg fall back to the event id; direction, channel and status to INBOUND, VOICE and COMPLETED only where
 * the mapping has no rule for them, since an empty cell is not a statement.
 */
export function compileUsageMapping(mapping: UsageMapping): (row: Row) => MappedRow {
  const filters = mapping.filter.map(filterTest);
  const readers = inOrder(mapping).map((name) => ({ name, read: fieldReader(mapping, name), about: describe(mapping, name) }));
  const defaults = Object.entries(UNNAMED).filter(([name]) => !Object.hasOwn(mapping.fields, name));
  const toEvent = (row: Row): Record<string, unknown> => {
    const values = new Map<string, unknown>(defaults);
    for (const reader of readers) readInto(values, reader, row);
    const eventId = values.get("eventId");
    if (eventId === undefined) throw badValue(`${describe(mapping, "eventId")}: is empty; every row needs an id of its own.`);
    for (const name of ["contactId", "legId"]) if (!values.has(name)) values.set(name, eventId);
    return nested(values);
  };
  return (row) => {
    try {
      return passes(filters, row) ? { kind: "event", event: toEvent(row) } : { kind: "filtered" };
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      return { kind: "rejected", code: error instanceof Refusal ? error.code : "BAD_USER_INPUT", message };
    }
  };
}

/** Reads the event id alone, so that a row that is refused for another field can still be named; "" when it has none. */
export function compileEventId(mapping: UsageMapping): (row: Row) => string {
  const read = fieldReader(mapping, "eventId");
  return (row) => {
    try {
      return String(read(row, new Map()) ?? "");
    } catch {
      return ""; // the refusal of the row tells why
    }
  };
}

/** Every column that the mapping reads, each once, sorted. A file that lacks one of them is not the file it was made for. */
export function columnsOf(mapping: UsageMapping): string[] {
  const columns = new Set(mapping.filter.map((entry) => entry.column));
  for (const rule of Object.values(mapping.fields)) {
    if ("column" in rule) columns.add(rule.column);
    if ("join" in rule) for (const column of rule.join) columns.add(column);
  }
  return [...columns].sort();
}

/** One test that cannot be made refuses the row only when no other leaves it out. */
function passes(filters: ReadonlyArray<(row: Row) => boolean>, row: Row): boolean {
  let trouble: unknown = null;
  for (const test of filters) {
    try {
      if (!test(row)) return false;
    } catch (error) {
      trouble ??= error;
    }
  }
  if (trouble !== null) throw trouble;
  return true;
}

function readInto(values: Map<string, unknown>, reader: { name: string; read: FieldReader; about: string }, row: Row): void {
  try {
    const value = reader.read(row, values);
    if (value !== undefined) values.set(reader.name, value);
  } catch (error) {
    if (error instanceof Refusal) throw new Refusal(error.code, `${reader.about}: ${error.message}`, reader.name.split("."));
    throw error;
  }
}

/** The fields with those first that others are reckoned from. */
function inOrder(mapping: UsageMapping): string[] {
  const ordered = new Set<string>();
  const visit = (name: string): void => {
    const rule = mapping.fields[name]!;
    if ("from" in rule) for (const other of [rule.from, rule.plusMs]) if (typeof other === "string" && !ordered.has(other)) visit(other);
    ordered.add(name);
  };
  for (const name of Object.keys(mapping.fields)) visit(name);
  return [...ordered];
}

function describe(mapping: UsageMapping, name: string): string {
  const rule = mapping.fields[name]!;
  return "column" in rule ? `${name} (column ${rule.column})` : name;
}

function nested(values: ReadonlyMap<string, unknown>): Record<string, unknown> {
  const event: Record<string, unknown> = {};
  for (const [name, value] of values) {
    const dot = name.indexOf(".");
    if (dot < 0) event[name] = value;
    else ((event[name.slice(0, dot)] ??= {}) as Record<string, unknown>)[name.slice(dot + 1)] = value;
  }
  return event;
}
