import { UsageEventType } from "../usage-event";

/** What decides which of a leg's events counts. */
export interface RevisionRank {
  readonly revision: bigint;
  readonly type: UsageEventType;
  /** Key of the event as it was received: settles ties, so that the order of arrival never matters. */
  readonly eventKey: string;
}

/** Above zero when `a` wins: the higher revision; at the same revision a void; then the greater key. */
export function compareRevisions(a: RevisionRank, b: RevisionRank): number {
  if (a.revision !== b.revision) return a.revision > b.revision ? 1 : -1;
  const voided = Number(a.type === "LEG_VOIDED") - Number(b.type === "LEG_VOIDED");
  if (voided !== 0) return voided;
  return a.eventKey === b.eventKey ? 0 : a.eventKey > b.eventKey ? 1 : -1;
}

/** The one that counts. */
export function winningRevision<T extends RevisionRank>(candidates: readonly T[]): T {
  return candidates.reduce((best, each) => (compareRevisions(each, best) > 0 ? each : best));
}
