import { CaseRecord, PlanVersion, approvedPlan, committedOf } from "./business-case";
import { Planned } from "./case-figures";
import { releasedOf } from "./gates";
import { ActualMonth, Realisation, needsReapproval, outlookLines, realisationByQuarter, realisationToDate } from "./outlook";
import { investmentOf } from "./plan";

export const CASE_BREACHES = ["OVER_RELEASED", "SPENT_BEFORE_APPROVAL", "REAPPROVAL_NEEDED"] as const;
/** What a ledger cannot refuse and a case must show. */
export type CaseBreach = (typeof CASE_BREACHES)[number];

/** Money of the investment. Minor units. */
export interface CaseFunding {
  readonly approvedMinor: bigint;
  readonly releasedMinor: bigint;
  readonly committedMinor: bigint;
  readonly spentMinor: bigint;
  /** Released - committed - spent; below zero when more is promised or spent than was released. */
  readonly roomMinor: bigint;
  readonly breaches: readonly CaseBreach[];
}

/** Where a case stands against the plan that is looked at. */
export interface CaseProgress {
  readonly toDate: Realisation | null;
  readonly quarters: readonly Realisation[];
  readonly outlook: Planned;
  readonly funding: CaseFunding;
}

export interface CaseFacts {
  readonly months: readonly ActualMonth[];
  readonly spentMinor: bigint;
  readonly firstSpend: string | null;
}

/** Realisation and outlook of one version, and the funding of the case by the plan that holds. */
export function progressOf(record: CaseRecord, { plan }: PlanVersion, facts: CaseFacts, timeZoneMonth: (at: Date) => string): CaseProgress {
  const toDate = realisationToDate(plan, facts.months);
  const quarters = realisationByQuarter(plan, facts.months);
  const lines = outlookLines(plan, facts.months, toDate?.rate ?? null);
  return { toDate, quarters, outlook: { ...plan, lines }, funding: fundingOf(record, facts, quarters, timeZoneMonth) };
}

function fundingOf(record: CaseRecord, { spentMinor, firstSpend }: CaseFacts, quarters: readonly Realisation[], monthOf: (at: Date) => string): CaseFunding {
  const approved = approvedPlan(record);
  const first = record.versions.find(({ approvedAt }) => approvedAt !== null);
  const [releasedMinor, committedMinor] = [releasedOf(record.tranches), committedOf(record.commitments)];
  const roomMinor = releasedMinor - committedMinor - spentMinor;
  const early = firstSpend !== null && (first?.approvedAt ? firstSpend < monthOf(first.approvedAt) : true);
  const breaches: CaseBreach[] = [];
  if (roomMinor < 0n) breaches.push("OVER_RELEASED");
  if (early) breaches.push("SPENT_BEFORE_APPROVAL");
  if (needsReapproval(quarters)) breaches.push("REAPPROVAL_NEEDED");
  return { approvedMinor: approved === null ? 0n : investmentOf(approved.plan), releasedMinor, committedMinor, spentMinor, roomMinor, breaches };
}
