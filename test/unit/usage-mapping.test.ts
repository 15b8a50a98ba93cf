import { Refusal } from "../../src/kernel/refusal";
import { columnsOf, compileEventId, compileUsageMapping, MappedRow, parseUsageMapping } from "../../src/metering/mapping/usage-mapping";

const map = (fields: object, row: Record<string, string>, more: object = {}): MappedRow =>
  compileUsageMapping(parseUsageMapping({ timeZone: "America/New_York", fields: { eventId: { value: "e1" }, ...fields }, ...more }))(row);

/** What a single field came to: its value, or the reason why the row is refused. */
function outcome(field: string, rule: object, row: Record<string, string>): unknown {
  const mapped = map({ [field]: rule }, row);
  if (mapped.kind !== "event") return mapped.kind === "rejected" ? mapped.message : mapped.kind;
  return field.split(".").reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], mapped.event);
}

describe("a whole mapping", () => {
  const mapping = parseUsageMapping({
    source: "file://calls",
    timeZone: "America/New_York",
    filter: [{ column: "how", in: ["Phone", "Text"] }],
    fields: {
      endedAt: { from: "connectedAt", plusMs: "connectedMs" },
      eventId: { column: "id" },
      businessUnit: { column: "agency" },
      useCase: { join: ["agency", "problem"], separator: ".", slug: true },
      connectedAt: { column: "started", as: "localDateTime" },
      connectedMs: { column: "seconds", multiply: 1000 },
      channel: { column: "how", map: { Text: "SMS" }, default: "VOICE" },
      "tokens.in": { column: "tokens" },
      "flags.optOut": { column: "stop", as: "boolean" },
    },
  });
  const row = { id: " a-1 ", agency: "NORTH", problem: "Lost Card (new)", started: "2025-10-31 23:59:30.500", seconds: "90", how: "Phone", tokens: "12", stop: "N" };

  test("turns a row into an event, whatever the order of the fields", () => {
    expect(compileUsageMapping(mapping)(row)).toEqual({
      kind: "event",
      event: {
        eventId: "a-1", contactId: "a-1", legId: "a-1", businessUnit: "NORTH", useCase: "north.lost-card-new", channel: "VOICE", direction: "INBOUND", status: "COMPLETED",
        connectedAt: "2025-11-01T03:59:30.500Z", connectedMs: 90000, endedAt: "2025-11-01T04:01:00.500Z", tokens: { in: 12 }, flags: { optOut: false },
      },
    });
  });

  test("knows its columns and the id of a row that is refused", () => {
    expect(columnsOf(mapping)).toEqual(["agency", "how", "id", "problem", "seconds", "started", "stop", "tokens"]);
    expect(compileUsageMapping(mapping)({ ...row, seconds: "abc" })).toEqual({ kind: "rejected", code: "BAD_USER_INPUT", message: 'connectedMs (column seconds): "abc" is not a plain decimal number.' });
    expect(compileEventId(mapping)({ ...row, seconds: "abc" })).toBe("a-1");
  });

  test("a row without an id is refused", () => {
    expect(compileUsageMapping(mapping)({ ...row, id: "  " })).toMatchObject({ kind: "rejected", message: "eventId (column id): is empty; every row needs an id of its own." });
    expect(compileEventId(mapping)({})).toBe("");
  });
});

const NOT_A_RULE = "must be an object with exactly one of column, join, from and value";

