import { Refusal } from "../kernel/refusal";
import { SilentSource } from "../metering";
import { CloseCheckName, DutyCheckName } from "./close-check-names";
import { CloseRules } from "./close-rules";
import { CheckSignOff, CloseDuties, Duty, dutyOf } from "./duties/close-duty";

/** A signature under a check, and whether what it was given for is what is found now. */
export interface StandingSignOff extends CheckSignOff {
  readonly isCurrent: boolean;
}

/** One thing that must be true before a month closes; `message` says what is missing and what to do, or what was found. */
export interface CloseCheck {
  readonly check: CloseCheckName;
  readonly ok: boolean;
  readonly message: string;
  /** Subject that answers for it; null: nobody, as nobody does for the checks of owners and signatures themselves. */
  readonly owner: string | null;
  /** The last day on which it is in time, on the programme's calendar; null: none was set. */
  readonly dueOn: string | null;
  /** Past that day, and not met or, where signatures are demanded, not signed off as it stands now. */
  readonly overdue: boolean;
  readonly signOff: StandingSignOff | null;
}

/** What the checks look at. Codes and counts of one period. */
export interface CloseFacts {
  readonly period: string;
  readonly endsAtMs: number;
  readonly nowMs: number;
  /** The day now on the programme's calendar. */
  readonly today: string;
  readonly rules: CloseRules;
  readonly duties: CloseDuties;
  readonly earlierOpen: readonly string[];
  /** Legs that count and stand under no use case. */
  readonly unattributed: number;
  /** The same of earlier months that are closed, where they came too late. */
  readonly lateUnattributed: number;
  /** Sources that were expected to be heard of more often than they were, and nobody has acknowledged it. */
  readonly silentSources: readonly SilentSource[];
  /** Silences that finance has acknowledged. */
  readonly acknowledgedSilences: number;
  /** Why the rating of the month does not stand on the facts as they are; null: it does, or there is nothing to rate. */
  readonly unrated: string | null;
  /** Vendors whose total differs by more than is tolerated and nobody has explained it, in words. */
  readonly unsettledVendors: readonly string[];
  /** Accruals of earlier months that were taken back while neither an invoice nor anything else has come of them, in words. */
  readonly unansweredAccruals: readonly string[];
  /** Closed months that hold late facts of a kind that is restated, and have not been restated with them. */
  readonly unrestated: readonly string[];
  /** True when there is something to divide: shared cost, or a policy that expects some. */
  readonly needsRun: boolean;
  /** Shared pools that the policy divides and that hold no cost of the period. */
  readonly poolsWithoutCost: readonly string[];
  /** Shared pools with cost that no rule of the policy divides. */
  readonly poolsWithoutRule: readonly string[];
  readonly run: { readonly sequence: number; readonly isLatest: boolean; readonly addsUp: boolean } | null;
  readonly openDisputes: number;
  /** Those of them whose day for an answer has passed. */
  readonly overdueDisputes: number;
  readonly unissuedMonths: readonly string[];
  /** Cost of the month that nobody funds, in words; null: there is none, or the rules do not ask. */
  readonly unownedCost: string | null;
}

type Finding = Pick<CloseCheck, "ok" | "message"> & { readonly check: DutyCheckName };

/** Every check with its finding, who answers for it and how it is signed, in the order in which they are worked off. Pure. */
export function closeChecklist(facts: CloseFacts): CloseCheck[] {
  const found = findings(facts).map((finding) => withDuty(facts, finding, dutyOf(finding.check, facts.period, facts.rules, facts.duties)));
  return [...found, ...checksOfDuties(facts.rules, found)];
}

function withDuty({ rules, today }: CloseFacts, { check, ok, message }: Finding, { owner, dueOn, signOff }: Duty): CloseCheck {
  const standing = signOff && { ...signOff, isCurrent: ok && signOff.finding === message };
  const done = ok && (!rules.requiresSignOffs || standing?.isCurrent === true);
  return { check, ok, message, owner, dueOn, overdue: dueOn !== null && today > dueOn && !done, signOff: standing };
}

/** What is found in owners and signatures; neither holds the close up unless the rules say so. */
function checksOfDuties(rules: CloseRules, found: readonly CloseCheck[]): CloseCheck[] {
  const ownerless = found.filter(({ owner }) => owner === null).map(({ check }) => check);
  const stale = found.filter(({ signOff }) => signOff !== null && !signOff.isCurrent).map(({ check }) => check);
  const unsigned = found.filter(({ signOff }) => signOff === null).map(({ check }) => check);
  const count = (of: readonly unknown[]): string => `${found.length - of.length} of ${found.length} checks`;
  const item = (check: CloseCheckName, ok: boolean, message: string): CloseCheck => ({ check, ok, message, owner: null, dueOn: null, overdue: false, signOff: null });
  const toDo = [
    ...(unsigned.length > 0 ? [`Not signed off: ${unsigned.join(", ")}.`] : []),
    ...(stale.length > 0 ? [`Signed off, but found otherwise since: ${stale.join(", ")}.`] : []),
  ].join(" ");
  return [
    item("OWNERS_ASSIGNED", !rules.requiresOwners || ownerless.length === 0, rules.requiresOwners && ownerless.length > 0
      ? `Nobody answers for ${ownerless.join(", ")}. Name owners with assignCloseCheck.` : `${count(ownerless)} have an owner${rules.requiresOwners ? "" : "; none is demanded"}.`),
    item("CHECKS_SIGNED_OFF", !rules.requiresSignOffs || toDo === "", rules.requiresSignOffs && toDo !== ""
      ? `${toDo} Have them signed with signOffCloseCheck.` : `${count([...unsigned, ...stale])} are signed off${rules.requiresSignOffs ? "" : "; none has to be"}.`),
  ];
}

