import { formatUnits } from "../kernel/decimal";
import { costsStore } from "../costs/costs.store";
import { periodStore } from "../governance/period.store";
import { programmeCurrency } from "../tenancy";
import { TenantTransaction } from "../tenancy/database.store";
import { RecordAudit } from "../tenancy/request-context";
import { holdOwnership } from "../tenancy/tenancy.store";
import { ApproveRateCardPorts } from "./approve-rate-card";
import { ProposeRateCardPorts } from "./propose-rate-card";
import { rateCardStore } from "./rate-card.store";
import { RatePeriodPorts } from "./rate-period";
import { gatherRatingFacts } from "./rating-facts.query";
import { SetRatingRulesPorts } from "./rating-rules";
import { ratingRulesStore } from "./rating-rules.store";
import { ratingRunStore } from "./rating-run.store";

/** What `proposeRateCard` needs, over one transaction. */
export function proposeRateCardPorts(tx: TenantTransaction, record: RecordAudit): ProposeRateCardPorts {
  return {
    ...rateCardStore(tx),
    findPools: costsStore(tx).findPools,
    audit: ({ version, documentHash, vendor, component, unit, currency, effectiveFrom, effectiveTo, tiers, minimumCommitment, replaces, note }) =>
      record(tx, { action: "proposeRateCard", subjectKind: "RateCard", subjectKey: String(version), reason: note, after: { vendor, component, unit, currency, effectiveFrom, effectiveTo, tiers, minimumCommitment, replaces, documentHash } }),
  };
}

/** What `approveRateCard` needs, over one transaction. */
export function approveRateCardPorts(tx: TenantTransaction, record: RecordAudit): ApproveRateCardPorts {
  return {
    ...rateCardStore(tx),
    subject: tx.scope.principal.subject,
    audit: (before, after) => record(tx, { action: "approveRateCard", subjectKind: "RateCard", subjectKey: String(after.version), before: { approvedBy: before.approvedBy }, after: { approvedBy: after.approvedBy, documentHash: after.documentHash } }),
  };
}

/** An instant after everything that is recorded up to now; asked for under a lock. */
export async function instantAfterNow(tx: TenantTransaction): Promise<Date> {
  const [row] = await tx.query<{ cutoff: Date }>("select date_trunc('milliseconds', clock_timestamp()) + interval '1 millisecond' as cutoff");
  return row!.cutoff;
}

/** What `ratePeriod` needs, over one transaction. */
export function ratePeriodPorts(tx: TenantTransaction, record: RecordAudit): RatePeriodPorts {
  const { exponent, code } = programmeCurrency(tx.scope.programme);
  return {
    ...ratingRunStore(tx),
    gatherFacts: (period, cutoff) => gatherRatingFacts(tx, period, cutoff),
    freeze: async (period) => {
      const { status } = await periodStore(tx).lockAlone(period);
      await holdOwnership(tx, "alone");
      return { cutoff: await instantAfterNow(tx), isClosed: status === "CLOSED" };
    },
    audit: (run, result, postings, before) =>
      record(tx, {
        action: "ratePeriod", subjectKind: "RatingRun", subjectKey: `${run.periodKey}/${run.sequence}`,
        before: before && { sequence: before.sequence, resultHash: before.resultHash },
        after: {
          cards: run.cards, method: run.method, exchangeRates: run.exchangeRates, inputHash: run.inputHash, resultHash: run.resultHash, currency: code, total: formatUnits(result.totalMinor, exponent),
          postings: postings.length, posted: formatUnits(postings.reduce((sum, { amountMinor }) => sum + amountMinor, 0n), exponent),
        },
      }),
  };
}

/** What `setRatingRules` needs, over one transaction. */
export function setRatingRulesPorts(tx: TenantTransaction, record: RecordAudit): SetRatingRulesPorts {
  return {
    ...ratingRulesStore(tx),
    currency: programmeCurrency(tx.scope.programme),
    findPool: costsStore(tx).findPool,
    audit: (before, after, reason) => record(tx, {
      action: "setRatingRules", subjectKind: "RatingRules", subjectKey: String(after.version), reason, before: { ...before, toleranceMinor: String(before.toleranceMinor) }, after: { ...after, toleranceMinor: String(after.toleranceMinor) },
    }),
  };
}
