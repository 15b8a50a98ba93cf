import { Field, ID, Int, ObjectType, registerEnumType } from "type-graphql";
import { Money, connectionOf, enumOf } from "../kernel/graph.type";
import { MoneyAmount } from "../kernel/money";
import { DateTimeScalar, DecimalScalar, PeriodKeyScalar } from "../kernel/scalars";
import { UserError } from "../kernel/user-error.type";
import { UseCaseType } from "../tenancy/tenancy.type";
import { CASE_STATUSES, CaseStatus } from "./business-case";
import { CASE_BREACHES, CaseBreach } from "./case-report";
import { TORNADO_DRIVERS, TornadoDriver } from "./case-figures";
import { EVIDENCE_ITEMS, EvidenceItem, GATES, Gate } from "./gates";
import { CASE_BENEFITS, CASE_CATEGORIES, CaseBenefit, CaseCategory } from "./plan";

export const CaseStatusEnum = enumOf(CASE_STATUSES);
registerEnumType(CaseStatusEnum, { name: "BusinessCaseStatus", description: "DRAFT: proposed. APPROVED: the plan that holds. SUPERSEDED: approved once, a later version holds. RETIRED: the case is over." });
export const CaseCategoryEnum = enumOf(CASE_CATEGORIES);
registerEnumType(CaseCategoryEnum, { name: "CaseCategory", description: "IMPLEMENTATION and RUN_COST are the sponsor's budget. PLATFORM_SHARE is what the use case is charged of shared cost: a dependency outside that budget. The others are benefits." });
export const CaseBenefitEnum = enumOf(CASE_BENEFITS);
registerEnumType(CaseBenefitEnum, { name: "CaseBenefit", description: "COST_REDUCTION: cost that falls away. MARGIN: margin on attributed revenue. OTHER_EBIT: bad debt and other benefits above EBIT." });
export const GateEnum = enumOf(GATES);
registerEnumType(GateEnum, { name: "FundingGate", description: "G0 idea releases 0 % of the investment, G1 business case 20, G2 pilot 30, G3 go-live 40, G4 benefits confirmed 10. They are passed in order." });
export const EvidenceItemEnum = enumOf(EVIDENCE_ITEMS);
registerEnumType(EvidenceItemEnum, { name: "CaseEvidenceItem", description: "G0: PROBLEM_METRIC, VOICE_TRAITS, CASE_CLASS. G1: FINANCE_POLICY, PREREQUISITES and the CFO's four groups of questions. G2: COHORT, THRESHOLDS, ESCALATION_TEST, DPIA. G3: STEERING_DECISION, RUNBOOK, DISCLOSURE, DNC_SYNC, RACI, OPERATING_MODEL_REVIEW. G4: CLOSED_QUARTERS, FINANCE_SIGN_OFF." });
export const TornadoDriverEnum = enumOf(TORNADO_DRIVERS);
registerEnumType(TornadoDriverEnum, { name: "TornadoDriver", description: "What is changed alone: amounts of a category, all benefits, or the discount rate itself (8 % less a fifth is 6.4 %)." });
export const CaseBreachEnum = enumOf(CASE_BREACHES);
registerEnumType(CaseBreachEnum, { name: "BusinessCaseBreach", description: "OVER_RELEASED: committed + spent is more than released. SPENT_BEFORE_APPROVAL: implementation cost of a month before that of the first approval. REAPPROVAL_NEEDED: two whole quarters in a row realised less than 80 % of their plan." });

@ObjectType("CaseMetric", { simpleResolvers: true, description: "A figure, or why there is none." })
export class CaseMetricType {
  @Field(() => DecimalScalar, { nullable: true, description: "Rounded half away from zero; null with a reason." }) value: string | null;
  @Field(() => String, { nullable: true, description: "Why there is no value." }) reason: string | null;
  @Field(() => String, { nullable: true, description: "What to bear in mind of the value." }) warning: string | null;
}

