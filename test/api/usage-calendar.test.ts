import { firstInstantOf, firstInstantOfHour } from "../../src/kernel/local-days";
import { bucketKey, bucketStart } from "../../src/metering/questions/grouping.query";
import { USAGE_DIMENSIONS, isTimeDimension } from "../../src/metering";
import { call, createAcme, integration, must, report } from "../support/builders";
import { TestServer, startTestServer } from "../support/server";
import { inProgramme } from "../support/two-programmes";

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

const MINUTE = 60_000, HOUR = 60 * MINUTE, DAY = 24 * HOUR, WEEK = 7 * DAY;
const ZONES = Intl.supportedValuesOf("timeZone");
const formats = new Map<string, Intl.DateTimeFormat>();

/** The clock of a zone at an instant, from Node's own calendar: "2025-11-02 01:30". */
function clockAt(ms: number, zone: string): string {
  let format = formats.get(zone);
  if (!format) formats.set(zone, (format = new Intl.DateTimeFormat("sv-SE", { timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", hourCycle: "h23" })));
  return format.format(ms);
}

const offsetAt = (ms: number, zone: string): number => Date.parse(`${clockAt(ms, zone).replace(" ", "T")}:00Z`) - ms;

/** The minutes of 2025 at which a zone's clock changes. */
function changesIn2025(zone: string): number[] {
  const found: number[] = [];
  for (let day = Date.UTC(2024, 11, 30); day < Date.UTC(2026, 0, 2); day += WEEK) {
    let low = day, high = day + WEEK;
    if (offsetAt(low, zone) === offsetAt(high, zone)) continue;
    while (high - low > MINUTE) {
      const middle = low + Math.floor((high - low) / 2 / MINUTE) * MINUTE;
      if (offsetAt(middle, zone) === offsetAt(low, zone)) low = middle;
      else high = middle;
    }
    found.push(high);
  }
  return found;
}

/** Instants around the changes of each zone and around one month's end, every half hour, and where SQL says that their buckets begin. */
const BUCKETS = `
  with around as (select z.zone, c.ms from unnest($1::text[], $2::text[]) z (zone, changes), lateral unnest(string_to_array(z.changes, ',')::bigint[]) c (ms)),
  instant as (
    select distinct zone, to_timestamp(ms / 1000.0) + n * interval '30 minutes' as t from around, generate_series(-54, 54) n
  )
  select zone, (extract(epoch from t) * 1000)::bigint as t,
    ${(["HOUR", "DAY", "WEEK", "MONTH"] as const).map((bucket) => `(extract(epoch from ${bucketStart(bucket, bucketKey(bucket, "t", "zone"), "zone")}) * 1000)::bigint as ${bucket.toLowerCase()}`).join(", ")}
  from instant order by zone, t`;

describe("buckets of every zone", () => {
  const changes = new Map(ZONES.map((zone) => [zone, changesIn2025(zone)]));
  const moved = (zone: string): number[] => changes.get(zone)!.map((ms) => (offsetAt(ms, zone) - offsetAt(ms - MINUTE, zone)) / MINUTE);

  it("know which zones change their clock in 2025, and by how much", () => {
    expect([moved("America/New_York"), moved("Australia/Sydney"), moved("Australia/Lord_Howe"), moved("Antarctica/Troll"), moved("Asia/Tokyo")]).toEqual([[60, -60], [-60, 60], [-30, 30], [120, -120], []]);
    expect(ZONES.length).toBeGreaterThan(400);
  });

  it("tile the time around both changes of 2025 and the end of October: hours make days, days make weeks and months, and each begins with its first instant", async () => {
    const monthEnd = Date.UTC(2025, 10, 1);
    const lines = await server.sql<Record<"zone" | "t" | "hour" | "day" | "week" | "month", string>>(BUCKETS, [ZONES, ZONES.map((zone) => [...changes.get(zone)!, monthEnd].join(","))]);
    const wrong: string[] = [];
    const owners = new Map<string, number>();
    let zone = "";
    let offsets: Array<[from: number, ms: number]> = [];
    const offset = (ms: number): number => offsets.findLast(([from]) => from <= ms)![1];
    const localDay = (ms: number): number => Math.floor((ms + offset(ms)) / DAY);
    const localHour = (ms: number): string => `${Math.floor((ms + offset(ms)) / HOUR)} ${offset(ms)}`;
    for (const line of lines) {
      if (line.zone !== zone) {
        zone = line.zone;
        const starts = [-Infinity, ...changes.get(zone)!];
        offsets = starts.map((from, index) => [from, offsetAt(index === 0 ? (starts[1] ?? monthEnd) - MINUTE : from, zone)]);
      }
      const [t, hour, day, week, month] = [Number(line.t), Number(line.hour), Number(line.day), Number(line.week), Number(line.month)];
      const expectThat = (truth: boolean, what: string): void => void (truth || wrong.length > 20 || wrong.push(`${zone} ${new Date(t).toISOString()}: ${what}`));
      expectThat(hour <= t && day <= hour && week <= day && month <= day, "a bucket begins after what it holds");
      expectThat(localHour(hour) === localHour(t), "the hour begins in another hour");
      expectThat(localHour(hour - MINUTE) !== localHour(t), "the hour begins too late");
      expectThat(localDay(day) === localDay(t), "the day begins on another day");
      expectThat(localDay(day - MINUTE) !== localDay(t), "the day begins too late");
      expectThat(new Date(localDay(week) * DAY).getUTCDay() === 1 && localDay(t) - localDay(week) < 7 && localDay(week - MINUTE) < localDay(week), "the week does not begin on the Monday before");
      expectThat(new Date(localDay(month) * DAY).toISOString().slice(0, 10) === `${new Date(localDay(t) * DAY).toISOString().slice(0, 7)}-01` && localDay(month - MINUTE) < localDay(month), "the month does not begin with its first day");
      // What an hour holds is of one day, what a day holds of one week and one month: so sums of parts are sums of the whole.
      for (const [part, start, whole, of] of [["hour", hour, "day", day], ["day", day, "week", week], ["day", day, "month", month]] as const) {
        const owner = `${zone} ${part} ${start} ${whole}`;
        expectThat((owners.get(owner) ?? of) === of, `one ${part} lies in two ${whole}s`);
        owners.set(owner, of);
      }
    }
    expect(wrong).toEqual([]);
    expect(new Set(lines.map((line) => line.zone)).size).toBe(ZONES.length);
  });

  it("say the first instant of a day and of an hour to the minute", async () => {
    const of = async (zone: string, midnight: string, instant: string): Promise<string[]> => {
      const [row] = await server.sql<{ day: Date; hour: Date }>(`select ${firstInstantOf("$2::timestamp", "$1")} as day, ${firstInstantOfHour("$3::timestamptz", "$1")} as hour`, [zone, midnight, instant]);
      return [row!.day.toISOString(), row!.hour.toISOString()];
    };
    // Midnight comes twice, and the month begins with the first of the two.
    expect(await of("America/Havana", "2026-11-01", "2026-11-01T05:30:00Z")).toEqual(["2026-11-01T04:00:00.000Z", "2026-11-01T05:00:00.000Z"]);
    // Midnight does not come at all.
    expect(await of("America/Havana", "2025-03-09", "2025-03-09T05:30:00Z")).toEqual(["2025-03-09T05:00:00.000Z", "2025-03-09T05:00:00.000Z"]);
    // The hour that the clock falls back into is one of its own, half as long.
    expect(await of("Australia/Lord_Howe", "2025-04-06", "2025-04-05T15:10:00Z")).toEqual(["2025-04-05T13:00:00.000Z", "2025-04-05T15:00:00.000Z"]);
    expect(await of("Australia/Lord_Howe", "2025-10-05", "2025-10-04T15:45:00Z")).toEqual(["2025-10-04T13:30:00.000Z", "2025-10-04T15:30:00.000Z"]);
  });
});

describe("a programme whose clock changes", () => {
  const USAGE = "query($where: UsageWhere!, $groupBy: [UsageDimension!]!) { usage(where: $where, groupBy: $groupBy) { rows { bucket legs contacts } total { legs contacts } } }";
  const bucketsOf = async (of: TestServer, where: unknown, groupBy: string[]): Promise<Array<[string, number]>> =>
    (await must(of.as("FINANCE"), USAGE, { where, groupBy })).usage.rows.map(({ bucket, legs }: { bucket: string; legs: number }) => [bucket, legs]);

  /** A leg every ten minutes from the first to the last instant of a local day, and one before and after. */
  const programme = async (code: string, timeZone: string, from: string, to: string): Promise<TestServer> => {
    await createAcme(server, { code, timeZone });
    const of = inProgramme(server, code);
    const events: unknown[] = [];
    for (let ms = Date.parse(from) - 10 * MINUTE; ms <= Date.parse(to); ms += 10 * MINUTE) {
      events.push(call(`at-${ms}`, { contactId: "one", connectedAt: new Date(ms - 5_000).toISOString(), connectedMs: 5_000, endedAt: new Date(ms).toISOString() }));
    }
    expect((await report(integration(of), events)).accepted).toBe(events.length);
    return of;
  };

  // Hours of the day as [minutes after its first instant, legs].
  const hourly = (hours: number): Array<[number, number]> => Array.from({ length: hours }, (_, hour) => [hour * 60, 6]);
  const LORD_HOWE_BACK: Array<[number, number]> = [[0, 6], [60, 6], [120, 3], ...Array.from({ length: 22 }, (_, hour): [number, number] => [150 + hour * 60, 6])];
  const LORD_HOWE_ON: Array<[number, number]> = [[0, 6], [60, 6], [120, 3], ...Array.from({ length: 21 }, (_, hour): [number, number] => [150 + hour * 60, 6])];

  it.each<[string, string, string, string, string, Array<[number, number]>]>([
    ["ny-spring", "America/New_York", "2025-03-09", "2025-03-09T05:00:00.000Z", "2025-03-10T04:00:00.000Z", hourly(23)],
    ["ny-autumn", "America/New_York", "2025-11-02", "2025-11-02T04:00:00.000Z", "2025-11-03T05:00:00.000Z", hourly(25)],
    ["sydney-autumn", "Australia/Sydney", "2025-04-06", "2025-04-05T13:00:00.000Z", "2025-04-06T14:00:00.000Z", hourly(25)],
    ["sydney-spring", "Australia/Sydney", "2025-10-05", "2025-10-04T14:00:00.000Z", "2025-10-05T13:00:00.000Z", hourly(23)],
    ["howe-autumn", "Australia/Lord_Howe", "2025-04-06", "2025-04-05T13:00:00.000Z", "2025-04-06T13:30:00.000Z", LORD_HOWE_BACK],
    ["howe-spring", "Australia/Lord_Howe", "2025-10-05", "2025-10-04T13:30:00.000Z", "2025-10-05T13:00:00.000Z", LORD_HOWE_ON],
  ])("%s: %s, %s", async (code, timeZone, day, from, to, hours) => {
    const of = await programme(code, timeZone, from, to);
    const legs = hours.reduce((sum, [, count]) => sum + count, 0);
    const startOf = (minutes: number): string => new Date(Date.parse(from) + minutes * MINUTE).toISOString();
    // The day as a range, and what lies before and after it.
    expect(await bucketsOf(of, { from, to }, ["HOUR"])).toEqual(hours.map(([minutes, count]) => [startOf(minutes), count]));
    expect(await bucketsOf(of, { from, to }, ["DAY"])).toEqual([[from, legs]]);
    expect((await bucketsOf(of, {}, ["DAY"])).map(([bucket, count]) => [bucket, count])).toEqual([[expect.any(String), 1], [from, legs], [to, 1]]);
    // Sums of hours, days, months, periods and the whole are one; from rows and from totals.
    const sum = async (groupBy: string[], where: unknown = {}): Promise<number> => (await bucketsOf(of, where, groupBy)).reduce((total, [, count]) => total + count, 0);
    for (const view of ["POSTED", "RESTATED"]) for (const bucket of USAGE_DIMENSIONS.filter(isTimeDimension)) expect([bucket, await sum([bucket], { view })]).toEqual([bucket, legs + 2]);
    expect(await sum([])).toBe(legs + 2);
    const { rows: restated } = (await must(of.as("FINANCE"), USAGE, { where: { from, to, view: "RESTATED" }, groupBy: ["DAY"] })).usage;
    expect(restated).toEqual([{ bucket: from, legs, contacts: 1 }]);
    // ISO weeks begin on Monday: both Sundays end theirs.
    const monday = (await bucketsOf(of, { from, to }, ["WEEK"]))[0]![0];
    expect(clockAt(Date.parse(monday), timeZone)).toBe(`${new Date(Date.parse(`${day}T00:00:00Z`) - 6 * DAY).toISOString().slice(0, 10)} 00:00`);
    // Peaks by hour: one call of five seconds before every leg's end, the first of each hour still in the hour before it.
    const { usagePeaks } = await must(of.as("FINANCE"), "query($where: UsageWhere!) { usagePeaks(where: $where, groupBy: [], bucket: HOUR) { rows { bucket maximum } } }", { where: { from, to } });
    expect(usagePeaks.rows).toEqual(hours.map(([minutes]) => ({ bucket: startOf(minutes), maximum: 1 })));
  });

  it("a month that begins with a repeated midnight owns both", async () => {
    server.clock.set("2026-11-20T12:00:00Z");
    await createAcme(server, { code: "havana", timeZone: "America/Havana" });
    const havana = inProgramme(server, "havana");
    const at = (id: string, endedAt: string): unknown => call(id, { connectedAt: null, connectedMs: 1_000, endedAt });
    await report(integration(havana), [at("october", "2026-11-01T03:59:59.999Z"), at("first-midnight", "2026-11-01T04:00:00.000Z"), at("before-the-second", "2026-11-01T04:59:59.999Z"), at("second-midnight", "2026-11-01T05:00:00.000Z")]);
    const november = "2026-11-01T04:00:00.000Z";
    for (const bucket of ["PERIOD", "MONTH", "DAY"]) expect([bucket, (await bucketsOf(havana, { period: "2026-11" }, [bucket]))]).toEqual([bucket, [[november, 3]]]);
    expect(await bucketsOf(havana, { period: "2026-11" }, ["HOUR"])).toEqual([[november, 2], ["2026-11-01T05:00:00.000Z", 1]]);
    expect(await bucketsOf(havana, { from: november }, ["DAY"])).toEqual([[november, 3]]);
    expect(await bucketsOf(havana, { from: "2026-11-01T05:00:00Z" }, ["DAY"])).toEqual([[november, 1]]);
    const { period, usageEvents } = await must(havana.as("FINANCE"), '{ period(key: "2026-11") { from to } usageEvents(where: { period: "2026-11" }, first: 10) { edges { node { eventId } } } }');
    expect(period).toEqual({ from: november, to: "2026-12-01T05:00:00.000Z" });
    expect(usageEvents.edges.map(({ node }: { node: { eventId: string } }) => node.eventId)).toEqual(["first-midnight", "before-the-second", "second-midnight"]);
  });
});
