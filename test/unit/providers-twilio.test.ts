import { readTwilioUsageRecords } from "../../src/metering";
import { costsOf, eventOf, eventsOf, reasonOf, twilioCall, twilioCallback } from "../support/provider-samples";

describe("a call record of Twilio", () => {
  it("is a leg; what it cost is above zero, though the ledger writes it below", () => {
    expect(eventOf("twilio", twilioCall())).toEqual({
      eventId: "CA0001/completed@1760104880000/priced", type: "LEG_COMPLETED", revision: 1760104880002, provider: "twilio", providerRef: "CA0001", telephonyRef: "CA0001", contactId: "CA0001", legId: "CA0001",
      channel: "VOICE", direction: "INBOUND", transport: "PSTN", status: "COMPLETED", initiatedAt: "2025-10-10T14:00:00.000Z", connectedAt: "2025-10-10T14:00:00.000Z", endedAt: "2025-10-10T14:01:20.000Z",
      connectedMs: 80_000, queueMs: 0, endReasonRaw: "completed", costItems: [{ component: "TELEPHONY", basis: "REPORTED", amount: "0.026", currency: "USD" }], attributes: { accountSid: "AC0001" },
    });
  });

  it.each<[string, Record<string, unknown>, Record<string, unknown>]>([
    ["duration is text of seconds", { duration: "61" }, { connectedMs: 61_000 }],
    ["duration is empty when nobody answered", { status: "no-answer", duration: "", start_time: "" }, { connectedMs: 0, status: "NO_ANSWER", connectedAt: undefined }],
    ["busy", { status: "busy", duration: "" }, { status: "BUSY", connectedMs: 0 }],
    ["canceled", { status: "canceled", duration: "0" }, { status: "CANCELLED" }],
    ["a machine answered", { answered_by: "machine_end_beep", direction: "outbound-api" }, { status: "VOICEMAIL", direction: "OUTBOUND", flags: { voicemail: true } }],
    ["a leg to a person is of the contact of its parent", { direction: "outbound-dial", parent_call_sid: "CA0000" }, { contactId: "CA0000", legId: "CA0001", parentLegId: "CA0000", outcome: "ESCALATED", humanMs: 80_000, direction: "OUTBOUND" }],
    ["a trunk that terminates goes out", { direction: "trunking-terminating" }, { direction: "OUTBOUND", transport: "SIP" }],
    ["a trunk that originates comes in", { direction: "trunking-originating" }, { direction: "INBOUND", transport: "SIP" }],
    ["the price comes late", { price: null }, { costItems: undefined }],
    ["a state that is new, after an end", { status: "evaporated" }, { status: "COMPLETED", endReasonRaw: "evaporated" }],
    ["a field that is new is kept", { edge: "dublin", shaken: { level: "A" } }, { attributes: { accountSid: "AC0001", raw: { edge: "dublin", shaken: { level: "A" } } } }],
  ])("%s", (_, more, expected) => {
    const event = eventOf("twilio", twilioCall(more));
    expect(Object.fromEntries(Object.keys(expected).map((key) => [key, event[key]]))).toEqual(expected);
  });

  it.each<[string, Record<string, unknown>, string]>([
    ["duration", { duration: 80 }, "duration must be text of a whole number from 0 on; a number came."],
    ["price", { price: -0.026 }, "price must be text of a decimal number; a number came."],
    ["end_time", { end_time: "yesterday" }, "end_time must be a date such as Fri, 31 Oct 2025 09:15:00 +0000; other text came."],
    ["status", { status: true }, "status must be text; true or false came."],
    ["sid", { sid: undefined, CallSid: undefined }, "sid is missing."],
  ])("of another type in %s is refused by name", (_, more, message) => expect(reasonOf("twilio", twilioCall(more))).toBe(message));

  it("that has not ended is left alone", () => expect(reasonOf("twilio", twilioCall({ status: "ringing", end_time: null }))).toBe("ignored: The call is ringing: it has not ended."));

  it("later in time outranks the same call before its price was known, and a page holds many", () => {
    const [before, after, priced] = eventsOf("twilio", { calls: [twilioCall({ price: null }), twilioCall({ date_updated: "Fri, 10 Oct 2025 14:05:00 +0000" }), twilioCall()], page: 0 });
    expect([priced!.eventId === before!.eventId, (priced!.revision as number) - (before!.revision as number)]).toEqual([false, 1]);
    expect([before!.legId, after!.legId]).toEqual(["CA0001", "CA0001"]);
    expect(after!.revision as number).toBeGreaterThan(before!.revision as number);
    expect(after!.eventId).not.toBe(before!.eventId);
  });
});

describe("a status callback of Twilio", () => {
  it("counts CallDuration in seconds, not Duration in minutes begun; a record outranks it, also one changed before the callback went out", () => {
    const event = eventOf("twilio", twilioCallback(), true);
    expect(event).toMatchObject({ eventId: "CA0001/completed", legId: "CA0001", connectedMs: 80_000, connectedAt: "2025-10-10T14:00:00.000Z", endedAt: "2025-10-10T14:01:20.000Z", status: "COMPLETED" });
    expect(JSON.stringify(event)).not.toContain("+1555");
    expect([event.revision, eventOf("twilio", twilioCall({ date_updated: "Fri, 10 Oct 2025 14:01:19 +0000" })).revision]).toEqual([0, 1760104879002]);
  });
  it("on the way is left alone", () => expect(eventsOf("twilio", twilioCallback({ CallStatus: "in-progress" }), true)).toEqual([]));
});

describe("usage records of Twilio are totals", () => {
  const record = { account_sid: "AC0001", category: "calls-inbound", description: "Inbound calls", count: "12", count_unit: "calls", usage: "15", usage_unit: "minutes", price: "0.1275", price_unit: "usd", start_date: "2025-10-01", end_date: "2025-10-31", as_of: "2025-11-01T00:00:00+00:00", uri: "/x" };
  it("typed, exact, in their order", () => {
    expect(readTwilioUsageRecords({ usage_records: [record, { ...record, category: "a-new-one", usage: "", price: "1000000.10000" }] })).toEqual([
      { accountSid: "AC0001", category: "calls-inbound", description: "Inbound calls", count: "12", countUnit: "calls", usage: "15", usageUnit: "minutes", price: "0.1275", currency: "USD", startDay: "2025-10-01", endDay: "2025-10-31", asOf: "2025-11-01T00:00:00+00:00" },
      expect.objectContaining({ category: "a-new-one", usage: null, price: "1000000.1" }),
    ]);
  });
  it("and no calls", () => expect(reasonOf("twilio", record)).toBe("This is a usage record of Twilio: a total to reconcile with, not a call. Send calls here."));
  it.each([[{ price: 0.1 }, "Usage record 1: price must be text of a decimal number; a number came."], [{ start_date: "October" }, "Usage record 1: start_date must be a day such as 2025-10-01; other text came."]])("%j is refused", (more, message) =>
    expect(() => readTwilioUsageRecords([{ ...record, ...more }])).toThrow(message));
});

it("costs keep every digit that was written", () => {
  expect(costsOf(eventOf("twilio", twilioCall({ price: "-0.12345678901234567890" })))).toEqual(["TELEPHONY 0.1234567890123456789 USD"]);
});