@ObjectType("CaseMetrics", { simpleResolvers: true, description: "Flows of month m are discounted by (1 + annual rate) ^ (m / 12), m = 0 in the start month; powers and roots are carried to 50 decimals and rounded once." })
export class CaseMetricsType {
  @Field(() => Money, { description: "Net present value: benefits - platform share - implementation - run cost, each discounted; to the minor unit, half away from zero." }) npv: MoneyAmount;
  @Field(() => CaseMetricType, { description: "Annual rate in percent, 2 decimals, at which the net present value is nothing. Null when flows never change sign or several rates could do it." }) irrPercent: CaseMetricType;
  @Field(() => CaseMetricType, { description: "The same by days from the first of each month, ACT/365." }) xirrPercent: CaseMetricType;
  @Field(() => CaseMetricType, { description: "Years until cumulative flows reach nothing, between two flows in proportion; 2 decimals." }) paybackYears: CaseMetricType;
  @Field(() => CaseMetricType, { description: "The same with discounted flows." }) discountedPaybackYears: CaseMetricType;
  @Field(() => CaseMetricType, { description: "(benefits - platform share - implementation - run cost) / (implementation + run cost), percent, 1 decimal." }) roiPercent: CaseMetricType;
  @Field(() => CaseMetricType, { description: "Present value of everything but implementation / present value of implementation; 3 decimals." }) profitabilityIndex: CaseMetricType;
}

@ObjectType("CaseFlow", { simpleResolvers: true, description: "One amount of a month. Above zero whichever way the money goes; a credit in the ledgers stands below." })
export class CaseFlowType {
  @Field(() => PeriodKeyScalar, { description: "The month." }) period: string;
  @Field(() => CaseCategoryEnum, { description: "What it is." }) category: CaseCategory;
  @Field(() => Money, { description: "The amount." }) amount: MoneyAmount;
}

@ObjectType("ContainmentCase", { simpleResolvers: true, description: "Net present value with the benefits that depend on containment multiplied." })
export class ContainmentCaseType {
  @Field(() => DecimalScalar, { description: "0.5, 1 or 2." }) factor: string;
  @Field(() => Money, { description: "To the minor unit." }) npv: MoneyAmount;
}

@ObjectType("TornadoBar", { simpleResolvers: true, description: "Net present value with one driver lower and higher." })
export class TornadoBarType {
  @Field(() => TornadoDriverEnum, { description: "What is changed." }) driver: TornadoDriver;
  @Field(() => Money, { description: "With the driver lower." }) npvAtLower: MoneyAmount;
  @Field(() => Money, { description: "With the driver higher." }) npvAtHigher: MoneyAmount;
  @Field(() => Money, { description: "Distance between the two, rounded by itself." }) swing: MoneyAmount;
}

@ObjectType("CaseRealisation", { simpleResolvers: true, description: "Attributed benefit against planned benefit, of closed months in the plan." })
export class CaseRealisationType {
  @Field(() => String, { nullable: true, description: "Whole calendar quarter, \"2025-Q2\"; null: everything to date." }) quarter: string | null;
  @Field(() => Money, { description: "Planned benefit." }) planned: MoneyAmount;
  @Field(() => Money, { nullable: true, description: "Attributed benefit that finance signed off, cashable and not, less what of it was eliminated: an overlap on a benefit pool is borne by the use case whose claim was reduced. Null while finance has not decided on every benefit that was due (missing)." }) attributed: MoneyAmount | null;
  @Field(() => DecimalScalar, { nullable: true, description: "Attributed / planned, percent, 2 decimals; null where nothing was planned or attributed is null." }) percent: string | null;
}

@ObjectType("CaseCommitment", { simpleResolvers: true, description: "Money promised for the implementation, or a commitment that is settled." })
export class CaseCommitmentType {
  @Field(() => String, { description: "Unique in the case." }) externalId: string;
  @Field(() => Money, { description: "Below zero for a settlement." }) amount: MoneyAmount;
  @Field(() => String, { nullable: true, description: "externalId of what it settles." }) settles: string | null;
  @Field(() => String, { nullable: true, description: "As it was booked." }) description: string | null;
}

