import { Attribution, Directory, attribute } from "../../src/metering/ingest/attribution";

const ms = (text: string): number => Date.parse(text);

/** Triage belonged to service and moved to retail in July; intake had nobody before July; dunning was always collections'. */
const directory: Directory = {
  unitIdByCode: new Map([["service", "id-service"], ["retail", "id-retail"], ["collections", "id-collections"]]),
  useCaseIdByCode: new Map([["triage", "id-triage"], ["intake", "id-intake"], ["dunning", "id-dunning"], ["orphan", "id-orphan"]]),
  ownerships: [
    { useCaseId: "id-triage", businessUnitId: "id-retail", effectiveFromMs: ms("2025-07-01T00:00:00Z") },
    { useCaseId: "id-triage", businessUnitId: "id-service", effectiveFromMs: -Infinity },
    { useCaseId: "id-intake", businessUnitId: "id-service", effectiveFromMs: ms("2025-07-01T00:00:00Z") },
    { useCaseId: "id-dunning", businessUnitId: "id-collections", effectiveFromMs: -Infinity },
  ],
};

const told = (answer: Attribution): string =>
  answer.kind === "ATTRIBUTED" ? `${answer.businessUnitId} ${answer.useCaseId}` : answer.kind === "HELD" ? `held: ${answer.reason}` : `${answer.code}: ${answer.message}`;

const JUNE = "2025-06-30T23:59:59.999Z";
const JULY = "2025-07-01T00:00:00.000Z";
const notYours = (unit: string): string => `NOT_FOUND: There is no business unit ${unit} that this token may write.`;
const notTheirs = (useCase: string, unit: string): string => `BAD_USER_INPUT: The use case ${useCase} does not belong to the business unit ${unit}.`;

describe("where a leg belongs", () => {
  test.each<[string, string | null, string | null, string, string[], string]>([
    // case                                              unit            use case   ended  may write                         answer
    ["unit and use case agree",                          "service",      "triage",  JUNE,  ["id-service"],                   "id-service id-triage"],
    ["the use case alone tells the unit",                null,           "triage",  JUNE,  ["id-service"],                   "id-service id-triage"],
    ["ownership at the instant it ended: before",        null,           "triage",  JUNE,  ["id-service", "id-retail"],      "id-service id-triage"],
    ["ownership at the instant it ended: from then on",  null,           "triage",  JULY,  ["id-service", "id-retail"],      "id-retail id-triage"],
    ["the owner of yesterday contradicts",               "service",      "triage",  JULY,  ["id-service", "id-retail"],      notTheirs("triage", "service")],
    ["the owner of tomorrow contradicts",                "retail",       "triage",  JUNE,  ["id-service", "id-retail"],      notTheirs("triage", "retail")],
    ["another unit's use case",                          "service",      "dunning", JUNE,  ["id-service"],                   notTheirs("dunning", "service")],
    ["no use case",                                      "service",      null,      JUNE,  ["id-service"],                   "held: USE_CASE_MISSING"],
    ["neither unit nor use case",                        null,           null,      JUNE,  ["id-service"],                   "held: USE_CASE_MISSING"],
    ["neither, by one who may write nothing",            null,           null,      JUNE,  [],                               "held: USE_CASE_MISSING"],
    ["an unknown use case",                              "service",      "mystery", JUNE,  ["id-service"],                   "held: USE_CASE_UNKNOWN"],
    ["an unknown use case and no unit",                  null,           "mystery", JUNE,  ["id-service"],                   "held: USE_CASE_UNKNOWN"],
    ["an empty use case is unknown, not absent",         null,           "",        JUNE,  ["id-service"],                   "held: USE_CASE_UNKNOWN"],
    ["a use case in another case is unknown",            null,           "Triage",  JUNE,  ["id-service"],                   "held: USE_CASE_UNKNOWN"],
    ["a use case before anybody owned it",               null,           "intake",  JUNE,  ["id-service"],                   "held: USE_CASE_UNKNOWN"],
    ["the same, with its later owner named",             "service",      "intake",  JUNE,  ["id-service"],                   "held: USE_CASE_UNKNOWN"],
    ["a use case from its first owner on",               null,           "intake",  JULY,  ["id-service"],                   "id-service id-intake"],
    ["a use case that nobody ever owned",                null,           "orphan",  JULY,  ["id-service"],                   "held: USE_CASE_UNKNOWN"],
    ["somebody else's use case, no unit named",          null,           "dunning", JUNE,  ["id-service"],                   "held: USE_CASE_UNKNOWN"],
    ["a unit that is not there",                         "moon",         "triage",  JUNE,  ["id-service"],                   notYours("moon")],
    ["a unit that is somebody else's",                   "collections",  "dunning", JUNE,  ["id-service"],                   notYours("collections")],
    ["a unit in another case",                           "Service",      "triage",  JUNE,  ["id-service"],                   notYours("Service")],
    ["an empty unit",                                    "",             "triage",  JUNE,  ["id-service"],                   notYours("")],
    ["a unit that is not there, no use case",            "moon",         null,      JUNE,  ["id-service"],                   notYours("moon")],
    ["a unit that is somebody else's, no use case",      "collections",  null,      JUNE,  ["id-service"],                   notYours("collections")],
    ["somebody else's unit, an unknown use case",        "collections",  "mystery", JUNE,  ["id-service"],                   notYours("collections")],
    ["somebody else's unit, a use case of the sender",   "collections",  "triage",  JUNE,  ["id-service"],                   notYours("collections")],
  ])("%s", (_, businessUnit, useCase, endedAt, own, answer) => {
    expect(told(attribute({ businessUnit, useCase, endedAtMs: ms(endedAt) }, directory, (id) => own.includes(id)))).toBe(answer);
  });

  test("the order in which ownerships are listed does not matter", () => {
    const backwards = { ...directory, ownerships: [...directory.ownerships].reverse() };
    for (const endedAt of [JUNE, JULY]) {
      for (const useCase of ["triage", "intake", "dunning", "orphan"]) {
        const event = { businessUnit: null, useCase, endedAtMs: ms(endedAt) };
        expect(attribute(event, backwards, () => true)).toEqual(attribute(event, directory, () => true));
      }
    }
  });
});
