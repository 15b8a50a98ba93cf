import fc from "fast-check";
import { readUsageEvent } from "../../src/metering/ingest/read-usage-event";
import { PAYLOAD_COLUMNS, USAGE_EVENT_FIELDS } from "../../src/metering/usage-event-fields";

const RUNS = { numRuns: 1_000, seed: 20251031 };
const NOW = Date.parse("2025-10-31T12:00:00.000Z");

const event = (more: object = {}): Record<string, unknown> => ({
  eventId: "e-1", contactId: "c-1", legId: "l-1", channel: "VOICE", direction: "INBOUND", status: "COMPLETED",
  connectedAt: "2025-10-31T09:15:00.000Z", endedAt: "2025-10-31T09:16:30.000Z", connectedMs: 90_000, test: false, ...more,
});
const read = (raw: unknown) => readUsageEvent(raw, NOW);
const faultOf = (raw: unknown): string => {
  const answer = read(raw);
  return "fault" in answer ? answer.fault : "sound";
};
const sound = (raw: unknown) => {
  const answer = read(raw);
  if ("fault" in answer) throw new Error(answer.fault);
  return answer;
};
/** The stored columns that are not absent, by name. */
const stored = (raw: unknown): Record<string, string> =>
  Object.fromEntries(sound(raw).payload.split("\t").map((cell, index): [string, string] => [USAGE_EVENT_FIELDS[index]!.name, cell]).filter(([, cell]) => cell !== "\\N"));
const without = (name: string): Record<string, unknown> => Object.fromEntries(Object.entries(event()).filter(([key]) => key !== name));
const json = (text: string): unknown => JSON.parse(text);

