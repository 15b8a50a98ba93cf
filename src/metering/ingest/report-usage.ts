import { isCleanText } from "../../kernel/code";
import { pairKey } from "../../kernel/hash";
import { Refusal, RefusalCode } from "../../kernel/refusal";
import { SourceRefusal } from "../sources/admit-event";
import { Attribution } from "./attribution";
import { SoundEvent, readUsageEvent } from "./read-usage-event";
import { IngestOutcome, LARGEST_BATCH } from "../usage-event";

export interface ReportUsageInput {
  /** Who measured: a URI of at most 200 characters. */
  readonly source: string;
  /** 1 to 5,000 events as they came. */
  readonly events: readonly unknown[];
}

/** A sound event with the keys that identify it; `index` is its place in the batch. */
export interface KeyedEvent extends SoundEvent {
  readonly index: number;
  readonly eventKey: string;
}

export interface ReportUsagePorts {
  /** Where each event of a source belongs, at the instant it ended. */
  attribute(events: readonly KeyedEvent[], source: string): Promise<readonly Attribution[]>;
  /** Stores what is new, settles revisions, keeps the totals; all in one transaction. One verdict per event. */
  store(source: string, events: readonly KeyedEvent[], attributions: readonly Attribution[]): Promise<readonly Verdict[]>;
  /** Which of the events the source may not push, and why; null for each that it may. */
  admit(batch: ReadBatch, attributions: readonly Attribution[]): Promise<ReadonlyArray<SourceRefusal | null>>;
  /** Notes that the batch was delivered and what became of it; `kept` are the attributions of what was not refused. */
  noteDelivery(batch: ReadBatch, results: readonly UsageEventResult[], kept: readonly Attribution[]): Promise<void>;
}

export interface Verdict {
  readonly outcome: IngestOutcome;
  readonly code?: RefusalCode;
  readonly message?: string;
  /** What a refusal is about: a field of the event, "source" or "subject". Left out where the message begins with the field. */
  readonly about?: string;
}

export interface UsageEventResult extends Verdict {
  readonly index: number;
  readonly eventId: string;
}

/** A batch after its events were read: the sound ones in order, and the verdicts on the others. */
export interface ReadBatch {
  readonly source: string;
  /** When it came, by the server's clock. */
  readonly receivedAtMs: number;
  readonly size: number;
  readonly sound: readonly KeyedEvent[];
  readonly repeats: ReadonlyArray<{ readonly event: KeyedEvent; readonly first: KeyedEvent }>;
  readonly refused: readonly UsageEventResult[];
}

/** True for what may stand as the source of an event: 1 to 200 characters of clean text. */
export function isSource(source: string): boolean {
  const composed = source.normalize("NFC");
  return composed.length > 0 && composed.length <= 200 && isCleanText(composed);
}

/**
 * Reads a batch without touching anything. Refuses the batch as a whole only for its source or its size.
 */
export function readBatch(input: ReportUsageInput, nowMs: number): ReadBatch {
  if (!isSource(input.source)) throw new Refusal("BAD_USER_INPUT", "source must be a URI of 1 to 200 characters.", ["source"]);
  if (input.events.length === 0) throw new Refusal("BAD_USER_INPUT", "events is empty.", ["events"]);
  if (input.events.length > LARGEST_BATCH) throw new Refusal("LIMIT_EXCEEDED", `A batch holds at most ${LARGEST_BATCH} events; this one has ${input.events.length}. Send it in parts.`, ["events"]);
  const reader = new BatchReader(input.source, nowMs);
  for (const raw of input.events) reader.add(raw);
  return reader.batch();
}

/**
 * Reads the events of a batch one after the other, of any number; of each nothing is kept but its row. The same identity
 * twice in one batch is kept once; the repeat is judged by what is stored of the first.
 */
export class BatchReader {
  private readonly source: string;
  private readonly first = new Map<string, KeyedEvent>();
  private readonly repeats: Array<{ event: KeyedEvent; first: KeyedEvent }> = [];
  private readonly refused: UsageEventResult[] = [];
  private size = 0;

  /** `source` is one that `isSource` lets through. */
  constructor(source: string, private readonly nowMs: number) {
    this.source = source.normalize("NFC");
  }

