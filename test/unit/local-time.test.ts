import fc from "fast-check";
import { isTimeZone, localDateTimeToMs, requireTimeZone } from "../../src/kernel/local-time";
import { Refusal } from "../../src/kernel/refusal";

const RUNS = { numRuns: 1_000, seed: 20251031 };

function instant(text: string, zone: string): string {
  try {
    return new Date(localDateTimeToMs(text, zone)).toISOString();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return `${error.code}: ${error.message}`;
  }
}

const jumped = (text: string, zone: string): string => `BAD_USER_INPUT: ${text} does not exist in ${zone}: the clock jumped over it. Correct the time or send it with an offset.`;
const notLocal = (text: string): string => `BAD_USER_INPUT: "${text.slice(0, 40)}" is not a local date and time. Write 2025-10-31 09:15:00.`;
const noSuchDate = (text: string): string => `BAD_USER_INPUT: "${text}" is not a date that exists.`;

describe("time zones", () => {
  test.each(["UTC", "Europe/London", "America/New_York", "Europe/Berlin", "Asia/Tokyo", "Australia/Lord_Howe", "America/North_Dakota/New_Salem"])("%s is one", (zone) => {
    expect(isTimeZone(zone)).toBe(true);
    expect(requireTimeZone(zone)).toBe(zone);
  });

  test.each([
    "", " ", "FOO+99", "UTC+5", "UTC-5", "GMT+1", "+05:00", "-04", "5", "Mars/Phobos", "Europe", "Europe/", "/Europe", "London", "BST", "local", "Europe/London ", " Europe/London", "Europe/London\n",
    "Europe/London\u0000", "Europe/Lon\u0000don", "../etc/passwd", "'; drop table x; --", "__proto__", "constructor", "E".repeat(10_000),
  ])("%j is none", (zone) => {
    expect(isTimeZone(zone)).toBe(false);
    expect(() => requireTimeZone(zone)).toThrow(new Refusal("BAD_USER_INPUT", `"${zone.slice(0, 40)}" is not an IANA time zone. Use a name such as Europe/London or America/New_York.`));
  });
});

