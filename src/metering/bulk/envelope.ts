import { parseInstant } from "../../kernel/instant";
import { isSource } from "../ingest/report-usage";
import { USAGE_EVENT_TYPES } from "../usage-event";

/** An event with who measured it. What it holds is judged later, field by field. */
export interface SourcedEvent {
  readonly source: string;
  readonly event: Record<string, unknown>;
}

/** Why an item is refused before its event is looked at; `eventId` names it where it can be told. */
export interface ItemFault {
  readonly fault: string;
  readonly eventId: string;
}

type Item = Record<string, unknown>;

/** The `type` of an envelope for each type of event: apportion.usage.leg_completed.v1 and so on. */
const TYPES: ReadonlyMap<string, string> = new Map(USAGE_EVENT_TYPES.map((type) => [`apportion.usage.${type.toLowerCase()}.v1`, type]));
const JSON_CONTENT = /^application\/json *(;.*)?$/i;
const URI = "a URI of 1 to 200 characters";

/** True for what says that it is an envelope of CloudEvents: a canonical event writes `specVersion`. */
export function isEnvelope(item: object): boolean {
  return "specversion" in item;
}

/**
 * The event of one item as it came (JSON): an envelope of CloudEvents, or a bare canonical event. A bare event is of
 * `source`, or of the source that it names itself; with both, they must be equal. May change the item.
 */
export function readItem(item: unknown, source: string | null): SourcedEvent | ItemFault {
  if (typeof item !== "object" || item === null || Array.isArray(item)) return { fault: "An event must be an object.", eventId: "" };
  return isEnvelope(item) ? readEnvelope(item as Item) : readBare(item as Item, source);
}

/** As `readItem`, where nothing but an envelope is welcome. */
export function readEnvelope(item: unknown): SourcedEvent | ItemFault {
  if (typeof item !== "object" || item === null || Array.isArray(item)) return { fault: "A CloudEvent must be an object.", eventId: "" };
  const envelope = item as Item;
  const { id, source, type, time, datacontenttype, data } = envelope;
  const refuse = (fault: string): ItemFault => ({ fault, eventId: nameOf(id) });
  if (envelope.specversion !== "1.0") return refuse(envelope.specversion === undefined ? 'specversion is missing: a CloudEvent says "1.0".' : 'specversion must be "1.0".');
  if (typeof id !== "string" || id === "") return refuse("id is missing: it becomes the eventId.");
  if (typeof source !== "string" || !isSource(source)) return refuse(`source must be ${URI}.`);
  if (isThere(datacontenttype) && !(typeof datacontenttype === "string" && JSON_CONTENT.test(datacontenttype))) return refuse("datacontenttype must be application/json.");
  if (isThere(envelope.data_base64)) return refuse("data_base64 is not read: send the event as JSON in data.");
  if (typeof data !== "object" || data === null || Array.isArray(data)) return refuse("data must be an object: the usage event.");
  const fault = merge(data as Item, id, source, type, time);
  return fault === null ? { source, event: data as Item } : refuse(fault);
}

/** Puts what the envelope says into the event; the event may repeat it, and never contradict it. */
function merge(event: Item, id: string, source: string, type: unknown, time: unknown): string | null {
  if (isThere(event.eventId) && event.eventId !== id) return "data.eventId is not the id of the envelope. Leave it out.";
  event.eventId = id;
  if (isThere(event.source) && event.source !== source) return "data.source is not the source of the envelope. Leave it out.";
  if ("source" in event) delete event.source;
  const fault = mergeType(event, type);
  return fault ?? (isThere(time) ? mergeTime(event, time) : null);
}

function mergeType(event: Item, type: unknown): string | null {
  if (!isThere(type)) return isThere(event.type) ? null : "type is missing: for example apportion.usage.leg_completed.v1.";
  const named = typeof type === "string" ? TYPES.get(type) : undefined;
  if (named === undefined) return `type must be one of ${[...TYPES.keys()].join(", ")}.`;
  if (isThere(event.type) && event.type !== named) return `data.type is not what the envelope's type says (${named}). Leave it out.`;
  event.type = named;
  return null;
}

function mergeTime(event: Item, time: unknown): string | null {
  const instant = typeof time === "string" ? parseInstant(time) : null;
  if (instant === null) return "time must be an instant with offset, for example 2025-10-31T09:15:00.000Z.";
  const { occurredAt } = event;
  if (isThere(occurredAt) && !(typeof occurredAt === "string" && parseInstant(occurredAt) === instant)) return "data.occurredAt is not the time of the envelope. Leave it out.";
  event.occurredAt = time;
  return null;
}

function readBare(event: Item, given: string | null): SourcedEvent | ItemFault {
  if (!("source" in event)) return given === null ? { fault: NO_SOURCE, eventId: nameOf(event.eventId) } : { source: given, event };
  const { source } = event;
  delete event.source;
  if (!isThere(source)) return readBare(event, given);
  if (typeof source !== "string" || !isSource(source)) return { fault: `source must be ${URI}.`, eventId: nameOf(event.eventId) };
  if (given !== null && source !== given) return { fault: "The event names another source than the request does. Leave it out, or send the event in a request of its own.", eventId: nameOf(event.eventId) };
  return { source, event };
}

const NO_SOURCE = "Nobody says who measured this. Name the source of the whole request (?source=<uri>), or send a CloudEvent.";

const isThere = (value: unknown): boolean => value !== undefined && value !== null;
const nameOf = (id: unknown): string => (typeof id === "string" ? id.slice(0, 200) : "");
