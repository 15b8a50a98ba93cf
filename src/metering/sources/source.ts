import { isCleanText } from "../../kernel/code";
import { Refusal } from "../../kernel/refusal";
import { Channel, UsageEventType } from "../usage-event";
import { ActiveHours } from "./active-hours";

/** What pushes: the platform that leads the calls, a carrier whose legs repeat calls that a platform reports too, a file, or something else. */
export const SOURCE_KINDS = ["PLATFORM", "CARRIER", "FILE", "OTHER"] as const;
export type SourceKind = (typeof SOURCE_KINDS)[number];

export const SOURCE_STATUSES = ["ACTIVE", "SUSPENDED", "RETIRED"] as const;
export type SourceStatus = (typeof SOURCE_STATUSES)[number];

/** One version of what is known of a source and what it may push. In every list null stands for "anything". */
export interface SourceRegistration extends ActiveHours {
  readonly name: string;
  /** The team or person that answers for it. */
  readonly owner: string;
  readonly contact: string | null;
  readonly kind: SourceKind;
  readonly status: SourceStatus;
  readonly types: readonly UsageEventType[] | null;
  readonly channels: readonly Channel[] | null;
  /** Codes. */
  readonly businessUnits: readonly string[] | null;
  /** Codes. */
  readonly useCases: readonly string[] | null;
  /** Subjects of the tokens that may push for it. */
  readonly subjects: readonly string[] | null;
  /** Longest time within its active hours that may pass in silence; null when no rhythm is expected. */
  readonly expectedEverySeconds: number | null;
  /** The rhythm is expected from this instant on; null: always. */
  readonly expectedFrom: Date | null;
  /** Legs that ended longer ago than so many days of 24 hours are refused; null: none are. */
  readonly lateWindowDays: number | null;
}

/** A source as it stands: by its first push, by its registration, or by both. */
export interface Source {
  readonly id: number;
  readonly uri: string;
  /** When it was first seen or registered. */
  readonly createdAt: Date;
  /** 0: it pushes without being registered. */
  readonly version: number;
  readonly registration: SourceRegistration | null;
  readonly registeredBy: string | null;
  readonly registeredAt: Date | null;
  /** When the last batch came, whatever became of it. */
  readonly lastSeenAt: Date | null;
}

export const LONGEST_URI = 200;

/** The URI of a source as it identifies one: composed Unicode, 1 to 200 characters; else BAD_USER_INPUT on `field`. */
export function requireSourceUri(text: string, field: readonly string[]): string {
  const uri = text.normalize("NFC");
  if (uri.length > 0 && uri.length <= LONGEST_URI && isCleanText(uri)) return uri;
  throw new Refusal("BAD_USER_INPUT", `${field.join(".")} must be a URI of 1 to ${LONGEST_URI} characters.`, field);
}

/** What the audit trail keeps of a registration, and what tells two of them apart. Keys always in this order. */
export function contentOf(registration: SourceRegistration): Record<string, unknown> {
  const { name, owner, contact, kind, status, types, channels, businessUnits, useCases, subjects } = registration;
  const { expectedEverySeconds, activeDays, activeFrom, activeTo, expectedFrom, lateWindowDays } = registration;
  return {
    name, owner, contact, kind, status, types, channels, businessUnits, useCases, subjects,
    expectedEverySeconds, activeDays, activeFrom, activeTo, expectedFrom: expectedFrom?.toISOString() ?? null, lateWindowDays,
  };
}