describe("rules", () => {
  test.each<[string, object, Record<string, string>, unknown]>([
    // field              rule                                                      row                           value or reason
    ["intent",            { column: "x" },                                          { x: " card lost " },         "card lost"],
    ["intent",            { column: "x" },                                          { x: "  " },                  undefined],
    ["intent",            { column: "toString" },                                   {},                           undefined],
    ["intent",            { column: "x", default: "none" },                         { x: "" },                    "none"],
    ["businessUnit",      { column: "x" },                                          { x: "Retail" },              "Retail"],
    ["businessUnit",      { column: "x" },                                          { x: "Retail Bank" },         'businessUnit (column x): "Retail Bank" is not a code. Say "slug": true, or translate it with "map".'],
    ["businessUnit",      { column: "x", slug: true },                              { x: "Retail Bänk" },         "retail-bank"],
    ["businessUnit",      { column: "x", slug: true },                              { x: "???" },                 'businessUnit (column x): "???" has no letter or digit to make a code of.'],
    ["useCase",           { join: ["a", "b"], slug: true },                         { a: "A 1", b: "B/2" },       "a-1.b-2"],
    ["useCase",           { join: ["a", "b"], separator: "-" },                     { a: "A", b: "B" },           "A-B"],
    ["useCase",           { join: ["a", "b"], slug: true },                         { a: "A", b: " " },           'useCase: column "b" is empty.'],
    ["useCase",           { join: ["a", "b"], slug: true },                         { a: "a".repeat(40), b: "b".repeat(40) }, `useCase: "${"a".repeat(40)}.${"b".repeat(19)}..." is longer than the 64 characters of a code.`],
    ["channel",           { column: "x", map: { Text: "SMS" }, default: "VOICE" },  { x: "Text" },                "SMS"],
    ["channel",           { column: "x", map: { Text: "SMS" }, default: "VOICE" },  { x: "Phone" },               "VOICE"],
    ["channel",           { column: "x", map: { Text: "SMS" }, default: "VOICE" },  { x: "" },                    "VOICE"],
    ["channel",           { column: "x", map: { Text: "SMS" } },                    { x: "Fax" },                 'channel (column x): the map has no entry for "Fax", and the rule no default.'],
    ["channel",           { column: "x", map: { Text: "SMS" } },                    { x: "toString" },            'channel (column x): the map has no entry for "toString", and the rule no default.'],
    ["channel",           { column: "x", map: { "": "WEB" } },                      { x: "" },                    "WEB"],
    ["channel",           { column: "x" },                                          { x: "" },                    undefined],
    ["channel",           { column: "x" },                                          { x: "voice" },               'channel (column x): "voice" is not one of VOICE, CHAT, SMS, WEB, EMAIL. Translate it with "map".'],
    ["status",            { value: "BUSY" },                                        {},                           "BUSY"],
    ["connectedMs",       { column: "x", multiply: 1000 },                          { x: "1.5" },                 1500],
    ["connectedMs",       { column: "x", multiply: 1000 },                          { x: "0.0015" },              "connectedMs (column x): 0.0015 x 1000 is not a whole number."],
    ["connectedMs",       { column: "x", multiply: "0.5" },                         { x: "3000" },                1500],
    ["connectedMs",       { column: "x", multiply: 1000 },                          { x: "-2" },                  "connectedMs (column x): -2000 is not between 0 and 604800000."],
    ["connectedMs",       { column: "x" },                                          { x: "12.0" },                12],
    ["connectedMs",       { column: "x" },                                          { x: "1e3" },                 'connectedMs (column x): "1e3" is not a whole number.'],
    ["connectedMs",       { column: "x", as: "integer" },                           { x: "7" },                   7],
    ["revision",          { column: "x" },                                          { x: "9007199254740993" },    'revision (column x): "9007199254740993" is larger than 2^53-1.'],
    ["revision",          { column: "x", as: "dateTime" },                          { x: "2025-10-01T00:00:00Z" }, 1759276800000],
    ["resolved",          { column: "x" },                                          { x: "Yes" },                 true],
    ["test",              { column: "x", as: "boolean" },                           { x: "0" },                   false],
    ["test",              { column: "x" },                                          { x: "perhaps" },             'test (column x): "perhaps" is neither true nor false.'],
    ["flags.distress",    { column: "x", map: { high: true, low: false } },         { x: "high" },                true],
    ["writes.required",   { value: 2 },                                             {},                           2],
    ["costItems",         { column: "x", as: "json" },                              { x: '[{"amount":"0.10"}]' }, [{ amount: "0.10" }]],
    ["costItems",         { column: "x", as: "json" },                              { x: "[" },                   'costItems (column x): "[" is not JSON.'],
    ["attributes.region", { column: "x" },                                          { x: "north" },               "north"],
    ["attributes.rate",   { column: "x", as: "decimal" },                           { x: "1.50" },                "1.50"],
    ["attributes.rate",   { column: "x", as: "decimal" },                           { x: "1,5" },                 'attributes.rate (column x): "1,5" is not a plain decimal number.'],
    ["endedAt",           { column: "x", as: "dateTime" },                          { x: "2025-10-31T09:15:00+02:00" }, "2025-10-31T07:15:00.000Z"],
    ["endedAt",           { column: "x" },                                          { x: "2025-10-31T09:15:00Z" }, "2025-10-31T09:15:00.000Z"],
    ["endedAt",           { column: "x" },                                          { x: "2025-10-31 09:15:00" }, 'endedAt (column x): "2025-10-31 09:15:00" is not an instant with offset. Say "as": "localDateTime" for local times.'],
    ["endedAt",           { column: "x", as: "epochMs" },                           { x: "1761900300123" },       "2025-10-31T08:45:00.123Z"],
    ["endedAt",           { column: "x", as: "epochSeconds" },                      { x: "1761900300.25" },       "2025-10-31T08:45:00.250Z"],
    ["endedAt",           { column: "x", as: "epochSeconds" },                      { x: "1761900300123" },       "endedAt (column x): the instant lies outside the years 1970 to 2199."],
  ])("%s %j of %j", (field, rule, row, expected) => expect(outcome(field, rule, row)).toEqual(expected));

  test("reckons one instant from another, also through a third, and stays absent with it", () => {
    const fields = { endedAt: { from: "connectedAt", plusMs: "connectedMs" }, connectedAt: { from: "initiatedAt", plusMs: 5000 }, initiatedAt: { column: "x" }, connectedMs: { column: "ms" } };
    expect(map(fields, { x: "2025-10-01T00:00:00Z", ms: "250" })).toMatchObject({ event: { connectedAt: "2025-10-01T00:00:05.000Z", endedAt: "2025-10-01T00:00:05.250Z" } });
    const absent = map(fields, { x: "", ms: "250" });
    expect(absent.kind === "event" && Object.keys(absent.event).sort()).toEqual(["channel", "connectedMs", "contactId", "direction", "eventId", "legId", "status"]);
  });
});

