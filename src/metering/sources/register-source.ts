import { requireText } from "../../kernel/code";
import { Refusal } from "../../kernel/refusal";
import { CHANNELS, USAGE_EVENT_TYPES } from "../usage-event";
import { WEEKDAYS, isEndOfHours, isTimeOfDay } from "./active-hours";
import { SOURCE_KINDS, SOURCE_STATUSES, Source, SourceRegistration, contentOf, requireSourceUri } from "./source";

type Optional<T> = { readonly [K in keyof T]?: T[K] | null };

/** Everything that holds of the source from now on; what is left out is unknown, not expected or not limited. */
export type RegisterSourceInput = Pick<SourceRegistration, "name" | "owner" | "kind"> & Optional<Omit<SourceRegistration, "name" | "owner" | "kind">> & {
  readonly uri: string;
  readonly reason?: string | null;
};

export interface RegisterSourcePorts {
  /** The source by its URI; null when it was never seen. */
  findSource(uri: string): Promise<Source | null>;
  /** Ids of the codes that the programme knows. */
  unitIds(codes: readonly string[]): Promise<ReadonlyMap<string, string>>;
  useCaseIds(codes: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** Adds a version; makes the source when it was never seen. */
  save(uri: string, version: number, registration: SourceRegistration, ids: { readonly businessUnits: readonly string[] | null; readonly useCases: readonly string[] | null }): Promise<Source>;
  audit(uri: string, before: SourceRegistration | null, after: SourceRegistration, reason: string | null): Promise<void>;
}

export const SHORTEST_RHYTHM_SECONDS = 60;
export const LONGEST_RHYTHM_SECONDS = 31 * 86_400;
export const LONGEST_LATE_WINDOW_DAYS = 3_660;
const MOST_LISTED = 500;

/**
 * Registers a source, or says anew what holds of it: the input is the whole registration. The same again changes nothing.
 * NOT_FOUND for a business unit or use case that does not exist; BAD_USER_INPUT for the rest.
 */
export async function registerSource(ports: RegisterSourcePorts, input: RegisterSourceInput): Promise<Source> {
  const uri = requireSourceUri(input.uri, ["uri"]);
  const reason = input.reason === undefined || input.reason === null ? null : requireText(input.reason, ["reason"], 500);
  const registration = readRegistration(input);
  const ids = {
    businessUnits: await idsOf(registration.businessUnits, ports.unitIds, "business unit", "businessUnits"),
    useCases: await idsOf(registration.useCases, ports.useCaseIds, "use case", "useCases"),
  };
  const existing = await ports.findSource(uri);
  const before = existing?.registration ?? null;
  if (existing && before && JSON.stringify(contentOf(before)) === JSON.stringify(contentOf(registration))) return existing;
  const saved = await ports.save(uri, (existing?.version ?? 0) + 1, registration, ids);
  await ports.audit(uri, before, registration, reason);
  return saved;
}

function readRegistration(input: RegisterSourceInput): SourceRegistration {
  const registration: SourceRegistration = {
    name: requireText(input.name, ["name"]),
    owner: requireText(input.owner, ["owner"]),
    contact: input.contact === undefined || input.contact === null ? null : requireText(input.contact, ["contact"]),
    kind: among(SOURCE_KINDS, input.kind, "kind"),
    status: among(SOURCE_STATUSES, input.status ?? "ACTIVE", "status"),
    types: wordsAmong(USAGE_EVENT_TYPES, input.types, "types"),
    channels: wordsAmong(CHANNELS, input.channels, "channels"),
    businessUnits: list(input.businessUnits, "businessUnits"),
    useCases: list(input.useCases, "useCases"),
    subjects: list(input.subjects, "subjects")?.map((subject) => requireText(subject, ["subjects"])) ?? null,
    expectedEverySeconds: whole(input.expectedEverySeconds, SHORTEST_RHYTHM_SECONDS, LONGEST_RHYTHM_SECONDS, "expectedEverySeconds"),
    activeDays: wordsAmong(WEEKDAYS, input.activeDays, "activeDays"),
    activeFrom: input.activeFrom ?? null,
    activeTo: input.activeTo ?? null,
    expectedFrom: input.expectedFrom ?? null,
    lateWindowDays: whole(input.lateWindowDays, 1, LONGEST_LATE_WINDOW_DAYS, "lateWindowDays"),
  };
  requireSoundHours(registration);
  return registration;
}

function requireSoundHours({ expectedEverySeconds, activeDays, activeFrom, activeTo, expectedFrom }: SourceRegistration): void {
  if (expectedEverySeconds === null) {
    for (const [field, value] of Object.entries({ activeDays, activeFrom, activeTo, expectedFrom })) {
      if (value !== null) throw new Refusal("BAD_USER_INPUT", `${field} says when a rhythm is expected: give expectedEverySeconds, too.`, [field]);
    }
  }
  if ((activeFrom === null) !== (activeTo === null)) throw new Refusal("BAD_USER_INPUT", "activeFrom and activeTo go together; leave both out for the whole day.", ["activeFrom"]);
  if (activeFrom !== null && !isTimeOfDay(activeFrom)) throw new Refusal("BAD_USER_INPUT", 'activeFrom must be a time of day from "00:00" to "23:59".', ["activeFrom"]);
  if (activeTo !== null && !isEndOfHours(activeTo)) throw new Refusal("BAD_USER_INPUT", 'activeTo must be a time of day from "00:00" to "24:00".', ["activeTo"]);
  if (activeFrom !== null && activeFrom === activeTo) throw new Refusal("BAD_USER_INPUT", "activeFrom and activeTo are the same; leave both out for the whole day.", ["activeTo"]);
}

/** Distinct and in order, so that two lists of the same are equal. Empty would allow nothing, which is never meant. */
function list<T extends string>(values: readonly T[] | null | undefined, field: string): T[] | null {
  if (values === null || values === undefined) return null;
  if (values.length === 0) throw new Refusal("BAD_USER_INPUT", `${field} is empty and would allow nothing. Leave it out for anything, or set status to SUSPENDED.`, [field]);
  if (values.length > MOST_LISTED) throw new Refusal("LIMIT_EXCEEDED", `${field} holds ${values.length} values, ${MOST_LISTED} are the most.`, [field]);
  return [...new Set(values)].sort();
}

function wordsAmong<T extends string>(known: readonly T[], values: readonly T[] | null | undefined, field: string): T[] | null {
  const chosen = list(values, field);
  return chosen === null ? null : known.filter((word) => chosen.map((value) => among(known, value, field)).includes(word));
}

function among<T extends string>(known: readonly T[], value: T, field: string): T {
  if (known.includes(value)) return value;
  throw new Refusal("BAD_USER_INPUT", `${field} must be one of ${known.join(", ")}.`, [field]);
}

function whole(value: number | null | undefined, least: number, most: number, field: string): number | null {
  if (value === null || value === undefined) return null;
  if (Number.isSafeInteger(value) && value >= least && value <= most) return value;
  throw new Refusal("BAD_USER_INPUT", `${field} must be a whole number from ${least} to ${most}.`, [field]);
}

async function idsOf(codes: readonly string[] | null, find: (codes: readonly string[]) => Promise<ReadonlyMap<string, string>>, kind: string, field: string): Promise<string[] | null> {
  if (codes === null) return null;
  const known = await find(codes);
  return codes.map((code) => {
    const id = known.get(code);
    if (id === undefined) throw new Refusal("NOT_FOUND", `There is no ${kind} ${code.slice(0, 64)}.`, [field]);
    return id;
  });
}