describe("a sound event", () => {
  test("the least that an event can say", () => {
    const least = { eventId: "e", contactId: "c", legId: "l", channel: "VOICE", direction: "INBOUND", status: "NO_ANSWER", endedAt: "2025-10-31T09:16:30Z", connectedMs: 0 };
    expect(stored(least)).toEqual({
      eventId: "e", type: "LEG_COMPLETED", revision: "0", contactId: "c", legId: "l", channel: "VOICE", direction: "INBOUND", status: "NO_ANSWER",
      endedAt: "2025-10-31T09:16:30.000Z", connectedMs: "0", test: "f", specVersion: "1.0",
    });
    expect(sound(least)).toMatchObject({
      eventId: "e", contactId: "c", legId: "l", type: "LEG_COMPLETED", revision: 0, businessUnit: null, useCase: null, endedAtMs: Date.parse("2025-10-31T09:16:30Z"), test: false, durationMismatch: false,
    });
  });

  test("every field that it can have", () => {
    const full = {
      specVersion: "1.0", eventId: "retell/42:ended", type: "LEG_UPDATED", revision: 1761902100000, occurredAt: "2025-10-31T09:17:00Z",
      businessUnit: "service", useCase: "service.triage", campaignRunId: "run-7", workflow: "wf", cohort: "pilot", variant: "B",
      contactId: "contact", legId: "leg", parentLegId: "parent", provider: "retell", providerRef: "call_1", telephonyRef: "CA1", customerRef: "9f86d081",
      agentId: "agent", agentVersion: "3", promptVersion: "p12", model: "m-1", channel: "VOICE", transport: "SIP", direction: "TRANSFER", language: "en-GB", country: "GB", jurisdiction: "GB-SCT",
      initiatedAt: "2025-10-31T09:14:50Z", connectedAt: "2025-10-31T09:15:00Z", endedAt: "2025-10-31T09:16:30Z", handoffRequestedAt: "2025-10-31T09:16:00Z", humanConnectedAt: "2025-10-31T09:16:10Z",
      connectedMs: 90_000, queueMs: 10_000, aiMs: 60_000, humanMs: 20_000, holdMs: 1, wrapMs: 0, messages: 2, segments: 3,
      tokens: { in: 9_007_199_254_740_991, out: 2, cached: 3, audioIn: 4, audioOut: 5 }, status: "COMPLETED", outcome: "ESCALATED", resolved: false, endReasonRaw: "call_transfer",
      flags: { humanRequested: true, optOut: false, distress: true, disclosed: true, consent: true, voicemail: false, complaint: false }, disclosedAt: "2025-10-31T09:15:02Z",
      sentiment: "NEUTRAL", csat: 5, intent: "lost card", writes: { required: 2, succeeded: 1 },
      costItems: [{ component: "TELEPHONY", quantity: "1.50", unit: "MINUTE", amount: "0.0125", currency: "USD", basis: "REPORTED" }, { component: "LLM", basis: "ESTIMATED" }],
      test: true, attributes: { queue: "north", tags: ["a"], depth: { n: 1 } },
    };
    const cells = sound(full).payload.split("\t");
    expect(cells).toHaveLength(PAYLOAD_COLUMNS.length);
    expect(Object.fromEntries(cells.map((cell, index) => [PAYLOAD_COLUMNS[index]!, cell]))).toEqual({
      event_id: "retell/42:ended", type: "LEG_UPDATED", revision: "1761902100000", reported_business_unit: "service", reported_use_case: "service.triage", contact_id: "contact", leg_id: "leg",
      channel: "VOICE", direction: "TRANSFER", status: "COMPLETED", initiated_at: "2025-10-31T09:14:50.000Z", connected_at: "2025-10-31T09:15:00.000Z", ended_at: "2025-10-31T09:16:30.000Z", connected_ms: "90000",
      outcome: "ESCALATED", resolved: "f", provider: "retell", test: "t", spec_version: "1.0", occurred_at: "2025-10-31T09:17:00.000Z", campaign_run_id: "run-7", workflow: "wf", cohort: "pilot", variant: "B",
      parent_leg_id: "parent", provider_ref: "call_1", telephony_ref: "CA1", customer_ref: "9f86d081", agent_id: "agent", agent_version: "3", prompt_version: "p12", model: "m-1", transport: "SIP",
      language: "en-GB", country: "GB", jurisdiction: "GB-SCT", handoff_requested_at: "2025-10-31T09:16:00.000Z", human_connected_at: "2025-10-31T09:16:10.000Z",
      queue_ms: "10000", ai_ms: "60000", human_ms: "20000", hold_ms: "1", wrap_ms: "0", messages: "2", segments: "3",
      tokens_in: "9007199254740991", tokens_out: "2", tokens_cached: "3", tokens_audio_in: "4", tokens_audio_out: "5", end_reason_raw: "call_transfer",
      human_requested: "t", opt_out: "f", distress: "t", disclosed: "t", consent: "t", voicemail: "f", complaint: "f", disclosed_at: "2025-10-31T09:15:02.000Z",
      sentiment: "NEUTRAL", csat: "5", intent: "lost card", writes_required: "2", writes_succeeded: "1",
      cost_items: '{"(TELEPHONY,1.50,MINUTE,0.0125,USD,REPORTED)","(LLM,,,,,ESTIMATED)"}', attributes: '{"depth":{"n":1},"queue":"north","tags":["a"]}',
    });
    expect(sound(full)).toMatchObject({ eventId: "retell/42:ended", type: "LEG_UPDATED", revision: 1761902100000, businessUnit: "service", useCase: "service.triage", test: true, durationMismatch: false });
  });

  test.each<[string, string, boolean]>([
    // connectedAt               endedAt                      flagged, for connectedMs 90,000
    ["2025-10-31T09:15:00.000Z", "2025-10-31T09:16:30.000Z",  false],
    ["2025-10-31T09:15:00.000Z", "2025-10-31T09:16:31.000Z",  false],
    ["2025-10-31T09:15:00.000Z", "2025-10-31T09:16:31.001Z",  true],
    ["2025-10-31T09:15:00.000Z", "2025-10-31T09:16:29.000Z",  false],
    ["2025-10-31T09:15:00.000Z", "2025-10-31T09:16:28.999Z",  true],
  ])("connected %s, ended %s: flagged %s", (connectedAt, endedAt, mismatch) => {
    expect(sound(event({ connectedAt, endedAt })).durationMismatch).toBe(mismatch);
  });

  test.each<[string, object]>([
    ["five minutes ahead is still now",         { endedAt: "2025-10-31T12:05:00.000Z" }],
    ["so is it for the time it was told",       { occurredAt: "2025-10-31T12:05:00.000Z" }],
    ["a leg of no time",                        { endedAt: "2025-10-31T09:15:00.000Z", connectedMs: 0 }],
    ["a week is the longest leg",               { connectedMs: 604_800_000 }],
    ["200 characters of id",                    { eventId: "x".repeat(200) }],
    ["an id with separators",                   { eventId: "a|b:c,d;e/f\\g'h\"i" }],
    ["an id that says absent",                  { eventId: "\\N" }],
    ["an emoji, right to left, zero width",     { eventId: "😀\u202eab\u200bc" }],
    ["a use case that is empty is a use case",  { useCase: "" }],
    ["null is absent",                          { occurredAt: null, tokens: null, flags: { optOut: null }, costItems: null, attributes: null, revision: null, test: null, csat: null }],
    ["groups with nothing in them",             { tokens: {}, flags: {}, writes: {}, attributes: {}, costItems: [] }],
    ["the first day of the calendar",            { connectedAt: "1970-01-02T00:00:00Z", endedAt: "1970-01-02T00:01:30Z" }],
  ])("%s", (_, more) => {
    expect(faultOf(event(more))).toBe("sound");
  });

  test.each([
    "+442079460123", "+44 20 7946 0123", "+1 (212) 555-0123", "1-212-555-0123", "212.555.0123", "020 7946 0123", "0049 30 / 901820", "011 44 20 7946 0123", "(030) 901820", "5550123",
    "tel:+1-212-555-0123", "tel:+12125550123;ext=5", "sip:+12125550123@carrier.example", "whatsapp:+12125550123", "+1 212 555 0123 ext. 45", "212-555-0123 x7", " +442079460123 ",
    "\uff0b\uff14\uff14\uff12\uff10\uff17\uff19\uff14\uff16\uff10\uff11\uff12\uff13", "+1\u2010212\u2013555\u20130123", "\u0660\u0661\u0662\u0663\u0664\u0665\u0666\u0667", "123456789012345",
  ])("a telephone number in clear is no customerRef: %s", (customerRef) => {
    expect(faultOf(event({ customerRef }))).toBe("customerRef looks like a telephone number. Send a pseudonym of the customer instead, for example an HMAC of the number under a key that you keep.");
  });

  test.each([
    "9f86d081", "hmac-3b9aca0012ab", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", "6d8a1c1e-0b1f-4c62-9d2f-3f1f7f0f5a11", "1234567890123456", "12345678-1234-1234-1234-123456789012",
    "cust_12345678", "sip:anna@example", "123456", "",
  ])("a pseudonym is: %s", (customerRef) => {
    expect(faultOf(event({ customerRef }))).toBe("sound");
  });

  test.each(["eventId", "contactId", "legId"])("a megabyte is no %s, and the answer does not repeat it", (name) => {
    expect(faultOf(event({ [name]: "x".repeat(1_048_576) }))).toBe(`${name} is longer than 200 characters.`);
  });

  test("a leg without connectedAt never has a duration to compare", () => {
    expect(sound({ ...without("connectedAt"), connectedMs: 5 }).durationMismatch).toBe(false);
  });

  test.each<[string, string, string]>([
    // id                     as it is stored                as it is compared
    ["\\N",                   "\\\\N",                       "\\N"],
    ["a\\tb",                 "a\\\\tb",                     "a\\tb"],
    ["a\\\\b",                "a\\\\\\\\b",                  "a\\\\b"],
    ["Cafe\u0301\\",          "Caf\u00e9\\\\",               "Caf\u00e9\\"],
  ])("%j", (eventId, cell, id) => {
    expect(stored(event({ eventId, contactId: eventId, legId: eventId, businessUnit: eventId, useCase: eventId }))).toMatchObject({ eventId: cell, contactId: cell, legId: cell, businessUnit: cell, useCase: cell });
    expect(sound(event({ eventId, contactId: eventId, legId: eventId, businessUnit: eventId, useCase: eventId }))).toMatchObject({ eventId: id, contactId: id, legId: id, businessUnit: id, useCase: id });
  });
});

