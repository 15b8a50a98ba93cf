import { isoOf } from "./instants";
import { Adapter, ProviderItem, compact, ignored, tidy, unknownFields } from "./leg";
import { JsonObject, Payload, isObject } from "./payload";

const EVENT_WITHHELD = ["room", "participant", "track", "egressInfo", "ingressInfo"];
const LEFT = new Set(["participant_left", "participant_connection_aborted"]);
const SIP_TELEPHONY = ["sip.twilio.callSid", "sip.callIDFull", "sip.callID"];

/**
 * Webhooks of LiveKit: one leg for each participant. Who left carries when they joined, so a leg needs no other event. Who
 * joined and of whom nothing more has come stands as a leg that connected for 0 ms and says so; the leaving takes its place.
 * Rounding up to minutes is for rating. Numbers of 64 bits come as text, instants as seconds.
 */
export const livekit: Adapter = {
  nameOf: (record) => record.id,
  read(record) {
    const event = record.needText("event");
    if (event !== "participant_joined" && !LEFT.has(event)) return ignored(`${event.slice(0, 60)} says nothing of a participant's time.`);
    const participant = record.object("participant");
    if (participant === null) throw record.missing("participant");
    return readParticipant(record, participant, event);
  },
};

function readParticipant(record: Payload, participant: Payload, event: string): ProviderItem[] {
  const id = record.needText("id");
  const sid = participant.needText("sid");
  const room = record.object("room");
  const roomSid = room?.text("sid") ?? null;
  if (roomSid === null) throw record.missing("room.sid");
  const at = record.epoch("createdAt", 1000n, true);
  if (at === null) throw record.missing("createdAt");
  const joinedAt = participant.epoch("joinedAtMs", 1n, true) ?? participant.epoch("joinedAt", 1000n, true);
  const isOver = LEFT.has(event);
  const connectedMs = isOver && joinedAt !== null ? Math.max(0, at - joinedAt) : 0;
  const attributes = participant.map("attributes");
  const kind = kindOf(participant);
  const isSip = kind === "SIP" || Object.keys(attributes).some((key) => key.startsWith("sip."));
  const dropped = record.long("numDropped") ?? 0;
  const roomName = room!.text("name");
  const leg = compact({
    eventId: id, type: isOver ? "LEG_UPDATED" : "LEG_COMPLETED", revision: at + (isOver ? 1 : 0), provider: "livekit", providerRef: sid, contactId: roomSid, legId: sid,
    telephonyRef: SIP_TELEPHONY.map((key) => attributes[key]).find((value) => typeof value === "string"), channel: isSip ? "VOICE" : "WEB", transport: isSip ? "SIP" : "WEBRTC",
    direction: isSip && typeof attributes["sip.ruleID"] !== "string" ? "OUTBOUND" : "INBOUND",
    status: connectedMs > 0 || (isOver && event === "participant_left") ? "COMPLETED" : "FAILED", initiatedAt: isoOf(joinedAt === null ? null : Math.min(joinedAt, at)),
    connectedAt: connectedMs > 0 ? isoOf(joinedAt) : null, endedAt: isoOf(at), connectedMs, endReasonRaw: isOver ? tidy(participant.maybeText("disconnectReason") ?? event) : "participant_joined, and has not left so far",
    attributes: { kind: tidy(kind), roomName: tidy(roomName), unpaired: isOver ? null : true, numDropped: dropped > 0 ? dropped : null, ...unknownFields(record.rest(EVENT_WITHHELD)) },
  });
  const metadata = { ...fromJson(room!.maybeText("metadata")), ...fromJson(participant.maybeText("metadata")), ...attributes };
  return [{ kind: "leg", event: leg, keys: { "room.name": [roomName], "participant.kind": [kind] }, metadata }];
}

/** The kind comes as a word, or as its number. */
function kindOf(participant: Payload): string {
  const word = participant.maybeText("kind");
  if (word !== null) return word;
  return ["STANDARD", "INGRESS", "EGRESS", "SIP", "AGENT"][participant.whole("kind") ?? 0] ?? "OTHER";
}

/** Metadata is text, by custom that of a JSON object. */
function fromJson(text: string | null): JsonObject {
  try {
    const value: unknown = JSON.parse(text ?? "");
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}
