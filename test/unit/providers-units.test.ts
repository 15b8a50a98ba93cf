import fc from "fast-check";
import { PROVIDERS, Provider, placed, readProvider, readUsageEvent } from "../../src/metering";
import { costsOf, eventOf, retellCall, twilioCall, twilioCallback, vapiReport } from "../support/provider-samples";

const NOW = Date.parse("2025-11-15T12:00:00Z");
const START = 1760104800000;
const iso = (ms: number): string => new Date(ms).toISOString();
const elevenLabs = (metadata: Record<string, unknown>): Record<string, unknown> => ({ conversation_id: "c", agent_id: "a", status: "done", metadata: { start_time_unix_secs: START / 1000, ...metadata } });

describe("units in which providers speak", () => {
  it("13 is cents with Retell and dollars with Vapi: a factor of 100", () => {
    const retell = eventOf("retell", retellCall({ call_cost: { product_costs: [{ product: "retell_platform", cost: 13.0075 }], combined_cost: 13.0075 } }));
    const vapi = eventOf("vapi", vapiReport({}, { costBreakdown: { vapi: 13.0075, total: 13.0075 } }));
    expect([costsOf(retell), costsOf(vapi)]).toEqual([["PLATFORM 0.130075 USD"], ["PLATFORM 13.0075 USD"]]);
  });

  it("2.5 is minutes with Bland, 150,000 milliseconds with Retell, text of 150 seconds with Twilio, 150 seconds with ElevenLabs", () => {
    const bland = eventOf("bland", { call_id: "b", call_length: 2.5, started_at: iso(START), end_at: iso(START + 150_000), price: 0.09 });
    const retell = eventOf("retell", retellCall({ duration_ms: 150_000, end_timestamp: START + 150_000 }));
    const twilio = eventOf("twilio", twilioCall({ duration: "150", start_time: "Fri, 10 Oct 2025 14:00:00 +0000", end_time: "Fri, 10 Oct 2025 14:02:30 +0000" }));
    const eleven = eventOf("elevenlabs", elevenLabs({ call_duration_secs: 150 }));
    expect([bland, retell, twilio, eleven].map(({ connectedMs, endedAt }) => [connectedMs, endedAt])).toEqual([bland, retell, twilio, eleven].map(() => [150_000, iso(START + 150_000)]));
  });

  it("Duration beside CallDuration is minutes begun with Twilio, and no time", () => {
    expect(eventOf("twilio", twilioCallback({ CallDuration: "61", Duration: "2" }), true)).toMatchObject({ connectedMs: 61_000 });
  });

  it("the price of Twilio is text, and a cost where it is negative", () => {
    expect(costsOf(eventOf("twilio", twilioCall({ price: "-0.02600", price_unit: "usd" })))).toEqual(["TELEPHONY 0.026 USD"]);
    expect(readProvider("twilio", twilioCall({ price: -0.026 }))).toMatchObject([{ kind: "fault", about: "price", message: "price must be text of a decimal number; a number came." }]);
  });

  it("531 is credits with ElevenLabs: a quantity, and no amount of any currency", () => {
    const event = eventOf("elevenlabs", elevenLabs({ call_duration_secs: 60, cost: 531 }));
    expect(event.costItems).toEqual([{ component: "PLATFORM", basis: "REPORTED", quantity: "531", unit: "CREDIT" }]);
  });

  it("Vapi and Retell name the carrier's call, by which cost adds up and contacts do not", () => {
    const carrier = eventOf("twilio", twilioCall({ sid: "CA7" })), platforms = [eventOf("vapi", vapiReport({ phoneCallProviderId: "CA7" })), eventOf("retell", retellCall({ telephony_identifier: { twilio_call_sid: "CA7" } }))];
    expect([carrier, ...platforms].map(({ telephonyRef }) => telephonyRef)).toEqual(["CA7", "CA7", "CA7"]);
  });
});