const INSTANT = (name: string): string => `${name} must be an instant with offset, for example 2025-10-31T09:15:00.000Z.`;
const MS = (name: string): string => `${name} must be a whole number from 0 to 604800000.`;
const UNCLEAN = (name: string): string => `${name} holds control characters or broken Unicode.`;
const UNKNOWN = (name: string): string => `"${name}" is not a field of a usage event.`;
const ITEM = { component: "LLM", basis: "REPORTED" };

describe("a bad event and its fault", () => {
  test.each<[string, unknown, string]>([
    ["text",                            "e-1",                                                   "An event must be an object."],
    ["a number",                        7,                                                       "An event must be an object."],
    ["null",                            null,                                                    "An event must be an object."],
    ["nothing",                         undefined,                                               "An event must be an object."],
    ["a list",                          [event()],                                               "An event must be an object."],
    ["an empty object",                 {},                                                      "eventId is missing."],
    // what must be there
    ...["eventId", "contactId", "legId", "channel", "direction", "status", "endedAt", "connectedMs"].flatMap((name): Array<[string, unknown, string]> => [
      [`no ${name}`,                    without(name),                                           `${name} is missing.`],
      [`${name} is null`,               event({ [name]: null }),                                 `${name} is missing.`],
    ]),
    ["an empty eventId",                event({ eventId: "" }),                                  "eventId is empty."],
    ["an empty legId",                  event({ legId: "" }),                                    "legId is empty."],
    // time
    ["ended before connected",          event({ endedAt: "2025-10-31T09:14:59.999Z" }),          "endedAt is before connectedAt."],
    ["ended before it was dialled",     event({ initiatedAt: "2025-10-31T09:16:30.001Z" }),      "endedAt is before initiatedAt."],
    ["ended in the future",             event({ endedAt: "2025-10-31T12:05:00.001Z" }),          "endedAt lies more than 5 minutes in the future. Check the clock of the sender."],
    ["ended in the future, by offset",  event({ endedAt: "2025-10-31T12:00:00-01:00" }),         "endedAt lies more than 5 minutes in the future. Check the clock of the sender."],
    ["told in the future",              event({ occurredAt: "2025-10-31T12:05:00.001Z" }),       "occurredAt lies more than 5 minutes in the future. Check the clock of the sender."],
    ["no offset",                       event({ endedAt: "2025-10-31T09:16:30" }),               INSTANT("endedAt")],
    ["a date only",                     event({ endedAt: "2025-10-31" }),                        INSTANT("endedAt")],
    ["milliseconds since 1970",         event({ endedAt: 1_761_902_190_000 }),                   INSTANT("endedAt")],
    ["no leap year",                    event({ connectedAt: "2025-02-29T00:00:00Z" }),          INSTANT("connectedAt")],
    ["an empty time",                   event({ connectedAt: "" }),                              INSTANT("connectedAt")],
    ["before 1970",                     event({ endedAt: "1970-01-01T00:00:00+01:00" }),         INSTANT("endedAt")],
    ["a time that is none",             event({ disclosedAt: new Date(NaN) }),                   INSTANT("disclosedAt")],
    // durations and counts
    ["a duration below zero",           event({ connectedMs: -1 }),                              MS("connectedMs")],
    ["a duration above a week",         event({ connectedMs: 604_800_001 }),                     MS("connectedMs")],
    ["an absurd duration",              event({ connectedMs: 9_007_199_254_740_991 }),           MS("connectedMs")],
    ["1e400",                           json(`{"eventId":"e","contactId":"c","legId":"l","channel":"VOICE","direction":"INBOUND","status":"COMPLETED","endedAt":"2025-10-31T09:16:30Z","connectedMs":1e400}`), MS("connectedMs")],
    ["no number",                       event({ connectedMs: NaN }),                             MS("connectedMs")],
    ["half a millisecond",              event({ connectedMs: 90_000.5 }),                        MS("connectedMs")],
    ["a number as text",                event({ connectedMs: "90000" }),                         MS("connectedMs")],
    ["a big integer",                   event({ connectedMs: 90_000n }),                         MS("connectedMs")],
    ["queue below zero",                event({ queueMs: -1 }),                                  MS("queueMs")],
    ["a revision below zero",           event({ revision: -1 }),                                 "revision must be a whole number from 0 to 9007199254740991."],
    ["a revision above what is exact",  event({ revision: 9_007_199_254_740_992 }),              "revision must be a whole number from 0 to 9007199254740991."],
    ["a revision as text",              event({ revision: "1" }),                                "revision must be a whole number from 0 to 9007199254740991."],
    ["more messages than fit",          event({ messages: 2_147_483_648 }),                      "messages must be a whole number from 0 to 2147483647."],
    ["csat of zero",                    event({ csat: 0 }),                                      "csat must be a whole number from 1 to 5."],
    ["csat of six",                     event({ csat: 6 }),                                      "csat must be a whole number from 1 to 5."],
    ["tokens below zero",               event({ tokens: { in: -1 } }),                           "tokens.in must be a whole number from 0 to 9007199254740991."],
    ["half a write",                    event({ writes: { required: 0.5 } }),                    "writes.required must be a whole number from 0 to 2147483647."],
    // text
    ["an id of 201 characters",         event({ eventId: "x".repeat(201) }),                     "eventId is longer than 200 characters."],
    ["an id of 10 kB",                  event({ legId: "x".repeat(10_240) }),                    "legId is longer than 200 characters."],
    ["an id that grows when composed",  event({ eventId: "\u0958".repeat(101) }),                "eventId is longer than 200 characters."],
    ["a number as id",                  event({ eventId: 7 }),                                   "eventId must be text."],
    ["an object as id",                 event({ contactId: { toString: "x" } }),                 "contactId must be text."],
    ["NUL",                             event({ eventId: "a\u0000b" }),                          UNCLEAN("eventId")],
    ["a tab",                           event({ eventId: "a\tb" }),                              UNCLEAN("eventId")],
    ["a line break",                    event({ contactId: "a\nb" }),                            UNCLEAN("contactId")],
    ["a carriage return",               event({ legId: "a\rb" }),                                UNCLEAN("legId")],
    ["delete",                          event({ legId: "a\u007f" }),                             UNCLEAN("legId")],
    ["half a surrogate pair",           event({ eventId: "a\ud83d" }),                           UNCLEAN("eventId")],
    ["the other half",                  event({ businessUnit: "\ude00a" }),                      UNCLEAN("businessUnit")],
    ["the halves the wrong way round",  event({ useCase: "\ude00\ud83d" }),                      UNCLEAN("useCase")],
    ["a country of three",              event({ country: "GBR" }),                               "country is longer than 2 characters."],
    ["another version",                 event({ specVersion: "2.0" }),                           'specVersion must be "1.0".'],
    // words
    ["an unknown channel",              event({ channel: "FAX" }),                               "channel must be one of VOICE, CHAT, SMS, WEB, EMAIL."],
    ["a channel in lower case",         event({ channel: "voice" }),                             "channel must be one of VOICE, CHAT, SMS, WEB, EMAIL."],
    ["a channel from the prototype",    event({ channel: "constructor" }),                       "channel must be one of VOICE, CHAT, SMS, WEB, EMAIL."],
    ["a list of one channel",           event({ channel: ["VOICE"] }),                           "channel must be one of VOICE, CHAT, SMS, WEB, EMAIL."],
    ["an unknown status",               event({ status: "OK" }),                                 "status must be one of COMPLETED, NO_ANSWER, BUSY, FAILED, CANCELLED, VOICEMAIL."],
    ["an empty direction",              event({ direction: "" }),                                "direction must be one of INBOUND, OUTBOUND, TRANSFER."],
    ["an unknown type",                 event({ type: "LEG_STARTED" }),                          "type must be one of LEG_COMPLETED, LEG_UPDATED, LEG_RATED, LEG_ANALYSED, LEG_VOIDED."],
    ["late cost without cost",          event({ type: "LEG_RATED" }),                            "LEG_RATED carries the late cost of a leg: costItems are missing."],
    ["late cost of nothing",            event({ type: "LEG_RATED", costItems: [] }),             "LEG_RATED carries the late cost of a leg: costItems are missing."],
    ["a late outcome without one",      event({ type: "LEG_ANALYSED" }),                         "LEG_ANALYSED carries the late outcome of a leg: outcome, resolved, flags, sentiment, csat, intent and writes are all missing."],
    ["yes as text",                     event({ test: "true" }),                                 "test must be true or false."],
    ["yes as one",                      event({ resolved: 1 }),                                  "resolved must be true or false."],
    ["a flag as text",                  event({ flags: { optOut: "no" } }),                      "flags.optOut must be true or false."],
    // fields
    ["an unknown field",                event({ colour: "red" }),                                UNKNOWN("colour")],
    ["an unknown field that is null",   event({ colour: null }),                                 UNKNOWN("colour")],
    ["a field in another case",         event({ EventId: "e" }),                                 UNKNOWN("EventId")],
    ["the source, which is the batch's",event({ source: "retell://x" }),                         UNKNOWN("source")],
    ["a name of 10 kB",                 event({ ["x".repeat(10_240)]: 1 }),                      UNKNOWN("x".repeat(60))],
    ["__proto__",                       json('{"__proto__":{"eventId":"e"}}'),                   UNKNOWN("__proto__")],
    ["constructor",                     json('{"constructor":{}}'),                              UNKNOWN("constructor")],
    ["a dotted name",                   event({ "tokens.in": 1 }),                               UNKNOWN("tokens.in")],
    ["an unknown field of a group",     event({ tokens: { in: 1, total: 2 } }),                  UNKNOWN("tokens.total")],
    ["__proto__ in a group",            json('{"flags":{"__proto__":{"optOut":true}}}'),         UNKNOWN("flags.__proto__")],
    ["a group as text",                 event({ flags: "optOut" }),                              "flags must be an object."],
    ["a group as a list",               event({ writes: [1, 2] }),                               "writes must be an object."],
    // cost items
    ["cost items as an object",         event({ costItems: {} }),                                "costItems must be a list of at most 50 items."],
    ["51 cost items",                   event({ costItems: Array(51).fill(ITEM) }),              "costItems must be a list of at most 50 items."],
    ["a cost item as text",             event({ costItems: [ITEM, "LLM"] }),                     "costItems[1] must be an object."],
    ["a cost item that is null",        event({ costItems: [null] }),                            "costItems[0] must be an object."],
    ["an unknown field of a cost item", event({ costItems: [{ ...ITEM, price: "1" }] }),         '"costItems[0].price" is not a field of a cost item.'],
    ["__proto__ in a cost item",        event({ costItems: [json('{"__proto__":{}}')] }),        '"costItems[0].__proto__" is not a field of a cost item.'],
    ["an unknown component",            event({ costItems: [{ ...ITEM, component: "GPU" }] }),   "costItems[0].component must be one of PLATFORM, TELEPHONY, STT, LLM, TTS, S2S, ANALYSIS, TRANSFER, SMS, OTHER."],
    ["an unknown basis",                event({ costItems: [{ component: "LLM" }] }),            "costItems[0].basis must be one of REPORTED, RATED, ESTIMATED."],
    ["an amount as a number",           event({ costItems: [{ ...ITEM, amount: 0.1, currency: "USD" }] }), 'costItems[0].amount must be plain decimal text, for example "0.0125".'],
    ["an amount in exponents",          event({ costItems: [{ ...ITEM, amount: "1e400", currency: "USD" }] }), 'costItems[0].amount must be plain decimal text, for example "0.0125".'],
    ["a decimal comma",                 event({ costItems: [{ ...ITEM, quantity: "1,5" }] }),    'costItems[0].quantity must be plain decimal text, for example "0.0125".'],
    ["no currency beside an amount",    event({ costItems: [{ ...ITEM, amount: "1" }] }),        "costItems[0].currency is missing beside amount."],
    ["no currency of that name",        event({ costItems: [{ ...ITEM, currency: "usd" }] }),    "costItems[0].currency must be an ISO 4217 code."],
    ["a unit with a comma",             event({ costItems: [{ ...ITEM, unit: "MIN,UTE" }] }),    "costItems[0].unit must be a short code, for example MINUTE."],
    ["a unit that is too long",         event({ costItems: [{ ...ITEM, unit: "M".repeat(33) }] }), "costItems[0].unit must be a short code, for example MINUTE."],
    // attributes
    ["attributes as text",              event({ attributes: "{}" }),                             "attributes must be an object."],
    ["attributes as a list",            event({ attributes: [] }),                               "attributes must be an object."],
    ["attributes above 8 KB",           event({ attributes: { x: "y".repeat(8_185) } }),         "attributes are larger than 8192 bytes."],
    ["8 KB are bytes, not characters",  event({ attributes: { x: "é".repeat(4_093) } }),         "attributes are larger than 8192 bytes."],
    ["attributes with NUL",             event({ attributes: { x: "a\u0000" } }),                 "attributes hold control characters or broken Unicode."],
    ["a key with NUL",                  event({ attributes: { "a\u0000": 1 } }),                 "attributes hold control characters or broken Unicode."],
    ["attributes with half a pair",     event({ attributes: { x: ["a\ud83d"] } }),               "attributes hold control characters or broken Unicode."],
    ["a key with the other half",       event({ attributes: { "\ude00": 1 } }),                  "attributes hold control characters or broken Unicode."],
    ["a backslash before half a pair",  event({ attributes: { x: "\\\ud83d" } }),                "attributes hold control characters or broken Unicode."],
    ["attributes without a floor",      event({ attributes: { x: json("[".repeat(50_000) + "]".repeat(50_000)) } }), "attributes are nested too deeply."],
  ])("%s", (_, raw, fault) => {
    expect(faultOf(raw)).toBe(fault);
  });

  test("nothing of a refused event reaches other objects", () => {
    read(json('{"__proto__":{"polluted":1},"flags":{"__proto__":{"polluted":1}},"attributes":{"__proto__":{"polluted":1}}}'));
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });

  test.each<[string, unknown, string]>([
    ["8 KB exactly",                     { x: "y".repeat(8_184) },            `{"x":"${"y".repeat(8_184)}"}`],
    ["a backslash and a u are text",     { x: "\\u0000 \\ud83d" },            '{"x":"\\\\\\\\u0000 \\\\\\\\ud83d"}'],
    ["line breaks are escaped twice",    { x: "a\nb\tc" },                    '{"x":"a\\\\nb\\\\tc"}'],
    ["whole pairs are characters",       { x: "😀" },                          '{"x":"😀"}'],
    ["a key of ours is only a key",      json('{"__proto__":1,"toJSON":2}'),  '{"__proto__":1,"toJSON":2}'],
  ])("attributes: %s", (_, attributes, cell) => {
    expect(stored(event({ attributes })).attributes).toBe(cell);
  });
});

