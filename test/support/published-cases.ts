import { FactsInput, PartInput, PoolInput } from "../../src/allocation/methods/facts-input";
import { facts, pool } from "./method-facts";

/** A worked example that somebody published, as literal facts, with what comes of it. */
export interface PublishedCase {
  /** Whose example it is, and what it shows. */
  readonly name: string;
  readonly facts: FactsInput;
  /** Own cost and what is charged, exact, by receiver. */
  readonly totals?: Readonly<Record<string, string>>;
  /** Minor units that are posted, by pool and receiver. */
  readonly posted?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Cost of pools with what they received, exact. */
  readonly full?: Readonly<Record<string, string>>;
  /** What stays with the programme; nothing, unless it says so. */
  readonly kept?: string;
  /** Rates of the chain, by receiver. */
  readonly rates?: Readonly<Record<string, string>>;
}

type Quantities = Readonly<Record<string, number>>;

const by = (driver: string, more: Partial<PartInput> = {}): PartInput => ({ method: "PROPORTIONAL", driver, ...more });
const byCost: PartInput = { method: "DIRECT_COST" };
const kept = (amount: string): PoolInput => pool("idle", amount, { method: "KEEP" });
const shares = (percents: Quantities): PartInput => ({ method: "FIXED_SHARES", shares: Object.entries(percents).map(([to, percent]) => ({ to, percent: String(percent) })) });

const dollars = (own: Quantities, drivers: Readonly<Record<string, Quantities>>, pools: readonly PoolInput[], rest: Partial<FactsInput> = {}): FactsInput =>
  facts(Object.entries(own).map(([code, directCost]) => ({ code, directCost: String(directCost) })), drivers, pools, { currency: "USD", ...rest });

const none = (codes: readonly string[]): Quantities => Object.fromEntries(codes.map((code) => [code, 0]));

/** What each of four sub-pools of a cluster left idle goes to those who used the same resource of the same cluster. */
const CLUSTERS = { own: { ns1: 28, ns2: 36, ns3: 18 }, drivers: { "cpu-1": { ns1: 3, ns2: 3 }, "ram-1": { ns1: 13, ns2: 3 }, "cpu-2": { ns2: 3, ns3: 3 }, "ram-2": { ns2: 3, ns3: 3 } } };
const IDLE = [pool("idle-cpu-1", 5, by("cpu-1")), pool("idle-ram-1", 15, by("ram-1")), pool("idle-cpu-2", 5, by("cpu-2")), pool("idle-ram-2", 5, by("ram-2"))];

const bookshop = (rest: Partial<FactsInput>): FactsInput =>
  dollars({ corporate: 996_000, consumer: 481_000 }, {}, [pool("hr", 80_000, shares({ is: 20, corporate: 48, consumer: 32 })), pool("is", 229_000, shares({ hr: 10, corporate: 63, consumer: 27 }))], rest);
const glassworks = (rest: Partial<FactsInput>): FactsInput =>
  dollars(none(["clear", "cream"]), {}, [pool("water", 300_000, shares({ electricity: 50, clear: 10, cream: 40 })), pool("electricity", 200_000, shares({ water: 10, clear: 30, cream: 60 }))], rest);
const factory = (services: FactsInput["services"]): FactsInput =>
  dollars(none(["a", "b"]), {}, [pool("maintenance", 115_000, shares({ utilities: 25, a: 25, b: 50 })), pool("utilities", 565_000, shares({ maintenance: 15, a: 40, b: 45 }))], { services });

/** Amounts, ratios and parts of the table that many libraries of money share; -5 mirrors 5 here, as it does not there. */
const MONEY: ReadonlyArray<readonly [number, readonly number[], readonly number[]]> = [
  [100, [1, 1, 1], [34, 33, 33]], [101, [1, 1, 1], [34, 34, 33]], [5, [3, 7], [2, 3]], [5, [7, 3], [4, 1]], [5, [7, 3, 0], [4, 1, 0]], [-5, [7, 3], [-4, -1]], [5, [0, 7, 3], [0, 4, 1]],
  [5, [7, 0, 3], [4, 0, 1]], [5, [0, 0, 1], [0, 0, 5]], [5, [0, 3, 7], [0, 2, 3]], [0, [0, 0, 1], [0, 0, 0]], [2, [1, 1, 1], [1, 1, 0]], [1, [1, 1], [1, 0]], [1, [0.33, 0.66], [0, 1]],
  [101, [3, 7], [30, 71]], [101, [7, 3], [71, 30]], [500, [1, 1, 1], [167, 167, 166]], [1_000, [1, 1, 1], [334, 333, 333]], [99, [1, 1, 1], [33, 33, 33]],
];
const named = <T>(values: readonly T[]): Record<string, T> => Object.fromEntries(values.map((value, index) => ["abcdef"[index]!, value]));
const texts = (values: readonly number[]): Record<string, string> => named(values.map(String));
/** Whole yen by weights, so that the smallest unit is the whole one. */
const yen = (cases: ReadonlyArray<readonly [number, readonly number[]]>): FactsInput =>
  facts(["a", "b", "c", "d", "e", "f"], Object.fromEntries(cases.map(([, weights], index) => [`d${index}`, named(weights)])), cases.map(([amount], index) => pool(`p${index}`, amount, by(`d${index}`))));

