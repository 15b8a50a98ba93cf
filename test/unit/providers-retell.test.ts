import { readProvider } from "../../src/metering";
import { costsOf, eventOf, eventsOf, reasonOf, retellCall } from "../support/provider-samples";

const ended = (more: Record<string, unknown> = {}): Record<string, unknown> => ({ event: "call_ended", call: retellCall(more) });
const analysed = (analysis: Record<string, unknown>, more: Record<string, unknown> = {}): Record<string, unknown> => ({ event: "call_analyzed", call: retellCall({ call_analysis: analysis, ...more }) });

describe("a call of Retell", () => {
  it("is a leg; its costs are cents", () => {
    expect(eventOf("retell", ended())).toEqual({
      eventId: "call_r1/call_ended", type: "LEG_COMPLETED", revision: 0, provider: "retell", providerRef: "call_r1", contactId: "call_r1", legId: "call_r1", telephonyRef: "CA0009", agentId: "agent_1", agentVersion: "3",
      channel: "VOICE", direction: "INBOUND", status: "COMPLETED", initiatedAt: "2025-10-10T14:00:00.000Z", connectedAt: "2025-10-10T14:00:00.000Z", endedAt: "2025-10-10T14:01:00.500Z", connectedMs: 60_500, endReasonRaw: "user_hangup",
      businessUnit: "retail", useCase: "order-status", tokens: { in: 320 }, attributes: { agentName: "Front desk" },
      costItems: [
        { component: "TTS", basis: "REPORTED", quantity: "60.5", unit: "SECOND", amount: "0.015125", currency: "USD" }, { component: "LLM", basis: "REPORTED", quantity: "60.5", unit: "SECOND", amount: "0.045375", currency: "USD" },
        { component: "TELEPHONY", basis: "REPORTED", quantity: "60.5", unit: "SECOND", amount: "0.015125", currency: "USD" }, { component: "PLATFORM", basis: "REPORTED", quantity: "60.5", unit: "SECOND", amount: "0.05445", currency: "USD" },
      ],
    });
  });

  it.each<[string, string, string[]]>([
    ["a seventh of a cent, digit by digit", '{"product_costs":[{"product":"x_tts","cost":0.14285714285714285}],"combined_cost":0.14285714285714285}', ["TTS 0.0014285714285714285 USD"]],
    ["more digits than a binary number has", '{"product_costs":[{"product":"x_tts","cost":1.2345678901234567891}]}', ["TTS 0.01234567890123456789 USD"]],
    ["an exponent", '{"product_costs":[{"product":"x_tts","cost":5e-3}]}', ["TTS 0.00005 USD"]],
    ["what the parts leave of the whole", '{"product_costs":[{"product":"elevenlabs_tts","unit_price":1,"cost":60}],"combined_cost":70}', ["TTS 0.6 USD", "OTHER 0.1 USD"]],
    ["a discount", '{"product_costs":[{"product":"elevenlabs_tts","cost":60}],"combined_cost":50}', ["TTS 0.6 USD", "OTHER -0.1 USD"]],
    ["the noise of adding binary numbers is none", '{"product_costs":[{"product":"a_tts","cost":0.1},{"product":"b_llm","cost":0.2}],"combined_cost":0.30000000000000004}', ["TTS 0.001 USD", "LLM 0.002 USD"]],
  ])("costs: %s", (_, cost, expected) => expect(costsOf(eventOf("retell", JSON.stringify(ended()).replace(/"call_cost":\{.*?\}\],.*?\}/, `"call_cost":${cost}`)))).toEqual(expected));

  it("of which costs come in more parts than an event holds: the last holds the rest, and nothing is lost", () => {
    const parts = Array.from({ length: 60 }, (_, index) => ({ product: `p${index}_tts`, cost: 1 + index }));
    const costs = costsOf(eventOf("retell", JSON.stringify(ended()).replace(/"call_cost":\{.*?\}\],.*?\}/, `"call_cost":${JSON.stringify({ product_costs: parts, combined_cost: 1831 })}`)));
    expect([costs.length, costs[48], costs[49]]).toEqual([50, "TTS 0.49 USD", "OTHER 6.06 USD"]);
  });

  it("of which the analysis comes later, or first, is the same leg at a higher revision", () => {
    const event = eventOf("retell", analysed({ call_successful: true, user_sentiment: "Positive", in_voicemail: false }));
    expect(event).toMatchObject({ eventId: "call_r1/call_analyzed", type: "LEG_UPDATED", revision: 2, legId: "call_r1", resolved: true, sentiment: "POSITIVE", outcome: "CONTAINED", flags: { voicemail: false }, connectedMs: 60_500 });
  });

  it("that went to a person has a second leg, with its own cost", () => {
    const cost = { product_costs: [{ product: "retell_platform", cost: 5 }, { product: "twilio_transfer", cost: 2, is_transfer_leg_cost: true }], combined_cost: 7, total_duration_seconds: 60 };
    const [call, transfer] = eventsOf("retell", { event: "transfer_ended", call: retellCall({ disconnection_reason: "call_transfer", transfer_end_timestamp: 1760104920500, call_cost: cost }) });
    expect([call!.outcome, costsOf(call!)]).toEqual(["ESCALATED", ["PLATFORM 0.05 USD 60 SECOND"]]);
    expect(transfer).toMatchObject({ legId: "call_r1/transfer", parentLegId: "call_r1", contactId: "call_r1", direction: "TRANSFER", connectedMs: 60_000, humanMs: 60_000, connectedAt: "2025-10-10T14:01:00.500Z" });
    expect(costsOf(transfer!)).toEqual(["TRANSFER 0.02 USD"]);
  });

  it.each<[string, Record<string, unknown>, Record<string, unknown>]>([
    ["nobody answered", { disconnection_reason: "dial_no_answer", duration_ms: undefined }, { status: "NO_ANSWER", connectedMs: 0, connectedAt: undefined }],
    ["busy", { disconnection_reason: "dial_busy", duration_ms: 0, direction: "outbound" }, { status: "BUSY", direction: "OUTBOUND" }],
    ["voicemail", { disconnection_reason: "voicemail_reached" }, { status: "VOICEMAIL" }],
    ["a reason that is new", { disconnection_reason: "sunspots" }, { status: "COMPLETED", endReasonRaw: "sunspots" }],
    ["over the web", { call_type: "web_call", telephony_identifier: undefined }, { channel: "WEB", telephonyRef: undefined }],
    ["tokens as an average of requests", { llm_token_usage: { average: 10.5, num_requests: 3 } }, { tokens: { in: 32 } }],
    ["a field that is new is kept", { mood_ring: "blue" }, { attributes: { agentName: "Front desk", raw: { mood_ring: "blue" } } }],
    ["a field that is new and large is named", { novel: "x".repeat(2_000) }, { attributes: { agentName: "Front desk", rawTrimmed: ["novel"] } }],
  ])("%s", (_, more, expected) => {
    const event = eventOf("retell", ended(more));
    expect(Object.fromEntries(Object.keys(expected).map((key) => [key, event[key]]))).toEqual(expected);
  });

  it.each<[string, unknown, string]>([
    ["duration_ms", ended({ duration_ms: "60500" }), "call.duration_ms must be a whole number from 0 on; text came."],
    ["cost", ended({ call_cost: { product_costs: [{ product: "x", cost: "1" }] } }), "call.call_cost.product_costs[0].cost must be a number; text came."],
    ["start_timestamp", ended({ start_timestamp: "2025-10-10" }), "call.start_timestamp must be a number of milliseconds since 1970; text came."],
    ["end", ended({ end_timestamp: undefined, start_timestamp: undefined }), "call.end_timestamp is missing: a leg needs an end."],
    ["call", { event: "call_ended", call: [] }, "call must be an object; a list came."],
  ])("of another type in %s is refused by name", (_, payload, message) => expect(reasonOf("retell", payload)).toBe(message));

  it("that begins is left alone, and no number of a person is kept", () => {
    expect(reasonOf("retell", { event: "call_started", call: retellCall() })).toBe("ignored: call_started does not say how a call went.");
    expect(JSON.stringify(readProvider("retell", ended()))).not.toContain("+1555");
  });
});
