import { costsOf, eventOf, reasonOf } from "../support/provider-samples";

const call = (more: Record<string, unknown> = {}): Record<string, unknown> => ({
  call_id: "bland-1", call_length: 1.5, started_at: "2025-10-10T14:00:00.000Z", end_at: "2025-10-10T14:01:30.000Z", completed: true, status: "completed", answered_by: "human", inbound: false, price: 0.135, corrected_duration: "90",
  to: "+15550000001", from: "+15550000002", concatenated_transcript: "hello", metadata: { use_case: "order-status" }, disposition_tag: "BOOKED", ...more,
});

describe("a call of Bland", () => {
  it("is a leg; its length is in minutes and its price bundles everything", () => {
    expect(eventOf("bland", call())).toEqual({
      eventId: "bland-1", type: "LEG_COMPLETED", revision: 0, provider: "bland", providerRef: "bland-1", contactId: "bland-1", legId: "bland-1", channel: "VOICE", transport: "PSTN", direction: "OUTBOUND", status: "COMPLETED",
      connectedAt: "2025-10-10T14:00:00.000Z", endedAt: "2025-10-10T14:01:30.000Z", connectedMs: 90_000, outcome: "CONTAINED", endReasonRaw: "completed", intent: "BOOKED", useCase: "order-status",
      costItems: [{ component: "PLATFORM", basis: "REPORTED", quantity: "1.5", unit: "MINUTE", amount: "0.135", currency: "USD" }], attributes: { answeredBy: "human" },
    });
  });

  it.each([["0.1", 6_000], ["0.29", 17_400], ["1.0083333333333333", 60_500], ["0.016666666666666666", 1_000], ["2.675", 160_500], ["0.0000083333", 0], ["0.00000833334", 1], ["1e-3", 60], ["3", 180_000]])("%s minutes are %d ms", (minutes, ms) =>
    expect(eventOf("bland", JSON.stringify(call({ end_at: null })).replace('"call_length":1.5', `"call_length":${minutes}`)).connectedMs).toBe(ms));

  it.each<[string, Record<string, unknown>, Record<string, unknown>]>([
    ["nobody answered", { call_length: 0, status: "no-answer", answered_by: null, price: 0 }, { status: "NO_ANSWER", connectedMs: 0, costItems: undefined }],
    ["voicemail", { answered_by: "voicemail" }, { status: "VOICEMAIL", outcome: undefined }],
    ["transferred to a person", { transferred_to: "+15550000003", transferred_at: "2025-10-10T14:01:00.000Z" }, { outcome: "ESCALATED", humanMs: 30_000, humanConnectedAt: "2025-10-10T14:01:00.000Z" }],
    ["nobody looked for a machine", { answered_by: null }, { outcome: "CONTAINED" }],
    ["an end that is only the latest one possible", { end_at: "2025-10-10T14:30:00.000Z" }, { endedAt: "2025-10-10T14:01:30.000Z" }],
    ["inbound", { inbound: true }, { direction: "INBOUND" }],
    ["without an end", { end_at: null }, { endedAt: "2025-10-10T14:01:30.000Z" }],
    ["a field that is new is kept", { aura: ["green"] }, { attributes: { answeredBy: "human", raw: { aura: ["green"] } } }],
  ])("%s", (_, more, expected) => {
    const event = eventOf("bland", call(more));
    expect(Object.fromEntries(Object.keys(expected).map((key) => [key, event[key]]))).toEqual(expected);
    expect(JSON.stringify(event)).not.toContain("+1555");
  });

  it.each<[string, Record<string, unknown>, string]>([
    ["call_length", { call_length: "1.5" }, "call_length must be a number; text came."], ["price", { price: "0.135" }, "price must be a number; text came."], ["inbound", { inbound: "yes" }, "inbound must be true or false; text came."],
    ["call_id", { call_id: null }, "call_id is missing."],
  ])("of another type in %s is refused by name", (_, more, message) => expect(reasonOf("bland", call(more))).toBe(message));

  it("costs what it says, digit by digit", () => expect(costsOf(eventOf("bland", call({ price: 0.1 + 0.2 })))).toEqual(["PLATFORM 0.30000000000000004 USD 1.5 MINUTE"]));
});
