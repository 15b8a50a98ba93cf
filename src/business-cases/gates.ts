import { Role } from "../tenancy";

export const GATES = ["G0", "G1", "G2", "G3", "G4"] as const;
/** G0 idea, G1 business case, G2 pilot, G3 go-live, G4 benefits confirmed. */
export type Gate = (typeof GATES)[number];

export const EVIDENCE_ITEMS = [
  "PROBLEM_METRIC", "VOICE_TRAITS", "CASE_CLASS",
  "FINANCE_POLICY", "PREREQUISITES", "CFO_UNIT_ECONOMICS", "CFO_PAYBACK", "CFO_RISK", "CFO_COMMERCIAL_AND_EXIT",
  "COHORT", "THRESHOLDS", "ESCALATION_TEST", "DPIA",
  "STEERING_DECISION", "RUNBOOK", "DISCLOSURE", "DNC_SYNC", "RACI", "OPERATING_MODEL_REVIEW",
  "CLOSED_QUARTERS", "FINANCE_SIGN_OFF",
] as const;
export type EvidenceItem = (typeof EVIDENCE_ITEMS)[number];

interface GateRule {
  /** Percent of the approved investment that it releases. */
  readonly percent: bigint;
  readonly evidence: readonly EvidenceItem[];
  /** Who may release it; never who asked. */
  readonly releasedBy: readonly Role[];
}

/** G1 asks for the approved plan itself, and so for its budget holder and net present value; the CFO's questions come in four groups. */
export const GATE_RULES: Readonly<Record<Gate, GateRule>> = {
  G0: { percent: 0n, evidence: ["PROBLEM_METRIC", "VOICE_TRAITS", "CASE_CLASS"], releasedBy: ["FINANCE", "STEERING"] },
  G1: { percent: 20n, evidence: ["FINANCE_POLICY", "PREREQUISITES", "CFO_UNIT_ECONOMICS", "CFO_PAYBACK", "CFO_RISK", "CFO_COMMERCIAL_AND_EXIT"], releasedBy: ["FINANCE", "STEERING"] },
  G2: { percent: 30n, evidence: ["COHORT", "THRESHOLDS", "ESCALATION_TEST", "DPIA"], releasedBy: ["FINANCE", "STEERING"] },
  G3: { percent: 40n, evidence: ["STEERING_DECISION", "RUNBOOK", "DISCLOSURE", "DNC_SYNC", "RACI", "OPERATING_MODEL_REVIEW"], releasedBy: ["STEERING"] },
  G4: { percent: 10n, evidence: ["CLOSED_QUARTERS", "FINANCE_SIGN_OFF"], releasedBy: ["FINANCE"] },
};

/** A use case is in use for so many closed months before its benefits are confirmed: two quarters. */
export const MONTHS_BEFORE_G4 = 6;

export interface EvidenceReference {
  readonly item: EvidenceItem;
  /** Where it is found, as the firm files it. */
  readonly reference: string;
}

/** A tranche that somebody asked for, and whether a second person released it. Written once each. */
export interface Tranche {
  readonly gate: Gate;
  readonly evidence: readonly EvidenceReference[];
  readonly amountMinor: bigint;
  /** The plan that it was asked of; null for an idea without one. */
  readonly planVersion: number | null;
  readonly requestedBy: string;
  readonly requestedAt: Date;
  readonly releasedBy: string | null;
  readonly releasedAt: Date | null;
}

/**
 * The most that a gate may release of an approved investment, beside what earlier gates released: all gates up to it together
 * release their percents of the investment, to the minor unit downwards, and the last one what is left.
 */
export function shareOfGate(gate: Gate, investmentMinor: bigint, releasedMinor: bigint): bigint {
  const percent = GATES.slice(0, GATES.indexOf(gate) + 1).reduce((sum, each) => sum + GATE_RULES[each].percent, 0n);
  const through = (investmentMinor * percent) / 100n;
  return through > releasedMinor ? through - releasedMinor : 0n;
}

export const releasedOf = (tranches: readonly Tranche[]): bigint => tranches.reduce((sum, { releasedBy, amountMinor }) => (releasedBy === null ? sum : sum + amountMinor), 0n);

/** The last gate that was passed; null before the first. */
export const gateOf = (tranches: readonly Tranche[]): Gate | null => GATES.filter((gate) => tranches.some((each) => each.gate === gate && each.releasedBy !== null)).at(-1) ?? null;
