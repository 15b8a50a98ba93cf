import { Channel, UsageEventType } from "../usage-event";
import { SourceRegistration } from "./source";

/** What is looked at before an event of a source is taken. */
export interface Admission {
  readonly uri: string;
  /** Null while the source is not registered. Ids beside the codes, because usage is attributed by id. */
  readonly registration: (Pick<SourceRegistration, "status" | "owner" | "types" | "channels" | "businessUnits" | "subjects" | "lateWindowDays">
    & { readonly businessUnitIds: readonly string[] | null; readonly useCaseIds: readonly string[] | null }) | null;
  /** Finance takes usage from registered sources only. */
  readonly requireRegistered: boolean;
  /** Subject of the token that pushes. */
  readonly subject: string;
  readonly nowMs: number;
}

/** An event that asks to be taken; the ids are those of the unit and the use case that it is attributed to, null while it is held. */
export interface Applicant {
  readonly type: UsageEventType;
  readonly channel: Channel;
  readonly endedAtMs: number;
  /** Codes as they were sent. */
  readonly businessUnit: string | null;
  readonly useCase: string | null;
  readonly businessUnitId: string | null;
  readonly useCaseId: string | null;
}

/** Why an event is not taken. */
export interface SourceRefusal {
  readonly code: "FORBIDDEN" | "BAD_USER_INPUT";
  /** What it is about: a field of the event, "source" or "subject". */
  readonly about: string;
  readonly message: string;
}

const DAY_MS = 86_400_000;

/** False when everything that this source sends is taken: nobody registered it, and nobody has to. */
export const isSelective = (admission: Admission): boolean => admission.registration !== null || admission.requireRegistered;

/**
 * Decides whether a source may push an event; null when it may. What is held, because its unit or use case is not known,
 * is not refused for its unit or use case: usage is only turned away for what it certainly is.
 */
export function refusalOf(admission: Admission, event: Applicant): SourceRefusal | null {
  const { registration, uri } = admission;
  const forbidden = (about: string, message: string): SourceRefusal => ({ code: "FORBIDDEN", about, message });
  if (registration === null) {
    return admission.requireRegistered ? forbidden("source", `The source ${uri} is not registered, and this programme takes usage from registered sources only. Ask finance to run registerSource, then send this again.`) : null;
  }
  const ask = `Ask its owner, ${registration.owner}.`;
  if (registration.subjects !== null && !registration.subjects.includes(admission.subject)) return forbidden("subject", `This token may not push for the source ${uri}. ${ask}`);
  if (registration.status !== "ACTIVE") return forbidden("source", `The source ${uri} is ${registration.status.toLowerCase()}: nothing is taken from it. ${ask}`);
  if (registration.types !== null && !registration.types.includes(event.type)) return forbidden("type", `The source ${uri} may not push ${event.type}, only ${registration.types.join(", ")}. ${ask}`);
  if (registration.channels !== null && !registration.channels.includes(event.channel)) return forbidden("channel", `The source ${uri} may not push usage of ${event.channel}, only of ${registration.channels.join(", ")}. ${ask}`);
  if (!mayPushForUnit(registration, event)) return forbidden("businessUnit", `The source ${uri} may not push usage of this business unit${event.businessUnit === null ? "" : `, ${event.businessUnit}`}. ${ask}`);
  if (registration.useCaseIds !== null && event.useCaseId !== null && !registration.useCaseIds.includes(event.useCaseId)) return forbidden("useCase", `The source ${uri} may not push usage of the use case ${event.useCase}. ${ask}`);
  const days = registration.lateWindowDays;
  if (days !== null && admission.nowMs - event.endedAtMs > days * DAY_MS) {
    return { code: "BAD_USER_INPUT", about: "endedAt", message: `endedAt lies more than ${days} days back: later than that nothing is taken from the source ${uri}. ${ask}` };
  }
  return null;
}

/** By the unit that it is attributed to; while it is held, by the unit that it names. */
function mayPushForUnit(registration: NonNullable<Admission["registration"]>, event: Applicant): boolean {
  if (registration.businessUnitIds === null) return true;
  if (event.businessUnitId !== null) return registration.businessUnitIds.includes(event.businessUnitId);
  return event.businessUnit === null || registration.businessUnits!.includes(event.businessUnit);
}
