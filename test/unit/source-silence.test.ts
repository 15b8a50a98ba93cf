import fc from "fast-check";
import { ActiveHours, Stretch, Weekday, activeMeter, activeStretches } from "../../src/metering/sources/active-hours";
import { isSilent, silencesAmong } from "../../src/metering/sources/silence";

const ms = (text: string): number => Date.parse(text);
const at = (from: string, to: string): Stretch => ({ fromMs: ms(from), toMs: ms(to) });
const hours = (activeFrom: string | null, activeTo: string | null, activeDays: Weekday[] | null = null): ActiveHours => ({ activeDays, activeFrom, activeTo });
const iso = ({ fromMs, toMs }: Stretch): string => `${new Date(fromMs).toISOString().slice(5, 16)} ${new Date(toMs).toISOString().slice(5, 16)}`;
const NEW_YORK = "America/New_York";

describe("active hours", () => {
  // Monday 6 October 2025 is the first day; New York is four hours behind UTC until 2 November.
  it.each<[string, Stretch, ActiveHours, string, string[]]>([
    ["always", at("2025-10-06T00:00Z", "2025-10-08T00:00Z"), hours(null, null), "UTC", ["10-06T00:00 10-08T00:00"]],
    ["nothing of an empty range", at("2025-10-06T00:00Z", "2025-10-06T00:00Z"), hours(null, null), "UTC", []],
    ["office hours, cut where the range begins and ends", at("2025-10-06T09:00Z", "2025-10-08T10:00Z"), hours("08:00", "18:00"), "UTC", ["10-06T09:00 10-06T18:00", "10-07T08:00 10-07T18:00", "10-08T08:00 10-08T10:00"]],
    ["office hours on the programme's clocks", at("2025-10-06T00:00Z", "2025-10-07T04:00Z"), hours("08:00", "18:00"), NEW_YORK, ["10-06T12:00 10-06T22:00"]],
    ["until midnight", at("2025-10-06T00:00Z", "2025-10-07T12:00Z"), hours("20:00", "24:00"), "UTC", ["10-06T20:00 10-07T00:00"]],
    ["over midnight, of the day on which it begins", at("2025-10-06T00:00Z", "2025-10-08T12:00Z"), hours("22:00", "06:00", ["SUNDAY", "TUESDAY"]), "UTC", ["10-06T00:00 10-06T06:00", "10-07T22:00 10-08T06:00"]],
    ["whole days of the week", at("2025-10-03T12:00Z", "2025-10-07T12:00Z"), hours(null, null, ["MONDAY", "FRIDAY"]), "UTC", ["10-03T12:00 10-04T00:00", "10-06T00:00 10-07T00:00"]],
    ["a night that is an hour longer", at("2025-11-02T00:00Z", "2025-11-03T00:00Z"), hours("00:00", "06:00"), NEW_YORK, ["11-02T04:00 11-02T11:00"]],
    ["a night that is an hour shorter", at("2025-03-09T00:00Z", "2025-03-10T00:00Z"), hours("00:00", "06:00"), NEW_YORK, ["03-09T05:00 03-09T10:00"]],
    ["from a time that the clocks jump over", at("2025-03-09T00:00Z", "2025-03-10T00:00Z"), hours("02:30", "06:00"), NEW_YORK, ["03-09T07:30 03-09T10:00"]],
  ])("are %s", (_, range, active, zone, expected) => {
    expect([...activeStretches(range, active, zone)].map(iso)).toEqual(expected);
  });

  it("are in order, apart and within the range, and the meter adds them up between any two instants", () => {
    const day = 86_400_000, start = ms("2025-10-20T00:00Z");
    const time = fc.integer({ min: 0, max: 23 * 60 + 59 }).map((minute) => `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`);
    fc.assert(fc.property(
      fc.tuple(fc.integer({ min: 0, max: 20 * day }), fc.integer({ min: 1, max: 10 * day })), time, time, fc.subarray(["MONDAY", "WEDNESDAY", "SATURDAY", "SUNDAY"] as Weekday[], { minLength: 1 }), fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true })),
      ([offset, length], from, to, days, cuts) => {
        fc.pre(from !== to);
        const range = { fromMs: start + offset, toMs: start + offset + length };
        const stretches = [...activeStretches(range, hours(from, to, days), NEW_YORK)];
        let before = range.fromMs;
        for (const { fromMs, toMs } of stretches) {
          expect(fromMs).toBeGreaterThanOrEqual(before);
          expect(toMs).toBeGreaterThan(fromMs);
          before = toMs;
        }
        expect(before).toBeLessThanOrEqual(range.toMs);
        const [a, b] = cuts.map((cut) => range.fromMs + Math.floor(cut * length)).sort((x, y) => x - y) as [number, number];
        const overlap = stretches.reduce((sum, { fromMs, toMs }) => sum + Math.max(0, Math.min(b, toMs) - Math.max(a, fromMs)), 0);
        expect(activeMeter(stretches)(a, b)).toBe(overlap);
      },
    ), { numRuns: 300, seed: 20251124 });
  });
});

describe("silences", () => {
  const HOURLY = { ...hours("08:00", "18:00", ["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY"]), expectedEverySeconds: 3_600 };
  it("are longer than the rhythm within the active hours; the longest first, of equal ones the earlier", () => {
    const quiet = [
      at("2025-10-06T09:00Z", "2025-10-06T10:00Z"), // an hour to the millisecond
      at("2025-10-06T10:00Z", "2025-10-06T11:00:00.001Z"),
      at("2025-10-06T17:30Z", "2025-10-07T08:30Z"), // overnight: an hour of it is active
      at("2025-10-07T09:00Z", "2025-10-07T11:00Z"),
      at("2025-10-08T09:00Z", "2025-10-08T11:00Z"),
      at("2025-10-10T17:00Z", "2025-10-13T08:00:01Z"), // over a weekend
    ];
    expect(silencesAmong(quiet, HOURLY, "UTC").map((each) => [iso(each), each.activeMs])).toEqual([
      ["10-07T09:00 10-07T11:00", 7_200_000], ["10-08T09:00 10-08T11:00", 7_200_000], ["10-10T17:00 10-13T08:00", 3_601_000], ["10-06T10:00 10-06T11:00", 3_600_001],
    ]);
    expect(silencesAmong([], HOURLY, "UTC")).toEqual([]);
  });

  it.each<[string, string, string, boolean]>([
    ["an hour ago to the millisecond", "2025-10-06T09:00:00.000Z", "2025-10-06T10:00:00.000Z", false],
    ["a millisecond more", "2025-10-06T09:00:00.000Z", "2025-10-06T10:00:00.001Z", true],
    ["before the weekend", "2025-10-10T17:30:00.000Z", "2025-10-13T08:30:00.000Z", false],
    ["too long before the weekend", "2025-10-10T17:29:59.999Z", "2025-10-13T08:30:00.000Z", true],
    ["a year ago", "2024-10-10T17:29:59.999Z", "2025-10-13T08:30:00.000Z", true],
    ["in the future, of a clock ahead", "2025-10-06T11:00:00.000Z", "2025-10-06T10:00:00.000Z", false],
  ])("a source heard of %s", (_, last, now, expected) => {
    expect(isSilent(ms(last), ms(now), HOURLY, "UTC")).toBe(expected);
  });
});
