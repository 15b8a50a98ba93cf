import { hashOf } from "../kernel/hash";
import { Fraction, formatFraction } from "../kernel/fraction";
import { ComponentTotals, Variance } from "./reconcile";
import { StatementStanding } from "./statement-standing";
import { VendorStatement, VendorStatementKind } from "./vendor-statement";

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
  /** All of the month, replaced ones too; those of standing BASIS make `theirs`. */
  readonly statements: ReadonlyArray<VendorStatement & { readonly standing: StatementStanding }>;
  readonly basis: VendorStatementKind;
  /** What statements of other kinds say of the same cost, in minor units of the programme's currency. */
  readonly crossChecks: ReadonlyArray<{ readonly kind: VendorStatementKind; readonly total: Fraction }>;
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
  /** Both totals by component. */
  readonly components: readonly ComponentTotals[];
  readonly alarms: readonly string[];
  readonly explanation: VarianceExplanation | null;
}

/** True when nothing keeps the month from closing: the difference is tolerated, or explained as it stands. */
export function isSettled({ tolerated, explanation }: Pick<Reconciliation, "tolerated" | "explanation">): boolean {
  return tolerated || explanation !== null;
}

/** What an explanation stands for: the statements that count and both totals. Other figures need another one. */
export function hashFigures({ statements, ours, theirs }: Pick<Reconciliation, "statements" | "ours" | "theirs">): string {
  return hashOf({ statements: statements.filter(({ standing }) => standing === "BASIS").map(({ payloadHash }) => payloadHash).sort(), ours: formatFraction(ours), theirs: formatFraction(theirs) });
}
