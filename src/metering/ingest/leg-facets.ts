import { UsageEventType } from "../usage-event";

/** What of a leg an event speaks of: the leg itself, its late cost, or its late outcome. Each has its own highest revision. */
export const FACETS = ["LEG", "COST", "OUTCOME"] as const;
export type Facet = (typeof FACETS)[number];

export function facetOf(type: UsageEventType): Facet {
  return type === "LEG_RATED" ? "COST" : type === "LEG_ANALYSED" ? "OUTCOME" : "LEG";
}

/** Columns that a LEG_ANALYSED event answers; what it leaves out stays as the leg said. */
export const OUTCOME_COLUMNS: ReadonlySet<string> = new Set([
  "outcome", "resolved", "human_requested", "opt_out", "distress", "disclosed", "consent", "voicemail", "complaint", "disclosed_at",
  "sentiment", "csat", "intent", "writes_required", "writes_succeeded",
]);

/** What is known of a leg, by the keys of stored rows. */
export interface LegFacts {
  readonly legEventKey: string | null;
  readonly costEventKey: string | null;
  readonly outcomeEventKey: string | null;
  /** A row that a person put in the place of what the provider said. */
  readonly correctionEventKey: string | null;
  /** Where a person said that the leg belongs. */
  readonly overrideUseCaseId: string | null;
  /** The leg of a platform that this leg of a carrier repeats: then only its cost counts. */
  readonly carriedBy: string | null;
  /** Of the row that the leg stands on: the correction, else the leg's newest event. */
  readonly isVoided: boolean;
  /** That row was answered by another one before and cannot count again itself. */
  readonly isSuperseded: boolean;
  /** Its use case was another unit's when the leg ended, as it is known now, than when the row was stored. */
  readonly isMoved: boolean;
}

/** The row that a leg counts by, before it is written: one that is stored already, or one composed of several. */
export interface Composition {
  readonly baseKey: string;
  readonly costKey: string | null;
  readonly outcomeKey: string | null;
  readonly useCaseId: string | null;
  readonly carried: boolean;
  /** False: the base itself counts. */
  readonly isComposed: boolean;
}

/**
 * What a leg counts by; null while only facets of it have come. A correction wins over the provider's word on the leg and
 * its outcome; late cost is added to either. A voided leg has no facets.
 */
export function compositionOf(facts: LegFacts): Composition | null {
  const baseKey = facts.correctionEventKey ?? facts.legEventKey;
  if (baseKey === null) return null;
  const costKey = facts.isVoided ? null : facts.costEventKey;
  const outcomeKey = facts.isVoided || facts.correctionEventKey !== null ? null : facts.outcomeEventKey;
  const useCaseId = facts.isVoided ? null : facts.overrideUseCaseId;
  const carried = !facts.isVoided && facts.carriedBy !== null;
  const isComposed = costKey !== null || outcomeKey !== null || useCaseId !== null || carried || facts.isSuperseded || (facts.isMoved && !facts.isVoided);
  return { baseKey, costKey, outcomeKey, useCaseId, carried, isComposed };
}
