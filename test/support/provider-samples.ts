import { Provider, parseExactJson, placed, readProvider, readUsageEvent } from "../../src/metering";

const NOW = Date.parse("2025-11-15T12:00:00Z");

/** The events of a payload, given as JSON text or as a value; each is one that ingest takes. Fails on a refused record. */
export function eventsOf(provider: Provider, payload: unknown, isText = false): Array<Record<string, unknown>> {
  const json = typeof payload === "string" ? parseExactJson(payload) : payload;
  return readProvider(provider, json, isText).flatMap((item) => {
    if (item.kind === "fault") throw new Error(item.message);
    if (item.kind === "ignored") return [];
    const event = placed(item, { mappings: [], units: null });
    expect(readUsageEvent(event, NOW)).toMatchObject({ eventId: event.eventId });
    return [event];
  });
}

/** The event of a payload that holds one. */
export function eventOf(provider: Provider, payload: unknown, isText = false): Record<string, unknown> {
  const events = eventsOf(provider, payload, isText);
  expect(events.length).toBe(1);
  return events[0]!;
}

/** Why the first record of a payload is refused or left alone. */
export function reasonOf(provider: Provider, payload: unknown): string {
  const [item] = readProvider(provider, typeof payload === "string" ? parseExactJson(payload) : payload);
  return item!.kind === "fault" ? item!.message : item!.kind === "ignored" ? `ignored: ${item!.why}` : "taken";
}

/** What an event cost, in order: component, amount, currency. */
export function costsOf(event: Record<string, unknown>): string[] {
  return ((event.costItems ?? []) as Array<Record<string, string>>).map(({ component, amount, currency, quantity, unit }) => [component, amount ?? "-", currency ?? "-", quantity, unit].filter((part) => part !== undefined).join(" "));
}

/** A call of Twilio as its API gives it. */
export const twilioCall = (more: Record<string, unknown> = {}): Record<string, unknown> => ({
  sid: "CA0001", account_sid: "AC0001", parent_call_sid: null, date_created: "Fri, 10 Oct 2025 14:00:00 +0000", date_updated: "Fri, 10 Oct 2025 14:01:20 +0000", start_time: "Fri, 10 Oct 2025 14:00:00 +0000",
  end_time: "Fri, 10 Oct 2025 14:01:20 +0000", duration: "80", price: "-0.02600", price_unit: "USD", direction: "inbound", status: "completed", answered_by: null, queue_time: "0", to: "+15550000001", from: "+15550000002", ...more,
});

/** The form fields of a status callback of Twilio. */
export const twilioCallback = (more: Record<string, string> = {}): Record<string, string> => ({
  CallSid: "CA0001", AccountSid: "AC0001", CallStatus: "completed", CallDuration: "80", Duration: "2", Direction: "inbound", Timestamp: "Fri, 10 Oct 2025 14:01:20 +0000", SequenceNumber: "0", CallbackSource: "call-progress-events", From: "+15550000002", To: "+15550000001", ...more,
});

/** A call of Retell as its webhooks carry it. */
export const retellCall = (more: Record<string, unknown> = {}): Record<string, unknown> => ({
  call_id: "call_r1", agent_id: "agent_1", agent_name: "Front desk", agent_version: 3, call_type: "phone_call", call_status: "ended", direction: "inbound", from_number: "+15550000001", to_number: "+15550000002",
  start_timestamp: 1760104800000, end_timestamp: 1760104860500, duration_ms: 60500, disconnection_reason: "user_hangup", transcript: "hello", metadata: { business_unit: "retail", use_case: "order-status" },
  telephony_identifier: { twilio_call_sid: "CA0009" },
  call_cost: { product_costs: [{ product: "elevenlabs_tts", unit_price: 0.025, cost: 1.5125 }, { product: "gpt_4_1", unit_price: 0.075, cost: 4.5375 }, { product: "twilio_inbound", unit_price: 0.025, cost: 1.5125 }, { product: "retell_platform", unit_price: 0.09, cost: 5.445 }], total_duration_seconds: 60.5, combined_cost: 13.0075 },
  llm_token_usage: { values: [100, 220], average: 160, num_requests: 2 }, ...more,
});

/** The report of Vapi at the end of a call. */
export const vapiReport = (call: Record<string, unknown> = {}, report: Record<string, unknown> = {}): Record<string, unknown> => ({
  message: {
    type: "end-of-call-report", timestamp: 1760104870000, startedAt: "2025-10-10T14:00:00.000Z", endedAt: "2025-10-10T14:01:00.500Z", endedReason: "customer-ended-call", cost: 0.2427, transcript: "hello",
    costBreakdown: { transport: 0.0151, stt: 0.0102, llm: 0.0874, tts: 0.0796, vapi: 0.0504, total: 0.2427, llmPromptTokens: 1200, llmCompletionTokens: 90, ttsCharacters: 410 },
    analysis: { successEvaluation: "true", summary: "fine" }, artifact: { messages: [] }, customer: { number: "+15550000001" },
    call: { id: "vapi-1", orgId: "org-1", assistantId: "assistant-1", type: "inboundPhoneCall", phoneCallProviderId: "CA0007", updatedAt: "2025-10-10T13:59:59.000Z", metadata: { use_case: "order-status" }, ...call }, ...report,
  },
});
