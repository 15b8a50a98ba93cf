import { Field, InputType, ObjectType, registerEnumType } from "type-graphql";
import { Money, connectionOf, enumOf } from "../../kernel/graph.type";
import { MoneyAmount } from "../../kernel/money";
import { CurrencyCodeScalar, DateTimeScalar, DecimalScalar, PeriodKeyScalar } from "../../kernel/scalars";
import { UserError } from "../../kernel/user-error.type";
import { UseCaseType } from "../../tenancy/tenancy.type";
import { CostPool } from "../cost-pool";
import { CostEntryKind } from "../cost-entry";
import { CostEntryKindEnum, CostPoolType } from "../costs.type";
import { ACCRUAL_ANSWER_KINDS, ACCRUAL_STATUSES, AccrualAnswerKind, AccrualStatus, REVERSAL_CAUSES, ReversalCause } from "./accrual";

export const AccrualStatusEnum = enumOf(ACCRUAL_STATUSES);
registerEnumType(AccrualStatusEnum, { name: "AccrualStatus", description: "ACCRUED counts in its open month; REVERSED was taken back and nothing has come of it, which holds up the next close; ANSWERED has an invoice, was renewed or released." });
export const ReversalCauseEnum = enumOf(REVERSAL_CAUSES);
registerEnumType(ReversalCauseEnum, { name: "AccrualReversalCause", description: "CLOSE: its month closed; INVOICE: its invoice came before that; RELEASE: finance released it before that." });
export const AccrualAnswerKindEnum = enumOf(ACCRUAL_ANSWER_KINDS);
registerEnumType(AccrualAnswerKindEnum, { name: "AccrualAnswerKind", description: "INVOICE: cost was booked for it; RELEASE: finance says that none will come." });

@ObjectType("AccrualReversal", { simpleResolvers: true, description: "An accrual taken back: a cost entry of the opposite amount on the same pool and use case. After a close it is charged to the unit that bore the accrual, whoever owns the use case by then." })
export class AccrualReversalType {
  @Field(() => PeriodKeyScalar, { description: "The month that it counts in: the next open one after a close, otherwise the accrual's own." }) period: string;
  @Field(() => PeriodKeyScalar, { nullable: true, description: "The accrual's own month, where it counts instead since an invoice of that month or an earlier one came after the close; null: it was not moved." }) movedTo: string | null;
  @Field(() => ReversalCauseEnum, { description: "Why." }) cause: ReversalCause;
  @Field(() => Money, { description: "The accrual's amount with the opposite sign." }) amount: MoneyAmount;
  @Field(() => DateTimeScalar, { description: "When it was recorded." }) at: Date;
  @Field(() => String, { description: "Subject of the token that closed, booked or released." }) by: string;
}

@ObjectType("AccrualAnswer", { simpleResolvers: true, description: "What came of an accrual." })
export class AccrualAnswerType {
  @Field(() => AccrualAnswerKindEnum, { description: "An invoice, or that none will come." }) kind: AccrualAnswerKind;
  @Field(() => String, { nullable: true, description: "Of a release: why." }) reason: string | null;
  @Field(() => DateTimeScalar, { description: "When it was recorded." }) at: Date;
  @Field(() => String, { description: "Subject of the token that booked or released." }) by: string;
}