/** A record of each provider that makes a leg. */
const RECORDS: Readonly<Record<Provider, Record<string, unknown>>> = {
  twilio: twilioCall(), vapi: vapiReport(), retell: { event: "call_ended", call: retellCall() },
  "amazon-connect": { ContactId: "c-1", Channel: "VOICE", InitiationMethod: "INBOUND", ConnectedToSystemTimestamp: iso(START), DisconnectTimestamp: iso(START + 60_000), LastUpdateTimestamp: iso(START + 90_000), Queue: { Duration: 5 }, Agent: { AgentInteractionDuration: 40, CustomerHoldDuration: 3, AfterContactWorkDuration: 9 } },
  genesys: { conversationId: "g", conversationEnd: iso(START + 60_000), originatingDirection: "inbound", participants: [{ purpose: "customer", sessions: [{ sessionId: "s", mediaType: "voice", segments: [{ segmentType: "interact", segmentStart: iso(START), segmentEnd: iso(START + 60_000) }], metrics: [{ name: "tTalk", value: 4 }] }] }] },
  bland: { call_id: "b", call_length: 1, started_at: iso(START), end_at: iso(START + 60_000), price: 0.09, answered_by: "human", status: "completed", inbound: true },
  livekit: { event: "participant_left", id: "EV_1", createdAt: String(START / 1000 + 60), room: { sid: "RM_1", name: "r" }, participant: { sid: "PA_1", joinedAt: String(START / 1000), kind: "SIP" } },
  "openai-realtime": { type: "response.done", session_id: "sess", occurred_at: iso(START), response: { id: "resp", usage: { input_tokens: 10, output_tokens: 5 } } },
  elevenlabs: { type: "post_call_transcription", event_timestamp: START / 1000 + 100, data: elevenLabs({ call_duration_secs: 60, cost: 5, phone_call: { direction: "inbound", call_sid: "CA1" } }) },
};

/** The fields of an object that hold a value of their own, as paths. */
function leavesOf(value: unknown, path: readonly string[] = []): string[][] {
  if (typeof value !== "object" || value === null) return [[...path]];
  return Object.entries(value).flatMap(([key, inner]) => leavesOf(inner, [...path, key]));
}

function withField(value: unknown, [key, ...deeper]: readonly string[], to: unknown): unknown {
  if (key === undefined) return to;
  const copy = Array.isArray(value) ? [...(value as unknown[])] : { ...(value as Record<string, unknown>) };
  (copy as Record<string, unknown>)[key] = withField((copy as Record<string, unknown>)[key], deeper, to);
  return copy;
}

describe.each(PROVIDERS)("a record of %s", (provider) => {
  const record = RECORDS[provider];
  const legOf = (payload: unknown): Record<string, unknown> | null => {
    const [item] = readProvider(provider, payload);
    return item?.kind === "leg" ? placed(item, { mappings: [], units: null }) : null;
  };

  it("with a field that is new is the same leg, and keeps the field", () => {
    const { attributes, ...event } = legOf(record)!;
    const place = provider === "vapi" ? ["message", "call", "brandNew"] : provider === "retell" ? ["call", "brandNew"] : provider === "elevenlabs" ? ["data", "brandNew"] : ["brandNew"];
    const { attributes: more, ...same } = legOf(withField(record, place, { deep: [1] }))!;
    expect(same).toEqual(event);
    expect(more).toEqual({ ...(attributes as object), raw: { brandNew: { deep: [1] } } });
  });

  it("with a field of another type is refused by the field's name, or the field decided nothing; it never breaks the reading", () => {
    const others = fc.constantFrom<unknown>({ x: 1 }, [1], true, -1, 1.5, "word", "", null, 1e300);
    fc.assert(fc.property(fc.constantFrom(...leavesOf(record)), others, (path, value) => {
      for (const item of readProvider(provider, withField(record, path, value))) {
        if (item.kind === "fault") expect(item.message).toMatch(new RegExp(`${path.filter((part) => !/^\d+$/.test(part)).at(-1)!}|endedAt|end_|DisconnectTimestamp|missing`));
        if (item.kind !== "leg") continue;
        const read = readUsageEvent(placed(item, { mappings: [], units: null }), NOW);
        // What is read is an event, or ingest names what is wrong with it.
        expect("fault" in read ? read.fault : read.eventId).toMatch(/./);
      }
    }), { numRuns: 150, seed: 7 });
  });

  it("with an object in place of what decides time, money or identity is refused by the field's name", () => {
    const deciding: Readonly<Record<Provider, readonly string[]>> = {
      twilio: ["sid", "duration", "price", "end_time"], vapi: ["message.startedAt", "message.endedAt", "message.costBreakdown.vapi", "message.call.id"], retell: ["call.call_id", "call.duration_ms", "call.end_timestamp", "call.call_cost.combined_cost"],
      "amazon-connect": ["ContactId", "DisconnectTimestamp", "ConnectedToSystemTimestamp", "Agent.AgentInteractionDuration"], genesys: ["conversationId", "conversationEnd"], bland: ["call_id", "call_length", "price"],
      livekit: ["participant.sid", "participant.joinedAt", "createdAt"], "openai-realtime": ["response.id", "response.usage.input_tokens", "occurred_at"], elevenlabs: ["data.conversation_id", "data.metadata.call_duration_secs", "data.metadata.cost", "event_timestamp"],
    };
    for (const name of deciding[provider]) {
      const [item] = readProvider(provider, withField(record, name.split("."), { other: "type" }));
      expect([name, item]).toEqual([name, expect.objectContaining({ kind: "fault", about: name, message: expect.stringContaining(`${name} must be`) })]);
    }
  });
});
