import { Canonical } from "../../kernel/canonical";
import { hashOf } from "../../kernel/hash";
import { EvidenceTier } from "./evidence-tier";
import { Ladder, LadderInputs } from "./ladder";

export const CLAIM_STATUSES = ["PROPOSED", "SIGNED_OFF", "REJECTED", "SUPERSEDED"] as const;
/** SUPERSEDED: a newer version was signed off, or was proposed before anybody decided. */
export type ClaimStatus = (typeof CLAIM_STATUSES)[number];

/** What a claim says beside its figures. */
export interface ClaimDocument extends LadderInputs {
  /** Code. */
  readonly benefit: string;
  readonly period: string;
  readonly tier: EvidenceTier;
  readonly baselineVersion: number;
  readonly reconstructed: boolean;
  readonly modelVersion: number;
  readonly ledgerLine: string | null;
  readonly note: string | null;
}

/** A row of the ladder: a benefit of a month. A version is never changed; a correction is the next one. */
export interface Claim extends ClaimDocument, Ladder {
  readonly id: string;
  readonly benefitId: string;
  /** Code of the unit that owns the use case when the month ends. */
  readonly businessUnit: string;
  readonly version: number;
  readonly reason: string | null;
  readonly hash: string;
  readonly proposedBy: string;
  readonly proposedAt: Date;
  readonly decision: ClaimDecision | null;
}

export interface ClaimDecision {
  readonly decision: "SIGNED_OFF" | "REJECTED";
  /** The month whose result it is part of: its own, or the first open one where that is closed. Null where it is rejected. */
  readonly recognisedIn: string | null;
  /** What this sign-off adds to what was recognised of the benefit and month before. */
  readonly cashableMinor: bigint;
  readonly nonCashableMinor: bigint;
  readonly note: string | null;
  readonly decidedBy: string;
  readonly decidedAt: Date;
}

/** SHA-256 over what is claimed and every step of it; no ids, clocks or persons. */
export function hashOfClaim(document: ClaimDocument, ladder: Ladder): string {
  const { benefit, period, method, mode, figures, share, confidence, cashableShare, tier, baselineVersion, reconstructed, modelVersion, ledgerLine, note } = document;
  const steps = [ladder.counterfactualMinor, ladder.residualMinor, ladder.grossMinor, ladder.attributedMinor, ladder.cashableMinor, ladder.nonCashableMinor];
  return hashOf({ benefit, period, method, mode, figures: figures as unknown as Canonical, share, confidence, cashableShare, tier, baselineVersion, reconstructed, modelVersion, ledgerLine, note, steps });
}

/** How a version stands among those of its benefit and month. */
export function statusOf(claim: Pick<Claim, "version" | "decision">, versions: ReadonlyArray<Pick<Claim, "version" | "decision">>): ClaimStatus {
  if (claim.decision?.decision === "REJECTED") return "REJECTED";
  const later = versions.filter(({ version }) => version > claim.version);
  if (claim.decision) return later.some(({ decision }) => decision?.decision === "SIGNED_OFF") ? "SUPERSEDED" : "SIGNED_OFF";
  return later.length > 0 ? "SUPERSEDED" : "PROPOSED";
}

/** The version that is recognised; null: none is signed off. */
export function signedVersion<T extends Pick<Claim, "version" | "decision">>(versions: readonly T[]): T | null {
  return versions.filter(({ decision }) => decision?.decision === "SIGNED_OFF").sort((a, b) => a.version - b.version).at(-1) ?? null;
}
