import { GraphQLInputObjectType, isInputObjectType } from "graphql";
import { buildPublicSchema } from "../../src/app/schema";
import {
  CorrectionInput, CorrectionRules, CorrectionStepName, DEFAULT_CORRECTION_RULES, MOST_LEGS, PATCHABLE_FIELDS, PatchedLeg, cleanPatch, hashPlan, needsSecondPerson, openRevertRequest,
  readCorrectionInput, readPatch, statusOf,
} from "../../src/corrections";
import { Refusal } from "../../src/kernel/refusal";

const refusalOf = (work: () => unknown): [string, string] => {
  try {
    work();
  } catch (error) {
    if (error instanceof Refusal) return [error.code, (error.field ?? []).join(".")];
    throw error;
  }
  return ["none", ""];
};

describe("where a correction stands", () => {
  it.each<[CorrectionStepName[], string, boolean]>([
    [["PROPOSED"], "PROPOSED", false],
    [["PROPOSED", "APPLIED"], "APPLIED", false],
    [["PROPOSED", "REJECTED"], "REJECTED", false],
    [["PROPOSED", "APPLIED", "REVERT_REQUESTED"], "APPLIED", true],
    [["PROPOSED", "APPLIED", "REVERT_REQUESTED", "REVERT_REFUSED"], "APPLIED", false],
    [["PROPOSED", "APPLIED", "REVERT_REQUESTED", "REVERTED"], "REVERTED", false],
  ])("%j is %s", (steps, status, waits) => {
    const told = steps.map((step) => ({ step, subject: "ann", reason: null, recordedAt: new Date(0) }));
    expect([statusOf(told), openRevertRequest(told) !== null]).toEqual([status, waits]);
  });
});

describe("who may correct alone", () => {
  const rules: CorrectionRules = { version: 1, mostLegs: 10, mostMinor: 500n };
  it.each<[string, CorrectionRules, number, bigint | null, boolean]>([
    ["nobody, by default", DEFAULT_CORRECTION_RULES, 1, 0n, true],
    ["one, at both limits", rules, 10, 500n, false],
    ["two, above the legs", rules, 11, 0n, true],
    ["two, above the money", rules, 1, 501n, true],
    ["two, when the money is not known", rules, 1, null, true],
  ])("%s", (_, limits, legs, moved, expected) => expect(needsSecondPerson(limits, legs, moved)).toBe(expected));
});

describe("what may be asked for", () => {
  const ids = ["a"];
  it.each<[string, CorrectionInput, string, string]>([
    ["a void with a patch", { kind: "VOID", eventIds: ids, patch: { test: true } }, "BAD_USER_INPUT", "patch"],
    ["a void of nothing", { kind: "VOID" }, "BAD_USER_INPUT", "eventIds"],
    ["a void of no ids", { kind: "VOID", eventIds: [] }, "BAD_USER_INPUT", "eventIds"],
    ["ids and a filter", { kind: "VOID", eventIds: ids, where: { period: "2025-10" } }, "BAD_USER_INPUT", "eventIds"],
    ["a filter that holds for everything", { kind: "VOID", where: { channel: ["VOICE"] } }, "BAD_USER_INPUT", "where"],
    ["a period and a range", { kind: "VOID", where: { period: "2025-10", from: new Date(1) } }, "BAD_USER_INPUT", "where"],
    ["a range that ends before it begins", { kind: "VOID", where: { from: new Date(2), to: new Date(1) } }, "BAD_USER_INPUT", "where.from"],
    ["one id too many", { kind: "VOID", eventIds: new Array<string>(MOST_LEGS + 1).fill("a") }, "LIMIT_EXCEEDED", "eventIds"],
    ["an amendment without a patch", { kind: "AMEND", eventIds: ids }, "BAD_USER_INPUT", "patch"],
    ["an amendment of nothing", { kind: "AMEND", eventIds: ids, patch: { status: undefined } }, "BAD_USER_INPUT", "patch"],
    ["an attribution to nothing", { kind: "ATTRIBUTE", eventIds: ids }, "BAD_USER_INPUT", "useCase"],
    ["an attribution of a batch", { kind: "ATTRIBUTE", eventIds: ids, useCase: "x", backfill: "b" }, "BAD_USER_INPUT", "backfill"],
    ["a backfill of legs", { kind: "BACKFILL", eventIds: ids, backfill: "b" }, "BAD_USER_INPUT", "eventIds"],
    ["a backfill without a batch", { kind: "BACKFILL" }, "BAD_USER_INPUT", "backfill"],
  ])("not %s", (_, input, code, field) => expect(refusalOf(() => readCorrectionInput(input))).toEqual([code, field]));

  it("takes what belongs together", () => {
    expect(readCorrectionInput({ kind: "AMEND", where: { provider: ["retell"] }, patch: { test: true, flags: { optOut: null, consent: undefined } } })).toEqual(
      { kind: "AMEND", selection: { where: { provider: ["retell"] } }, patch: { test: true, flags: { optOut: null } } },
    );
    expect(readCorrectionInput({ kind: "BACKFILL", backfill: "b" })).toEqual({ kind: "BACKFILL", backfill: "b" });
  });
});