describe("a local time without offset", () => {
  test.each([
    // local                       zone                    instant, or why not
    ["2025-10-31 09:15:00",        "America/New_York",     "2025-10-31T13:15:00.000Z"],
    ["2025-10-31T09:15:00",        "America/New_York",     "2025-10-31T13:15:00.000Z"],
    ["2025-10-31 09:15",           "America/New_York",     "2025-10-31T13:15:00.000Z"],
    ["2025-10-31 09:15:00.5",      "America/New_York",     "2025-10-31T13:15:00.500Z"],
    ["2025-10-31 09:15:00.123",    "America/New_York",     "2025-10-31T13:15:00.123Z"],
    [" 2025-10-31 09:15:00 ",      "America/New_York",     "2025-10-31T13:15:00.000Z"],
    ["2025-10-31 09:15:00",        "UTC",                  "2025-10-31T09:15:00.000Z"],
    ["2025-10-31 09:15:00",        "Asia/Tokyo",           "2025-10-31T00:15:00.000Z"],
    // spring: the hour that is not there
    ["2026-03-08 01:59:59",        "America/New_York",     "2026-03-08T06:59:59.000Z"],
    ["2026-03-08 02:00:00",        "America/New_York",     jumped("2026-03-08 02:00:00", "America/New_York")],
    ["2026-03-08 02:30:00",        "America/New_York",     jumped("2026-03-08 02:30:00", "America/New_York")],
    ["2026-03-08 02:59:59.999",    "America/New_York",     jumped("2026-03-08 02:59:59.999", "America/New_York")],
    ["2026-03-08 03:00:00",        "America/New_York",     "2026-03-08T07:00:00.000Z"],
    ["2025-03-30 00:59:59",        "Europe/London",        "2025-03-30T00:59:59.000Z"],
    ["2025-03-30 01:30:00",        "Europe/London",        jumped("2025-03-30 01:30:00", "Europe/London")],
    ["2025-03-30 02:00:00",        "Europe/London",        "2025-03-30T01:00:00.000Z"],
    // a gap of half an hour, and a day that was left out
    ["2025-10-05 02:15:00",        "Australia/Lord_Howe",  jumped("2025-10-05 02:15:00", "Australia/Lord_Howe")],
    ["2025-10-05 02:30:00",        "Australia/Lord_Howe",  "2025-10-04T15:30:00.000Z"],
    ["2011-12-30 12:00:00",        "Pacific/Apia",         jumped("2011-12-30 12:00:00", "Pacific/Apia")],
    // autumn: the hour that comes twice is the earlier one
    ["2025-11-02 00:59:59",        "America/New_York",     "2025-11-02T04:59:59.000Z"],
    ["2025-11-02 01:00:00",        "America/New_York",     "2025-11-02T05:00:00.000Z"],
    ["2025-11-02 01:30:00",        "America/New_York",     "2025-11-02T05:30:00.000Z"],
    ["2025-11-02 02:00:00",        "America/New_York",     "2025-11-02T07:00:00.000Z"],
    ["2025-10-26 01:30:00",        "Europe/London",        "2025-10-26T00:30:00.000Z"],
    ["2025-04-06 01:45:00",        "Australia/Lord_Howe",  "2025-04-05T14:45:00.000Z"],
    // leap days and ends of months and years
    ["2024-02-29 23:59:59",        "UTC",                  "2024-02-29T23:59:59.000Z"],
    ["2000-02-29 00:00:00",        "UTC",                  "2000-02-29T00:00:00.000Z"],
    ["2025-02-29 00:00:00",        "UTC",                  noSuchDate("2025-02-29 00:00:00")],
    ["2100-02-29 00:00:00",        "UTC",                  noSuchDate("2100-02-29 00:00:00")],
    ["2025-09-31 00:00:00",        "UTC",                  noSuchDate("2025-09-31 00:00:00")],
    ["2025-13-01 00:00:00",        "UTC",                  noSuchDate("2025-13-01 00:00:00")],
    ["2025-10-31 25:00:00",        "UTC",                  noSuchDate("2025-10-31 25:00:00")],
    ["2025-12-31 23:59:59.999",    "America/New_York",     "2026-01-01T04:59:59.999Z"],
    // no sixtieth second: it would silently become the fifty-ninth
    ["2025-10-31 09:15:60",        "UTC",                  notLocal("2025-10-31 09:15:60")],
    ["2016-12-31 23:59:60",        "UTC",                  notLocal("2016-12-31 23:59:60")],
    ["2025-10-31 09:60:00",        "UTC",                  notLocal("2025-10-31 09:60:00")],
    // other forms
    ["",                           "UTC",                  notLocal("")],
    ["2025-10-31",                 "UTC",                  notLocal("2025-10-31")],
    ["31/10/2025 09:15",           "UTC",                  notLocal("31/10/2025 09:15")],
    ["10/31/2025 9:15 AM",         "UTC",                  notLocal("10/31/2025 9:15 AM")],
    ["2025-10-31 09:15:00Z",       "UTC",                  notLocal("2025-10-31 09:15:00Z")],
    ["2025-10-31 09:15:00+01:00",  "UTC",                  notLocal("2025-10-31 09:15:00+01:00")],
    ["2025-10-31 09:15:00.1234",   "UTC",                  notLocal("2025-10-31 09:15:00.1234")],
    ["x".repeat(10_000),           "UTC",                  notLocal("x".repeat(40))],
  ])("%s in %s is %s", (text, zone, expected) => {
    expect(instant(text, zone)).toBe(expected);
  });

  test("of every instant, its wall clock leads back to it or to the earlier of the two that show it", () => {
    const zones = ["America/New_York", "Europe/London", "Australia/Lord_Howe", "Asia/Tokyo"];
    const clocks = new Map(zones.map((zone) => [zone, new Intl.DateTimeFormat("sv-SE", { timeZone: zone, dateStyle: "short", timeStyle: "medium" })]));
    const aroundChange = fc.constantFrom("2025-11-02T06:00:00Z", "2026-03-08T07:00:00Z", "2025-10-26T01:00:00Z", "2025-03-30T01:00:00Z", "2025-04-05T15:00:00Z", "2025-10-04T15:30:00Z")
      .chain((at) => fc.integer({ min: -7_200, max: 7_200 }).map((seconds) => Date.parse(at) + seconds * 1000));
    const ordinary = fc.integer({ min: Date.UTC(2015, 0, 1) / 1000, max: Date.UTC(2034, 0, 1) / 1000 }).map((seconds) => seconds * 1000);
    fc.assert(fc.property(fc.oneof(aroundChange, ordinary), fc.constantFrom(...zones), (ms, zone) => {
      const wall = (at: number): string => clocks.get(zone)!.format(at);
      const found = localDateTimeToMs(wall(ms), zone);
      expect(wall(found)).toBe(wall(ms));
      expect([ms, ms - 3_600_000, ms - 1_800_000]).toContain(found);
      for (const earlier of [found - 3_600_000, found - 1_800_000]) expect(wall(earlier)).not.toBe(wall(found));
    }), RUNS);
  });
});
