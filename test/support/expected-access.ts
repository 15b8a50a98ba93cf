import { Role } from "../../src/tenancy";

/**
 * What a role gets from an operation. Written by hand from the table of roles, never from the rules in the code: the two
 * are held against each other.
 *
 *   ALL            the whole programme
 *   OWN            rows of the units that the token names; anybody else's are as if they did not exist
 *   TOTALS         sums of whole months over at least three units, nothing narrower
 *   PER_USE_CASE   sums by use case, never by unit
 *   BARE           itself, without programme or units
 *   ACKS           may write for its own units and reads back the verdicts alone
 *   FORBIDDEN      nothing, whatever is asked for
 */
export type Verdict = "ALL" | "OWN" | "TOTALS" | "PER_USE_CASE" | "BARE" | "ACKS" | "FORBIDDEN";

const ROLES_IN_ORDER = ["FINANCE", "BUSINESS_UNIT", "EXECUTIVE", "INTEGRATION", "PROGRAMME_LEAD", "STEERING", "OPERATOR", "AUDITOR", "ADMIN"] as const satisfies readonly Role[];

type Row = readonly [Verdict, Verdict, Verdict, Verdict, Verdict, Verdict, Verdict, Verdict, Verdict];

const no = "FORBIDDEN";

//                                          finance  unit   executive   integration  lead            steering  operator  auditor  admin
const TABLE: Readonly<Record<string, Row>> = {
  "Query.viewer":                            ["ALL", "OWN", "ALL",      "BARE",      "ALL",          "ALL",    "OWN",    "ALL",   "ALL"],
  "Query.programme":                         ["ALL", "ALL", "ALL",      no,          "ALL",          "ALL",    "ALL",    "ALL",   "ALL"],
  "Query.businessUnits":                     ["ALL", "OWN", no,         no,          "ALL",          "ALL",    "OWN",    "ALL",   "ALL"],
  "Query.businessUnit":                      ["ALL", "OWN", no,         no,          "ALL",          "ALL",    "OWN",    "ALL",   "ALL"],
  "Query.useCases":                          ["ALL", "OWN", no,         no,          "ALL",          "ALL",    "OWN",    "ALL",   "ALL"],
  "Query.useCase":                           ["ALL", "OWN", no,         no,          "ALL",          "ALL",    "OWN",    "ALL",   "ALL"],
  "Query.periods":                           ["ALL", "ALL", "ALL",      no,          "ALL",          "ALL",    "ALL",    "ALL",   "ALL"],
  "Query.period":                            ["ALL", "ALL", "ALL",      no,          "ALL",          "ALL",    "ALL",    "ALL",   "ALL"],
  "Query.node":                              ["ALL", "OWN", "ALL",      no,          "ALL",          "ALL",    "OWN",    "ALL",   "ALL"],
  "Query.usage":                             ["ALL", "OWN", "TOTALS",   no,          "PER_USE_CASE", "TOTALS", "OWN",    "ALL",   no],
  "Query.usagePeaks":                        ["ALL", "OWN", no,         no,          "PER_USE_CASE", no,       "OWN",    "ALL",   no],
  "Query.usageDurations":                    ["ALL", "OWN", no,         no,          "PER_USE_CASE", no,       "OWN",    "ALL",   no],
  "Query.usageEvents":                       ["ALL", "OWN", no,         no,          no,             no,       "OWN",    "ALL",   no],
  "Query.unattributedUsage":                 ["ALL", no,    no,         no,          no,             no,       no,       "ALL",   no],
  "Query.sources":                           ["ALL", no,    no,         no,          no,             no,       no,       "ALL",   "ALL"],
  "Query.source":                            ["ALL", no,    no,         no,          no,             no,       no,       "ALL",   "ALL"],
  "Query.sourceRules":                       ["ALL", no,    no,         no,          no,             no,       no,       "ALL",   "ALL"],
  "Query.providerConnections":               ["ALL", no,    no,         no,          no,             no,       no,       "ALL",   "ALL"],
  "Query.attributionRules":                  ["ALL", no,    no,         no,          no,             no,       no,       "ALL",   no],
  "Query.unattributedQueue":                 ["ALL", no,    no,         no,          no,             no,       no,       "ALL",   no],
  "Query.ownershipChanges":                  ["ALL", no,    no,         no,          "ALL",          no,       no,       "ALL",   "ALL"],
  "Query.costPools":                         ["ALL", no,    no,         no,          no,             no,       no,       "ALL",   no],
  "Query.costEntries":                       ["ALL", no,    no,         no,          no,             no,       no,       "ALL",   no],
  "Query.accruals":                          ["ALL", no,    no,         no,          no,             no,       no,       "ALL",   no],
  "Query.allocationPolicies":                ["ALL", no,    no,         no,          no,             no,       no,       "ALL",   no],
  "Query.allocationRuns":                    ["ALL", no,    no,         no,          no,             no,       no,       "ALL",   no],
  "Query.allocation":                        ["ALL", "OWN", "TOTALS",   no,          no,             "TOTALS", no,       "ALL",   no],
  "Query.explainAllocation":                 ["ALL", "OWN", no,         no,          no,             no,       no,       "ALL",   no],
  "Query.simulateAllocation":                ["ALL", no,    no,         no,          no,             no,       no,       "ALL",   no],
  "Query.closeChecklist":                   ["ALL", no,    no,         no,          no,             no,       no,       "ALL",   no],
  "Query.closePreview":                     ["ALL", no,    no,         no,          no,             no,       no,       "ALL",   no],
  "Query.closeRules":                       ["ALL", no,    no,         no,          no,             no,       no,       "ALL",   no],
  "Query.adjustments":                      ["ALL", "OWN", no,         no,          no,             no,       no,       "ALL",   no],
  "Query.periodFigures":                     ["ALL", no,    no,         no,          no,             no,       no,       "ALL",   no],
  "Query.previewRestatement":                ["ALL", no,    no,         no,          no,             no,       no,       "ALL",   no],
  "Query.periodCharges":                     ["ALL", no,    no,         no,          no,             no,       no,       "ALL",   no],
  "Query.statement":                         ["ALL", "OWN", no,         no,          no,             no,       no,       "ALL",   no],
  "Query.statements":                        ["ALL", "OWN", no,         no,          no,             no,       no,       "ALL",   no],
  "Query.corrections":                      ["ALL", no,    no,         no,          no,             no,       no,       "ALL",   no],
  "Query.correction":                       ["ALL", no,    no,         no,          no,             no,       no,       "ALL",   no],
  "Query.correctionRules":                  ["ALL", no,    no,         no,          no,             no,       no,       "ALL",   no],
  "Query.previewCorrection":                ["ALL", no,    no,         no,          no,             no,       no,       no,      no],
  "Query.exchangeRates":                     ["ALL", no,    no,         no,          no,             no,       no,       "ALL",   no],
  "Query.rateCards":                         ["ALL", no,    no,         no,          no,             no,       no,       "ALL",   no],
  "Query.usageCost":                         ["ALL", "OWN", no,         no,          no,             no,       no,       "ALL",   no],
  "Query.explainUsageCost":                  ["ALL", "OWN", no,         no,          no,             no,       no,       "ALL",   no],
  "Query.simulateRating":                    ["ALL", no,    no,         no,          no,             no,       no,       "ALL",   no],
  "Query.ratingRules":                       ["ALL", no,    no,         no,          no,             no,       no,       "ALL",   no],
  "Query.vendorStatements":                  ["ALL", no,    no,         no,          no,             no,       no,       "ALL",   no],
  "Query.reconciliation":                    ["ALL", no,    no,         no,          no,             no,       no,       "ALL",   no],
  "Query.auditEntries":                      ["ALL", no,    no,         no,          no,             no,       no,       "ALL",   no],
  "Query.auditHead":                         ["ALL", no,    no,         no,          no,             no,       no,       "ALL",   no],
  "Mutation.createProgramme":                [no,    no,    no,         no,          no,             no,       no,       no,      "ALL"],
  "Mutation.createBusinessUnit":             ["ALL", no,    no,         no,          no,             no,       no,       no,      "ALL"],
  "Mutation.createUseCase":                  [no,    no,    no,         no,          "ALL",          no,       no,       no,      "ALL"],
  "Mutation.moveUseCase":                    ["ALL", no,    no,         no,          no,             no,       no,       no,      "ALL"],
  "Mutation.mergeBusinessUnits":             ["ALL", no,    no,         no,          no,             no,       no,       no,      "ALL"],
  "Mutation.splitBusinessUnit":              ["ALL", no,    no,         no,          no,             no,       no,       no,      "ALL"],
  "Mutation.reportUsage":                    [no,    no,    no,         "ACKS",      no,             no,       no,       no,      no],
  "Mutation.attributeUsage":                 ["ALL", no,    no,         no,          no,             no,       no,       no,      no],
  "Mutation.registerSource":                 ["ALL", no,    no,         no,          no,             no,       no,       no,      "ALL"],
  "Mutation.connectProvider":                [no,    no,    no,         no,          no,             no,       no,       no,      "ALL"],
  "Mutation.setProviderRoutes":              [no,    no,    no,         no,          no,             no,       no,       no,      "ALL"],
  "Mutation.rotateProviderKey":              [no,    no,    no,         no,          no,             no,       no,       no,      "ALL"],
  "Mutation.revokeProviderKey":              [no,    no,    no,         no,          no,             no,       no,       no,      "ALL"],
  "Mutation.setSourceRules":                 ["ALL", no,    no,         no,          no,             no,       no,       no,      no],
  "Mutation.acknowledgeSilence":             ["ALL", no,    no,         no,          no,             no,       no,       no,      no],
  "Mutation.retireAttributionRule":          ["ALL", no,    no,         no,          no,             no,       no,       no,      no],
  "Mutation.createCostPool":                 ["ALL", no,    no,         no,          no,             no,       no,       no,      no],
  "Mutation.bookCost":                       ["ALL", no,    no,         no,          no,             no,       no,       no,      no],
  "Mutation.bookAccrual":                    ["ALL", no,    no,         no,          no,             no,       no,       no,      no],
  "Mutation.releaseAccrual":                 ["ALL", no,    no,         no,          no,             no,       no,       no,      no],
  "Mutation.bookExchangeRates":              ["ALL", no,    no,         no,          no,             no,       no,       no,      no],
  "Mutation.proposeRateCard":                ["ALL", no,    no,         no,          no,             no,       no,       no,      no],
  "Mutation.approveRateCard":                ["ALL", no,    no,         no,          no,             no,       no,       no,      no],
  "Mutation.ratePeriod":                     ["ALL", no,    no,         no,          no,             no,       no,       no,      no],
  "Mutation.setRatingRules":                 ["ALL", no,    no,         no,          no,             no,       no,       no,      no],
  "Mutation.bookVendorStatement":            ["ALL", no,    no,         no,          no,             no,       no,       no,      no],
  "Mutation.explainVariance":                ["ALL", no,    no,         no,          no,             no,       no,       no,      no],
  "Mutation.proposeAllocationPolicy":        ["ALL", no,    no,         no,          no,             no,       no,       no,      no],
  "Mutation.approveAllocationPolicy":        ["ALL", no,    no,         no,          no,             no,       no,       no,      no],
  "Mutation.allocatePeriod":                 ["ALL", no,    no,         no,          no,             no,       no,       no,      no],
  "Mutation.requestClose":                  ["ALL", no,    no,         no,          no,             no,       no,       no,      no],
  "Mutation.closePeriod":                   ["ALL", no,    no,         no,          no,             no,       no,       no,      no],
  "Mutation.withdrawClose":                 ["ALL", no,    no,         no,          no,             no,       no,       no,      no],
  "Mutation.setCloseRules":                 ["ALL", no,    no,         no,          no,             no,       no,       no,      no],
  "Mutation.assignCloseCheck":               ["ALL", no,    no,         no,          no,             no,       no,       no,      no],
  "Mutation.signOffCloseCheck":              ["ALL", no,    no,         no,          no,             no,       no,       no,      no],
  "Mutation.withdrawCloseSignOff":           ["ALL", no,    no,         no,          no,             no,       no,       no,      no],
  "Mutation.requestRestatement":             ["ALL", no,    no,         no,          no,             no,       no,       no,      no],
  "Mutation.withdrawRestatement":            ["ALL", no,    no,         no,          no,             no,       no,       no,      no],
  "Mutation.restatePeriod":                  ["ALL", no,    no,         no,          no,             no,       no,       no,      no],
  "Mutation.issueStatements":                ["ALL", no,    no,         no,          no,             no,       no,       no,      no],
  "Mutation.acceptStatement":                [no,    "OWN", no,         no,          no,             no,       no,       no,      no],
  "Mutation.disputeStatement":               [no,    "OWN", no,         no,          no,             no,       no,       no,      no],
  "Mutation.resolveDispute":                 ["ALL", no,    no,         no,          no,             no,       no,       no,      no],
  "Mutation.postStatements":                 ["ALL", no,    no,         no,          no,             no,       no,       no,      no],
  "Mutation.addToBackfill":                 ["ALL", no,    no,         no,          no,             no,       no,       no,      no],
  "Mutation.proposeCorrection":             ["ALL", no,    no,         no,          no,             no,       no,       no,      no],
  "Mutation.approveCorrection":             ["ALL", no,    no,         no,          no,             no,       no,       no,      no],
  "Mutation.rejectCorrection":              ["ALL", no,    no,         no,          no,             no,       no,       no,      no],
  "Mutation.revertCorrection":              ["ALL", no,    no,         no,          no,             no,       no,       no,      no],
  "Mutation.setCorrectionRules":            ["ALL", no,    no,         no,          no,             no,       no,       no,      no],
};