describe("local times", () => {
  test.each([
    ["2025-10-31 09:15:00",     "America/New_York", "2025-10-31T13:15:00.000Z", "summer"],
    ["2025-12-01T09:15:00.25",  "America/New_York", "2025-12-01T14:15:00.250Z", "winter"],
    ["2025-11-02 01:30:00",     "America/New_York", "2025-11-02T05:30:00.000Z", "occurs twice: the earlier"],
    ["2025-11-02 02:00:00",     "America/New_York", "2025-11-02T07:00:00.000Z", "after it occurs once"],
    ["2025-03-09 02:30:00",     "America/New_York", "endedAt (column x): 2025-03-09 02:30:00 does not exist in America/New_York: the clock jumped over it. Correct the time or send it with an offset.", "jumped over"],
    ["2025-03-09 03:00:00",     "America/New_York", "2025-03-09T07:00:00.000Z", "just after the jump"],
    ["2025-04-06 01:45:00",     "Australia/Lord_Howe", "2025-04-05T14:45:00.000Z", "half an hour occurs twice: the earlier"],
    ["2025-10-05 02:15:00",     "Australia/Lord_Howe", "endedAt (column x): 2025-10-05 02:15:00 does not exist in Australia/Lord_Howe: the clock jumped over it. Correct the time or send it with an offset.", "half an hour jumped over"],
    ["2025-10-05 02:45:00",     "Australia/Lord_Howe", "2025-10-04T15:45:00.000Z", "the half hour after"],
    ["2025-02-30 09:00:00",     "America/New_York", 'endedAt (column x): "2025-02-30 09:00:00" is not a date that exists.', "no such day"],
    ["31.10.2025 09:00",        "America/New_York", 'endedAt (column x): "31.10.2025 09:00" is not a local date and time. Write 2025-10-31 09:15:00.', "no ISO date"],
  ])("%s in %s is %s (%s)", (text, timeZone, expected) => {
    const mapped = map({ endedAt: { column: "x", as: "localDateTime" } }, { x: text }, { timeZone });
    expect(mapped.kind === "event" ? mapped.event["endedAt"] : mapped.kind === "rejected" && mapped.message).toBe(expected);
  });
});

