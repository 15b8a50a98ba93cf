import { readEnvelope, readItem } from "../../src/metering";

const TYPE = "apportion.usage.leg_completed.v1";
const cloud = (more: Record<string, unknown> = {}): Record<string, unknown> => ({ specversion: "1.0", id: "e", source: "retell://a", type: TYPE, data: { legId: "l" }, ...more });
const EVENT = { eventId: "e", type: "LEG_COMPLETED", legId: "l" };
const fault = (text: string, eventId = "e"): unknown => ({ fault: text, eventId });
const TYPES = "apportion.usage.leg_completed.v1, apportion.usage.leg_updated.v1, apportion.usage.leg_rated.v1, apportion.usage.leg_analysed.v1, apportion.usage.leg_voided.v1";
const URI = "source must be a URI of 1 to 200 characters.";

describe("an envelope", () => {
  test.each<[string, unknown, unknown]>([
    ["the least", cloud(), { source: "retell://a", event: EVENT }],
    ["with time", cloud({ time: "2025-10-01T00:00:00Z" }), { source: "retell://a", event: { ...EVENT, occurredAt: "2025-10-01T00:00:00Z" } }],
    ["every type", cloud({ type: "apportion.usage.leg_voided.v1" }), { source: "retell://a", event: { ...EVENT, type: "LEG_VOIDED" } }],
    ["what is not ours", cloud({ subject: "s", dataschema: "d", traceparent: "t", datacontenttype: "application/json; charset=utf-8", time: null }), { source: "retell://a", event: EVENT }],
    ["said twice, alike", cloud({ time: "2025-10-01T00:00:00Z", data: { eventId: "e", source: "retell://a", type: "LEG_COMPLETED", occurredAt: "2025-10-01T02:00:00+02:00" } }), { source: "retell://a", event: { eventId: "e", type: "LEG_COMPLETED", occurredAt: "2025-10-01T00:00:00Z" } }],
    ["the type in the data alone", cloud({ type: undefined, data: { type: "LEG_UPDATED" } }), { source: "retell://a", event: { eventId: "e", type: "LEG_UPDATED" } }],
    ["the instant in the data alone", cloud({ data: { occurredAt: "x" } }), { source: "retell://a", event: { eventId: "e", type: "LEG_COMPLETED", occurredAt: "x" } }],
    ["no object", [], fault("A CloudEvent must be an object.", "")],
    ["no version", cloud({ specversion: undefined }), fault('specversion is missing: a CloudEvent says "1.0".')],
    ["another version", cloud({ specversion: "0.3" }), fault('specversion must be "1.0".')],
    ["a version that is a number", cloud({ specversion: 1 }), fault('specversion must be "1.0".')],
    ["no id", cloud({ id: undefined }), fault("id is missing: it becomes the eventId.", "")],
    ["an empty id", cloud({ id: "" }), fault("id is missing: it becomes the eventId.", "")],
    ["no source", cloud({ source: undefined }), fault(URI)],
    ["an empty source", cloud({ source: "" }), fault(URI)],
    ["a long source", cloud({ source: "x".repeat(201) }), fault(URI)],
    ["a source of control characters", cloud({ source: "a\u0000" }), fault(URI)],
    ["no type at all", cloud({ type: undefined }), fault("type is missing: for example apportion.usage.leg_completed.v1.")],
    ["an unknown type", cloud({ type: "com.example.call" }), fault(`type must be one of ${TYPES}.`)],
    ["a type of the canonical event", cloud({ type: "LEG_COMPLETED" }), fault(`type must be one of ${TYPES}.`)],
    ["a type that is no text", cloud({ type: 7 }), fault(`type must be one of ${TYPES}.`)],
    ["another content", cloud({ datacontenttype: "text/xml" }), fault("datacontenttype must be application/json.")],
    ["base64", cloud({ data: undefined, data_base64: "e30=" }), fault("data_base64 is not read: send the event as JSON in data.")],
    ["no data", cloud({ data: undefined }), fault("data must be an object: the usage event.")],
    ["data as text", cloud({ data: "{}" }), fault("data must be an object: the usage event.")],
    ["data as a list", cloud({ data: [] }), fault("data must be an object: the usage event.")],
    ["another event id", cloud({ data: { eventId: "f" } }), fault("data.eventId is not the id of the envelope. Leave it out.")],
    ["another source in the data", cloud({ data: { source: "retell://b" } }), fault("data.source is not the source of the envelope. Leave it out.")],
    ["another type in the data", cloud({ data: { type: "LEG_VOIDED" } }), fault("data.type is not what the envelope's type says (LEG_COMPLETED). Leave it out.")],
    ["another instant in the data", cloud({ time: "2025-10-01T00:00:00Z", data: { occurredAt: "2025-10-01T00:00:01Z" } }), fault("data.occurredAt is not the time of the envelope. Leave it out.")],
    ["a time without offset", cloud({ time: "2025-10-01T00:00:00" }), fault("time must be an instant with offset, for example 2025-10-31T09:15:00.000Z.")],
  ])("%s", (_, envelope, expected) => {
    expect(readEnvelope(structuredClone(envelope))).toEqual(expected);
    if (!Array.isArray(envelope) && (envelope as { specversion: unknown }).specversion !== undefined) expect(readItem(structuredClone(envelope), "else://where")).toEqual(expected);
  });
});

describe("a bare event", () => {
  const NOBODY = "Nobody says who measured this. Name the source of the whole request (?source=<uri>), or send a CloudEvent.";
  test.each<[string, unknown, string | null, unknown]>([
    ["of the source of the request", { eventId: "e" }, "a", { source: "a", event: { eventId: "e" } }],
    ["of its own source", { eventId: "e", source: "a" }, null, { source: "a", event: { eventId: "e" } }],
    ["of both, alike", { eventId: "e", source: "a" }, "a", { source: "a", event: { eventId: "e" } }],
    ["of a source that is null", { eventId: "e", source: null }, "a", { source: "a", event: { eventId: "e" } }],
    ["of none", { eventId: "e" }, null, fault(NOBODY)],
    ["of two", { eventId: "e", source: "a" }, "b", fault("The event names another source than the request does. Leave it out, or send the event in a request of its own.")],
    ["of a number", { eventId: "e", source: 7 }, null, fault(URI)],
    ["without a name", { eventId: 7 }, null, fault(NOBODY, "")],
    ["that is a list", [], "a", fault("An event must be an object.", "")],
    ["that is nothing", null, "a", fault("An event must be an object.", "")],
    ["with what other objects have", JSON.parse('{"__proto__":{"specversion":"1.0"}}'), "a", { source: "a", event: JSON.parse('{"__proto__":{"specversion":"1.0"}}') as unknown }],
  ])("%s", (_, event, source, expected) => {
    expect(readItem(structuredClone(event), source)).toEqual(expected);
  });
});
