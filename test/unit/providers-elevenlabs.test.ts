import { costsOf, eventOf, reasonOf } from "../support/provider-samples";

const webhook = (metadata: Record<string, unknown> = {}, data: Record<string, unknown> = {}): Record<string, unknown> => ({
  type: "post_call_transcription", event_timestamp: 1760104900,
  data: {
    agent_id: "agent_e", conversation_id: "conv_1", status: "done", user_id: "u", transcript: [{ role: "agent", message: "hello", tool_calls: [{ tool_name: "lookup" }] }],
    metadata: {
      start_time_unix_secs: 1760104800, accepted_time_unix_secs: 1760104800, call_duration_secs: 79, cost: 531, termination_reason: "user ended call", main_language: "en", text_only: false,
      phone_call: { direction: "inbound", type: "twilio", call_sid: "CA0003", external_number: "+15550000001" },
      charging: { tier: "creator", llm_price: 0.0017, llm_usage: { irreversible_generation: { model_usage: { "gemini-2.5-flash": { input: { tokens: 2159, price: 0.00032385 }, input_cache_read: { tokens: 100, price: 0 }, output_total: { tokens: 153, price: 9.18e-5 } } } } } }, ...metadata,
    },
    analysis: { call_successful: "success", transcript_summary: "fine" }, conversation_initiation_client_data: { dynamic_variables: { use_case: "order-status" } }, ...data,
  },
});

describe("a conversation of ElevenLabs", () => {
  it("is a leg; its cost is credits, which are no money", () => {
    expect(eventOf("elevenlabs", webhook())).toEqual({
      eventId: "conv_1/post_call_transcription", type: "LEG_COMPLETED", revision: 1760104900000, provider: "elevenlabs", providerRef: "conv_1", contactId: "conv_1", legId: "conv_1", telephonyRef: "CA0003", agentId: "agent_e", channel: "VOICE",
      direction: "INBOUND", status: "COMPLETED", initiatedAt: "2025-10-10T14:00:00.000Z", connectedAt: "2025-10-10T14:00:00.000Z", endedAt: "2025-10-10T14:01:19.000Z", connectedMs: 79_000, outcome: "CONTAINED", resolved: true,
      endReasonRaw: "user ended call", language: "en", useCase: "order-status", tokens: { in: 2259, out: 153, cached: 100 }, costItems: [{ component: "PLATFORM", basis: "REPORTED", quantity: "531", unit: "CREDIT" }], attributes: { chargingTier: "creator" },
    });
  });

  it.each<[string, Record<string, unknown>, Record<string, unknown>, Record<string, unknown>]>([
    ["text only", { text_only: true, phone_call: null }, {}, { channel: "CHAT", telephonyRef: undefined }],
    ["over the web", { phone_call: null }, {}, { channel: "WEB" }],
    ["handed to a person", {}, { transcript: [{ tool_calls: [{ tool_name: "transfer_to_number" }] }] }, { outcome: "ESCALATED" }],
    ["a voicemail", {}, { transcript: [{ tool_calls: [{ tool_name: "voicemail_detection" }] }] }, { status: "VOICEMAIL", flags: { voicemail: true } }],
    ["not what was wanted", {}, { analysis: { call_successful: "failure" } }, { resolved: false, outcome: undefined }],
    ["a batch", { batch_call: { batch_call_id: "batch_1" } }, {}, { campaignRunId: "batch_1" }],
    ["fields that are new are kept", { vibe: "ok" }, { weather: 3 }, { attributes: { chargingTier: "creator", raw: { vibe: "ok", weather: 3 } } }],
  ])("%s", (_, metadata, data, expected) => {
    const event = eventOf("elevenlabs", webhook(metadata, data));
    expect(Object.fromEntries(Object.keys(expected).map((key) => [key, event[key]]))).toEqual(expected);
    expect(JSON.stringify(event)).not.toContain("+1555");
  });

  it.each<[string, Record<string, unknown>, string | undefined, string, number]>([
    ["accepted after a while", { accepted_time_unix_secs: 1760104805 }, "2025-10-10T14:00:05.000Z", "2025-10-10T14:01:19.000Z", 79_000],
    ["accepted later than start and length say that it ended", { accepted_time_unix_secs: 1760104900, call_duration_secs: 20 }, "2025-10-10T14:01:40.000Z", "2025-10-10T14:02:00.000Z", 20_000],
    ["accepted and over at once", { accepted_time_unix_secs: 1760104803, call_duration_secs: 0 }, undefined, "2025-10-10T14:00:03.000Z", 0],
    ["never accepted", { accepted_time_unix_secs: null, call_duration_secs: 0 }, undefined, "2025-10-10T14:00:00.000Z", 0],
  ])("%s ends no earlier than it was accepted", (_, metadata, connectedAt, endedAt, connectedMs) => expect(eventOf("elevenlabs", webhook(metadata))).toMatchObject({ endedAt, connectedMs, ...(connectedAt ? { connectedAt } : { status: "FAILED" }) }));

  it("that could not begin is a leg that did not connect", () => {
    const failure = { type: "call_initiation_failure", event_timestamp: 1760104900, data: { agent_id: "agent_e", conversation_id: "conv_2", failure_reason: "no-answer", metadata: { type: "twilio", body: { CallSid: "CA0004" } } } };
    expect(eventOf("elevenlabs", failure)).toMatchObject({ eventId: "conv_2/call_initiation_failure", status: "NO_ANSWER", connectedMs: 0, telephonyRef: "CA0004", endReasonRaw: "no-answer" });
  });

  it("of the API, without an envelope, is one, too", () => expect(eventOf("elevenlabs", webhook().data)).toMatchObject({ eventId: "conv_1/conversation", legId: "conv_1", revision: 1760104879000 }));

  it.each<[unknown, string]>([
    [{ type: "post_call_audio", event_timestamp: 1, data: { conversation_id: "conv_1", full_audio: "AAAA" } }, "ignored: post_call_audio says nothing of a call's time or cost."],
    [webhook({ call_duration_secs: "79" }), "data.metadata.call_duration_secs must be a whole number from 0 on; text came."],
    [webhook({ cost: "0.53" }), "data.metadata.cost must be a number; text came."],
    [webhook({ start_time_unix_secs: null }), "data.metadata.start_time_unix_secs is missing."],
    [webhook({ start_time_unix_secs: 1760104800000 }), "data.metadata.start_time_unix_secs must be a number of seconds since 1970; one outside the years 1970 to 2199 came."],
  ])("%#: %s", (payload, reason) => expect(reasonOf("elevenlabs", payload)).toBe(reason));

  it("without a cost has none", () => expect(costsOf(eventOf("elevenlabs", webhook({ cost: null })))).toEqual([]));
});