describe("filters", () => {
  const kind = (filter: object[], row: Record<string, string>): string => {
    const mapped = map({}, row, { filter });
    return mapped.kind === "rejected" ? mapped.message : mapped.kind;
  };
  test.each<[object[], Record<string, string>, string]>([
    [[{ column: "x", in: ["a", "b"] }],                             { x: " a " },   "event"],
    [[{ column: "x", in: ["a", "b"] }],                             { x: "c" },     "filtered"],
    [[{ column: "x", notIn: ["a"] }],                               { x: "a" },     "filtered"],
    [[{ column: "x", notEmpty: true }],                             { x: " " },     "filtered"],
    [[{ column: "x", greaterThan: "0" }],                           { x: "0.00" },  "filtered"],
    [[{ column: "x", greaterThan: "0" }],                           { x: "0.000000000000000001" }, "event"],
    [[{ column: "x", greaterThan: 9 }],                             { x: "10" },    "event"],
    [[{ column: "x", greaterThan: "0" }],                           { x: "" },      "filtered"],
    [[{ column: "x", greaterThan: "0" }],                           { x: "ten" },   'filter on "x": "ten" is not a plain decimal number.'],
    [[{ column: "x", greaterThan: "0" }, { column: "y", in: ["a"] }], { x: "ten", y: "b" }, "filtered"],
    [[{ column: "x", in: ["1", "2"], greaterThan: "1" }],           { x: "1" },     "filtered"],
  ])("%j lets %j be %s", (filter, row, expected) => expect(kind(filter, row)).toBe(expected));
});