export const EXPECTED_ACCESS: ReadonlyMap<string, Readonly<Record<Role, Verdict>>> = new Map(
  Object.entries(TABLE).map(([operation, row]) => [operation, Object.fromEntries(ROLES_IN_ORDER.map((role, index) => [role, row[index]])) as Record<Role, Verdict>]),
);

/** Fields inside answers that fewer roles may select than the operations that lead to them. */
export const EXPECTED_FIELDS: ReadonlyMap<string, readonly Role[]> = new Map<string, readonly Role[]>([
  ["Viewer.programme", ["FINANCE", "BUSINESS_UNIT", "PROGRAMME_LEAD", "STEERING", "OPERATOR", "AUDITOR", "ADMIN", "EXECUTIVE"]],
  ["Viewer.businessUnits", ["FINANCE", "BUSINESS_UNIT", "PROGRAMME_LEAD", "STEERING", "OPERATOR", "AUDITOR", "ADMIN"]],
  ["UsageEvent.attributes", ["FINANCE", "BUSINESS_UNIT", "AUDITOR"]],
  ["UsageEvent.costItems", ["FINANCE", "BUSINESS_UNIT", "AUDITOR"]],
  ["UsageEvent.reportedBusinessUnit", ["FINANCE", "AUDITOR"]],
  ["UsageEvent.reportedUseCase", ["FINANCE", "AUDITOR"]],
  ["UsageEvent.correction", ["FINANCE", "AUDITOR"]],
  ["Period.closeRequestedBy", ["FINANCE", "AUDITOR"]],
  ["Period.closedBy", ["FINANCE", "AUDITOR"]],
  ["Period.auditHead", ["FINANCE", "AUDITOR"]],
  ["Adjustment.lateEvents", ["FINANCE", "AUDITOR"]],
  ["Adjustment.lateCostEntries", ["FINANCE", "AUDITOR"]],
  ["Adjustment.hash", ["FINANCE", "AUDITOR"]],
  ["DisputeResolution.programmeLines", ["FINANCE", "AUDITOR"]],
]);

