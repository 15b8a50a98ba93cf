import { Fraction, fraction, multiply, roundForDisplay, roundHalfUp } from "../kernel/fraction";
import { Currency, MoneyAmount, toMoney } from "../kernel/money";
import { toNodeId } from "../kernel/node-id";
import { CaseRecord, PlanVersion, statusOf } from "./business-case";
import { containmentCases, figuresOf, tornado } from "./case-figures";
import { CaseLedger } from "./case-ledger.query";
import { progressOf } from "./case-report";
import type { BusinessCaseType, CaseFiguresType, CaseFlowType, CaseGrantType, CaseMetricType, CaseMetricsType, CaseRealisationType } from "./case.type";
import { GATES, gateOf } from "./gates";
import { CaseGrant } from "./grant-case";
import { Metric, Metrics } from "./metrics";
import { Realisation } from "./outlook";
import { CASE_CATEGORIES, PlanLine, sumOf } from "./plan";

/** A version of a case as it is answered, with what its figures are worked out from. */
export interface CaseView extends BusinessCaseType { readonly record: CaseRecord; readonly shown: PlanVersion }

export function toCaseView(record: CaseRecord, shown: PlanVersion, useCaseName: string): CaseView {
  const { plan, version, documentHash, proposedBy, proposedAt, approvedBy, approvedAt } = shown;
  const { sponsor, budgetHolder, problem, problemMetric, reason } = plan;
  return {
    record, shown, useCase: { id: record.useCaseId, code: record.useCase, name: useCaseName }, version, status: statusOf(record, shown), gate: gateOf(record.tranches),
    gates: GATES.flatMap((gate) => record.tranches.filter((each) => each.gate === gate)).map(({ gate, evidence, requestedBy, requestedAt, releasedBy, releasedAt }) => ({ gate, evidence: [...evidence], requestedBy, requestedAt, releasedBy, releasedAt })),
    sponsor, budgetHolder, problem, problemMetric, reason, documentHash, proposedBy, proposedAt, approvedBy, approvedAt, retiredAt: record.retirement?.retiredAt ?? null,
    versions: record.versions.map((each) => each.version),
  };
}

const percent = (value: Fraction): Fraction => multiply(value, fraction(100n));
const shown = ({ value, reason, warning }: Metric, places: number, asPercent = false): CaseMetricType => ({ value: value && roundForDisplay(asPercent ? percent(value) : value, places), reason, warning });

function toMetrics(metrics: Metrics, currency: Currency): CaseMetricsType {
  return {
    npv: toMoney(roundHalfUp(metrics.npv), currency), irrPercent: shown(metrics.irr, 2, true), xirrPercent: shown(metrics.xirr, 2, true), paybackYears: shown(metrics.paybackYears, 2),
    discountedPaybackYears: shown(metrics.discountedPaybackYears, 2), roiPercent: shown(metrics.roi, 1, true), profitabilityIndex: shown(metrics.profitabilityIndex, 3),
  };
}

const toRealisation = ({ quarter, plannedMinor, attributedMinor, rate }: Realisation, currency: Currency): CaseRealisationType =>
  ({ quarter, planned: toMoney(plannedMinor, currency), attributed: attributedMinor === null ? null : toMoney(attributedMinor, currency), percent: rate && roundForDisplay(percent(rate), 2) });

/** Everything that is money of a case. `tornadoPercent` is 1 to 99. */
export function toFigures({ record, shown: version }: CaseView, ledger: CaseLedger, currency: Currency, tornadoPercent: number, monthOf: (at: Date) => string): CaseFiguresType {
  const { plan } = version;
  const money = (value: Fraction | bigint): MoneyAmount => toMoney(typeof value === "bigint" ? value : roundHalfUp(value), currency);
  const flows = (lines: readonly PlanLine[]): CaseFlowType[] => lines.map(({ period, category, amountMinor }) => ({ period, category, amount: money(amountMinor) }));
  const progress = progressOf(record, version, ledger, monthOf);
  const actual = ledger.months.flatMap(({ period, amounts }) => CASE_CATEGORIES.map((category) => ({ period, category, amountMinor: amounts[category] }))).filter(({ amountMinor }) => amountMinor !== 0n);
  const { approvedMinor, releasedMinor, committedMinor, spentMinor, roomMinor, breaches } = progress.funding;
  return {
    startMonth: plan.startMonth, discountRatePercent: plan.discountRatePercent, containmentDriven: [...plan.containmentDriven],
    sponsorBudget: money(sumOf(plan.lines, ["IMPLEMENTATION", "RUN_COST"])), platformShare: money(sumOf(plan.lines, ["PLATFORM_SHARE"])), plan: flows(plan.lines), metrics: toMetrics(figuresOf(plan), currency),
    containment: containmentCases(plan).map(({ factor, npv }) => ({ factor: factor.denominator === 2n ? "0.5" : String(factor.numerator), npv: money(npv) })),
    tornado: tornado(plan, tornadoPercent).map(({ driver, npvAtLower, npvAtHigher, swing }) => ({ driver, npvAtLower: money(npvAtLower), npvAtHigher: money(npvAtHigher), swing: money(swing) })),
    actual: flows(actual), outlook: flows(progress.outlook.lines), outlookMetrics: toMetrics(figuresOf(progress.outlook), currency),
    realisation: progress.toDate && toRealisation(progress.toDate, currency), quarters: progress.quarters.map((quarter) => toRealisation(quarter, currency)),
    funding: {
      approved: money(approvedMinor), released: money(releasedMinor), committed: money(committedMinor), spent: money(spentMinor), room: money(roomMinor), breaches: [...breaches],
      commitments: record.commitments.map(({ externalId, amountMinor, settles, description }) => ({ externalId, amount: money(amountMinor), settles, description })),
    },
    missing: [...ledger.missing],
  };
}

export const toGrantView = (grant: CaseGrant): CaseGrantType => ({ ...grant, id: toNodeId("BusinessCaseGrant", grant.id) });
