import { isoOf } from "./instants";
import { Adapter, ProviderItem, compact, ignored, tidy, unknownFields } from "./leg";
import { JsonObject, Payload, isObject } from "./payload";

const EVENT_WITHHELD = ["event_id", "type", "response", "session", "session_id", "occurred_at", "model", "direction"];
const SESSION_WITHHELD = ["object", "model", "direction", "instructions", "tools", "tool_choice", "audio", "client_secret", "voice", "prompt", "tracing", "include", "truncation", "output_modalities", "modalities", "input_audio_format", "output_audio_format", "input_audio_transcription", "turn_detection", "temperature", "max_response_output_tokens", "max_output_tokens", "expires_at", "type", "speed"];

/**
 * Usage of OpenAI's realtime sessions. A `response.done`, alone or in a list, is a leg of its own in the contact that its
 * session is, whatever else was sent of that session and in whichever pieces: the contact's legs sum to the session. A
 * session that is sent whole, `{session: {id, started_at, ended_at, ...}, responses: [response.done ...]}`, is one leg with
 * their sum; sent again with more responses it takes the place of what was sent before. Send a session either way, not
 * both. The interface itself says neither the session nor the time: whoever forwards adds `session_id` and `occurred_at`.
 */
export const openaiRealtime: Adapter = {
  nameOf: (record) => (isObject(record.session) ? record.session.id : (record.session_id ?? (isObject(record.response) ? record.response.id : null))),
  read(record) {
    const session = record.object("session");
    if (session !== null && record.has("responses")) return readSession(session, record);
    const type = record.text("type");
    if (type !== "response.done") return ignored(`${(type ?? "A message without a type").slice(0, 60)} holds no usage.`);
    return readResponse(record);
  },
};

interface Tokens { in: number; out: number; cached: number; audioIn: number; audioOut: number }
const none = (): Tokens => ({ in: 0, out: 0, cached: 0, audioIn: 0, audioOut: 0 });

/** Adds what a `response.done` used; false when it says nothing of it, as one that was cancelled at once. */
function addUsage(sum: Tokens, response: Payload): boolean {
  const usage = response.object("usage");
  if (usage === null) return false;
  const input = usage.object("input_token_details"), output = usage.object("output_token_details");
  sum.in += usage.whole("input_tokens") ?? 0;
  sum.out += usage.whole("output_tokens") ?? 0;
  sum.cached += input?.whole("cached_tokens") ?? 0;
  sum.audioIn += input?.whole("audio_tokens") ?? 0;
  sum.audioOut += output?.whole("audio_tokens") ?? 0;
  return true;
}

function readSession(session: Payload, record: Payload): ProviderItem[] {
  const id = session.needText("id");
  const sum = none();
  let latest: number | null = null;
  let metadata: JsonObject = session.map("metadata");
  const counted = new Set<string>();
  for (const done of record.objects("responses")) {
    const response = done.object("response") ?? done;
    const responseId = response.needText("id");
    if (counted.has(responseId)) continue;
    counted.add(responseId);
    addUsage(sum, response);
    metadata = { ...response.map("metadata"), ...metadata };
    const at = whenOf(done);
    if (at !== null) latest = Math.max(latest ?? 0, at);
  }
  if (counted.size === 0) return ignored("The session holds no response.");
  const startedAt = whenOf(session, "started_at"), endedAt = whenOf(session, "ended_at") ?? latest;
  if (endedAt === null) throw session.missing("ended_at", "a session does not say when it ended. Add it, or occurred_at to its responses.");
  const connectedMs = startedAt === null || whenOf(session, "ended_at") === null ? 0 : Math.max(0, endedAt - startedAt);
  return legOf({ id, eventId: `${id}/${counted.size}`, revision: counted.size, sum, startedAt, endedAt, connectedMs, metadata, holder: session, contactId: id, legId: id, unknown: unknownFields(session.rest(SESSION_WITHHELD)), responses: counted.size });
}

function readResponse(record: Payload): ProviderItem[] {
  const response = record.object("response");
  if (response === null) throw record.missing("response");
  const responseId = response.needText("id");
  const sessionId = record.text("session_id") ?? response.text("conversation_id");
  if (sessionId === null) throw record.missing("session_id", "a response does not say to which session it belongs. Add it.");
  const sum = none();
  if (!addUsage(sum, response)) return ignored("The response used nothing.");
  const endedAt = whenOf(record);
  if (endedAt === null) throw record.missing("occurred_at", "a response does not say when it was done. Add it.");
  return legOf({ id: responseId, eventId: responseId, revision: 0, sum, startedAt: null, endedAt, connectedMs: 0, metadata: response.map("metadata"), holder: record, contactId: sessionId, legId: `${sessionId}/${responseId}`, unknown: unknownFields(record.rest(EVENT_WITHHELD)), responses: 1 });
}

interface Parts {
  readonly id: string; readonly eventId: string; readonly revision: number; readonly sum: Tokens; readonly startedAt: number | null; readonly endedAt: number; readonly connectedMs: number;
  readonly metadata: JsonObject; readonly holder: Payload; readonly contactId: string; readonly legId: string; readonly unknown: JsonObject; readonly responses: number;
}

function legOf(parts: Parts): ProviderItem[] {
  const model = parts.holder.maybeText("model");
  const event = compact({
    eventId: parts.eventId, type: "LEG_COMPLETED", revision: parts.revision, provider: "openai-realtime", providerRef: parts.id, contactId: parts.contactId, legId: parts.legId, channel: "VOICE",
    direction: parts.holder.maybeText("direction")?.toUpperCase() === "OUTBOUND" ? "OUTBOUND" : "INBOUND", status: "COMPLETED", model: tidy(model),
    connectedAt: parts.connectedMs > 0 ? isoOf(parts.startedAt) : null, endedAt: isoOf(parts.endedAt), connectedMs: parts.connectedMs, tokens: parts.sum, attributes: { responses: parts.responses, ...parts.unknown },
  });
  return [{ kind: "leg", event, keys: { model: [model], session_id: [parts.contactId] }, metadata: parts.metadata }];
}

/** An instant that a forwarder added: ISO text, or seconds since 1970. */
function whenOf(holder: Payload, key = "occurred_at"): number | null {
  return holder.maybeText(key) !== null ? holder.instant(key) : holder.epoch(key, 1000n);
}
