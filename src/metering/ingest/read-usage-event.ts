import { isCleanText } from "../../kernel/code";
import { parseInstant } from "../../kernel/instant";
import { OUTCOME_COLUMNS } from "./leg-facets";
import { readAttributes, readCostItems } from "./read-cost-items";
import { DURATION_TOLERANCE_MS, FUTURE_LIMIT_MS, UsageEventType } from "../usage-event";
import { USAGE_EVENT_FIELDS, UsageEventField } from "../usage-event-fields";

/** A sound event: what decides where it belongs, and the rest as one row of text in the order of the field table. */
export interface SoundEvent {
  readonly eventId: string;
  readonly contactId: string;
  readonly legId: string;
  readonly type: UsageEventType;
  readonly revision: number;
  readonly businessUnit: string | null;
  readonly useCase: string | null;
  readonly endedAtMs: number;
  readonly test: boolean;
  /** The carrier's id of the same call. */
  readonly telephonyRef: string | null;
  /** connectedMs is off the timestamps by more than a second. */
  readonly durationMismatch: boolean;
  /** Tab-separated COPY text of the payload columns; equal events give equal text. */
  readonly payload: string;
}

/** Why an event is refused; `field` is the one to correct. */
export interface EventFault {
  readonly fault: string;
}

/** A day into 1970: in every time zone it falls into a month that periods know. */
const EARLIEST_END_MS = 86_400_000;

/** Absent, as COPY writes it. */
export const ABSENT = "\\N";

const POSITION = new Map(USAGE_EVENT_FIELDS.map((field, index) => [field.name, index]));
const GROUPS = new Set(USAGE_EVENT_FIELDS.flatMap((field) => (field.name.includes(".") ? [field.name.split(".")[0]!] : [])));
/** Names that an event may hold, and those that each of its inner objects may. */
const TOP = new Set(USAGE_EVENT_FIELDS.map((field) => field.name.split(".")[0]!));
const INNER = [...GROUPS].map((group) => ({ group, known: new Set(USAGE_EVENT_FIELDS.flatMap(({ name }) => (name.startsWith(`${group}.`) ? [name.slice(group.length + 1)] : []))) }));
const READERS: ReadonlyArray<{ field: UsageEventField; group: string | null; key: string }> = USAGE_EVENT_FIELDS.map((field) => {
  const [first, second] = field.name.split(".");
  return second === undefined ? { field, group: null, key: first! } : { field, group: first!, key: second };
});
const at = (name: string): number => POSITION.get(name)!;
const EVENT_ID = at("eventId"), TYPE = at("type"), REVISION = at("revision"), UNIT = at("businessUnit"), USE_CASE = at("useCase");
const CONTACT = at("contactId"), LEG = at("legId"), INITIATED = at("initiatedAt"), CONNECTED = at("connectedAt"), ENDED = at("endedAt");
const CONNECTED_MS = at("connectedMs"), TEST = at("test"), OCCURRED = at("occurredAt"), SPEC = at("specVersion"), COST_ITEMS = at("costItems"), TELEPHONY = at("telephonyRef");
const OUTCOME_CELLS = USAGE_EVENT_FIELDS.flatMap((field, index) => (OUTCOME_COLUMNS.has(field.column) ? [index] : []));

/**
 * Checks one event as it came (JSON) and writes its row in the same pass. Never throws: a fault is an answer.
 * Instants become UTC with milliseconds, text becomes NFC, unknown fields are refused by name.
 */
export function readUsageEvent(raw: unknown, nowMs: number): SoundEvent | EventFault {
  if (typeof raw !== "object" || raw === null || Array.isArray(raw)) return { fault: "An event must be an object." };
  const event = raw as Record<string, unknown>;
  for (const key in event) {
    if (!TOP.has(key)) return { fault: `"${key.slice(0, 60)}" is not a field of a usage event.` };
  }
  for (const { group, known } of INNER) {
    const inner = event[group];
    if (inner === undefined || inner === null) continue;
    if (typeof inner !== "object" || Array.isArray(inner)) return { fault: `${group} must be an object.` };
    for (const key in inner) if (!known.has(key)) return { fault: `"${group}.${key.slice(0, 60)}" is not a field of a usage event.` };
  }
  const cells: string[] = new Array<string>(READERS.length);
  const instants: number[] = [];
  for (let index = 0; index < READERS.length; index += 1) {
    const { field, group, key } = READERS[index]!;
    const holder = group === null ? event : (event[group] as Record<string, unknown> | null | undefined);
    const value = holder?.[key];
    if (value === undefined || value === null) {
      if (field.required) return { fault: `${field.name} is missing.` };
      cells[index] = field.fallback ?? ABSENT;
      continue;
    }
    const cell = readCell(field, value, instants, index);
    if (typeof cell !== "string") return cell;
    cells[index] = cell;
  }
  return judge(cells, instants, nowMs);
}

