import { Currency, MoneyAmount, toMoney } from "../kernel/money";
import { toNodeId } from "../kernel/node-id";
import { Benefit } from "./benefit";
import type { BenefitPoolType, BenefitType } from "./benefits.type";
import { Figure } from "./claims/figures";
import { OUTCOMES } from "./claims/metered-figure.query";
import { LadderStep } from "./explain-ladder";
import { LadderRow, LadderTotal, PlanRow } from "./ladder-report";
import type { BenefitFigure, BenefitLadderRowType, BenefitLadderTotal, BenefitPlanMonth, BenefitPoolClaim, BenefitStepType } from "./ladder.type";
import { BenefitPool } from "./pools/benefit-pool";
import { Overlap } from "./pools/overlap";

const money = (minor: bigint | null, currency: Currency): MoneyAmount | null => (minor === null ? null : toMoney(minor, currency));

export function toPoolView({ code, name, definedBy, maximums }: BenefitPool, currency: Currency): BenefitPoolType {
  return { code, name, definedBy, maximums: maximums.map(({ maximumMinor, ...each }) => ({ ...each, maximum: toMoney(maximumMinor, currency) })) };
}

export function toBenefitView({ plan, ...benefit }: Benefit, currency: Currency): BenefitType {
  return { ...benefit, plan: plan && { from: plan.from, steadyState: toMoney(plan.steadyStateMinor, currency), ramp: [...plan.ramp] } };
}

function toFigureView(figure: Figure, period: string, useCase: string): BenefitFigure {
  const { metered } = figure;
  const outcome = metered && OUTCOMES[metered];
  return { ...figure, usage: metered && { period, useCase: [useCase], outcome: outcome ? [outcome] : null, field: metered === "CALLS" ? "calls" : "contacts" } };
}

export function toLadderView({ benefit, claim, status, eliminated, plannedMinor }: LadderRow, currency: Currency): BenefitLadderRowType {
  const { decision } = claim;
  return {
    id: toNodeId("BenefitClaim", claim.id), benefit: toBenefitView(benefit, currency), businessUnit: claim.businessUnit, period: claim.period, version: claim.version, status, method: claim.method, mode: claim.mode,
    figures: claim.figures.map((figure) => toFigureView(figure, claim.period, benefit.useCase)), baselineVersion: claim.baselineVersion, reconstructed: claim.reconstructed,
    counterfactual: money(claim.counterfactualMinor, currency), residual: money(claim.residualMinor, currency), gross: toMoney(claim.grossMinor, currency), modelVersion: claim.modelVersion, share: claim.share, tier: claim.tier,
    confidence: claim.confidence, attributed: toMoney(claim.attributedMinor, currency), cashableShare: claim.cashableShare, ledgerLine: claim.ledgerLine, cashable: toMoney(claim.cashableMinor, currency),
    nonCashable: toMoney(claim.nonCashableMinor, currency), overlap: money(eliminated && eliminated.overlapMinor, currency), eliminatedCashable: money(eliminated && eliminated.cashableMinor, currency),
    eliminatedNonCashable: money(eliminated && eliminated.nonCashableMinor, currency), planned: money(plannedMinor, currency), note: claim.note, reason: claim.reason, hash: claim.hash, proposedBy: claim.proposedBy, proposedAt: claim.proposedAt,
    decision: decision && {
      decidedBy: decision.decidedBy, decidedAt: decision.decidedAt, note: decision.note, recognisedIn: decision.recognisedIn, recognisedCashable: toMoney(decision.cashableMinor, currency), recognisedNonCashable: toMoney(decision.nonCashableMinor, currency),
    },
  };
}

export function toTotalView(total: LadderTotal, currency: Currency): BenefitLadderTotal {
  const of = (minor: bigint): MoneyAmount => toMoney(minor, currency);
  return {
    gross: of(total.grossMinor), attributed: of(total.attributedMinor), cashable: of(total.cashableMinor), nonCashable: of(total.nonCashableMinor), eliminatedCashable: of(total.eliminatedCashableMinor),
    eliminatedNonCashable: of(total.eliminatedNonCashableMinor), recognised: of(total.cashableMinor - total.eliminatedCashableMinor), memo: of(total.memoMinor),
  };
}

export const toPlanView = ({ benefit, period, plannedMinor, actualMinor }: PlanRow, currency: Currency): BenefitPlanMonth =>
  ({ benefit: benefit.code, period, planned: toMoney(plannedMinor, currency), actual: money(actualMinor, currency) });

export const toStepView = ({ name, formula, amountMinor, quantity }: LadderStep, currency: Currency): BenefitStepType => ({ name, formula, amount: money(amountMinor, currency), quantity });

export function toPoolClaimView(overlap: Overlap, { code, useCase, step }: Benefit, currency: Currency): BenefitPoolClaim {
  const of = (minor: bigint): MoneyAmount => toMoney(minor, currency);
  return {
    benefit: code, useCase, step, gross: of(overlap.keptGrossMinor + overlap.overlapMinor), left: of(overlap.leftMinor), kept: of(overlap.keptGrossMinor), overlap: of(overlap.overlapMinor),
    eliminatedCashable: of(overlap.cashableMinor), eliminatedNonCashable: of(overlap.nonCashableMinor),
  };
}
