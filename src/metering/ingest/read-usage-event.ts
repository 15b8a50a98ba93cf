import { isCleanText } from "../../kernel/code";
import { parseInstant } from "../../kernel/instant";
import { OUTCOME_COLUMNS } from "./leg-facets";
import { readAttributes, readCostItems } from "./read-cost-items";
import { DURATION_TOLERANCE_MS, FUTURE_LIMIT_MS, UsageEventType } from "../usage-event";
import { looksLikeTelephoneNumber } from "../telephone-number";
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

/** How one field of an event becomes a cell of its row. */
interface FieldReader {
  readonly name: string;
  /** Where it stands in the event, or in the inner object that holds it. */
  readonly key: string;
  readonly required: boolean;
  /** The cell of a field that is absent. */
  readonly absent: string;
  readonly read: (value: unknown) => string | EventFault;
}

/** Fields in the order of the field table: one by one at the top of an event, and those of an inner object together. */
interface Step {
  readonly group: string | null;
  readonly readers: readonly FieldReader[];
}

const STEPS: readonly Step[] = USAGE_EVENT_FIELDS.reduce<Array<{ group: string | null; readers: FieldReader[] }>>((steps, field) => {
  const [first, second] = field.name.split(".");
  const reader = { name: field.name, key: second ?? first!, required: field.required ?? false, absent: field.fallback ?? ABSENT, read: readerOf(field) };
  const group = second === undefined ? null : first!;
  if (steps.length > 0 && steps.at(-1)!.group === group) steps.at(-1)!.readers.push(reader);
  else steps.push({ group, readers: [reader] });
  return steps;
}, []);

/** Names that an event may hold, and those that each of its inner objects may. */
const TOP = new Set(USAGE_EVENT_FIELDS.map((field) => field.name.split(".")[0]!));
const INNER = STEPS.flatMap(({ group, readers }) => (group === null ? [] : [{ group, known: new Set(readers.map(({ key }) => key)) }]));
const at = (name: string): number => USAGE_EVENT_FIELDS.findIndex((field) => field.name === name);
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
  const cells: string[] = [];
  const left = readFields(event, cells);
  // Only an event that holds more names than were read, or a fault, is worth looking at each name.
  const fault = left === 0 ? null : (unknownField(event) ?? (typeof left === "object" ? left : null));
  return fault ?? judge(cells, nowMs);
}

/** Fills the cells; answers how many names of the event were not read, or the first fault. */
function readFields(event: Record<string, unknown>, cells: string[]): number | EventFault {
  let left = 0;
  for (const step of STEPS) {
    let holder: Record<string, unknown> | null = event;
    if (step.group !== null) {
      const inner = event[step.group];
      if (inner === undefined || inner === null) holder = null;
      else if (typeof inner !== "object" || Array.isArray(inner)) return { fault: `${step.group} must be an object.` };
      else left += sizeOf((holder = inner as Record<string, unknown>));
      if (inner !== undefined) left -= 1;
    }
    for (const { name, key, required, absent, read } of step.readers) {
      const value = holder === null ? undefined : holder[key];
      if (value !== undefined) left -= 1;
      if (value === undefined || value === null) {
        if (required) return { fault: `${name} is missing.` };
        cells.push(absent);
        continue;
      }
      const cell = read(value);
      if (typeof cell !== "string") return cell;
      cells.push(cell);
    }
  }
  return left + sizeOf(event);
}

function sizeOf(holder: object): number {
  let size = 0;
  // eslint-disable-next-line @typescript-eslint/no-unused-vars -- counted, not read
  for (const _ in holder) size += 1;
  return size;
}

function unknownField(event: Record<string, unknown>): EventFault | null {
  for (const key in event) {
    if (!TOP.has(key)) return { fault: `"${key.slice(0, 60)}" is not a field of a usage event.` };
  }
  for (const { group, known } of INNER) {
    const inner = event[group];
    if (inner === undefined || inner === null) continue;
    if (typeof inner !== "object" || Array.isArray(inner)) return { fault: `${group} must be an object.` };
    for (const key in inner) if (!known.has(key)) return { fault: `"${group}.${key.slice(0, 60)}" is not a field of a usage event.` };
  }
  return null;
}

