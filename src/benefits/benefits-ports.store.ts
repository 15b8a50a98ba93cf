import { Clock } from "../kernel/clock";
import { formatUnits } from "../kernel/decimal";
import { programmeCurrency } from "../tenancy";
import { TenantTransaction } from "../tenancy/database.store";
import { RecordAudit } from "../tenancy/request-context";
import { baselineStore } from "./baselines/baseline.store";
import { BaselinePorts } from "./baselines/capture-baseline";
import { lockedBaseline } from "./baselines/baseline";
import { Benefit } from "./benefit";
import { benefitStore } from "./benefit.store";
import { Claim } from "./claims/claim";
import { ClaimBenefitPorts } from "./claims/claim-benefit";
import { claimStore } from "./claims/claim.store";
import { DecideClaimPorts } from "./claims/decide-claim";
import { meteredFigure } from "./claims/metered-figure.query";
import { DefineBenefitPorts } from "./define-benefit";
import { asWhole, ownership } from "./ownership.store";
import { AttributionPorts } from "./pools/agree-attribution";
import { DefineBenefitPoolPorts } from "./pools/define-benefit-pool";
import { poolStore } from "./pools/pool.store";

/** What `captureBaseline` and `lockBaseline` need, over one transaction. A unit reads nothing of the audit trail, but what it does is written there. */
export function baselinePorts(tx: TenantTransaction, record: RecordAudit, clock: Clock): BaselinePorts {
  const store = baselineStore(tx);
  const now = new Date(clock.now());
  return {
    subject: tx.scope.principal.subject,
    currency: programmeCurrency(tx.scope.programme),
    hold: poolStore(tx).hold,
    today: () => store.dayAt(now),
    ownerNow: (useCase) => ownership(tx).ownerNow(useCase, now),
    firstUsage: (useCase) => asWhole(tx, () => store.firstUsage(useCase)),
    baselinesOf: (useCase) => asWhole(tx, () => store.baselinesOf(useCase)),
    saveBaseline: (document, more) => store.saveBaseline(document, more, now),
    saveLock: store.saveLock,
    audit: (action, before, after) => asWhole(tx, () => record(tx, {
      action, subjectKind: "Baseline", subjectKey: `${after.useCase}/${after.version}`, reason: after.reason,
      before: before && { version: before.version, documentHash: before.documentHash, lockedBy: before.lockedBy },
      after: { version: after.version, from: after.from, to: after.to, measures: after.measures, reconstructed: after.reconstructed, documentHash: after.documentHash, lockedBy: after.lockedBy },
    })),
  };
}

/** What `defineBenefitPool` needs, over one transaction. */
export function defineBenefitPoolPorts(tx: TenantTransaction, record: RecordAudit): DefineBenefitPoolPorts {
  const currency = programmeCurrency(tx.scope.programme);
  return {
    ...poolStore(tx),
    currency,
    audit: (before, after) => {
      const [from, to] = [before?.maximums.at(-1), after.maximums.at(-1)!];
      return record(tx, {
        action: "defineBenefitPool", subjectKind: "BenefitPool", subjectKey: after.code, before: from ? { version: from.version, effectiveFrom: from.effectiveFrom, maximum: formatUnits(from.maximumMinor, currency.exponent) } : null,
        after: { name: after.name, version: to.version, effectiveFrom: to.effectiveFrom, maximum: formatUnits(to.maximumMinor, currency.exponent), currency: currency.code, evidence: to.evidence },
      });
    },
  };
}

/** What `proposeAttributionModel` and `approveAttributionModel` need, over one transaction. */
export function attributionPorts(tx: TenantTransaction, record: RecordAudit): AttributionPorts {
  return {
    ...poolStore(tx),
    subject: tx.scope.principal.subject,
    audit: (action, before, after) => record(tx, {
      action, subjectKind: "AttributionModel", subjectKey: String(after.version), before: before && { version: before.version, documentHash: before.documentHash, approvedBy: before.approvedBy },
      after: { pool: after.pool, effectiveFrom: after.effectiveFrom, shares: after.shares, evidence: after.evidence, documentHash: after.documentHash, approvedBy: after.approvedBy },
    }),
  };
}

