import { hashOf } from "../kernel/hash";
import { Fraction, formatFraction } from "../kernel/fraction";
import { Variance } from "./reconcile";
import { VendorStatement } from "./vendor-statement";

/** A person's word on a difference; it stands for the figures as they were, not for later ones. */
export interface VarianceExplanation {
  readonly id: string;
  readonly vendor: string;
  readonly periodKey: string;
  readonly varianceMinor: bigint;
  readonly figuresHash: string;
  readonly reason: string;
  readonly explainedBy: string;
  readonly explainedAt: Date;
}

/** A vendor's month: what we metered, rated and booked beside what the vendor says. Money in minor units of the programme's currency. */
export interface Reconciliation {
  readonly vendor: string;
  readonly period: string;
  readonly statements: readonly VendorStatement[];
  /** Connected voice legs of the vendor, a carrier's too. */
  readonly calls: bigint;
  readonly measuredMs: bigint;
  /** By our cards per minute or second; null where the vendor has none. */
  readonly billedMs: Fraction | null;
  /** As the vendor's lines say it in minutes or seconds; null where they do not. */
  readonly vendorMs: Fraction | null;
  /** Rated lines, and cost entries of the vendor that no rating posted. */
  readonly ours: Fraction;
  readonly theirs: Fraction;
  readonly varianceMinor: bigint;
  readonly tolerated: boolean;
  /** Vendor's lines with a call id, how many of them are legs of ours, and how many legs of ours are in no line. */
  readonly coverage: { readonly vendorCalls: number; readonly matched: number; readonly oursWithout: number } | null;
  readonly causes: readonly Variance[];
  readonly alarms: readonly string[];
  readonly explanation: VarianceExplanation | null;
}

/** True when nothing keeps the month from closing: the difference is tolerated, or explained as it stands. */
export function isSettled({ tolerated, explanation }: Pick<Reconciliation, "tolerated" | "explanation">): boolean {
  return tolerated || explanation !== null;
}

/** What an explanation stands for: the statements and both totals. Other figures need another one. */
export function hashFigures({ statements, ours, theirs }: Pick<Reconciliation, "statements" | "ours" | "theirs">): string {
  return hashOf({ statements: statements.map(({ payloadHash }) => payloadHash).sort(), ours: formatFraction(ours), theirs: formatFraction(theirs) });
}