  /** An event as it came (JSON). */
  add(raw: unknown): void {
    const index = this.size++;
    const read = readUsageEvent(raw, this.nowMs);
    if ("fault" in read) {
      this.refused.push({ index, eventId: eventIdOf(raw), outcome: "REJECTED", code: "BAD_USER_INPUT", message: read.fault });
      return;
    }
    const event = keyed(read, index, pairKey(this.source, read.eventId));
    const earlier = this.first.get(event.eventKey);
    if (earlier) this.repeats.push({ event, first: earlier });
    else this.first.set(event.eventKey, event);
  }

  /** An event that was refused before it could be read as one; it counts for the source. */
  refuse(eventId: string, message: string, about: string): void {
    this.refused.push({ index: this.size++, eventId, outcome: "REJECTED", code: "BAD_USER_INPUT", about, message });
  }

  batch(): ReadBatch {
    return { source: this.source, receivedAtMs: this.nowMs, size: this.size, sound: [...this.first.values()], repeats: this.repeats, refused: this.refused };
  }
}

/**
 * Stores a batch: one verdict per event, in the order sent. A retry of the same batch answers DUPLICATE and changes
 * nothing; a bad event does not spoil the good ones. `notYours` are keys of events for legs that the sender may not write.
 */
export async function reportUsage(ports: ReportUsagePorts, batch: ReadBatch, notYours: ReadonlySet<string> = new Set()): Promise<UsageEventResult[]> {
  const results = new Array<UsageEventResult>(batch.size);
  for (const result of batch.refused) results[result.index] = result;
  const attributions = await ports.attribute(batch.sound, batch.source);
  const refusals = await ports.admit(batch, attributions);
  const kept: KeyedEvent[] = [];
  const keptAttributions: Attribution[] = [];
  batch.sound.forEach((event, position) => {
    const attribution = attributions[position]!;
    const refusal = notYours.has(event.eventKey) ? legOfAnother(event) : attribution.kind === "REFUSED" ? { about: "businessUnit", ...attribution } : refusals[position]!;
    if (refusal !== null) {
      const { code, about, message } = refusal;
      results[event.index] = { index: event.index, eventId: event.eventId, outcome: "REJECTED", code, about, message };
    } else {
      kept.push(event);
      keptAttributions.push(attribution);
    }
  });
  const verdicts = kept.length > 0 ? await ports.store(batch.source, kept, keptAttributions) : [];
  kept.forEach((event, position) => {
    const { outcome, code, message, about } = verdicts[position]!;
    results[event.index] = { index: event.index, eventId: event.eventId, outcome, code, message, about };
  });
  for (const { event, first } of batch.repeats) {
    results[event.index] = { ...judgeRepeat(event, first, results[first.index]!), index: event.index, eventId: event.eventId };
  }
  await ports.noteDelivery(batch, results, keptAttributions);
  return results;
}

/** A leg of a unit that the sender may not write gets the answer that such a unit gets. */
function legOfAnother(event: KeyedEvent): { readonly code: "NOT_FOUND"; readonly about: string; readonly message: string } {
  return { code: "NOT_FOUND", about: "legId", message: `There is no leg ${event.legId} that this token may write.` };
}

/** The second of two events with one identity in one batch. */
function judgeRepeat(event: KeyedEvent, first: KeyedEvent, verdict: Verdict): Verdict {
  if (event.payload === first.payload) return verdict.outcome === "REJECTED" || verdict.outcome === "CONFLICT" ? verdict : { outcome: "DUPLICATE" };
  if (verdict.outcome === "REJECTED") return { outcome: "REJECTED", code: "CONFLICT", about: "eventId", message: "The same eventId stands in this batch twice with different content." };
  return { outcome: "CONFLICT", code: "CONFLICT", message: "The same eventId was sent with different content; the first is kept." };
}

/** Written out: a spread costs more than reading half of the fields did. */
function keyed(read: SoundEvent, index: number, eventKey: string): KeyedEvent {
  return {
    index, eventKey, eventId: read.eventId, contactId: read.contactId, legId: read.legId, type: read.type, revision: read.revision, businessUnit: read.businessUnit, useCase: read.useCase,
    endedAtMs: read.endedAtMs, test: read.test, telephonyRef: read.telephonyRef, durationMismatch: read.durationMismatch, payload: read.payload,
  };
}

function eventIdOf(raw: unknown): string {
  const id = (raw as { eventId?: unknown } | null)?.eventId;
  return typeof id === "string" ? id.slice(0, 200) : "";
}
