import { Field, ID, InputType, Int } from "type-graphql";
import { CurrencyCodeScalar, DateTimeScalar, DecimalScalar, PeriodKeyScalar } from "../kernel/scalars";
import { CaseBenefitEnum, CaseCategoryEnum, EvidenceItemEnum, GateEnum } from "./case.type";
import { EvidenceItem, Gate } from "./gates";
import { CaseBenefit, CaseCategory } from "./plan";

@InputType({ description: "A planned amount of a month." })
export class CaseFlowInput {
  @Field(() => PeriodKeyScalar, { description: "From the start month on, at most 120 months." }) period: string;
  @Field(() => CaseCategoryEnum, { description: "Which way the money goes; once a month each." }) category: CaseCategory;
  @Field(() => DecimalScalar, { description: "Above zero, cost or benefit." }) amount: string;
  @Field(() => CurrencyCodeScalar, { nullable: true, description: "The programme's; left out: that of the case." }) currency?: string | null;
}

@InputType({ description: "A plan. Of what stands already nothing is changed: this is a new version." })
export class ProposeBusinessCaseInput {
  @Field(() => String, { description: "Code." }) useCase: string;
  @Field(() => CurrencyCodeScalar, { description: "The programme's." }) currency: string;
  @Field(() => PeriodKeyScalar, { description: "Month 0 of discounting." }) startMonth: string;
  @Field(() => DecimalScalar, { description: "Effective annual rate: 0 to 100." }) discountRatePercent: string;
  @Field(() => String, { description: "Who wants it." }) sponsor: string;
  @Field(() => String, { description: "Who answers for its budget." }) budgetHolder: string;
  @Field(() => String, { description: "The problem it solves; up to 500 characters." }) problem: string;
  @Field(() => String, { description: "How the problem is measured." }) problemMetric: string;
  @Field(() => [CaseBenefitEnum], { nullable: true, description: "Benefits that depend on containment; left out: COST_REDUCTION." }) containmentDriven?: CaseBenefit[] | null;
  @Field(() => [CaseFlowInput], { description: "By month and category. Benefits after attribution." }) flows: CaseFlowInput[];
  @Field(() => String, { nullable: true, description: "Why it is planned anew; needed from version 2 on." }) reason?: string | null;
}

@InputType({ description: "Which version to approve." })
export class ApproveBusinessCaseInput {
  @Field(() => String, { description: "Code." }) useCase: string;
  @Field(() => Int, { description: "The newest." }) version: number;
}

@InputType({ description: "Which case is over." })
export class RetireBusinessCaseInput {
  @Field(() => String, { description: "Code." }) useCase: string;
  @Field(() => String, { description: "Why; up to 500 characters." }) reason: string;
}

@InputType({ description: "The proof of one thing." })
export class CaseEvidenceInput {
  @Field(() => EvidenceItemEnum, { description: "What it proves." }) item: EvidenceItem;
  @Field(() => String, { description: "Where it is filed; up to 500 characters." }) reference: string;
}

@InputType({ description: "The money of a gate, with its evidence." })
export class RequestTrancheInput {
  @Field(() => String, { description: "Code." }) useCase: string;
  @Field(() => GateEnum, { description: "The next one in order." }) gate: Gate;
  @Field(() => [CaseEvidenceInput], { description: "At least every item that the gate asks for." }) evidence: CaseEvidenceInput[];
  @Field(() => DecimalScalar, { nullable: true, description: "At most the gate's share of the approved investment; left out: all of it." }) amount?: string | null;
  @Field(() => CurrencyCodeScalar, { nullable: true, description: "The programme's." }) currency?: string | null;
}

@InputType({ description: "Which gate to pass." })
export class ReleaseTrancheInput {
  @Field(() => String, { description: "Code." }) useCase: string;
  @Field(() => GateEnum, { description: "One that somebody else asked for." }) gate: Gate;
}

@InputType({ description: "Money promised for the implementation, or what settles it." })
export class BookCaseCommitmentInput {
  @Field(() => String, { description: "Code." }) useCase: string;
  @Field(() => String, { description: "Identity in the sender's books, unique in the case." }) externalId: string;
  @Field(() => DecimalScalar, { description: "Above zero." }) amount: string;
  @Field(() => CurrencyCodeScalar, { description: "The programme's." }) currency: string;
  @Field(() => String, { nullable: true, description: "externalId of the commitment that is invoiced or called off." }) settles?: string | null;
  @Field(() => String, { nullable: true, description: "Up to 500 characters." }) description?: string | null;
}

@InputType({ description: "Who may see a case, and when." })
export class GrantBusinessCaseInput {
  @Field(() => String, { description: "Code." }) useCase: string;
  @Field(() => String, { description: "Subject of the executive's token." }) subject: string;
  @Field(() => DateTimeScalar, { description: "First instant." }) from: Date;
  @Field(() => DateTimeScalar, { description: "First instant at which it holds no longer." }) to: Date;
  @Field(() => String, { description: "Why; up to 500 characters." }) reason: string;
}

@InputType({ description: "Which grant to take back." })
export class RevokeBusinessCaseGrantInput {
  @Field(() => ID, { description: "The grant's id." }) grant: string;
  @Field(() => String, { description: "Why; up to 500 characters." }) reason: string;
}
