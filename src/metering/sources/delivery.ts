import { ReadBatch, UsageEventResult } from "../ingest/report-usage";
import { INGEST_OUTCOMES, IngestOutcome } from "../usage-event";
import { USAGE_EVENT_FIELDS } from "../usage-event-fields";
import { LagTally, tallyLags } from "./lag";

/** What became of one batch. */
export interface DeliveryTally {
  readonly counts: Readonly<Record<IngestOutcome, number>>;
  /** Rejected events by "code/about". */
  readonly rejects: Readonly<Record<string, number>>;
  /** Of the events that were stored by it: accepted, held or superseded. Null when there is none. */
  readonly firstEndedAtMs: number | null;
  readonly lastEndedAtMs: number | null;
  readonly lag: LagTally | null;
}

/** So many reasons are told apart; what comes beyond stands under OTHER_REASON. */
export const MOST_REASONS = 24;
export const OTHER_REASON = "BAD_USER_INPUT/other";

const STORED: ReadonlySet<IngestOutcome> = new Set(["ACCEPTED", "HELD", "SUPERSEDED"]);

/** Counts the verdicts on a batch. A retry adds nothing to the lag: the event came when it came first. */
export function tallyDelivery(batch: ReadBatch, results: readonly UsageEventResult[]): DeliveryTally {
  const counts = Object.fromEntries(INGEST_OUTCOMES.map((outcome) => [outcome, 0])) as Record<IngestOutcome, number>;
  const reasons = new Map<string, number>();
  for (const result of results) {
    counts[result.outcome] += 1;
    if (result.outcome !== "REJECTED") continue;
    const reason = reasonOf(result);
    const key = reasons.has(reason) || reasons.size < MOST_REASONS ? reason : OTHER_REASON;
    reasons.set(key, (reasons.get(key) ?? 0) + 1);
  }
  const stored = batch.sound.filter(({ index }) => STORED.has(results[index]!.outcome));
  let first = Infinity, last = -Infinity;
  for (const { endedAtMs } of stored) {
    if (endedAtMs < first) first = endedAtMs;
    if (endedAtMs > last) last = endedAtMs;
  }
  return {
    counts, rejects: Object.fromEntries(reasons),
    firstEndedAtMs: stored.length > 0 ? first : null, lastEndedAtMs: stored.length > 0 ? last : null,
    lag: tallyLags(stored.map(({ endedAtMs }) => batch.receivedAtMs - endedAtMs)),
  };
}

const FIELD_NAMES: ReadonlySet<string> = new Set(USAGE_EVENT_FIELDS.flatMap(({ name }) => [name, name.split(".")[0]!]));

/**
 * Under which reason a rejected event is counted: its code and what it is about, which is never a value that was sent. A
 * fault of an event speaks of its field first.
 */
export function reasonOf({ code, about, message = "" }: Pick<UsageEventResult, "code" | "about" | "message">): string {
  if (about !== undefined) return `${code}/${about}`;
  const word = /^[A-Za-z.]+/.exec(message)?.[0] ?? "";
  if (FIELD_NAMES.has(word)) return `${code}/${word}`;
  return `${code}/${message.includes("is not a field of") ? "unknownField" : "event"}`;
}