@ObjectType("Accrual", { simpleResolvers: true, description: "Cost that is expected of a month and has no invoice yet. It is a cost entry of its month, which its close takes back in the next open one. Never changed." })
export class AccrualType {
  @Field(() => String, { description: "Its identity in the sender's books; unique in the programme for ever." }) externalId: string;
  @Field(() => CostPoolType, { description: "The pool that the cost is expected on." }) pool: CostPool;
  @Field(() => UseCaseType, { nullable: true, description: "The use case that bears it; of DIRECT pools only." }) useCase: UseCaseType | null;
  @Field(() => PeriodKeyScalar, { description: "The month that it counts in." }) period: string;
  @Field(() => Money, { description: "What is expected, in the programme's currency; an expected credit is negative." }) amount: MoneyAmount;
  @Field(() => CostEntryKindEnum, { description: "Of its entry and of what takes it back." }) kind: CostEntryKind;
  @Field(() => String, { description: "Why the cost is expected." }) reason: string;
  @Field(() => String, { description: "What the amount stands on: an order, a meter, an estimate." }) source: string;
  @Field(() => AccrualStatusEnum, { description: "How it stands." }) status: AccrualStatus;
  @Field(() => AccrualReversalType, { nullable: true, description: "What took it back; null while it counts." }) reversal: AccrualReversalType | null;
  @Field(() => [AccrualAnswerType], { description: "What came of it, oldest first." }) answers: AccrualAnswerType[];
  @Field(() => String, { nullable: true, description: "externalId of the accrual that it took the place of." }) renews: string | null;
  @Field(() => String, { nullable: true, description: "externalId of the accrual that took its place." }) renewedBy: string | null;
  @Field(() => Money, { nullable: true, description: "Sum of the invoices booked for it; null while there is none." }) invoiced: MoneyAmount | null;
  @Field(() => Money, { nullable: true, description: "invoiced - amount: what was expected too little, or (negative) too much; null while there is no invoice." }) variance: MoneyAmount | null;
  @Field(() => DateTimeScalar, { description: "When it was recorded." }) recordedAt: Date;
  @Field(() => String, { description: "Subject of the token that booked it." }) recordedBy: string;
}

export const AccrualConnection = connectionOf(AccrualType, "Accrual");

@InputType({ description: "Which accruals." })
export class AccrualWhere {
  @Field(() => PeriodKeyScalar, { nullable: true, description: "Those of one month." }) period?: string | null;
  @Field(() => [String], { nullable: true, description: "Codes of pools; NOT_FOUND for one that does not exist." }) pool?: string[] | null;
  @Field(() => [AccrualStatusEnum], { nullable: true, description: "Of any status when left out." }) status?: AccrualStatus[] | null;
}

@InputType()
export class BookAccrualInput {
  @Field(() => String, { description: "Code of the pool." }) pool: string;
  @Field(() => String, { nullable: true, description: "Code of the use case; required on DIRECT pools, refused on others." }) useCase?: string | null;
  @Field(() => PeriodKeyScalar, { description: "The month that the cost is expected of; PERIOD_CLOSED for a closed one." }) period: string;
  @Field(() => DecimalScalar, { description: "No more decimals than the currency has; not zero; an expected credit is negative." }) amount: string;
  @Field(() => CostEntryKindEnum, { nullable: true, description: "CHARGE when left out. CREDIT: a service credit is expected; BAD_USER_INPUT when it is not negative." }) kind?: CostEntryKind | null;
  @Field(() => CurrencyCodeScalar, { description: "The programme's; CURRENCY_MISMATCH otherwise." }) currency: string;
  @Field(() => String, { description: "Why the cost is expected; 300 characters at most." }) reason: string;
  @Field(() => String, { description: "What the amount stands on: an order, a meter, an estimate; 200 characters at most." }) source: string;
  @Field(() => String, { description: "Identity in your books, 150 characters at most: the same again answers the same accrual, another under it is CONFLICT." }) externalId: string;
  @Field(() => String, { nullable: true, description: "externalId of an accrual of an earlier month that was taken back while its invoice has still not come: this one takes its place. CONFLICT when it is answered." }) renews?: string | null;
}

@InputType()
export class ReleaseAccrualInput {
  @Field(() => String, { description: "externalId of the accrual." }) accrual: string;
  @Field(() => String, { description: "Why; kept in the audit trail. 500 characters at most." }) reason: string;
}

@ObjectType({ simpleResolvers: true })
export class AccrualPayload {
  @Field(() => AccrualType, { nullable: true, description: "As it stands now." }) accrual?: AccrualType | null;
  @Field(() => [UserError], { description: "Why nothing was changed; empty when it was." }) userErrors: UserError[];
}
