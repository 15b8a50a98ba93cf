import { Refusal } from "../../src/kernel/refusal";
import { Period } from "../../src/governance";
import { AcknowledgeSilencePorts, SilenceAcknowledgement, acknowledgeSilence } from "../../src/metering/sources/acknowledge-silence";
import { RegisterSourceInput, registerSource } from "../../src/metering/sources/register-source";
import { Silence } from "../../src/metering/sources/silence";
import { Source } from "../../src/metering/sources/source";

const LEAST: RegisterSourceInput = { uri: "retell://org", name: "Retell", owner: "Voice team", kind: "PLATFORM" };
const source = (uri: string, version: number, registration: Source["registration"]): Source =>
  ({ id: 1, uri, createdAt: new Date(0), version, registration, registeredBy: "f", registeredAt: new Date(0), lastSeenAt: null });

/** Sources in memory; `log` holds what was saved and recorded. */
function registry() {
  const known = new Map<string, Source>();
  const log: string[] = [];
  const ids = (codes: readonly string[]): ReadonlyMap<string, string> => new Map(codes.filter((code) => code !== "moon").map((code) => [code, `id-${code}`]));
  const register = (more: Partial<RegisterSourceInput> = {}): Promise<Source> => registerSource({
    findSource: async (uri) => known.get(uri) ?? null,
    unitIds: async (codes) => ids(codes), useCaseIds: async (codes) => ids(codes),
    save: async (uri, version, registration, { businessUnits, useCases }) => {
      log.push(`save ${uri} ${version} ${businessUnits} ${useCases}`);
      known.set(uri, source(uri, version, registration));
      return known.get(uri)!;
    },
    audit: async (uri, before, after, reason) => void log.push(`audit ${uri} ${before?.status ?? "new"} ${after.status} ${reason}`),
  }, { ...LEAST, ...more });
  return { register, log };
}

async function refused(work: Promise<unknown>): Promise<string> {
  return work.then(() => "done", (error: Refusal) => `${error.code} ${error.field?.join(".")}`);
}

describe("registering a source", () => {
  it("makes a version for every change, and none for the same again in another order", async () => {
    const { register, log } = registry();
    const lists = { businessUnits: ["retail", "claims"], channels: ["SMS", "VOICE"] as const, activeDays: ["FRIDAY", "MONDAY"] as const, expectedEverySeconds: 3_600 };
    expect((await register(lists)).registration).toEqual({
      name: "Retell", owner: "Voice team", contact: null, kind: "PLATFORM", status: "ACTIVE", types: null, channels: ["VOICE", "SMS"], businessUnits: ["claims", "retail"], useCases: null, subjects: null,
      expectedEverySeconds: 3_600, activeDays: ["MONDAY", "FRIDAY"], activeFrom: null, activeTo: null, expectedFrom: null, lateWindowDays: null,
    });
    await register({ ...lists, businessUnits: ["claims", "retail", "claims"], reason: "again" });
    await register({ ...lists, status: "SUSPENDED", reason: " it repeats itself " });
    expect(log).toEqual(["save retell://org 1 id-claims,id-retail null", "audit retell://org new ACTIVE null", "save retell://org 2 id-claims,id-retail null", "audit retell://org ACTIVE SUSPENDED it repeats itself"]);
  });

  it.each<[string, Partial<RegisterSourceInput>, string]>([
    ["no URI", { uri: "" }, "BAD_USER_INPUT uri"],
    ["a URI of 201 characters", { uri: "x".repeat(201) }, "BAD_USER_INPUT uri"],
    ["a NUL in the URI", { uri: "a\u0000" }, "BAD_USER_INPUT uri"],
    ["no owner", { owner: "  " }, "BAD_USER_INPUT owner"],
    ["no name", { name: "" }, "BAD_USER_INPUT name"],
    ["an empty contact", { contact: "" }, "BAD_USER_INPUT contact"],
    ["an empty reason", { reason: "" }, "BAD_USER_INPUT reason"],
    ["a kind that is none", { kind: "FAX" as never }, "BAD_USER_INPUT kind"],
    ["a type that is none", { types: ["LEG"] as never }, "BAD_USER_INPUT types"],
    ["an empty list", { channels: [] }, "BAD_USER_INPUT channels"],
    ["an empty subject", { subjects: [""] }, "BAD_USER_INPUT subjects"],
    ["a long list", { useCases: Array.from({ length: 501 }, (_, index) => `c-${index}`) }, "LIMIT_EXCEEDED useCases"],
    ["a unit that is not there", { businessUnits: ["retail", "moon"] }, "NOT_FOUND businessUnits"],
    ["a use case that is not there", { useCases: ["moon"] }, "NOT_FOUND useCases"],
    ["a rhythm of less than a minute", { expectedEverySeconds: 59 }, "BAD_USER_INPUT expectedEverySeconds"],
    ["a rhythm of more than 31 days", { expectedEverySeconds: 2_678_401 }, "BAD_USER_INPUT expectedEverySeconds"],
    ["active days without a rhythm", { activeDays: ["MONDAY"] }, "BAD_USER_INPUT activeDays"],
    ["a begin without a rhythm", { expectedFrom: new Date(0) }, "BAD_USER_INPUT expectedFrom"],
    ["hours that do not end", { expectedEverySeconds: 60, activeFrom: "08:00" }, "BAD_USER_INPUT activeFrom"],
    ["hours that begin at 24:00", { expectedEverySeconds: 60, activeFrom: "24:00", activeTo: "08:00" }, "BAD_USER_INPUT activeFrom"],
    ["hours that are no time", { expectedEverySeconds: 60, activeFrom: "08:00", activeTo: "8pm" }, "BAD_USER_INPUT activeTo"],
    ["hours of no length", { expectedEverySeconds: 60, activeFrom: "08:00", activeTo: "08:00" }, "BAD_USER_INPUT activeTo"],
    ["a late window of no days", { lateWindowDays: 0 }, "BAD_USER_INPUT lateWindowDays"],
    ["a late window of ten years and more", { lateWindowDays: 3_661 }, "BAD_USER_INPUT lateWindowDays"],
  ])("refuses %s and saves nothing", async (_, more, expected) => {
    const { register, log } = registry();
    expect(await refused(register(more))).toBe(expected);
    expect(log).toEqual([]);
  });
});

