import { readProvider, readUsageEvent } from "../../src/metering";
import { eventOf, eventsOf, reasonOf } from "../support/provider-samples";

const record = (more: Record<string, unknown> = {}): Record<string, unknown> => ({
  AWSContactTraceRecordFormatVersion: "2017-03-10", ContactId: "c-2", InitialContactId: "c-1", PreviousContactId: "c-1", Channel: "VOICE", InitiationMethod: "INBOUND", InstanceARN: "arn:aws:connect:eu-west-2:1:instance/i",
  InitiationTimestamp: "2025-10-10T14:00:00Z", ConnectedToSystemTimestamp: "2025-10-10T14:00:01Z", DisconnectTimestamp: "2025-10-10T14:05:01Z", LastUpdateTimestamp: "2025-10-10T14:07:00Z", DisconnectReason: "CUSTOMER_DISCONNECT",
  Queue: { ARN: "arn:q", Name: "Sales", Duration: 12 }, Agent: { AgentInteractionDuration: 200, CustomerHoldDuration: 10, AfterContactWorkDuration: 30, ConnectedToAgentTimestamp: "2025-10-10T14:01:00Z", Username: "barbara" },
  Attributes: { use_case: "order-status" }, Tags: { team: "sales" }, CustomerEndpoint: { Address: "+15550000001" }, ...more,
});

describe("a contact record of Amazon Connect", () => {
  it("is a leg of the contact that it began with; durations are whole seconds", () => {
    expect(eventOf("amazon-connect", record())).toEqual({
      eventId: "c-2/1760105220000", type: "LEG_COMPLETED", revision: 1760105220000, provider: "amazon-connect", providerRef: "c-2", contactId: "c-1", legId: "c-2", parentLegId: "c-1", channel: "VOICE", direction: "INBOUND", status: "COMPLETED",
      initiatedAt: "2025-10-10T14:00:00.000Z", connectedAt: "2025-10-10T14:00:01.000Z", endedAt: "2025-10-10T14:05:01.000Z", connectedMs: 300_000, queueMs: 12_000, humanMs: 200_000, holdMs: 10_000, wrapMs: 30_000,
      humanConnectedAt: "2025-10-10T14:01:00.000Z", outcome: "ESCALATED", endReasonRaw: "CUSTOMER_DISCONNECT", useCase: "order-status", attributes: { initiationMethod: "INBOUND" },
    });
  });

  it.each<[string, Record<string, unknown>, Record<string, unknown>]>([
    ["nobody but the flow", { Agent: null, Queue: null }, { outcome: "CONTAINED", humanMs: undefined }],
    ["gave up in the queue", { Agent: null }, { outcome: "ABANDONED" }],
    ["a transfer", { InitiationMethod: "QUEUE_TRANSFER" }, { direction: "TRANSFER" }],
    ["an outbound call that met a voicemail", { InitiationMethod: "API", AnsweringMachineDetectionStatus: "VOICEMAIL_BEEP", Agent: null, Queue: null }, { direction: "OUTBOUND", status: "VOICEMAIL", flags: { voicemail: true }, outcome: undefined }],
    ["never connected", { ConnectedToSystemTimestamp: null, DisconnectReason: "TELECOM_BUSY" }, { status: "BUSY", connectedMs: 0 }],
    ["a chat", { Channel: "CHAT", InitiationMethod: "API" }, { channel: "CHAT", direction: "INBOUND" }],
    ["a channel that is new", { Channel: "HOLOGRAM" }, { channel: "WEB", attributes: { initiationMethod: "INBOUND", channel: "HOLOGRAM" } }],
    ["a field that is new is kept", { Mood: { Level: 3 } }, { attributes: { initiationMethod: "INBOUND", raw: { Mood: { Level: 3 } } } }],
  ])("%s", (_, more, expected) => {
    const event = eventOf("amazon-connect", record(more));
    expect(Object.fromEntries(Object.keys(expected).map((key) => [key, event[key]]))).toEqual(expected);
    expect(JSON.stringify(event)).not.toMatch(/\+1555|barbara/);
  });

  it("sent again after an update is a higher revision of the same leg", () => {
    const later = eventOf("amazon-connect", record({ LastUpdateTimestamp: "2025-10-10T15:00:00Z" }));
    expect([later.legId, (later.revision as number) > (eventOf("amazon-connect", record()).revision as number)]).toEqual(["c-2", true]);
  });

  it("comes bare, in an event of EventBridge, or in a delivery of Firehose", () => {
    const data = Buffer.from(JSON.stringify(record())).toString("base64");
    for (const payload of [{ "detail-type": "x", detail: record() }, { requestId: "r", timestamp: 1, records: [{ data }] }]) expect(eventsOf("amazon-connect", payload)).toEqual([eventOf("amazon-connect", record())]);
    expect(readProvider("amazon-connect", { records: [{ data: "!" }, { data }] }).map(({ kind }) => kind)).toEqual(["fault", "leg"]);
    expect(reasonOf("amazon-connect", { records: [{ data: "!" }] })).toBe("records.data must be a contact record as base64 of JSON; other text came.");
  });

  it.each<[Record<string, unknown>, string]>([
    [{ DisconnectTimestamp: null }, "ignored: The contact goes on: its record is sent again when it has ended."], [{ Channel: "TASK" }, "ignored: A task is work of an agent, not a conversation."],
    [{ DisconnectTimestamp: 1760105101 }, "DisconnectTimestamp must be an instant such as 2025-10-31T09:15:00.000Z; a number came."], [{ Queue: { Duration: "12" } }, "Queue.Duration must be a whole number from 0 on; text came."],
    [{ Agent: "ann" }, "Agent must be an object; text came."],
  ])("%j: %s", (more, reason) => expect(reasonOf("amazon-connect", record(more))).toBe(reason));
});

