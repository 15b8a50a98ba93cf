import { eventOf, eventsOf, reasonOf } from "../support/provider-samples";

const done = (id: string, usage: Record<string, unknown> = {}, more: Record<string, unknown> = {}): Record<string, unknown> => ({
  type: "response.done", event_id: `event_${id}`, session_id: "sess_1", occurred_at: "2025-10-10T14:01:00Z",
  response: { object: "realtime.response", id, status: "completed", output: [], metadata: { use_case: "order-status" }, usage: { total_tokens: 253, input_tokens: 132, output_tokens: 121, input_token_details: { text_tokens: 119, audio_tokens: 13, cached_tokens: 64 }, output_token_details: { text_tokens: 30, audio_tokens: 91 }, ...usage } }, ...more,
});
const session = { id: "sess_1", model: "gpt-realtime", started_at: "2025-10-10T14:00:00Z", ended_at: 1760104920 };

describe("usage of OpenAI's realtime sessions", () => {
  it("of a session that is sent whole is the sum of its responses, each once", () => {
    expect(eventOf("openai-realtime", { session, responses: [done("resp_1"), done("resp_2", { input_tokens: 300 }), done("resp_1")] })).toEqual({
      eventId: "sess_1/2", type: "LEG_COMPLETED", revision: 2, provider: "openai-realtime", providerRef: "sess_1", contactId: "sess_1", legId: "sess_1", channel: "VOICE", direction: "INBOUND", status: "COMPLETED", model: "gpt-realtime",
      connectedAt: "2025-10-10T14:00:00.000Z", endedAt: "2025-10-10T14:02:00.000Z", connectedMs: 120_000, tokens: { in: 432, out: 242, cached: 128, audioIn: 26, audioOut: 182 }, useCase: "order-status", attributes: { responses: 2 },
    });
  });

  it("in lists is the same in whichever pieces it comes: a leg for each response, in the contact of its session", () => {
    const all = [done("resp_1"), done("resp_9", {}, { session_id: "sess_2" }), done("resp_2"), done("resp_3")];
    const whole = eventsOf("openai-realtime", all);
    expect(whole.map(({ eventId, contactId, legId, tokens }) => [eventId, contactId, legId, (tokens as { in: number }).in])).toEqual([
      ["resp_1", "sess_1", "sess_1/resp_1", 132], ["resp_9", "sess_2", "sess_2/resp_9", 132], ["resp_2", "sess_1", "sess_1/resp_2", 132], ["resp_3", "sess_1", "sess_1/resp_3", 132]]);
    expect([...eventsOf("openai-realtime", all.slice(0, 2)), ...eventsOf("openai-realtime", all.slice(2))]).toEqual(whole);
  });

  it("of a response alone is a leg of its own in its session, without connected time", () => {
    expect(eventOf("openai-realtime", done("resp_1"))).toMatchObject({ eventId: "resp_1", contactId: "sess_1", legId: "sess_1/resp_1", connectedMs: 0, tokens: { in: 132, out: 121, cached: 64, audioIn: 13, audioOut: 91 }, endedAt: "2025-10-10T14:01:00.000Z" });
  });

  it("has no money in it, and keeps a field that is new", () => {
    const event = eventOf("openai-realtime", done("resp_1", {}, { tier: "turbo" }));
    expect([event.costItems, event.attributes]).toEqual([undefined, { responses: 1, raw: { tier: "turbo" } }]);
  });

  it.each<[unknown, string]>([
    [{ type: "session.created", session: { id: "sess_1" } }, "ignored: session.created holds no usage."],
    [done("resp_1", {}, { response: { id: "resp_1", status: "cancelled", usage: null } }), "ignored: The response used nothing."],
    [done("resp_1", {}, { occurred_at: undefined }), "occurred_at is missing: a response does not say when it was done. Add it."],
    [done("resp_1", {}, { session_id: undefined }), "session_id is missing: a response does not say to which session it belongs. Add it."],
    [done("resp_1", { input_tokens: "132" }), "response.usage.input_tokens must be a whole number from 0 on; text came."],
    [done("resp_1", { output_tokens: 1.5 }), "response.usage.output_tokens must be a whole number from 0 on; another number came."],
  ])("%#: %s", (payload, reason) => expect(reasonOf("openai-realtime", payload)).toBe(reason));
});
