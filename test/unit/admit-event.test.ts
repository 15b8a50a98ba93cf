import { Admission, Applicant, isSelective, refusalOf } from "../../src/metering/sources/admit-event";

const NOW = Date.parse("2025-11-15T12:00:00.000Z");
const OPEN: NonNullable<Admission["registration"]> = {
  status: "ACTIVE", owner: "Voice team", types: null, channels: null, businessUnits: null, businessUnitIds: null, useCaseIds: null, subjects: null, lateWindowDays: null,
};
const admission = (registration: Partial<NonNullable<Admission["registration"]>> | null, more: Partial<Admission> = {}): Admission =>
  ({ uri: "retell://org", registration: registration && { ...OPEN, ...registration }, requireRegistered: false, subject: "bridge", nowMs: NOW, ...more });
const event: Applicant = { type: "LEG_COMPLETED", channel: "VOICE", endedAtMs: NOW - 3 * 86_400_000, businessUnit: "claims", useCase: "triage", businessUnitId: "u-claims", useCaseId: "c-triage" };
const held: Applicant = { ...event, businessUnit: null, businessUnitId: null, useCaseId: null };
const unit = { businessUnits: ["retail"], businessUnitIds: ["u-retail"] };

const told = (asked: Admission, applicant: Applicant): string => {
  const refusal = refusalOf(asked, applicant);
  return refusal === null ? "taken" : `${refusal.code} ${refusal.about}: ${refusal.message}`;
};

describe("what a source may push", () => {
  it.each<[string, Admission, Applicant, string]>([
    ["nobody registered it and nobody has to", admission(null), event, "taken"],
    ["nobody registered it", admission(null, { requireRegistered: true }), event, "FORBIDDEN source: The source retell://org is not registered, and this programme takes usage from registered sources only. Ask finance to run registerSource, then send this again."],
    ["it is registered and has to be", admission({}, { requireRegistered: true }), event, "taken"],
    ["it is suspended", admission({ status: "SUSPENDED" }), event, "FORBIDDEN source: The source retell://org is suspended: nothing is taken from it. Ask its owner, Voice team."],
    ["it is retired", admission({ status: "RETIRED" }), event, "FORBIDDEN source: The source retell://org is retired: nothing is taken from it. Ask its owner, Voice team."],
    ["the token is on its list", admission({ subjects: ["bridge"] }), event, "taken"],
    ["the token is not on its list, which comes before anything else", admission({ subjects: ["other"], status: "SUSPENDED" }), event, "FORBIDDEN subject: This token may not push for the source retell://org. Ask its owner, Voice team."],
    ["the type is one of its own", admission({ types: ["LEG_COMPLETED", "LEG_VOIDED"] }), event, "taken"],
    ["the type is not", admission({ types: ["LEG_RATED", "LEG_VOIDED"] }), event, "FORBIDDEN type: The source retell://org may not push LEG_COMPLETED, only LEG_RATED, LEG_VOIDED. Ask its owner, Voice team."],
    ["the channel is one of its own", admission({ channels: ["VOICE"] }), event, "taken"],
    ["the channel is not", admission({ channels: ["CHAT"] }), event, "FORBIDDEN channel: The source retell://org may not push usage of VOICE, only of CHAT. Ask its owner, Voice team."],
    ["the unit is one of its own", admission({ businessUnits: ["claims"], businessUnitIds: ["u-claims"] }), event, "taken"],
    ["the unit is not", admission(unit), event, "FORBIDDEN businessUnit: The source retell://org may not push usage of this business unit, claims. Ask its owner, Voice team."],
    ["the unit follows from the use case and is not", admission(unit), { ...event, businessUnit: null }, "FORBIDDEN businessUnit: The source retell://org may not push usage of this business unit. Ask its owner, Voice team."],
    ["it is held without a unit", admission(unit), held, "taken"],
    ["it is held under a unit of its own", admission(unit), { ...held, businessUnit: "retail" }, "taken"],
    ["it is held under another unit", admission(unit), { ...held, businessUnit: "claims" }, "FORBIDDEN businessUnit: The source retell://org may not push usage of this business unit, claims. Ask its owner, Voice team."],
    ["the use case is one of its own", admission({ useCaseIds: ["c-triage"] }), event, "taken"],
    ["the use case is not", admission({ useCaseIds: ["c-other"] }), event, "FORBIDDEN useCase: The source retell://org may not push usage of the use case triage. Ask its owner, Voice team."],
    ["the use case is not known", admission({ useCaseIds: ["c-other"] }), held, "taken"],
    ["it ended within the late window to the millisecond", admission({ lateWindowDays: 3 }), event, "taken"],
    ["it ended a millisecond before", admission({ lateWindowDays: 3 }), { ...event, endedAtMs: event.endedAtMs - 1 }, "BAD_USER_INPUT endedAt: endedAt lies more than 3 days back: later than that nothing is taken from the source retell://org. Ask its owner, Voice team."],
  ])("when %s", (_, asked, applicant, expected) => {
    expect(told(asked, applicant)).toBe(expected);
  });

  it("is looked at event by event only where somebody said something", () => {
    expect([admission(null), admission({}), admission(null, { requireRegistered: true })].map(isSelective)).toEqual([false, true, true]);
  });
});
