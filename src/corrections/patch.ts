import { Canonical } from "../kernel/canonical";
import { Refusal } from "../kernel/refusal";
import { USAGE_EVENT_FIELDS, UsageEventField, readUsageEvent } from "../metering";

/** Fields of the canonical event to set, as in an event; null empties a field that may be absent. What is left out stays. */
export type UsageEventPatch = Readonly<Record<string, unknown>>;

/** What the fields of a leg must agree on, as the leg counts now. */
export interface PatchedLeg {
  readonly legKey: string;
  readonly eventKey: string;
  readonly eventId: string;
  readonly channel: string;
  readonly direction: string;
  readonly status: string;
  readonly initiatedAt: Date | null;
  readonly connectedAt: Date | null;
  readonly endedAt: Date;
  readonly connectedMs: string;
  readonly test: boolean;
}

/** Identity, what has a correction of its own (ATTRIBUTE), and cost, which LEG_RATED corrects, are not patched. */
const FIXED: ReadonlySet<string> = new Set(["eventId", "type", "revision", "specVersion", "occurredAt", "contactId", "legId", "customerRef", "businessUnit", "useCase", "costItems"]);

/** The fields that an amendment may set: "tokens.in" is the field `in` of the object `tokens`. */
export const PATCHABLE_FIELDS: readonly UsageEventField[] = USAGE_EVENT_FIELDS.filter(({ name }) => !FIXED.has(name));

/** A column's value as the database reads it: text in its own form, null, or (attributes) an object. */
export type ColumnValue = string | null | Readonly<Record<string, unknown>>;

/** A patch after it was read: the columns that it sets, and the legs that it sits on. */
export interface ReadPatch {
  readonly columns: Readonly<Record<string, ColumnValue>>;
  /** Keys of the rows whose duration is off the timestamps by more than a second once patched. */
  readonly mismatched: ReadonlySet<string>;
}

/**
 * Reads a patch as the reader of usage reads events, on every leg that it is for. BAD_USER_INPUT names the first leg that
 * it would break, and why; nothing is patched then.
 */
export function readPatch(patch: UsageEventPatch, legs: readonly PatchedLeg[], nowMs: number): ReadPatch {
  const fields = patchedFields(patch);
  let columns: Record<string, ColumnValue> | null = null;
  const mismatched = new Set<string>();
  for (const leg of legs) {
    const read = readUsageEvent(eventOf(leg, patch), nowMs);
    if ("fault" in read) throw new Refusal("BAD_USER_INPUT", `The patch breaks ${leg.eventId}: ${read.fault} Nothing was amended.`, ["patch"]);
    columns ??= columnsOf(read.payload, fields);
    if (read.durationMismatch) mismatched.add(leg.eventKey);
  }
  return { columns: columns ?? {}, mismatched };
}

/** The fields that a patch names; BAD_USER_INPUT for one that may not be patched, and for a required one that is emptied. */
function patchedFields(patch: UsageEventPatch): UsageEventField[] {
  const named = Object.entries(patch).flatMap(([key, value]): Array<[string, unknown]> =>
    isGroup(key) && value !== null ? Object.entries(value as object).map(([inner, each]): [string, unknown] => [`${key}.${inner}`, each]) : [[key, value]],
  );
  return named.flatMap(([name, value]) => {
    if (isGroup(name)) return PATCHABLE_FIELDS.filter((field) => field.name.startsWith(`${name}.`));
    const field = PATCHABLE_FIELDS.find((each) => each.name === name);
    if (!field) throw new Refusal("BAD_USER_INPUT", `"${name.slice(0, 60)}" is not a field that an amendment may set.`, ["patch", name.slice(0, 60)]);
    if (value === null && (field.required || field.fallback !== undefined)) throw new Refusal("BAD_USER_INPUT", `${name} cannot be emptied.`, ["patch", name]);
    return [field];
  });
}

const GROUPS: ReadonlySet<string> = new Set(USAGE_EVENT_FIELDS.flatMap(({ name }) => (name.includes(".") ? [name.split(".")[0]!] : [])));
const isGroup = (name: string): boolean => GROUPS.has(name);

/** The leg as an event of its own, patched; what a patch cannot touch stands for itself. */
function eventOf(leg: PatchedLeg, patch: UsageEventPatch): Record<string, unknown> {
  return {
    eventId: "patched", contactId: "patched", legId: "patched", type: "LEG_UPDATED", channel: leg.channel, direction: leg.direction, status: leg.status,
    initiatedAt: leg.initiatedAt, connectedAt: leg.connectedAt, endedAt: leg.endedAt, connectedMs: Number(leg.connectedMs), test: leg.test, ...patch,
  };
}

const POSITION = new Map(USAGE_EVENT_FIELDS.map((field, index) => [field.name, index]));

/** The columns of some fields of a row as the reader wrote it. */
export function columnsOf(payload: string, fields: readonly UsageEventField[]): Record<string, ColumnValue> {
  const cells = payload.split("\t");
  return Object.fromEntries(fields.map((field) => [field.column, valueOf(cells[POSITION.get(field.name)!]!, field)]));
}

function valueOf(cell: string, field: UsageEventField): ColumnValue {
  if (cell === "\\N") return null;
  const text = cell.replace(/\\\\/g, "\\");
  return field.kind === "attributes" ? (JSON.parse(text) as Record<string, unknown>) : text;
}

/** The patch without what is absent: a field that nobody named is not one that was emptied. */
export function cleanPatch(patch: object): UsageEventPatch {
  const present = (value: object): Record<string, unknown> => Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined));
  return Object.fromEntries(Object.entries(present(patch)).map(([key, value]) => [key, isGroup(key) && value !== null ? present(value as object) : value]));
}

/** A patch in a form that can be hashed and stored: instants as text. */
export function canonicalPatch(patch: UsageEventPatch): { readonly [key: string]: Canonical } {
  return JSON.parse(JSON.stringify(patch)) as { readonly [key: string]: Canonical };
}
