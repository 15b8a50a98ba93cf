import { AttributionRule } from "../ingest/attribution";

/** What a standing rule is about: an unknown code, narrowed to a reported unit and to a source or not. */
export interface RuleKey {
  readonly reportedUseCase: string;
  readonly reportedBusinessUnit: string | null;
  readonly source: string | null;
}

/** A standing rule as it is stored, with who made it and who retired it. */
export interface StoredRule extends AttributionRule {
  readonly id: string;
  readonly reason: string;
  /** Legs that were held when it was made and went where it says. */
  readonly attributed: number;
  readonly recordedBy: string;
  readonly recordedAt: Date;
  readonly retirementReason: string | null;
  readonly retiredBy: string | null;
  readonly retiredAt: Date | null;
}