/** What reads a field of that kind: the cell, or what is wrong. */
function readerOf(field: UsageEventField): (value: unknown) => string | EventFault {
  const { name, kind } = field;
  switch (kind) {
    case "text":
      return field.pseudonym ? pseudonymReader(name, field.longest!) : textReader(name, field.longest!, field.required ?? false);
    case "enum": {
      const values = field.values!;
      const fault = { fault: `${name} must be one of ${[...values].join(", ")}.` };
      return (value) => (typeof value === "string" && values.has(value) ? value : fault);
    }
    case "instant": {
      const fault = { fault: `${name} must be an instant with offset, for example 2025-10-31T09:15:00.000Z.` };
      return (value) => readInstant(value) ?? fault;
    }
    case "whole": {
      const least = field.least!, most = field.most!;
      const fault = { fault: `${name} must be a whole number from ${least} to ${most}.` };
      return (value) => {
        if (typeof value !== "number" || !Number.isSafeInteger(value) || value < least || value > most) return fault;
        return value === 0 ? "0" : String(value);
      };
    }
    case "boolean": {
      const fault = { fault: `${name} must be true or false.` };
      return (value) => (value === true ? "t" : value === false ? "f" : fault);
    }
    case "costItems":
      return readCostItems;
    case "attributes":
      return readAttributes;
  }
}

/** ISO text in UTC with milliseconds; null for what is no instant. */
function readInstant(value: unknown): string | null {
  const ms = typeof value === "string" ? parseInstant(value) : value instanceof Date ? value.getTime() : null;
  if (ms === null || Number.isNaN(ms)) return null;
  return typeof value === "string" && value.length === 24 && value.charCodeAt(23) === 90 && value.charCodeAt(10) === 84 ? value : new Date(ms).toISOString();
}

/** Text that is stored as it came: printable ASCII without a backslash. */
const PLAIN_ASCII = /^[\x20-\x5b\x5d-\x7e]*$/;

function textReader(name: string, longest: number, required: boolean): (value: unknown) => string | EventFault {
  const tooLong = { fault: `${name} is longer than ${longest} characters.` };
  return (value) => {
    if (typeof value !== "string") return { fault: `${name} must be text.` };
    if (value.length === 0 && required) return { fault: `${name} is empty.` };
    if (value.length > longest) return tooLong;
    if (PLAIN_ASCII.test(value)) return value;
    if (!isCleanText(value)) return { fault: `${name} holds control characters or broken Unicode.` };
    const composed = value.normalize("NFC");
    return composed.length > longest ? tooLong : composed.replace(/\\/g, "\\\\");
  };
}

function pseudonymReader(name: string, longest: number): (value: unknown) => string | EventFault {
  const read = textReader(name, longest, false);
  const inClear = { fault: `${name} looks like a telephone number. Send a pseudonym of the customer instead, for example an HMAC of the number under a key that you keep.` };
  return (value) => (typeof value === "string" && value.length <= longest && looksLikeTelephoneNumber(value) ? inClear : read(value));
}

const unescape = (cell: string): string => (cell.includes("\\") ? cell.replace(/\\\\/g, "\\") : cell);
const orNull = (cell: string): string | null => (cell === ABSENT ? null : unescape(cell));

const instantOf = (cell: string): number | null => (cell === ABSENT ? null : parseInstant(cell));

/** What no single field can tell. */
function judge(cells: readonly string[], nowMs: number): SoundEvent | EventFault {
  const type = cells[TYPE] as UsageEventType;
  if (type === "LEG_RATED" && (cells[COST_ITEMS] === ABSENT || cells[COST_ITEMS] === "{}")) return { fault: "LEG_RATED carries the late cost of a leg: costItems are missing." };
  if (type === "LEG_ANALYSED" && OUTCOME_CELLS.every((cell) => cells[cell] === ABSENT)) return { fault: "LEG_ANALYSED carries the late outcome of a leg: outcome, resolved, flags, sentiment, csat, intent and writes are all missing." };
  if (cells[SPEC] !== "1.0") return { fault: 'specVersion must be "1.0".' };
  const endedAtMs = instantOf(cells[ENDED]!)!, connectedAtMs = instantOf(cells[CONNECTED]!), initiatedAtMs = instantOf(cells[INITIATED]!), occurredAtMs = instantOf(cells[OCCURRED]!);
  if (endedAtMs < EARLIEST_END_MS) return { fault: "endedAt lies before 1970-01-02." };
  if (endedAtMs > nowMs + FUTURE_LIMIT_MS) return { fault: "endedAt lies more than 5 minutes in the future. Check the clock of the sender." };
  if (occurredAtMs !== null && occurredAtMs > nowMs + FUTURE_LIMIT_MS) return { fault: "occurredAt lies more than 5 minutes in the future. Check the clock of the sender." };
  if (connectedAtMs !== null && endedAtMs < connectedAtMs) return { fault: "endedAt is before connectedAt." };
  if (initiatedAtMs !== null && endedAtMs < initiatedAtMs) return { fault: "endedAt is before initiatedAt." };
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
    durationMismatch: connectedAtMs !== null && Math.abs(endedAtMs - connectedAtMs - connectedMs) > DURATION_TOLERANCE_MS,
    payload: cells.join("\t"),
  };
}