describe("a mapping that cannot be used is refused with the path of the fault", () => {
  const id = { eventId: { column: "id" } };
  test.each<[unknown, string]>([
    ["text",                                                          "the mapping must be an object"],
    [{},                                                              "fields must be an object"],
    [{ fields: id, colour: "red" },                                   "colour is not a key of a mapping"],
    [{ fields: {} },                                                  "fields.eventId is missing: without it a second import could not tell old rows from new ones"],
    [{ fields: { ...id, caller: { column: "x" } } },                  "fields.caller is not a field of a usage event"],
    [{ fields: { ...id, __proto__x: { column: "x" } } },              "fields.__proto__x is not a field of a usage event"],
    [{ fields: { ...id, intent: {} } },                               `fields.intent ${NOT_A_RULE}`],
    [{ fields: { ...id, intent: "x" } },                              `fields.intent ${NOT_A_RULE}`],
    [{ fields: { ...id, intent: { column: "x", value: "y" } } },      `fields.intent ${NOT_A_RULE}`],
    [{ fields: { ...id, intent: { column: "" } } },                   "fields.intent.column must be the name of a column"],
    [{ fields: { ...id, intent: { column: "x", trim: true } } },      "fields.intent.trim is not a key of a mapping"],
    [{ fields: { ...id, endedAt: { column: "x", as: "date" } } },     "fields.endedAt.as must be one of localDateTime, dateTime, epochMs, epochSeconds, integer, boolean, decimal, json"],
    [{ fields: { ...id, endedAt: { column: "x", as: "localDateTime" } } }, "fields.endedAt.as needs timeZone in the mapping"],
    [{ fields: { ...id, intent: { column: "x", as: "dateTime" } } },  "fields.intent.as gives an instant, which this field is not"],
    [{ fields: { ...id, costItems: { column: "x" } } },               'fields.costItems needs "as": "json"'],
    [{ fields: { ...id, connectedMs: { column: "x", multiply: "1e3" } } }, "fields.connectedMs.multiply is not a plain decimal number"],
    [{ fields: { ...id, intent: { column: "x", multiply: 2 } } },     "fields.intent.multiply is for fields that are whole numbers"],
    [{ fields: { ...id, connectedMs: { column: "x", multiply: 2, as: "integer" } } }, "fields.connectedMs has as and multiply; choose one"],
    [{ fields: { ...id, test: { column: "x", slug: true } } },        "fields.test.slug cannot be a slug: it is not text"],
    [{ fields: { ...id, status: { value: "DONE" } } },                'fields.status.value "DONE" is not one of COMPLETED, NO_ANSWER, BUSY, FAILED, CANCELLED, VOICEMAIL. Translate it with "map"'],
    [{ fields: { ...id, channel: { column: "x", map: { Text: "TEXT" } } } }, 'fields.channel.map.Text "TEXT" is not one of VOICE, CHAT, SMS, WEB, EMAIL. Translate it with "map"'],
    [{ fields: { ...id, useCase: { join: [] } } },                    "fields.useCase.join must name at least one column"],
    [{ fields: { ...id, endedAt: { from: "connectedAt", plusMs: 1 } } }, 'fields.endedAt.from "connectedAt" is not an instant that this mapping fills'],
    [{ fields: { ...id, connectedAt: { column: "x" }, endedAt: { from: "connectedAt", plusMs: "messages" } } }, 'fields.endedAt.plusMs "messages" is not a duration in milliseconds that this mapping fills'],
    [{ fields: { ...id, connectedAt: { from: "endedAt" }, endedAt: { from: "connectedAt" } } }, "fields.connectedAt.from goes round in a circle; fields.endedAt.from goes round in a circle"],
    [{ fields: { ...id, tokens: { column: "t", as: "json" }, "tokens.in": { column: "x" } } }, "fields.tokens.in stands beside tokens, which already is the whole object"],
    [{ fields: id, timeZone: "EST+5" },                               "timeZone is not an IANA time zone such as America/New_York"],
    [{ fields: id, filter: [{ column: "x" }] },                       "filter[0] needs a test: in, notIn, notEmpty or greaterThan"],
    [{ fields: id, filter: [{ column: "x", in: ["a"], is: "b" }] },   "filter[0].is is not a key of a mapping"],
    [{ fields: id, filter: [{ column: "x", greaterThan: "many" }] },  "filter[0].greaterThan is not a plain decimal number"],
    [{ fields: id, filter: [{ column: "x", notEmpty: false }] },      "filter[0].notEmpty can only be true"],
    [{ fields: { a: 1, b: 1, c: 1 } },                                `fields.a ${NOT_A_RULE}; fields.a is not a field of a usage event; fields.b ${NOT_A_RULE}; fields.b is not a field of a usage event; fields.c ${NOT_A_RULE}; and 2 more`],
  ])("%j: %s", (json, reason) => {
    let refusal: unknown;
    try {
      parseUsageMapping(json);
    } catch (error) {
      refusal = error;
    }
    expect(refusal).toBeInstanceOf(Refusal);
    expect((refusal as Refusal).code).toBe("BAD_USER_INPUT");
    expect((refusal as Refusal).message).toBe(`The mapping cannot be used: ${reason}.`);
  });
});