@ObjectType("CaseFunding", { simpleResolvers: true, description: "The investment of a case: sum released <= approved; committed + spent <= released, or it is a breach." })
export class CaseFundingType {
  @Field(() => Money, { description: "Implementation cost of the plan that holds; nothing before one is approved." }) approved: MoneyAmount;
  @Field(() => Money, { description: "Sum of released tranches." }) released: MoneyAmount;
  @Field(() => Money, { description: "Commitments that are not settled." }) committed: MoneyAmount;
  @Field(() => Money, { description: "Implementation cost in the ledgers, open months too: what is booked as such, capitalised or expensed, and direct cost in the pools that the funding arrangement names for it." }) spent: MoneyAmount;
  @Field(() => Money, { description: "Released - committed - spent." }) room: MoneyAmount;
  @Field(() => [CaseBreachEnum], { description: "What the ledgers could not refuse." }) breaches: CaseBreach[];
  @Field(() => [CaseCommitmentType], { description: "In the order of booking." }) commitments: CaseCommitmentType[];
}

@ObjectType("CaseFigures", { simpleResolvers: true, description: "The money of a case: the version's plan, the ledgers' actual, and the outlook." })
export class CaseFiguresType {
  @Field(() => PeriodKeyScalar, { description: "Month 0." }) startMonth: string;
  @Field(() => DecimalScalar, { description: "Effective annual rate, percent." }) discountRatePercent: string;
  @Field(() => [CaseBenefitEnum], { description: "Benefits that grow and shrink with containment." }) containmentDriven: CaseBenefit[];
  @Field(() => Money, { description: "Implementation and run cost of the whole plan: what the sponsor spends." }) sponsorBudget: MoneyAmount;
  @Field(() => Money, { description: "Share of the platform over the whole plan: a dependency outside the sponsor's budget." }) platformShare: MoneyAmount;
  @Field(() => [CaseFlowType], { description: "As planned, by month and category." }) plan: CaseFlowType[];
  @Field(() => CaseMetricsType, { description: "Of the plan." }) metrics: CaseMetricsType;
  @Field(() => [ContainmentCaseType], { description: "At containment x 0.5, x 1 and x 2." }) containment: ContainmentCaseType[];
  @Field(() => [TornadoBarType], { description: "One driver at a time, widest swing first." }) tornado: TornadoBarType[];
  @Field(() => [CaseFlowType], { description: "Closed months as the ledgers have them: implementation cost when it is spent, other direct cost, charged platform share, recognised cashable benefit less what of it was eliminated. What came late for a closed month stands in the first open one." }) actual: CaseFlowType[];
  @Field(() => [CaseFlowType], { description: "Actual of closed months of the plan (with planned benefits where missing names the month), then the rest of the plan with its benefits times the realisation rate to date (as planned while that is unknown); cost to come as planned." }) outlook: CaseFlowType[];
  @Field(() => CaseMetricsType, { description: "Of the outlook." }) outlookMetrics: CaseMetricsType;
  @Field(() => CaseRealisationType, { nullable: true, description: "To date; null before a month of the plan is closed." }) realisation: CaseRealisationType | null;
  @Field(() => [CaseRealisationType], { description: "By whole quarter. Two in a row below 80 percent ask for a new approval (REAPPROVAL_NEEDED)." }) quarters: CaseRealisationType[];
  @Field(() => CaseFundingType, { description: "Of the case, by the plan that holds." }) funding: CaseFundingType;
  @Field(() => [String], { description: "What is not known, and why." }) missing: string[];
}

@ObjectType("CaseEvidence", { simpleResolvers: true, description: "Where the proof of one thing is filed." })
export class CaseEvidenceType {
  @Field(() => EvidenceItemEnum, { description: "What it proves." }) item: EvidenceItem;
  @Field(() => String, { description: "As the firm files it." }) reference: string;
}

@ObjectType("CaseGate", { simpleResolvers: true, description: "A gate of funding, without its money." })
export class CaseGateType {
  @Field(() => GateEnum, { description: "Which one." }) gate: Gate;
  @Field(() => [CaseEvidenceType], { description: "In the order of items." }) evidence: CaseEvidenceType[];
  @Field(() => String, { description: "Subject that asked for it." }) requestedBy: string;
  @Field(() => DateTimeScalar, { description: "When it was asked for." }) requestedAt: Date;
  @Field(() => String, { nullable: true, description: "Subject that released it; never who asked." }) releasedBy: string | null;
  @Field(() => DateTimeScalar, { nullable: true, description: "When it was released; null: it is not." }) releasedAt: Date | null;
}

