/** What is looked at in a month's facts, in the order in which it is worked off. Somebody may answer for each and sign it off. */
export const DUTY_CHECKS = [
  "MONTH_OVER", "EARLIER_MONTHS_CLOSED", "USAGE_ATTRIBUTED", "SOURCES_HEARD", "USAGE_RATED", "VENDORS_RECONCILED", "ACCRUALS_ANSWERED", "LATE_FACTS_RESTATED", "POOLS_HAVE_COST", "POOLS_HAVE_RULES", "RUN_LATEST", "RUN_ADDS_UP", "DISPUTES_SETTLED", "STATEMENTS_ISSUED", "COST_FUNDED",
] as const;
export type DutyCheckName = (typeof DUTY_CHECKS)[number];

/** Those, and what is looked at in their owners and signatures. */
export const CLOSE_CHECKS = [...DUTY_CHECKS, "OWNERS_ASSIGNED", "CHECKS_SIGNED_OFF"] as const;
export type CloseCheckName = (typeof CLOSE_CHECKS)[number];
