import { readContactLens } from "./contact-lens";
import { isoOf } from "./instants";
import { Adapter, ProviderItem, compact, ignored, tidy, unknownFields } from "./leg";
import { JsonObject, Payload, PayloadFault, isObject } from "./payload";
import { parseExactJson } from "./exact-json";

const CHANNELS: Readonly<Record<string, string>> = { VOICE: "VOICE", CHAT: "CHAT", EMAIL: "EMAIL", SMS: "SMS" };
const TRANSFERS = new Set(["TRANSFER", "QUEUE_TRANSFER", "DISCONNECT"]);
const OUTGOING = new Set(["OUTBOUND", "EXTERNAL_OUTBOUND", "CALLBACK", "AGENT_REPLY", "FLOW"]);
const STATUSES: ReadonlyArray<readonly [RegExp, string]> = [[/BUSY/, "BUSY"], [/UNANSWERED|NO_ANSWER|TIMEOUT|EXPIRED/, "NO_ANSWER"], [/CUSTOMER_DISCONNECT|CONTACT_FLOW_DISCONNECT|DISCARDED/, "CANCELLED"]];
const WITHHELD = [
  "AWSAccountId", "AWSContactTraceRecordFormatVersion", "AgentConnectionAttempts", "AnsweringMachineDetectionStatus", "CustomerEndpoint", "SystemEndpoint", "AdditionalEmailRecipients", "References", "Recording", "Recordings", "MediaStreams",
  "NextContactId", "RelatedContactId", "ScheduledTimestamp", "TransferCompletedTimestamp", "ContactLens", "ContactDetails", "CustomerVoiceActivity", "DisconnectDetails", "QualityMetrics", "SegmentAttributes", "VoiceIdResult", "WisdomInfo", "QueueTimeAdjustmentSeconds", "QueuePriority", "Name", "Description", "Customer", "CustomerId",
];

/**
 * Contact records of Amazon Connect, each a segment of a contact and one leg; and analyses of Contact Lens, each a late
 * outcome. As they are, in the `detail` of an EventBridge event, or in the records of a Firehose delivery. Whole seconds.
 */
export const amazonConnect: Adapter = {
  unwrap: (root) => (isObject(root.detail) ? [root.detail] : Array.isArray(root.records) ? root.records.map(decoded) : null),
  nameOf: (record) => record.ContactId ?? (isObject(record.CustomerMetadata) ? record.CustomerMetadata.ContactId : null),
  read(record) {
    if (record.has("data")) throw new PayloadFault("records.data", "records.data must be a contact record as base64 of JSON; other text came.");
    if (record.has("JobStatus")) return readContactLens(record);
    if (!record.has("ContactId") && record.has("contactId")) return ignored("A contact event: the contact record says it all.");
    return readRecord(record);
  },
};

/** A Firehose delivery holds each record as base64; one that cannot be read stays as it is, to be refused alone. */
function decoded(record: unknown): unknown {
  if (!isObject(record) || typeof record.data !== "string") return record;
  try {
    return parseExactJson(Buffer.from(record.data, "base64").toString("utf8"));
  } catch {
    return record;
  }
}

function readRecord(record: Payload): ProviderItem[] {
  const id = record.needText("ContactId");
  const endedAt = record.instant("DisconnectTimestamp");
  if (endedAt === null) return ignored("The contact goes on: its record is sent again when it has ended.");
  const word = record.text("Channel") ?? "VOICE";
  if (word === "TASK") return ignored("A task is work of an agent, not a conversation.");
  const updatedAt = record.instant("LastUpdateTimestamp") ?? endedAt;
  const connectedAt = record.instant("ConnectedToSystemTimestamp");
  const connectedMs = connectedAt === null ? 0 : Math.max(0, endedAt - connectedAt);
  const agent = record.object("Agent"), queue = record.object("Queue"), campaign = record.object("Campaign");
  const method = record.text("InitiationMethod"), reason = record.text("DisconnectReason"), machine = record.text("AnsweringMachineDetectionStatus");
  const isVoicemail = machine?.startsWith("VOICEMAIL") ?? false;
  const isEscalated = agent !== null || record.has("TransferredToEndpoint");
  const instance = record.text("InstanceARN"), initial = record.text("InitialContactId"), tags = record.map("Tags");
  const event = compact({
    eventId: `${id}/${updatedAt}`, type: "LEG_COMPLETED", revision: updatedAt, provider: "amazon-connect", providerRef: id, contactId: initial ?? id, legId: id, parentLegId: record.text("PreviousContactId"),
    channel: CHANNELS[word] ?? "WEB", direction: directionOf(method, word), status: statusOf(isVoicemail, connectedMs, [machine, reason]),
    initiatedAt: isoOf(record.instant("InitiationTimestamp")), connectedAt: isoOf(connectedAt), endedAt: isoOf(endedAt), connectedMs,
    queueMs: inMs(queue, "Duration"), humanMs: inMs(agent, "AgentInteractionDuration"), holdMs: inMs(agent, "CustomerHoldDuration"), wrapMs: inMs(agent, "AfterContactWorkDuration"),
    humanConnectedAt: isoOf(agent?.instant("ConnectedToAgentTimestamp") ?? null),
    outcome: isEscalated ? "ESCALATED" : queue !== null && !TRANSFERS.has(method ?? "") ? "ABANDONED" : connectedMs > 0 && !isVoicemail ? "CONTAINED" : null,
    endReasonRaw: tidy(reason, 500), flags: { voicemail: isVoicemail || null }, campaignRunId: campaign?.text("CampaignId"), language: record.maybeText("LanguageCode"),
    attributes: { initiationMethod: tidy(method), channel: CHANNELS[word] === undefined ? tidy(word) : null, ...unknownFields(record.rest([...WITHHELD, "Attributes"])) },
  });
  const keys = { InstanceARN: [instance], "Queue.Name": [queue?.maybeText("Name") ?? null], "Queue.ARN": [queue?.maybeText("ARN") ?? null], ...tagKeys(tags) };
  return [{ kind: "leg", event, keys, metadata: { ...tags, ...record.map("Attributes") } }];
}

function inMs(holder: Payload | null, key: string): number | null {
  const seconds = holder?.whole(key) ?? null;
  return seconds === null ? null : seconds * 1000;
}

function directionOf(method: string | null, channel: string): string {
  if (TRANSFERS.has(method ?? "")) return "TRANSFER";
  return OUTGOING.has(method ?? "") || (method === "API" && channel === "VOICE") ? "OUTBOUND" : "INBOUND";
}

function statusOf(isVoicemail: boolean, connectedMs: number, words: ReadonlyArray<string | null>): string {
  if (isVoicemail) return "VOICEMAIL";
  if (connectedMs > 0) return "COMPLETED";
  return STATUSES.find(([pattern]) => words.some((word) => pattern.test(word ?? "")))?.[1] ?? "FAILED";
}

const tagKeys = (tags: JsonObject): Record<string, string[]> =>
  Object.fromEntries(Object.entries(tags).flatMap(([key, value]) => (typeof value === "string" ? [[`Tags.${key}`, [value]]] : [])));
