import { costsOf, eventOf, reasonOf, vapiReport } from "../support/provider-samples";

describe("the report of Vapi", () => {
  it("is a leg; its costs are dollars", () => {
    const event = eventOf("vapi", vapiReport());
    expect(event).toEqual({
      eventId: "vapi-1/end-of-call-report", type: "LEG_COMPLETED", revision: 1760104860501, provider: "vapi", providerRef: "vapi-1", contactId: "vapi-1", legId: "vapi-1", telephonyRef: "CA0007", agentId: "assistant-1",
      channel: "VOICE", direction: "INBOUND", status: "COMPLETED", connectedAt: "2025-10-10T14:00:00.000Z", endedAt: "2025-10-10T14:01:00.500Z", connectedMs: 60_500, outcome: "CONTAINED", resolved: true,
      endReasonRaw: "customer-ended-call", useCase: "order-status", tokens: { in: 1200, out: 90 }, attributes: { orgId: "org-1" },
      costItems: [["TELEPHONY", "0.0151"], ["STT", "0.0102"], ["LLM", "0.0874"], ["TTS", "0.0796"], ["PLATFORM", "0.0504"]].map(([component, amount]) => ({ component, basis: "REPORTED", amount, currency: "USD" })),
    });
  });

  it.each<[string, Record<string, unknown>, string[]]>([
    ["typed costs, one of a type that is new", { costs: [{ type: "transport", minutes: 1.0083, cost: 0.0151 }, { type: "model", cost: 0.0874, promptTokens: 3 }, { type: "telepathy", cost: 0.01 }, { type: "vapi", subType: "overage", minutes: 1, cost: 0.05 }] },
      ["TELEPHONY 0.0151 USD 1.0083 MINUTE", "LLM 0.0874 USD", "OTHER 0.01 USD", "PLATFORM 0.05 USD 1 MINUTE"]],
    ["what the breakdown leaves of its total", { costBreakdown: { vapi: 0.05, total: 0.08 } }, ["PLATFORM 0.05 USD", "OTHER 0.03 USD"]],
    ["the analysis", { costBreakdown: { vapi: 0.05, analysisCostBreakdown: { summary: 0.001, structuredData: 0.002 }, total: 0.053 } }, ["PLATFORM 0.05 USD", "ANALYSIS 0.003 USD"]],
    ["nothing but the whole", { costBreakdown: null, cost: 0.0601 }, ["PLATFORM 0.0601 USD"]],
  ])("costs: %s", (_, report, expected) => expect(costsOf(eventOf("vapi", vapiReport({}, report)))).toEqual(expected));

  it.each<[string, Record<string, unknown>, Record<string, unknown>, Record<string, unknown>]>([
    ["forwarded", {}, { endedReason: "assistant-forwarded-call" }, { outcome: "ESCALATED" }],
    ["never answered", { type: "outboundPhoneCall" }, { startedAt: null, endedReason: "customer-did-not-answer" }, { status: "NO_ANSWER", connectedMs: 0, direction: "OUTBOUND", outcome: undefined }],
    ["busy", {}, { startedAt: null, endedReason: "customer-busy" }, { status: "BUSY" }],
    ["not answered, though it has a start", { type: "outboundPhoneCall" }, { endedReason: "customer-did-not-answer" }, { status: "NO_ANSWER", connectedMs: 0, connectedAt: undefined }],
    ["given up while it rang", {}, { endedReason: "call.ringing.sip-inbound-caller-hungup-before-call-connect" }, { status: "CANCELLED", connectedMs: 0, connectedAt: undefined, outcome: undefined }],
    ["ended by a hook while it rang", {}, { endedReason: "call.ringing.hook-executed-say" }, { status: "FAILED", connectedMs: 0, connectedAt: undefined }],
    ["broken while it talked", {}, { endedReason: "call.in-progress.error-providerfault" }, { status: "COMPLETED", connectedMs: 60_500 }],
    ["voicemail", {}, { endedReason: "voicemail" }, { status: "VOICEMAIL" }],
    ["over the web", { type: "webCall", phoneCallProviderId: null }, {}, { channel: "WEB", telephonyRef: undefined }],
    ["broken off by an error after it connected", {}, { endedReason: "pipeline-error-openai-llm-failed" }, { status: "COMPLETED", connectedMs: 60_500, endReasonRaw: "pipeline-error-openai-llm-failed" }],
    ["a rubric of another kind", {}, { analysis: { successEvaluation: 8 } }, { resolved: undefined }],
    ["a field that is new is kept", { vibe: 1.5 }, { weather: "rain" }, { attributes: { orgId: "org-1", raw: { vibe: 1.5, weather: "rain" } } }],
  ])("%s", (_, call, report, expected) => {
    const event = eventOf("vapi", vapiReport(call, report));
    expect(Object.fromEntries(Object.keys(expected).map((key) => [key, event[key]]))).toEqual(expected);
  });

  it("and the call of the API are the same leg", () => {
    const event = eventOf("vapi", { id: "vapi-1", status: "ended", type: "inboundPhoneCall", startedAt: "2025-10-10T14:00:00.000Z", endedAt: "2025-10-10T14:01:00.500Z", updatedAt: "2025-10-10T14:05:00.000Z", endedReason: "customer-ended-call", cost: 0.5 });
    expect([event.legId, event.eventId, costsOf(event)]).toEqual(["vapi-1", "vapi-1/call@1760105100000", ["PLATFORM 0.5 USD"]]);
  });

  it.each<[string, unknown, string]>([
    ["cost", vapiReport({}, { costBreakdown: { vapi: "0.05" } }), "message.costBreakdown.vapi must be a number; text came."],
    ["startedAt", vapiReport({}, { startedAt: 1760104800 }), "message.startedAt must be an instant such as 2025-10-31T09:15:00.000Z; a number came."],
    ["id", vapiReport({ id: 7 }), "message.call.id must be text; a number came."],
  ])("of another type in %s is refused by name", (_, payload, message) => expect(reasonOf("vapi", payload)).toBe(message));

  it.each(["queued", "ringing", "in-progress", "forwarding"])("is none of a call of the API that is %s", (status) => expect(reasonOf("vapi", { id: "vapi-1", status, startedAt: "2025-10-10T14:00:00.000Z" })).toBe(`ignored: The call is ${status}: it has not ended.`));

  it("is the only message that counts", () => expect(reasonOf("vapi", { message: { type: "status-update", call: { id: "x" } } })).toBe("ignored: status-update does not say how a call went."));
});