function readCell(field: UsageEventField, value: unknown, instants: number[], index: number): string | EventFault {
  switch (field.kind) {
    case "text":
      return readText(field, value);
    case "enum":
      if (typeof value === "string" && field.values!.has(value)) return value;
      return { fault: `${field.name} must be one of ${[...field.values!].join(", ")}.` };
    case "instant": {
      const ms = typeof value === "string" ? parseInstant(value) : value instanceof Date ? value.getTime() : null;
      if (ms === null || Number.isNaN(ms)) return { fault: `${field.name} must be an instant with offset, for example 2025-10-31T09:15:00.000Z.` };
      instants[index] = ms;
      return typeof value === "string" && value.length === 24 && value[23] === "Z" && value[10] === "T" ? value : new Date(ms).toISOString();
    }
    case "whole":
      if (typeof value === "number" && Number.isSafeInteger(value) && value >= field.least! && value <= field.most!) return Object.is(value, -0) ? "0" : String(value);
      return { fault: `${field.name} must be a whole number from ${field.least} to ${field.most}.` };
    case "boolean":
      if (typeof value === "boolean") return value ? "t" : "f";
      return { fault: `${field.name} must be true or false.` };
    case "costItems":
      return readCostItems(value);
    case "attributes":
      return readAttributes(value);
  }
}

const PLAIN_ASCII = /^[\x20-\x5b\x5d-\x7e]*$/;

function readText(field: UsageEventField, value: unknown): string | EventFault {
  if (typeof value !== "string") return { fault: `${field.name} must be text.` };
  if (value.length === 0 && field.required) return { fault: `${field.name} is empty.` };
  if (value.length > field.longest!) return { fault: `${field.name} is longer than ${field.longest} characters.` };
  if (PLAIN_ASCII.test(value)) return value;
  if (!isCleanText(value)) return { fault: `${field.name} holds control characters or broken Unicode.` };
  const composed = value.normalize("NFC");
  if (composed.length > field.longest!) return { fault: `${field.name} is longer than ${field.longest} characters.` };
  return composed.replace(/\\/g, "\\\\");
}

const unescape = (cell: string): string => cell.replace(/\\\\/g, "\\");
const orNull = (cell: string): string | null => (cell === ABSENT ? null : unescape(cell));

/** What no single field can tell. */
function judge(cells: string[], instants: number[], nowMs: number): SoundEvent | EventFault {
  const type = cells[TYPE] as UsageEventType;
  if (type === "LEG_RATED" && (cells[COST_ITEMS] === ABSENT || cells[COST_ITEMS] === "{}")) return { fault: "LEG_RATED carries the late cost of a leg: costItems are missing." };
  if (type === "LEG_ANALYSED" && OUTCOME_CELLS.every((cell) => cells[cell] === ABSENT)) return { fault: "LEG_ANALYSED carries the late outcome of a leg: outcome, resolved, flags, sentiment, csat, intent and writes are all missing." };
  if (cells[SPEC] !== "1.0") return { fault: 'specVersion must be "1.0".' };
  const endedAtMs = instants[ENDED]!, connectedAtMs = instants[CONNECTED], initiatedAtMs = instants[INITIATED];
  const occurredAtMs = instants[OCCURRED];
  if (endedAtMs < EARLIEST_END_MS) return { fault: "endedAt lies before 1970-01-02." };
  if (endedAtMs > nowMs + FUTURE_LIMIT_MS) return { fault: "endedAt lies more than 5 minutes in the future. Check the clock of the sender." };
  if (occurredAtMs !== undefined && occurredAtMs > nowMs + FUTURE_LIMIT_MS) return { fault: "occurredAt lies more than 5 minutes in the future. Check the clock of the sender." };
  if (connectedAtMs !== undefined && endedAtMs < connectedAtMs) return { fault: "endedAt is before connectedAt." };
  if (initiatedAtMs !== undefined && endedAtMs < initiatedAtMs) return { fault: "endedAt is before initiatedAt." };
  const connectedMs = Number(cells[CONNECTED_MS]);
  return {
    eventId: unescape(cells[EVENT_ID]!),
    contactId: unescape(cells[CONTACT]!),
    legId: unescape(cells[LEG]!),
    type,
    revision: Number(cells[REVISION]),
    businessUnit: orNull(cells[UNIT]!),
    useCase: orNull(cells[USE_CASE]!),
    endedAtMs,
    test: cells[TEST] === "t",
    telephonyRef: orNull(cells[TELEPHONY]!),
    durationMismatch: connectedAtMs !== undefined && Math.abs(endedAtMs - connectedAtMs - connectedMs) > DURATION_TOLERANCE_MS,
    payload: cells.join("\t"),
  };
}