describe("an analysis of Contact Lens", () => {
  const analysis = (more: Record<string, unknown> = {}): Record<string, unknown> => ({
    Version: "1.1.0", Channel: "VOICE", JobStatus: "COMPLETED", LanguageCode: "en-GB", CustomerMetadata: { ContactId: "c-2", InputS3Uri: "s3://b/Analysis/Voice/2025/10/10/c-2_20251010T14:00_UTC.wav" },
    Categories: { MatchedCategories: ["refund"] }, ConversationCharacteristics: { TotalConversationDurationMillis: 301_000, Sentiment: { OverallSentiment: { AGENT: 0, CUSTOMER: -1.4 } } }, Transcript: [], ...more,
  });
  it("is a late outcome of the contact's leg", () => {
    const event = eventOf("amazon-connect", analysis());
    expect(event).toMatchObject({ eventId: "c-2/contact-lens", type: "LEG_ANALYSED", legId: "c-2", sentiment: "NEGATIVE", intent: "refund", endedAt: "2025-10-10T14:05:01.000Z", attributes: { categories: ["refund"] } });
    expect(readUsageEvent(event, Date.parse("2025-11-15T12:00:00Z"))).not.toHaveProperty("fault");
    expect(eventOf("amazon-connect", analysis({ DisconnectTimestamp: "2025-10-10T14:05:02Z" })).endedAt).toBe("2025-10-10T14:05:02.000Z");
  });
  it.each<[Record<string, unknown>, string]>([
    [{ JobStatus: "FAILED" }, "ignored: The analysis is FAILED."],
    [{ ConversationCharacteristics: {}, Categories: null }, "ignored: The analysis holds neither a sentiment nor a category."],
    [{ CustomerMetadata: { ContactId: "c-2" } }, "DisconnectTimestamp is missing: an analysis does not say when its contact ended. Add the contact record's."],
  ])("%j: %s", (more, reason) => expect(reasonOf("amazon-connect", analysis(more))).toBe(reason));
});