describe("two forms of one event have one content", () => {
  const base = sound(event({ connectedAt: "2025-10-31T09:15:00.500Z" })).payload;
  test.each<[string, object]>([
    ["an offset east",               { connectedAt: "2025-10-31T14:45:00.5+05:30" }],
    ["an offset west, the day before", { connectedAt: "2025-10-30T15:15:00.500-18:00" }],
    ["more digits than milliseconds",{ connectedAt: "2025-10-31T09:15:00.500999999Z" }],
    ["letters in lower case",        { connectedAt: "2025-10-31t09:15:00.500z" }],
    ["24 characters with an offset", { connectedAt: "2025-10-31T09:15:00.500+00:00" }],
    ["a date object",                { connectedAt: new Date("2025-10-31T09:15:00.500Z") }],
    ["defaults written out",         { type: "LEG_COMPLETED", revision: 0, specVersion: "1.0" }],
    ["minus zero",                   { revision: -0 }],
    ["nulls for what is absent",     { businessUnit: null, tokens: { in: null }, flags: null, costItems: null, attributes: null }],
  ])("%s", (_, more) => {
    expect(sound(event({ connectedAt: "2025-10-31T09:15:00.500Z", ...more })).payload).toBe(base);
  });

  test("composed and decomposed ids are one identity", () => {
    const [composed, decomposed] = ["Caf\u00e9-\u1e69", "Cafe\u0301-s\u0323\u0307"].map((id) => sound(event({ eventId: id, legId: id, intent: id })));
    expect(decomposed).toEqual(composed);
    expect(decomposed!.eventId).toBe("Caf\u00e9-\u1e69");
  });

  test("the order of the fields is not content", () => {
    expect(sound(Object.fromEntries(Object.entries(event()).reverse())).payload).toBe(sound(event()).payload);
    const nested = { attributes: { a: 1, b: { c: [{ d: 1, e: 2 }], f: null } } };
    expect(sound(event({ attributes: { b: { f: null, c: [{ e: 2, d: 1 }] }, a: 1 } })).payload).toBe(sound(event(nested)).payload);
  });

  test.each<[string, object]>([
    ["another id",                       { eventId: "e-2" }],
    ["an id in another case",            { eventId: "E-1" }],
    ["an id with a blank at its end",    { eventId: "e-1 " }],
    ["an id that only looks the same",   { eventId: "\u0435-1" }],
    ["a millisecond",                    { endedAt: "2025-10-31T09:16:30.001Z" }],
    ["another duration",                 { connectedMs: 90_001 }],
    ["a flag that is false, not absent", { flags: { optOut: false } }],
    ["an empty unit, not an absent one", { businessUnit: "" }],
    ["the same value in another field",  { cohort: "x" }],
    ["a test call",                      { test: true }],
    ["no cost items, not absent ones",   { costItems: [] }],
  ])("%s is other content", (_, more) => {
    expect(sound(event(more)).payload).not.toBe(sound(event()).payload);
  });

  test("amounts stay the text that came: 1.50 and 1.5 are not the same text", () => {
    const amount = (text: string): string => stored(event({ costItems: [{ ...ITEM, amount: text, currency: "USD" }] })).costItems!;
    expect([amount("1.50"), amount("1.5"), amount("-0")]).toEqual(['{"(LLM,,,1.50,USD,REPORTED)"}', '{"(LLM,,,1.5,USD,REPORTED)"}', '{"(LLM,,,-0,USD,REPORTED)"}']);
  });
});