describe("acknowledging a silence", () => {
  const period = { key: "2025-10", status: "OPEN", from: new Date(0), to: new Date(100) } as Period;
  const silence = (fromMs: number, toMs: number): Silence => ({ fromMs, toMs, activeMs: toMs - fromMs });
  const acknowledgement = (until: number): SilenceAcknowledgement => ({ source: "s", period: "2025-10", coversUntil: new Date(until), reason: "r", acknowledgedBy: "f", acknowledgedAt: new Date(0) });

  function ports(more: Partial<{ period: Period | null; known: boolean; silences: Silence[]; earlier: SilenceAcknowledgement | null }> = {}) {
    const saved: number[] = [];
    const given: AcknowledgeSilencePorts = {
      holdPeriod: async () => (more.period === undefined ? period : more.period),
      findSource: async (uri) => (more.known === false ? null : source(uri, 1, null)),
      silences: async () => more.silences ?? [silence(10, 20), silence(40, 90)],
      findAcknowledgement: async () => more.earlier ?? null,
      save: async (_, __, coversUntil) => {
        saved.push(coversUntil.getTime());
        return acknowledgement(coversUntil.getTime());
      },
      audit: async (_, silences) => void saved.push(silences.length),
    };
    return { given, saved };
  }
  const INPUT = { source: "s", period: "2025-10", reason: "holiday" };

  it.each<[string, Parameters<typeof ports>[0], object, string, number[]]>([
    ["silences are covered to the end of the last", {}, {}, "90", [90, 2]],
    ["an earlier one leaves some over", { earlier: acknowledgement(20) }, {}, "90", [90, 1]],
    ["an earlier one covers them all", { earlier: acknowledgement(90) }, {}, "90", []],
    ["there is none", { silences: [] }, {}, "NOT_FOUND source", []],
    ["the source is not known", { known: false }, {}, "NOT_FOUND source", []],
    ["the month is empty", { period: null }, {}, "NOT_FOUND period", []],
    ["the month is closed", { period: { ...period, status: "CLOSED" } }, {}, "PERIOD_CLOSED period", []],
    ["no reason is given", {}, { reason: " " }, "BAD_USER_INPUT reason", []],
    ["the month is none", {}, { period: "October" }, "BAD_USER_INPUT period", []],
  ])("when %s", async (_, facts, more, expected, changed) => {
    const { given, saved } = ports(facts);
    const told = await acknowledgeSilence(given, { ...INPUT, ...more }).then(({ coversUntil }) => String(coversUntil.getTime()), (error: Refusal) => `${error.code} ${error.field?.join(".")}`);
    expect([told, saved]).toEqual([expected, changed]);
  });
});