@ObjectType("BusinessCase", { simpleResolvers: true, description: "The funded investment of one use case, planned over its life by its sponsor; no part of the programme's profit and loss. Versions are never changed." })
export class BusinessCaseType {
  @Field(() => UseCaseType, { description: "Whose case it is." }) useCase: { readonly id: string; readonly code: string; readonly name: string };
  @Field(() => Int, { description: "Version of the plan, from 1 on." }) version: number;
  @Field(() => CaseStatusEnum, { description: "How this version stands." }) status: CaseStatus;
  @Field(() => GateEnum, { nullable: true, description: "The last gate that was passed; null before the first." }) gate: Gate | null;
  @Field(() => [CaseGateType], { description: "The newest request of each gate, in order." }) gates: CaseGateType[];
  @Field(() => String, { description: "Who wants it." }) sponsor: string;
  @Field(() => String, { description: "Who answers for its budget." }) budgetHolder: string;
  @Field(() => String, { description: "The problem it solves." }) problem: string;
  @Field(() => String, { description: "How the problem is measured." }) problemMetric: string;
  @Field(() => String, { nullable: true, description: "Why this version was proposed; null for the first." }) reason: string | null;
  @Field(() => String, { description: "SHA-256 of the plan in canonical form: the same for ever." }) documentHash: string;
  @Field(() => String, { description: "Subject that proposed it." }) proposedBy: string;
  @Field(() => DateTimeScalar, { description: "When it was proposed." }) proposedAt: Date;
  @Field(() => String, { nullable: true, description: "Subject of finance that approved it; never the proposer." }) approvedBy: string | null;
  @Field(() => DateTimeScalar, { nullable: true, description: "When it was approved, and so frozen." }) approvedAt: Date | null;
  @Field(() => DateTimeScalar, { nullable: true, description: "When the case was retired." }) retiredAt: Date | null;
  @Field(() => [Int], { description: "Every version of the plan." }) versions: number[];
}

@ObjectType("BusinessCaseGrant", { simpleResolvers: true, description: "Lets one executive see one case from an instant on and before another, until it is revoked." })
export class CaseGrantType {
  @Field(() => ID, { description: "Opaque." }) id: string;
  @Field(() => String, { description: "Code of the use case." }) useCase: string;
  @Field(() => String, { description: "Subject of the executive's token." }) subject: string;
  @Field(() => DateTimeScalar, { description: "First instant." }) from: Date;
  @Field(() => DateTimeScalar, { description: "First instant at which it holds no longer." }) to: Date;
  @Field(() => String, { description: "Why it was granted." }) reason: string;
  @Field(() => String, { description: "Subject of finance that granted it." }) grantedBy: string;
  @Field(() => DateTimeScalar, { description: "When it was granted." }) grantedAt: Date;
  @Field(() => String, { nullable: true, description: "Subject that revoked it." }) revokedBy: string | null;
  @Field(() => DateTimeScalar, { nullable: true, description: "When it was revoked; it has no effect since." }) revokedAt: Date | null;
}

export const CaseGrantConnection = connectionOf(CaseGrantType, "BusinessCaseGrant");

@ObjectType({ simpleResolvers: true, description: "The case as it stands now." })
export class BusinessCasePayload {
  @Field(() => BusinessCaseType, { nullable: true, description: "Null when nothing was done." }) businessCase?: BusinessCaseType;
  @Field(() => [UserError], { description: "Why nothing was done; empty when it was." }) userErrors: UserError[];
}

@ObjectType({ simpleResolvers: true, description: "The grant as it stands now." })
export class BusinessCaseGrantPayload {
  @Field(() => CaseGrantType, { nullable: true, description: "Null when nothing was done." }) grant?: CaseGrantType;
  @Field(() => [UserError], { description: "Why nothing was done; empty when it was." }) userErrors: UserError[];
}
