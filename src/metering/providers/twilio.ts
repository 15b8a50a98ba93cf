import { magnitude } from "./exact-json";
import { isoOf } from "./instants";
import { Adapter, ProviderItem, compact, costItems, ignored, tidy, unknownFields } from "./leg";
import { JsonObject, Payload, PayloadFault } from "./payload";

/** Final states of a call; the others are on the way to one of them. */
const FINAL: Readonly<Record<string, string>> = { completed: "COMPLETED", busy: "BUSY", "no-answer": "NO_ANSWER", failed: "FAILED", canceled: "CANCELLED" };
/** Names of people and numbers, and links: known, and never kept. */
const RECORD_WITHHELD = ["to", "to_formatted", "from", "from_formatted", "forwarded_from", "caller_name", "uri", "subresource_uris", "api_version", "phone_number_sid", "annotation"];
const CALLBACK_WITHHELD = [
  "To", "From", "Called", "Caller", "ForwardedFrom", "CallerName", "ApiVersion", "Duration", "SequenceNumber", "CallbackSource", "RecordingUrl",
  ...["To", "From", "Called", "Caller"].flatMap((who) => ["City", "State", "Zip", "Country"].map((what) => who + what)),
];

/**
 * Calls of Twilio: a record of its Call resource, or the form fields of a status callback; one leg each. A record says more
 * than a callback and wins over it whenever it was changed; of two records of the same second the one with a price wins. Durations are text of seconds, empty when nobody answered.
 */
export const twilio: Adapter = {
  unwrap: (root) => (Array.isArray(root.calls) ? (root.calls as unknown[]) : null),
  nameOf: (record) => record.sid ?? record.CallSid,
  read(record) {
    if (record.has("CallSid")) return readCallback(record);
    if (record.has("category") && !record.has("sid")) throw new PayloadFault("category", "This is a usage record of Twilio: a total to reconcile with, not a call. Send calls here.");
    return readRecord(record);
  },
};

function readRecord(record: Payload): ProviderItem[] {
  const sid = record.needText("sid");
  const status = record.needText("status");
  const endedAt = record.rfcInstant("end_time");
  if (FINAL[status] === undefined && endedAt === null) return ignored(`The call is ${status}: it has not ended.`);
  if (endedAt === null) throw record.missing("end_time");
  const startedAt = record.rfcInstant("start_time");
  const seconds = record.wholeText("duration") ?? 0;
  const updatedAt = record.rfcInstant("date_updated") ?? endedAt;
  const price = record.decimalText("price");
  const queueMs = record.wholeText("queue_time");
  return leg({
    sid, status, seconds, endedAt, parentSid: record.text("parent_call_sid"), accountSid: record.text("account_sid"),
    direction: record.text("direction"), answeredBy: record.text("answered_by"), trunkSid: record.text("trunk_sid"), groupSid: record.text("group_sid"),
    eventId: `${sid}/${status}@${updatedAt}${price ? "/priced" : ""}`, revision: updatedAt + (price ? 2 : 1), connectedAt: startedAt, initiatedAt: record.rfcInstant("date_created") ?? startedAt, queueMs,
    // The ledger shows what a call cost as a negative amount.
    costs: price ? [{ component: "TELEPHONY", amount: magnitude(price), currency: record.text("price_unit")?.toUpperCase() }] : [],
    unknown: record.rest(RECORD_WITHHELD),
  });
}

function readCallback(form: Payload): ProviderItem[] {
  const sid = form.needText("CallSid");
  const status = form.needText("CallStatus");
  if (FINAL[status] === undefined) return ignored(`The call is ${status}: it has not ended.`);
  const endedAt = form.rfcInstant("Timestamp");
  if (endedAt === null) throw form.missing("Timestamp");
  // CallDuration is in seconds; Duration, beside it, in minutes begun.
  const seconds = form.wholeText("CallDuration") ?? 0;
  return leg({
    sid, status, seconds, endedAt, parentSid: form.text("ParentCallSid"), accountSid: form.text("AccountSid"), direction: form.text("Direction"), answeredBy: form.text("AnsweredBy"),
    trunkSid: null, groupSid: null, eventId: `${sid}/${status}`, revision: 0, connectedAt: endedAt - seconds * 1000, initiatedAt: null, queueMs: null, costs: [], unknown: form.rest(CALLBACK_WITHHELD),
  });
}

interface Call {
  readonly sid: string;
  readonly status: string;
  readonly seconds: number;
  readonly endedAt: number;
  readonly connectedAt: number | null;
  readonly initiatedAt: number | null;
  readonly parentSid: string | null;
  readonly accountSid: string | null;
  readonly direction: string | null;
  readonly answeredBy: string | null;
  readonly trunkSid: string | null;
  readonly groupSid: string | null;
  readonly eventId: string;
  readonly revision: number;
  readonly queueMs: number | null;
  readonly costs: Parameters<typeof costItems>[0];
  readonly unknown: JsonObject;
}

function leg(call: Call): ProviderItem[] {
  const isConnected = call.seconds > 0;
  const isMachine = call.answeredBy?.startsWith("machine") ?? false;
  const known = FINAL[call.status] ?? (isConnected ? "COMPLETED" : "FAILED");
  const isBridged = call.direction === "outbound-dial" && isConnected;
  const connectedMs = call.seconds * 1000;
  const event = compact({
    eventId: call.eventId, type: "LEG_COMPLETED", revision: call.revision, provider: "twilio", providerRef: call.sid, telephonyRef: call.sid,
    contactId: call.parentSid ?? call.sid, legId: call.sid, parentLegId: call.parentSid, channel: "VOICE", direction: directionOf(call.direction),
    transport: call.direction?.startsWith("trunking") ? "SIP" : "PSTN", status: isMachine && known === "COMPLETED" ? "VOICEMAIL" : known,
    initiatedAt: isoOf(call.initiatedAt === null ? null : Math.min(call.initiatedAt, call.endedAt)), connectedAt: isConnected ? isoOf(call.connectedAt) : null, endedAt: isoOf(call.endedAt), connectedMs,
    queueMs: call.queueMs, humanMs: isBridged ? connectedMs : null, outcome: isBridged ? "ESCALATED" : null, endReasonRaw: tidy(call.status), flags: { voicemail: isMachine || null },
    costItems: costItems(call.costs), attributes: { accountSid: tidy(call.accountSid), answeredBy: tidy(call.answeredBy), ...unknownFields(call.unknown) },
  });
  return [{ kind: "leg", event, keys: { account_sid: [call.accountSid], trunk_sid: [call.trunkSid], group_sid: [call.groupSid] }, metadata: {} }];
}

/** Trunks are named from the side of the customer's own exchange: what terminates at Twilio goes out to the world. */
function directionOf(word: string | null): string {
  if (word === "trunking-terminating") return "OUTBOUND";
  return word?.startsWith("outbound") ? "OUTBOUND" : "INBOUND";
}