/** What `defineBenefit` needs, over one transaction. */
export function defineBenefitPorts(tx: TenantTransaction, record: RecordAudit, clock: Clock): DefineBenefitPorts {
  const [store, pools] = [benefitStore(tx), poolStore(tx)];
  return {
    currency: programmeCurrency(tx.scope.programme),
    hold: pools.hold,
    ownerNow: (useCase) => ownership(tx).ownerNow(useCase, new Date(clock.now())),
    isPool: (code) => asWhole(tx, () => pools.isPool(code)),
    hasLockedBaseline: async (useCase) => lockedBaseline(await asWhole(tx, () => baselineStore(tx).baselinesOf(useCase))) !== null,
    findBenefit: (code) => asWhole(tx, () => store.find(code)),
    saveBenefit: async (document, businessUnit) => store.save(document, businessUnit, await asWhole(tx, store.nextSequence)),
    audit: ({ code, name, useCase, kind, pool, step, project, plan }) => asWhole(tx, () => record(tx, {
      action: "defineBenefit", subjectKind: "Benefit", subjectKey: code, after: { name, useCase, kind, pool, step, project, plan: plan && { ...plan, steadyStateMinor: String(plan.steadyStateMinor) } },
    })),
  };
}

/** The benefit, when its use case is the caller's: at any time, as its rows are. */
async function ownBenefit(tx: TenantTransaction, code: string, at: Date): Promise<Benefit | null> {
  const [seen, found] = [await benefitStore(tx).find(code), await asWhole(tx, () => benefitStore(tx).find(code))];
  return seen ?? (found && (await ownership(tx).owner(found.useCase, at)) ? found : null);
}

function claimInNote(claim: Claim, exponent: number): Record<string, unknown> {
  const { benefit, period, version, method, figures, tier, confidence, share, cashableShare, ledgerLine, hash, decision } = claim;
  const amount = (minor: bigint): string => formatUnits(minor, exponent);
  return {
    benefit, period, version, method, figures, tier, confidence, share, cashableShare, ledgerLine, gross: amount(claim.grossMinor), attributed: amount(claim.attributedMinor), cashable: amount(claim.cashableMinor),
    nonCashable: amount(claim.nonCashableMinor), hash, decision: decision && decision.decision, recognisedIn: decision && decision.recognisedIn,
  };
}

const keyOf = ({ benefit, period, version }: Claim): string => `${benefit}/${period}/${version}`;

/** What `claimBenefit` needs, over one transaction. */
export function claimBenefitPorts(tx: TenantTransaction, record: RecordAudit, clock: Clock): ClaimBenefitPorts {
  const [claims, pools, baselines] = [claimStore(tx), poolStore(tx), baselineStore(tx)];
  const currency = programmeCurrency(tx.scope.programme);
  return {
    currency,
    hold: pools.hold,
    findBenefit: (code) => ownBenefit(tx, code, new Date(clock.now())),
    holdMonth: async (period) => (await asWhole(tx, () => pools.holdPeriod(period))) !== null,
    ownerAtEnd: ownership(tx).ownerAtEnd,
    firstUsage: (useCase) => asWhole(tx, () => baselines.firstUsage(useCase)),
    baselinesOf: (useCase) => asWhole(tx, () => baselines.baselinesOf(useCase)),
    findPool: (code) => asWhole(tx, () => pools.findPool(code)),
    models: () => asWhole(tx, pools.models),
    measure: (useCase, period, figure) => asWhole(tx, () => meteredFigure(tx, useCase, period, figure)),
    versionsOf: (benefit, period) => asWhole(tx, () => claims.versionsOf(benefit, period)),
    // Its benefit may have been named by an earlier owner; the row itself is the caller's, as its unit says.
    saveClaim: (...claim) => asWhole(tx, () => claims.saveClaim(...claim)),
    audit: (before, after) => asWhole(tx, () => record(tx, {
      action: "claimBenefit", subjectKind: "BenefitClaim", subjectKey: keyOf(after), reason: after.reason, before: before && { version: before.version, hash: before.hash }, after: claimInNote(after, currency.exponent),
    })),
  };
}

/** What `signOffBenefit` and `rejectBenefit` need, over one transaction. */
export function decideClaimPorts(tx: TenantTransaction, record: RecordAudit, clock: Clock): DecideClaimPorts {
  const [claims, pools] = [claimStore(tx), poolStore(tx)];
  const { exponent } = programmeCurrency(tx.scope.programme);
  return {
    ...claimBenefitPorts(tx, record, clock),
    subject: tx.scope.principal.subject,
    holdFirstOpen: pools.holdFirstOpen,
    signedClaims: claims.signedClaims,
    eliminated: (pool, period) => claims.eliminated({ from: period, to: period }, pool),
    saveDecision: claims.saveDecision,
    saveElimination: claims.saveElimination,
    audit: (action, after, eliminations) => record(tx, {
      action, subjectKind: "BenefitClaim", subjectKey: keyOf(after), reason: after.decision!.note,
      before: { decision: null }, after: { ...claimInNote(after, exponent), eliminations: eliminations.map(({ benefitId, overlapMinor, cashableMinor, nonCashableMinor }) => ({ benefitId, overlapMinor: String(overlapMinor), cashableMinor: String(cashableMinor), nonCashableMinor: String(nonCashableMinor) })) },
    }),
  };
}