/** Types whose objects `node(id)` answers, and to whom. */
export const EXPECTED_NODES: ReadonlyMap<string, readonly Role[]> = new Map<string, readonly Role[]>([
  ["Programme", ["FINANCE", "BUSINESS_UNIT", "EXECUTIVE", "PROGRAMME_LEAD", "STEERING", "OPERATOR", "AUDITOR", "ADMIN"]],
  ["BusinessUnit", ["FINANCE", "BUSINESS_UNIT", "PROGRAMME_LEAD", "STEERING", "OPERATOR", "AUDITOR", "ADMIN"]],
  ["UseCase", ["FINANCE", "BUSINESS_UNIT", "PROGRAMME_LEAD", "STEERING", "OPERATOR", "AUDITOR", "ADMIN"]],
  ["Period", ["FINANCE", "BUSINESS_UNIT", "EXECUTIVE", "PROGRAMME_LEAD", "STEERING", "OPERATOR", "AUDITOR", "ADMIN"]],
  ["UsageEvent", ["FINANCE", "BUSINESS_UNIT", "OPERATOR", "AUDITOR"]],
  ["CostPool", ["FINANCE", "AUDITOR"]],
  ["CostEntry", ["FINANCE", "AUDITOR"]],
  ["AllocationPolicy", ["FINANCE", "AUDITOR"]],
  ["AllocationRun", ["FINANCE", "BUSINESS_UNIT", "AUDITOR"]],
  ["Statement", ["FINANCE", "BUSINESS_UNIT", "AUDITOR"]],
  ["StatementLine", ["FINANCE", "BUSINESS_UNIT", "AUDITOR"]],
  ["Correction", ["FINANCE", "AUDITOR"]],
]);