function findings(facts: CloseFacts): Finding[] {
  const { rules, run, period } = facts;
  const item = (check: DutyCheckName, ok: boolean, good: string, bad: string): Finding => ({ check, ok, message: ok ? good : bad });
  const stray = facts.unattributed + facts.lateUnattributed;
  const strays = `${stray} legs are unattributed${facts.lateUnattributed > 0 ? ` (${facts.lateUnattributed} of them came late for earlier months)` : ""}`;
  const disputes = `${facts.openDisputes} disputes of earlier months are open${facts.overdueDisputes > 0 ? `, the answer to ${facts.overdueDisputes} of them is overdue` : ""}`;
  return [
    item("MONTH_OVER", facts.nowMs >= facts.endsAtMs, `${period} is over.`, `${period} is not over yet: it ends at ${new Date(facts.endsAtMs).toISOString()}.`),
    item("EARLIER_MONTHS_CLOSED", facts.earlierOpen.length === 0, "Every earlier month is closed.", `Earlier months are still open: ${facts.earlierOpen.join(", ")}. Close them first, in order.`),
    item("USAGE_ATTRIBUTED", stray <= rules.unattributedThreshold, `${strays}, ${rules.unattributedThreshold} are tolerated.`,
      `${strays}, ${rules.unattributedThreshold} are tolerated. See unattributedUsage; move them with attributeUsage.`),
    item("SOURCES_HEARD", facts.silentSources.length === 0, facts.acknowledgedSilences === 0 ? "No source fell silent." : `Silences of sources, all acknowledged: ${facts.acknowledgedSilences}.`,
      `${facts.silentSources.map(inWords).join("; ")}. Have what is missing sent, or take note of it with acknowledgeSilence.`),
    item("USAGE_RATED", facts.unrated === null, "Usage cost is posted as it is known.", `${facts.unrated} Run ratePeriod.`),
    item("VENDORS_RECONCILED", facts.unsettledVendors.length === 0, "No vendor's total is off by more than is tolerated, or it is explained.",
      `${facts.unsettledVendors.join("; ")}. See reconciliation; have it corrected, or explain it with explainVariance.`),
    item("ACCRUALS_ANSWERED", facts.unansweredAccruals.length === 0, "Nothing is awaited for accruals that were taken back.",
      `${facts.unansweredAccruals.join("; ")}: taken back, and no invoice has come. Book it with bookCost (accrual), accrue it again with bookAccrual (renews), or say with releaseAccrual that none will come.`),
    item("LATE_FACTS_RESTATED", facts.unrestated.length === 0, "No closed month waits to be restated.",
      `${facts.unrestated.join(", ")} got facts after the close that are to be restated. Ask with requestRestatement; a second person runs restatePeriod.`),
    item("POOLS_HAVE_COST", facts.poolsWithoutCost.length === 0, "Every pool that the policy divides has cost.", `No cost is booked in ${period} on ${facts.poolsWithoutCost.join(", ")}. Book it with bookCost, 0 where there is none.`),
    item("POOLS_HAVE_RULES", facts.poolsWithoutRule.length === 0, "Every pool with cost has a rule.", `The policy in effect has no rule for ${facts.poolsWithoutRule.join(", ")}. Propose and approve one.`),
    item("RUN_LATEST", run === null ? !facts.needsRun : run.isLatest, run === null ? "There is nothing to divide." : `Run ${run.sequence} stands on the facts as they are.`,
      run === null ? `${period} has not been allocated. Run allocatePeriod.` : `Facts changed after run ${run.sequence}. Run allocatePeriod again.`),
    item("RUN_ADDS_UP", run === null || run.addsUp, "Lines and unallocated make every pool.", `The lines of run ${run?.sequence} and what is unallocated do not make every pool. Run verify and tell support.`),
    item("DISPUTES_SETTLED", !rules.blocksOnOpenDisputes || facts.openDisputes === 0, `${disputes}.`,
      `${disputes}. Settle them with resolveDispute.`),
    item("STATEMENTS_ISSUED", !rules.blocksOnUnissuedStatements || facts.unissuedMonths.length === 0, facts.unissuedMonths.length === 0 ? "Earlier months have their statements." : `${facts.unissuedMonths.join(", ")} have no statements yet.`,
      `${facts.unissuedMonths.join(", ")} have no statements yet. Issue them with issueStatements.`),
    item("COST_FUNDED", facts.unownedCost === null, rules.blocksOnUnownedCost ? "Every cost has a funder." : "Who funds the cost is not asked.", facts.unownedCost ?? ""),
  ];
}

function inWords({ uri, owner, silences, longest }: SilentSource): string {
  const more = silences > 1 ? ` and ${silences - 1} more ${silences === 2 ? "time" : "times"}` : "";
  return `${uri} (${owner}) was silent from ${new Date(longest.fromMs).toISOString()} to ${new Date(longest.toMs).toISOString()}${more}`;
}

/** A month that cannot close yet, with everything that is missing. */
export class NotReadyToClose extends Refusal {
  constructor(period: string, readonly missing: readonly CloseCheck[]) {
    super("NOT_READY", `${period} cannot close yet. ${missing.map(({ message }, index) => `${index + 1}) ${message}`).join(" ")}`, ["period"]);
  }
}

/** Stops with the full list of what is missing; passes when nothing is. */
export function requireReady(period: string, checks: readonly CloseCheck[]): void {
  const missing = checks.filter(({ ok }) => !ok);
  if (missing.length > 0) throw new NotReadyToClose(period, missing);
}
