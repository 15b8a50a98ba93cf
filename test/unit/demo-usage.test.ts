import { readBatch, readUsageEvent } from "../../src/metering";
import { DEMO_LATE_PERIOD, DEMO_PERIODS, DEMO_STRAYS, DEMO_USE_CASES } from "../../seeds/demo-programme";
import { demoLateUsage, demoUsage } from "../../seeds/demo-usage";

const NOW = Date.parse("2026-01-01T00:00:00Z");
const all = DEMO_PERIODS.map((period) => ({ period, events: [...demoUsage(period, "s")] }));
const text = (value: unknown): string => value as string;
const unitOf = (code: unknown): string => DEMO_USE_CASES.find((useCase) => useCase.code === code)!.businessUnit;
const local = (instant: unknown): string => new Date(text(instant)).toLocaleString("sv-SE", { timeZone: "Europe/London" });

test.each([
  ["2025-01", 43, 43], ["2025-02", 69, 69], ["2025-03", 86, 86],
  ["2025-04", 438, 437], ["2025-05", 445, 445], ["2025-06", 518, 509], ["2025-07", 599, 592], ["2025-08", 597, 591], ["2025-09", 696, 691], ["2025-10", 744, 736],
])("%s has %i events of %i contacts, every time", (period, events, contacts) => {
  const found = all.find((month) => month.period === period)!.events;
  expect([found.length, new Set(found.map((event) => event["contactId"])).size]).toEqual([events, contacts]);
  expect([...demoUsage(period, "s")]).toEqual(found);
});

test("a larger scale tells the same month with more people in it", () => {
  let events = 0;
  const contacts = new Set<unknown>();
  for (const event of demoUsage("2025-10", "m")) {
    events += 1;
    contacts.add(event["contactId"]);
  }
  expect([events, contacts.size]).toEqual([18_887, 18_661]);
});

test("every event is sound, and none comes under an identity of another", () => {
  const events = [...all.flatMap((month) => month.events), ...demoLateUsage(DEMO_LATE_PERIOD)];
  expect(events.flatMap((event) => { const read = readUsageEvent(event, NOW); return "fault" in read ? [read.fault] : []; })).toEqual([]);
  expect(new Set(events.map(({ eventId }) => eventId)).size).toBe(events.length);
  expect(readBatch({ source: "demo://test", events: events.slice(0, 5_000) }, NOW).repeats).toEqual([]);
});

test("nobody is called on a Sunday, at night or before a use case is live", () => {
  for (const { period, events } of all) {
    for (const event of events) {
      const useCase = DEMO_USE_CASES.find(({ code }) => code === event["useCase"]);
      if (useCase?.liveFrom) expect(period >= useCase.liveFrom).toBe(true);
      if (event["direction"] !== "OUTBOUND") continue;
      const [date, time] = local(event["initiatedAt"]).split(" ");
      expect(new Date(`${date}T00:00:00Z`).getUTCDay()).not.toBe(0);
      expect(time! >= "09:00:00" && time! < "20:00:00").toBe(true);
    }
  }
});

test("a call that is put through is one contact with legs in two units", () => {
  const transfers = all.flatMap(({ events }) => events.filter((event) => event["direction"] === "TRANSFER").map((second) => ({ second, first: events.find((event) => event["legId"] === second["parentLegId"])! })));
  expect(transfers.length).toBe(23);
  for (const { first, second } of transfers) {
    expect(second["contactId"]).toBe(first["contactId"]);
    expect([unitOf(first["useCase"]), unitOf(second["useCase"])].filter((unit) => unit === "service")).toEqual(["service"]);
  }
});

test("strays come in every month", () => {
  expect(all.map(({ events }) => events.filter((event) => event["useCase"] === DEMO_STRAYS.reportedAs).length)).toEqual([2, 3, 2, 6, 6, 6, 5, 5, 6, 6]);
});

test("corrections come after the legs that they correct", () => {
  for (const { events } of all) {
    const told = new Set<unknown>();
    for (const event of events) {
      if (event["revision"] === 1) expect(told.has(event["legId"])).toBe(true);
      told.add(event["legId"]);
    }
  }
});

test("the late calls lie in the month that is closed when they come", () => {
  const late = demoLateUsage(DEMO_LATE_PERIOD);
  expect(late.map((event) => local(event["endedAt"]).slice(0, 10))).toEqual(Array(12).fill("2025-07-30"));
});