describe("for any text and any value", () => {
  const text = fc.oneof(fc.string({ unit: "binary", maxLength: 12 }), fc.string({ unit: fc.constantFrom("\\", "N", "\t", "t", "e", "\u0301", "\u00e9", "\u0958", "\ud83d", "\ude00", '"', "\n"), maxLength: 8 }));
  const unescape = (cell: string): string => JSON.parse(`"${cell.replace(/"/g, '\\"')}"`) as string;
  const names = USAGE_EVENT_FIELDS.filter((field) => field.kind === "text" && !field.required && !["specVersion", "country", "businessUnit", "useCase"].includes(field.name)).map((field) => field.name);

  test("a text is refused or stored as its composed form, and never runs into another column", () => {
    let kept = 0;
    fc.assert(fc.property(text, fc.constantFrom(...names), (value, name) => {
      const answer = read(event({ [name]: value }));
      if ("fault" in answer) return void expect([UNCLEAN(name), `${name} is longer than 10 characters.`]).toContain(answer.fault);
      kept += 1;
      const cells = answer.payload.split("\t");
      expect(cells).toHaveLength(PAYLOAD_COLUMNS.length);
      expect(answer.payload).not.toContain("\n");
      expect(unescape(cells[USAGE_EVENT_FIELDS.findIndex((field) => field.name === name)]!)).toBe(value.normalize("NFC"));
      expect(read(event({ [name]: value.normalize("NFD") }))).toEqual(answer);
    }), RUNS);
    expect(kept).toBeGreaterThan(300);
  });

  test("whatever comes is answered, never thrown at", () => {
    const anything = fc.oneof(fc.jsonValue(), fc.tuple(fc.constantFrom(...USAGE_EVENT_FIELDS.map((field) => field.name.split(".")[0]!)), fc.jsonValue()).map(([name, value]) => event({ [name]: value })));
    fc.assert(fc.property(anything, (raw) => {
      const answer = read(raw);
      if ("fault" in answer) expect(answer.fault).toMatch(/\.$/);
      else expect(answer.payload.split("\t")).toHaveLength(PAYLOAD_COLUMNS.length);
    }), RUNS);
  });
});
