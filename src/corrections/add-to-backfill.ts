import { requireCode } from "../kernel/code";
import { hashOf } from "../kernel/hash";
import { Refusal } from "../kernel/refusal";
import { Attribution, KeyedEvent, ReadBatch, UsageEventResult, Verdict } from "../metering";
import { MOST_LEGS } from "./correction-input";

/** A named batch of events that somebody vouches for, as it is filled. */
export interface Backfill {
  readonly name: string;
  readonly source: string;
  readonly events: number;
}

/** An event of a batch: as it came, and what identifies it and its leg. */
export interface BackfillEvent {
  readonly eventKey: string;
  readonly legKey: string;
  readonly event: unknown;
  readonly contentHash: string;
}

/** What the usage holds of an event already: the event itself, or its leg by another event that counts. */
export type Known = "EVENT" | "LEG";

export interface AddToBackfillPorts {
  /** The batch of a name, held until the transaction ends; an empty one when it is new, which `save` makes. */
  openBackfill(name: string, source: string): Promise<Backfill>;
  /** True when a correction stands on the batch that is not rejected: it takes no more events. */
  isProposed(name: string): Promise<boolean>;
  /** Where each event belongs, at the instant it ended. */
  attribute(events: readonly KeyedEvent[], source: string): Promise<readonly Attribution[]>;
  legKeyOf(source: string, event: KeyedEvent): string;
  /** By event key; what is not known is left out. */
  known(events: ReadonlyArray<Pick<BackfillEvent, "eventKey" | "legKey">>): Promise<ReadonlyMap<string, Known>>;
  /** Content of the batch's own events, by event key, and the legs that they speak of. */
  held(name: string, events: ReadonlyArray<Pick<BackfillEvent, "eventKey" | "legKey">>): Promise<{ readonly contents: ReadonlyMap<string, string>; readonly legs: ReadonlySet<string> }>;
  save(backfill: Backfill, events: readonly BackfillEvent[]): Promise<void>;
  audit(backfill: Backfill, added: number): Promise<void>;
}

/**
 * Puts events into a batch, to be proposed as a correction later: nothing counts before that. One verdict per event, in the
 * order sent: ACCEPTED or HELD went in, DUPLICATE is in it or stored already, CONFLICT and REJECTED did not go in. Safe to
 * send again. A batch that nothing went into is not made.
 */
export async function addToBackfill(ports: AddToBackfillPorts, input: { readonly name: string; readonly events: readonly unknown[] }, batch: ReadBatch): Promise<{ backfill: Backfill | null; results: UsageEventResult[] }> {
  const name = requireCode(input.name, ["name"]);
  const backfill = await ports.openBackfill(name, batch.source);
  if (backfill.source !== batch.source) throw new Refusal("CONFLICT", `The batch ${name} is of ${backfill.source}. Put events of another source into a batch of its own.`, ["source"]);
  if (await ports.isProposed(name)) throw new Refusal("CONFLICT", `The batch ${name} is proposed and takes no more events. Start another one.`, ["name"]);
  const results = new Array<UsageEventResult>(batch.size);
  for (const result of batch.refused) results[result.index] = result;
  const attributions = await ports.attribute(batch.sound, batch.source);
  const keyed = batch.sound.map((event) => ({ event, eventKey: event.eventKey, legKey: ports.legKeyOf(batch.source, event), contentHash: hashOf(event.payload) }));
  const known = await ports.known(keyed);
  const { contents, legs } = await ports.held(name, keyed);
  const taken = new Set(legs);
  const added: BackfillEvent[] = [];
  keyed.forEach(({ event, eventKey, legKey, contentHash }, position) => {
    const verdict = judge({ event, attribution: attributions[position]!, known: known.get(eventKey) ?? null, heldHash: contents.get(eventKey) ?? null, contentHash, legTaken: taken.has(legKey) });
    results[event.index] = { index: event.index, eventId: event.eventId, ...verdict };
    if (verdict.outcome !== "ACCEPTED" && verdict.outcome !== "HELD") return;
    taken.add(legKey);
    added.push({ eventKey, legKey, event: input.events[event.index], contentHash });
  });
  for (const { event, first } of batch.repeats) results[event.index] = { ...repeatOf(event, first), index: event.index, eventId: event.eventId };
  if (backfill.events + added.length > MOST_LEGS) throw new Refusal("LIMIT_EXCEEDED", `A batch holds at most ${MOST_LEGS} events. Start another one.`, ["events"]);
  if (added.length > 0) {
    await ports.save(backfill, added);
    await ports.audit(backfill, added.length);
  }
  const events = backfill.events + added.length;
  return { backfill: events === 0 ? null : { ...backfill, events }, results };
}

interface Judged {
  readonly event: KeyedEvent;
  readonly attribution: Attribution;
  readonly known: Known | null;
  readonly heldHash: string | null;
  readonly contentHash: string;
  readonly legTaken: boolean;
}

function judge({ event, attribution, known, heldHash, contentHash, legTaken }: Judged): Verdict {
  if (event.type !== "LEG_COMPLETED" && event.type !== "LEG_UPDATED") return { outcome: "REJECTED", code: "BAD_USER_INPUT", message: `A backfill takes LEG_COMPLETED and LEG_UPDATED, not ${event.type}.` };
  if (heldHash !== null) return heldHash === contentHash ? { outcome: "DUPLICATE" } : { outcome: "CONFLICT", code: "CONFLICT", message: "This eventId is in the batch with other content; the first is kept." };
  if (known !== null) return leftOut(known, event.legId);
  if (attribution.kind === "REFUSED") return { outcome: "REJECTED", code: attribution.code, message: attribution.message };
  if (legTaken) return { outcome: "CONFLICT", code: "CONFLICT", message: `Another event of the leg ${event.legId} is in the batch; a backfill takes one per leg.` };
  return attribution.kind === "HELD" ? { outcome: "HELD", message: "Goes in as unattributed: the use case is absent or unknown." } : { outcome: "ACCEPTED" };
}

/** Why an event that the usage knows already is not backfilled. */
export function leftOut(known: Known, legId: string): Verdict {
  if (known === "EVENT") return { outcome: "DUPLICATE", message: "This event is stored already and is left out. Correct it with AMEND where it is wrong." };
  return { outcome: "CONFLICT", code: "CONFLICT", message: `The leg ${legId} counts already by another event. Correct it with AMEND where it is wrong.` };
}

function repeatOf(event: KeyedEvent, first: KeyedEvent): Verdict {
  return event.payload === first.payload ? { outcome: "DUPLICATE" } : { outcome: "CONFLICT", code: "CONFLICT", message: "The same eventId stands in this call with different content; the first is kept." };
}