describe("a patch", () => {
  const now = Date.parse("2025-12-01T00:00:00Z");
  const leg: PatchedLeg = {
    legKey: "l", eventKey: "e", eventId: "call-1", channel: "VOICE", direction: "INBOUND", status: "COMPLETED", initiatedAt: null,
    connectedAt: new Date("2025-10-10T14:00:00Z"), endedAt: new Date("2025-10-10T14:01:00Z"), connectedMs: "60000", test: false,
  };

  it("is read as ingest reads events, into the columns that it names alone", () => {
    const patch = { connectedMs: 30_000, outcome: null, provider: "Straße\\1", tokens: { in: 5 }, flags: null, endedAt: new Date("2025-10-10T14:00:30.000Z"), attributes: { b: 1, a: "\\" } };
    const { columns, mismatched } = readPatch(patch, [leg], now);
    expect(columns).toEqual({
      connected_ms: "30000", outcome: null, provider: "Straße\\1", tokens_in: "5", ended_at: "2025-10-10T14:00:30.000Z", attributes: { a: "\\", b: 1 },
      human_requested: null, opt_out: null, distress: null, disclosed: null, consent: null, voicemail: null, complaint: null,
    });
    expect([...mismatched]).toEqual([]);
    expect([...readPatch({ connectedMs: 1_000 }, [leg], now).mismatched]).toEqual(["e"]);
  });

  it.each<[string, Record<string, unknown>, string]>([
    ["sets the use case", { useCase: "x" }, "patch.useCase"],
    ["sets the identity", { legId: "x" }, "patch.legId"],
    ["sets what there is not", { colour: "red" }, "patch.colour"],
    ["sets a field of a group that there is not", { tokens: { inside: 1 } }, "patch.tokens.inside"],
    ["empties what must be there", { endedAt: null }, "patch.endedAt"],
    ["empties a flag with a default", { test: null }, "patch.test"],
    ["ends before it connects", { endedAt: "2025-10-10T13:59:59.000Z" }, "patch"],
    ["connects after it ends", { connectedAt: "2025-10-10T14:01:00.001Z" }, "patch"],
    ["ends in the future", { endedAt: "2025-12-01T00:05:00.001Z" }, "patch"],
    ["is negative", { connectedMs: -1 }, "patch"],
    ["is absurd", { connectedMs: 8 * 24 * 3_600_000 }, "patch"],
    ["is not a status", { status: "FINE" }, "patch"],
  ])("that %s is refused", (_, patch, field) => expect(refusalOf(() => readPatch(patch, [leg], now))).toEqual(["BAD_USER_INPUT", field]));

  it("names the leg that it breaks, when it breaks one of many", () => {
    const later = { ...leg, eventId: "call-2", connectedAt: new Date("2025-10-10T15:00:00Z"), endedAt: new Date("2025-10-10T15:01:00Z") };
    expect(() => readPatch({ endedAt: "2025-10-10T14:30:00.000Z" }, [leg, later], now)).toThrow(/breaks call-2: endedAt is before connectedAt/);
  });

  it("may set exactly the fields that the schema promises", () => {
    const fields = Object.values((buildPublicSchema().getType("UsageEventPatchInput") as GraphQLInputObjectType).getFields());
    const promised = fields.flatMap(({ name, type }) => (isInputObjectType(type) ? Object.keys(type.getFields()).map((inner) => `${name}.${inner}`) : [name]));
    expect(PATCHABLE_FIELDS.map(({ name }) => name).sort()).toEqual(promised.sort());
  });

  it("may set everything but identity, attribution and customer", () => {
    expect(PATCHABLE_FIELDS.map(({ name }) => name).filter((name) => ["eventId", "type", "revision", "contactId", "legId", "useCase", "businessUnit", "customerRef", "costItems"].includes(name))).toEqual([]);
    expect(cleanPatch({ a: undefined, outcome: null })).toEqual({ outcome: null });
  });
});

describe("a plan's hash", () => {
  const legs = [{ legKey: "1", eventKey: "a", useCaseBefore: null }, { legKey: "2", eventKey: null, useCaseBefore: null }];
  const hash = hashPlan("VOID", {}, legs);
  it("does not depend on the order of the legs, and on everything else", () => {
    expect(hashPlan("VOID", {}, [...legs].reverse())).toBe(hash);
    const others = [hashPlan("AMEND", {}, legs), hashPlan("VOID", { x: "y" }, legs), hashPlan("VOID", {}, legs.slice(1)), hashPlan("VOID", {}, [{ ...legs[0]!, eventKey: "b" }, legs[1]!]), hashPlan("VOID", {}, [{ ...legs[0]!, useCaseBefore: "u" }, legs[1]!])];
    expect(new Set([hash, ...others]).size).toBe(6);
  });
});