const SIGNED = { a: 10, b: -2, c: 4 };

export const PUBLISHED_CASES: readonly PublishedCase[] = [
  { name: "OpenCost 3a, idle cost by resource and cluster", facts: dollars(CLUSTERS.own, CLUSTERS.drivers, IDLE), totals: { ns1: "683/16", ns2: "741/16", ns3: "23" } },
  { name: "OpenCost 4a, a shared tenant evenly, idle apart", facts: dollars({ ns1: 28, ns2: 36 }, {}, [pool("shared", 18, { method: "EVEN" }), kept("30")]), totals: { ns1: "37", ns2: "45" }, kept: "30.00" },
  { name: "OpenCost 4b, a shared tenant by direct cost", facts: dollars({ ns1: 28, ns2: 36 }, {}, [pool("shared", 18, byCost), kept("30")]), totals: { ns1: "287/8", ns2: "369/8" }, kept: "30.00" },
  { name: "OpenCost 4d, 24 hours of overhead by direct cost", facts: dollars(CLUSTERS.own, {}, [pool("overhead", 168, byCost), kept("30")]), totals: { ns1: "3500/41", ns2: "4500/41", ns3: "2250/41" }, kept: "30.00" },
  { name: "OpenCost 6i, idle and overhead at once", facts: dollars(CLUSTERS.own, CLUSTERS.drivers, [...IDLE, pool("overhead", 168, byCost)]), totals: { ns1: "65635/656", ns2: "78765/656", ns3: "2455/41" } },
  { name: "OpenCost 883, nobody used what cost something: it does not vanish", facts: dollars(none(["a", "b", "c"]), { gpu: none(["a", "b", "c"]) }, [pool("gpu-idle", 27, by("gpu"))]), totals: { a: "0", b: "0", c: "0" }, kept: "27.00" },
  {
    name: "AWS split cost, processors weighted nine to one of memory", totals: { cpu: "9/13", memory: "4/13" }, rates: { cpu: "1/52", memory: "1/52" },
    facts: dollars(none(["cpu", "memory"]), {}, [pool("instance", 1, by("hours"))], { drivers: [{ code: "hours", weights: [{ unit: "VCPU", weight: "9" }, { unit: "GB", weight: "1" }], quantities: [{ of: "cpu", quantity: "4", unit: "VCPU" }, { of: "memory", quantity: "16", unit: "GB" }] }] }),
  },
  { name: "FOCUS, one row split by use", facts: dollars(none(["orders", "scoring", "frontend"]), { hours: { orders: 40, scoring: 35, frontend: 25 } }, [pool("cluster", "100.00", by("hours"))]), totals: { orders: "40", scoring: "35", frontend: "25" } },
  {
    name: "FOCUS, every metric of a row split at once", facts: dollars(none(["gateway", "ingest", "train"]), { hours: { gateway: 60, ingest: 36, train: 24 } }, [pool("effective", 240, by("hours")), pool("billed", 0, by("hours")), pool("list", 288, by("hours")), pool("consumed", 24, by("hours"))]),
    posted: { effective: { gateway: "12000", ingest: "7200", train: "4800" }, billed: { gateway: "0", ingest: "0", train: "0" }, list: { gateway: "14400", ingest: "8640", train: "5760" }, consumed: { gateway: "1200", ingest: "720", train: "480" } },
  },
  { name: "FOCUS, a month that was charged to the wrong one: taken back and charged anew, zero in all", facts: dollars(none(["r-111", "r-222"]), {}, [pool("taken-back", "-100.00", { method: "DIRECT", to: ["r-111"] }), pool("charged-anew", "100.00", shares({ "r-111": 60, "r-222": 40 }))]), totals: { "r-111": "-40", "r-222": "40" } },
  { name: "an online bookshop, stepping down from personnel", facts: bookshop({ services: "STEP_DOWN" }), totals: { corporate: "1205900", consumer: "580100" }, full: { hr: "80000", is: "245000" }, posted: { hr: { corporate: "3840000", consumer: "2560000" }, is: { corporate: "17150000", consumer: "7350000" } } },
  { name: "the same, directly", facts: bookshop({ services: "DIRECT" }), totals: { corporate: "1204300", consumer: "581700" } },
  {
    name: "Zimmerman's smelter, directly: what departments use themselves does not count", totals: { ingots: "68000000", stainless: "72000000" }, posted: { electricity: { ingots: "4800000000", stainless: "3200000000" }, water: { ingots: "2000000000", stainless: "4000000000" } },
    facts: dollars(none(["ingots", "stainless"]), { kwh: { electricity: 2_500, water: 2_500, ingots: 3_000, stainless: 2_000 }, gallons: { electricity: 1_000, water: 800, ingots: 1_000, stainless: 2_000 } }, [pool("electricity", 80_000_000, by("kwh")), pool("water", 60_000_000, by("gallons"))], { services: "DIRECT" }),
  },
  { name: "a glassworks, stepping down from water", facts: glassworks({ services: "STEP_DOWN" }), totals: { clear: "440000/3", cream: "1060000/3" }, full: { water: "300000", electricity: "350000" }, posted: { water: { clear: "3000000", cream: "12000000" }, electricity: { clear: "11666667", cream: "23333333" } } },
  { name: "the same, directly", facts: glassworks({ services: "DIRECT" }), totals: { clear: "380000/3", cream: "1120000/3" } },
  { name: "maintenance and utilities, directly", facts: factory("DIRECT"), totals: { a: "15515000/51", b: "19165000/51" } },
  { name: "the same, stepping down from maintenance", facts: factory("STEP_DOWN"), totals: { a: "5238750/17", b: "6321250/17" } },
  { name: "the same, all at once", facts: factory("RECIPROCAL"), totals: { a: "3285000/11", b: "4195000/11" }, full: { maintenance: "15980000/77", utilities: "47500000/77" } },
  {
    name: "a solution that let a closed pool receive, as it should have been", totals: { suburban: "45480", downtown: "50520" }, full: { administrative: "54000", maintenance: "52800" },
    facts: dollars(none(["suburban", "downtown"]), { people: { maintenance: 100, suburban: 250, downtown: 150 }, area: { administrative: 200, suburban: 350, downtown: 650 } }, [pool("administrative", 54_000, by("people")), pool("maintenance", 42_000, by("area"))], { services: "STEP_DOWN" }),
  },
  {
    name: "dual rate, the fixed part by budgeted use", totals: { "high-school": "937500", "adult-ed": "1062500" }, rates: { "high-school": "625", "adult-ed": "625" },
    facts: dollars(none(["high-school", "adult-ed"]), { budgeted: { "high-school": 1_500, "adult-ed": 1_700 }, used: { "high-school": 1_400, "adult-ed": 1_650 } }, [pool("buses", 2_000_000, { method: "DUAL_RATE", driver: "used", capacityDriver: "budgeted", fixedRate: "625", rate: "0" })]),
  },
  { name: "the paradox of Alabama: one unit more takes one away", facts: yen([[25, [1_500, 1_500, 900, 500, 500, 200]], [26, [1_500, 1_500, 900, 500, 500, 200]]]), posted: { p0: texts([7, 7, 4, 3, 3, 1]), p1: texts([8, 8, 5, 2, 2, 1]) } },
  { name: "seven seats over 50, 30 and 20", facts: yen([[7, [50, 30, 20]]]), posted: { p0: texts([4, 2, 1]) } },
  { name: "the table of the libraries of money", facts: yen(MONEY.map(([amount, ratios]) => [amount, ratios])), posted: Object.fromEntries(MONEY.map(([, , parts], index) => [`p${index}`, texts(parts)])) },
  { name: "requests of three teams, where rounding each one makes a cent", facts: dollars(none(["team-a", "team-b", "team-c"]), { requests: { "team-a": 15_000, "team-b": 8_500, "team-c": 12_000 } }, [pool("gateway", "1000.00", by("requests"))]), posted: { gateway: { "team-a": "42253", "team-b": "23944", "team-c": "33803" } } },
  { name: "SAP, quantities below zero as they are and by standard scaling", facts: dollars(none(["a", "b", "c"]), { signed: SIGNED }, [pool("unscaled", 900, by("signed", { negative: "UNSCALED" })), pool("scaled", 900, by("signed", { negative: "STANDARD_SCALING" }))]), posted: { unscaled: { a: "75000", b: "-15000", c: "30000" }, scaled: { a: "60000", b: "0", c: "30000" } } },
];
