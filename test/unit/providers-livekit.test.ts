import { eventOf, reasonOf } from "../support/provider-samples";

const event = (name: string, more: Record<string, unknown> = {}, participant: Record<string, unknown> = {}): Record<string, unknown> => ({
  event: name, id: `EV_${name}`, createdAt: "1760104870", room: { sid: "RM_1", name: "support-1", metadata: '{"use_case":"order-status"}' },
  participant: { sid: "PA_1", identity: "ann", name: "Ann", state: "ACTIVE", joinedAt: "1760104800", kind: "SIP", attributes: { "sip.twilio.callSid": "CA0005", "sip.ruleID": "SDR_1", "sip.phoneNumber": "+15550000001" }, ...participant }, ...more,
});

describe("a participant of LiveKit", () => {
  it("is a leg once they have left; 64-bit numbers are text, and nothing is rounded up", () => {
    expect(eventOf("livekit", event("participant_left"))).toEqual({
      eventId: "EV_participant_left", type: "LEG_UPDATED", revision: 1760104870001, provider: "livekit", providerRef: "PA_1", contactId: "RM_1", legId: "PA_1", telephonyRef: "CA0005", channel: "VOICE", transport: "SIP", direction: "INBOUND",
      status: "COMPLETED", initiatedAt: "2025-10-10T14:00:00.000Z", connectedAt: "2025-10-10T14:00:00.000Z", endedAt: "2025-10-10T14:01:10.000Z", connectedMs: 70_000, endReasonRaw: "participant_left", useCase: "order-status", attributes: { kind: "SIP", roomName: "support-1" },
    });
  });

  it("who joined, and of whom nothing more has come, is no connected time and says so; the leaving outranks it", () => {
    const joined = eventOf("livekit", event("participant_joined", { createdAt: "1760104800" }));
    expect(joined).toMatchObject({ legId: "PA_1", connectedMs: 0, status: "FAILED", endedAt: "2025-10-10T14:00:00.000Z", endReasonRaw: "participant_joined, and has not left so far", attributes: { kind: "SIP", roomName: "support-1", unpaired: true } });
    expect(eventOf("livekit", event("participant_left", { createdAt: "1760104800" })).revision).toBe((joined.revision as number) + 1);
  });

  it.each<[string, Record<string, unknown>, Record<string, unknown>, Record<string, unknown>]>([
    ["numbers as numbers", { createdAt: 1760104870 }, { joinedAt: 1760104800 }, { connectedMs: 70_000 }],
    ["milliseconds, where they are told", {}, { joinedAtMs: "1760104800500" }, { connectedMs: 69_500 }],
    ["an agent is no call", {}, { kind: "AGENT", attributes: {} }, { channel: "WEB", transport: "WEBRTC", telephonyRef: undefined }],
    ["a kind as its number", {}, { kind: 4, attributes: {} }, { channel: "WEB", attributes: { kind: "AGENT", roomName: "support-1" } }],
    ["a trunk called out", {}, { attributes: { "sip.callID": "SCL_1" } }, { direction: "OUTBOUND", telephonyRef: "SCL_1" }],
    ["events that were lost are told", { numDropped: 3 }, {}, { attributes: { kind: "SIP", roomName: "support-1", numDropped: 3 } }],
    ["a field that is new is kept", { region: "moon" }, {}, { attributes: { kind: "SIP", roomName: "support-1", raw: { region: "moon" } } }],
  ])("%s", (_, more, participant, expected) => {
    const leg = eventOf("livekit", event("participant_left", more, participant));
    expect(Object.fromEntries(Object.keys(expected).map((key) => [key, leg[key]]))).toEqual(expected);
    expect(JSON.stringify(leg)).not.toMatch(/\+1555|Ann/);
  });

  it.each<[unknown, string]>([
    [event("room_finished"), "ignored: room_finished says nothing of a participant's time."],
    [event("participant_left", {}, { joinedAt: "soon" }), "participant.joinedAt must be a number of seconds since 1970, or text of one; other text came."],
    [event("participant_left", { createdAt: true }), "createdAt must be a number of seconds since 1970; true or false came."],
    [event("participant_left", { participant: null }), "participant is missing."],
  ])("%#: %s", (payload, reason) => expect(reasonOf("livekit", payload)).toBe(reason));
});
