import { readProvider } from "../../src/metering";
import { eventsOf, reasonOf } from "../support/provider-samples";

const at = (time: string): string => `2025-10-10T14:${time}.000Z`;
const segment = (segmentType: string, start: string, end: string, more: Record<string, unknown> = {}): Record<string, unknown> => ({ segmentType, segmentStart: at(start), segmentEnd: at(end), ...more });
const conversation = (more: Record<string, unknown> = {}): Record<string, unknown> => ({
  conversationId: "g-1", conversationStart: at("00:00"), conversationEnd: at("06:00"), originatingDirection: "inbound", divisionIds: ["div-retail"],
  participants: [
    { participantId: "p1", purpose: "customer", attributes: { use_case: "order-status" }, sessions: [{ sessionId: "s1", mediaType: "voice", ani: "+15550000001", segments: [segment("dialing", "00:00", "00:05"), segment("interact", "00:05", "06:00", { disconnectType: "client" })] }] },
    { participantId: "p2", purpose: "agent", sessions: [{ sessionId: "s2", mediaType: "voice", segments: [segment("alert", "01:00", "01:10"), segment("interact", "01:10", "04:10"), segment("hold", "04:10", "04:40"), segment("interact", "04:40", "06:00", { disconnectType: "peer" }), segment("wrapup", "06:00", "06:30")],
      metrics: [{ name: "tTalk", value: 260_000.0, emitDate: at("06:00") }, { name: "tHeld", value: 30_000, emitDate: at("06:00") }, { name: "tAcw", value: 30_000, emitDate: at("06:30") }, { name: "nTransferred", value: 1, emitDate: at("06:00") }] }] },
  ], ...more,
});

describe("a conversation of Genesys", () => {
  it("is one leg, the caller's; agents and queues are its human, hold, wrap and queue time", () => {
    const acd = { participantId: "p3", purpose: "acd", sessions: [{ sessionId: "s3", mediaType: "voice", flow: { flowId: "f-1" }, segments: [segment("interact", "00:40", "01:10", { queueId: "q-1" })] }] };
    const [customer, ...others] = eventsOf("genesys", conversation({ participants: [...(conversation().participants as unknown[]), acd] }));
    expect(others).toEqual([]);
    expect(customer).toEqual({
      eventId: `g-1/s1@${Date.parse(at("06:30"))}`, type: "LEG_COMPLETED", revision: Date.parse(at("06:30")), provider: "genesys", providerRef: "s1", contactId: "g-1", legId: "s1", channel: "VOICE", direction: "INBOUND",
      status: "COMPLETED", initiatedAt: at("00:00"), connectedAt: at("00:05"), endedAt: at("06:00"), connectedMs: 355_000, queueMs: 30_000, humanMs: 260_000, holdMs: 30_000, wrapMs: 30_000, outcome: "ESCALATED",
      endReasonRaw: "client", useCase: "order-status", attributes: { purpose: "customer" },
    });
  });

  it("of several sessions of the caller has a leg for each, and what agents did once", () => {
    const [customer, agent] = conversation().participants as [Record<string, unknown>, Record<string, unknown>];
    const again = { sessionId: "s9", mediaType: "voice", segments: [segment("interact", "06:00", "07:00")] };
    const events = eventsOf("genesys", conversation({ conversationEnd: at("07:00"), participants: [{ ...customer, sessions: [...(customer.sessions as unknown[]), again] }, agent] }));
    expect(events.map(({ legId, contactId, connectedMs, humanMs }) => [legId, contactId, connectedMs, humanMs])).toEqual([["s1", "g-1", 355_000, 260_000], ["s9", "g-1", 60_000, undefined]]);
  });

  it.each<[string, string[], string]>([["an outside party", ["agent", "external"], "s2"], ["who was there first, among agents alone", ["user", "agent"], "s1"]])("without a customer is of %s", (_, purposes, legId) => {
    const participants = purposes.map((purpose, index) => ({ purpose, sessions: [{ sessionId: `s${index + 1}`, mediaType: "voice", segments: [segment("interact", "00:00", "01:00")] }] }));
    expect(eventsOf("genesys", conversation({ participants })).map((event) => [event.legId, event.connectedMs])).toEqual([[legId, 60_000]]);
  });

  it("is placed by the queue or flow of any of its sessions", () => {
    const acd = { purpose: "acd", sessions: [{ sessionId: "s3", mediaType: "voice", flow: { flowId: "f-1" }, segments: [segment("interact", "00:40", "01:10", { queueId: "q-1" })] }] };
    const [item] = readProvider("genesys", conversation({ participants: [...(conversation().participants as unknown[]), acd] }));
    expect(item).toMatchObject({ kind: "leg", keys: { divisionIds: ["div-retail"], queueId: ["q-1"], flowId: ["f-1"] } });
  });

  it("asked for again later is a higher revision; the same again is the same", () => {
    const grown = conversation({ conversationEnd: at("09:00") });
    expect(eventsOf("genesys", grown)[0]!.revision).toBe(Date.parse(at("09:00")));
    expect(eventsOf("genesys", { conversations: [conversation()], totalHits: 1 })).toEqual(eventsOf("genesys", conversation()));
  });

  it.each<[string, Record<string, unknown>, Record<string, unknown>]>([
    ["served by itself", { selfServed: true, participants: [(conversation().participants as unknown[])[0]] }, { outcome: "CONTAINED", humanMs: undefined }],
    ["handed over, whatever else it says", { selfServed: true }, { outcome: "ESCALATED" }],
    ["outbound", { originatingDirection: "outbound" }, { direction: "OUTBOUND" }],
    ["a field that is new is kept", { starSign: "leo" }, { attributes: { purpose: "customer", raw: { starSign: "leo" } } }],
    ["nobody answered", { participants: [{ purpose: "customer", sessions: [{ sessionId: "s1", mediaType: "voice", segments: [segment("dialing", "00:00", "00:30", { disconnectType: "endpoint", sipResponseCodes: [486] })] }] }] }, { status: "BUSY", connectedMs: 0, connectedAt: undefined }],
    ["a text message", { participants: [{ purpose: "customer", sessions: [{ sessionId: "s1", mediaType: "message", messageType: "sms", segments: [] }] }] }, { channel: "SMS", endedAt: at("06:00") }],
  ])("%s", (_, more, expected) => {
    const event = eventsOf("genesys", conversation(more))[0]!;
    expect(Object.fromEntries(Object.keys(expected).map((key) => [key, event[key]]))).toEqual(expected);
    expect(JSON.stringify(event)).not.toContain("+1555");
  });

  it.each<[Record<string, unknown>, string]>([
    [{ conversationEnd: null }, "ignored: The conversation goes on: ask for it again when it has ended."],
    [{ participants: { p1: {} } }, "participants must be a list; an object came."],
    [{ participants: [{ purpose: "agent", sessions: [{ sessionId: "s", segments: [{ segmentStart: 5 }] }] }] }, "participants[0].sessions[0].segments[0].segmentStart must be an instant such as 2025-10-31T09:15:00.000Z; a number came."],
  ])("%j: %s", (more, reason) => expect(reasonOf("genesys", conversation(more))).toBe(reason));
});
