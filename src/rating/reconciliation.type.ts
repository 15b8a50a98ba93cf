import { Field, InputType, Int, ObjectType, registerEnumType } from "type-graphql";
import { Money, enumOf } from "../kernel/graph.type";
import { MoneyAmount } from "../kernel/money";
import { CurrencyCodeScalar, DateTimeScalar, DecimalScalar, LongScalar, PeriodKeyScalar } from "../kernel/scalars";
import { UserError } from "../kernel/user-error.type";
import { CostComponentEnum } from "../metering/usage-input.type";
import { VARIANCE_CAUSES } from "./reconcile";
import { STATEMENT_STANDINGS } from "./statement-standing";
import { VENDOR_STATEMENT_KINDS, VendorStatementKind } from "./vendor-statement";

export const VendorStatementKindEnum = enumOf(VENDOR_STATEMENT_KINDS);
registerEnumType(VendorStatementKindEnum, { name: "VendorStatementKind", description: "Where a vendor's word comes from: TWILIO_USAGE (usage records), FOCUS (a file of billed cost), INVOICE (invoices and credit notes). Of a vendor's month one kind is the basis, INVOICE before FOCUS before TWILIO_USAGE; the others are a cross-check of the same cost and are never added to it." });
export const StatementStandingEnum = enumOf(STATEMENT_STANDINGS);
registerEnumType(StatementStandingEnum, { name: "VendorStatementStanding", description: "BASIS: it is part of the total that the month is held against. CROSS_CHECK: it speaks of the same cost in another way and is not added. REPLACED: a corrected statement took its place; it is kept and counts no more." });
export const VarianceCauseEnum = enumOf(VARIANCE_CAUSES);
registerEnumType(VarianceCauseEnum, { name: "VarianceCause", description: "MISSING_LEG: the vendor bills a call that we never metered. MISSING_MESSAGE: it bills messages or segments that we never metered. DOUBLED_LEG: it bills a leg, or a component of it, twice. NOT_BILLED: a leg of ours, or a component of it, in none of its lines. UNPRICED: it bills a component for which we have neither a card nor a cost. ROUNDING: (its billed time - ours) x our price. QUANTITY: (its count of messages, segments, calls or tokens, or of a whole component, - ours) x our price. PRICE_CHANGE: its amount - its quantity x our price. UNMATCHED: what neither ids nor quantities tell." });

@InputType({ description: "A line of a vendor's statement." })
export class VendorLineInput {
  @Field(() => String, { nullable: true, description: "What for, in the vendor's words; at most 500 characters." }) description?: string | null;
  @Field(() => CostComponentEnum, { nullable: true, description: "Compared with our cost of this component alone. Left out: with the whole of the call, or of the month." }) component?: string | null;
  @Field(() => String, { nullable: true, description: "The vendor's own id of the call or message, as providerRef, telephonyRef or legId of the usage holds it; at most 500 characters." }) callRef?: string | null;
  @Field(() => DecimalScalar, { nullable: true, description: "In `unit`, as billed." }) quantity?: string | null;
  @Field(() => String, { nullable: true, description: "MINUTE, SECOND, CALL, MESSAGE, SEGMENT, TOKEN, CHARACTER or RESOLUTION is compared with what we metered; any other word is kept as the vendor writes it." }) unit?: string | null;
  @Field(() => DecimalScalar, { description: "Major units of the statement's currency; credits are negative." }) amount: string;
}

@InputType({ description: "What a vendor says of a month." })
export class BookVendorStatementInput {
  @Field(() => String, { description: "As `provider` of the usage events names it." }) vendor: string;
  @Field(() => PeriodKeyScalar, { description: "The month that is charged, for example 2025-10." }) period: string;
  @Field(() => VendorStatementKindEnum, { nullable: true, description: "INVOICE when left out; a credit note is one, too." }) kind?: VendorStatementKind | null;
  @Field(() => String, { description: "Identity in the vendor's books, 1 to 200 characters: the same again answers the same statement, other content under it is CONFLICT, and so are the same charges under another id: the error names the first." }) externalId: string;
  @Field(() => String, { nullable: true, description: "externalId of the statement that this one corrects: it is kept and counts no more. NOT_FOUND where the vendor has none of that id, BAD_USER_INPUT for one of another month, CONFLICT where another took its place already." }) replaces?: string | null;
  @Field(() => CurrencyCodeScalar, { description: "ISO 4217; converted at the month's MONTH_END rate." }) currency: string;
  @Field(() => DecimalScalar, { nullable: true, description: "The lines' sum when left out; UNBALANCED when it is another." }) total?: string | null;
  @Field(() => [VendorLineInput], { description: "At most 200,000; may be empty where there is a total." }) lines: VendorLineInput[];
}

@ObjectType("VendorStatement", { simpleResolvers: true, description: "What a vendor says of a month. Never changed; nothing is posted by it." })
export class VendorStatementType {
  @Field(() => String, { description: "As `provider` of the usage events names it." }) vendor: string;
  @Field(() => PeriodKeyScalar, { description: "The month that is charged." }) period: string;
  @Field(() => VendorStatementKindEnum, { description: "Where it comes from." }) kind: string;
  @Field(() => StatementStandingEnum, { description: "Whether it is part of the total that the month is held against." }) standing: string;
  @Field(() => String, { description: "Identity in the vendor's books." }) externalId: string;
  @Field(() => String, { nullable: true, description: "externalId of the statement that it corrects." }) replaces: string | null;
  @Field(() => String, { nullable: true, description: "externalId of the statement that took its place; null while it counts." }) replacedBy: string | null;
  @Field(() => CurrencyCodeScalar, { description: "ISO 4217, of its amounts." }) currency: string;
  @Field(() => DecimalScalar, { description: "Major units, exact: vendors sum fractions of a cent." }) total: string;
  @Field(() => Int, { description: "Lines that are kept of it." }) lineCount: number;
  @Field(() => DateTimeScalar, { description: "When it was booked." }) recordedAt: Date;
  @Field(() => String, { description: "Subject of the token that booked it." }) recordedBy: string;
}

@ObjectType({ simpleResolvers: true, description: "A part of a difference. The causes sum to it exactly." })
export class VarianceType {
  @Field(() => VarianceCauseEnum, { description: "Why." }) cause: string;
  @Field(() => CostComponentEnum, { nullable: true, description: "The component that the vendor's line names, or that our cost is of; null where the line speaks of the whole." }) component: string | null;
  @Field(() => LongScalar, { description: "Legs concerned; 0 where sums are compared." }) legs: number;
  @Field(() => String, { description: "Major units of the programme's currency, vendor's less ours: a whole number, or a fraction n/d in lowest terms." }) exactAmount: string;
  @Field(() => Money, { description: "The same to the nearest minor unit." }) amount: MoneyAmount;
  @Field(() => [String], { description: "The vendor's ids of the first 20 legs; ours for those that it does not bill." }) callRefs: string[];
}

@ObjectType({ simpleResolvers: true, description: "A component on both sides, each to the nearest minor unit. The exact figures of all of them sum to both totals." })
export class ReconciledComponent {
  @Field(() => CostComponentEnum, { nullable: true, description: "Null: the vendor's lines without a component, and what we booked of it by hand or from a file." }) component: string | null;
  @Field(() => Money, { description: "What we rate of it, or booked." }) ours: MoneyAmount;
  @Field(() => Money, { description: "What the vendor's lines charge for it." }) vendorTotal: MoneyAmount;
  @Field(() => Money, { description: "Vendor's less ours." }) variance: MoneyAmount;
}

@ObjectType({ simpleResolvers: true, description: "What a vendor says of the same cost in another way; never added to the basis." })
export class ReconciliationCrossCheck {
  @Field(() => VendorStatementKindEnum, { description: "Of these statements." }) kind: string;
  @Field(() => Money, { description: "Their sum, at the month's MONTH_END rate." }) total: MoneyAmount;
  @Field(() => Money, { description: "Their sum less the vendor's total of the basis; more than ratingRules tolerate is an alarm." }) difference: MoneyAmount;
}

@ObjectType({ simpleResolvers: true, description: "How far the vendor's lines and our legs know each other." })
export class ReconciliationCoverage {
  @Field(() => LongScalar, { description: "Lines of the vendor that name a call or a message." }) vendorCalls: number;
  @Field(() => LongScalar, { description: "Those that are of legs of ours." }) matched: number;
  @Field(() => LongScalar, { description: "Legs of ours in none of them, though the vendor bills such legs one by one." }) oursWithout: number;
}

@ObjectType("VarianceExplanation", { simpleResolvers: true, description: "A person's word on a difference; it stands for the figures as they were." })
export class VarianceExplanationType {
  @Field(() => String, { description: "Why the vendor's total is not ours." }) reason: string;
  @Field(() => String, { description: "Subject of the token that explained it." }) explainedBy: string;
  @Field(() => DateTimeScalar, { description: "When." }) explainedAt: Date;
}

@ObjectType("Reconciliation", { simpleResolvers: true, description: "A vendor's month as it is known now: metered and rated usage and booked cost beside the vendor's statements." })
export class ReconciliationType {
  @Field(() => String, { description: "As `provider` of the usage events names it." }) vendor: string;
  @Field(() => PeriodKeyScalar, { description: "The month." }) period: string;
  @Field(() => [VendorStatementType], { description: "All of the month, replaced ones and cross-checks too; those of standing BASIS make vendorTotal." }) statements: VendorStatementType[];
  @Field(() => VendorStatementKindEnum, { description: "The kind of statement that the month is held against: INVOICE where there is one, else FOCUS, else TWILIO_USAGE." }) basis: string;
  @Field(() => [ReconciliationCrossCheck], { description: "What statements of other kinds say of the same cost." }) crossChecks: ReconciliationCrossCheck[];
  @Field(() => LongScalar, { description: "Connected voice legs of the vendor, a carrier's too." }) calls: bigint;
  @Field(() => DecimalScalar, { description: "Minutes as they were; to twelve decimals." }) meteredMinutes: string;
  @Field(() => DecimalScalar, { nullable: true, description: "Minutes by our cards; to twelve decimals. Null where no card is per minute or second." }) billedMinutes: string | null;
  @Field(() => DecimalScalar, { nullable: true, description: "Minutes that the vendor's lines bill; to twelve decimals. Null where they name no time." }) vendorMinutes: string | null;
  @Field(() => Money, { description: "What we rate (usage, fees and unused commitment) and the vendor's cost entries that no rating posted." }) ours: MoneyAmount;
  @Field(() => Money, { description: "What the vendor's statements of the basis say, at the month's MONTH_END rate." }) vendorTotal: MoneyAmount;
  @Field(() => Money, { description: "Vendor's less ours." }) variance: MoneyAmount;
  @Field(() => Boolean, { description: "Within the tolerance of ratingRules." }) tolerated: boolean;
  @Field(() => Boolean, { description: "Tolerated, or explained as it stands: it does not hold the close up." }) settled: boolean;
  @Field(() => ReconciliationCoverage, { nullable: true, description: "Null where the vendor's lines name no calls, or there are more than 500,000 legs." }) coverage: ReconciliationCoverage | null;
  @Field(() => [VarianceType], { description: "The difference by cause and component; they sum to it exactly." }) causes: VarianceType[];
  @Field(() => [ReconciledComponent], { description: "Both totals by component." }) components: ReconciledComponent[];
  @Field(() => [String], { description: "Prices out of all proportion, and cross-checks that are further off the basis than is tolerated." }) alarms: string[];
  @Field(() => VarianceExplanationType, { nullable: true, description: "The newest word on exactly these figures; null without one." }) explanation: VarianceExplanationType | null;
}

@InputType({ description: "A person's word on the difference of a vendor's month as it stands now." })
export class ExplainVarianceInput {
  @Field(() => PeriodKeyScalar, { description: "The month." }) period: string;
  @Field(() => String, { description: "The vendor; NOT_FOUND where it has no statement of the month." }) vendor: string;
  @Field(() => String, { description: "Why the vendor's total is not ours, 1 to 2,000 characters; kept for ever." }) reason: string;
}

@ObjectType({ simpleResolvers: true, description: "A statement that was booked, or why not." })
export class VendorStatementPayload {
  @Field(() => VendorStatementType, { nullable: true, description: "The statement; null with userErrors." }) vendorStatement?: VendorStatementType | null;
  @Field(() => Boolean, { nullable: true, description: "It was there already." }) duplicate?: boolean | null;
  @Field(() => [UserError], { description: "Why nothing was booked; empty when it was." }) userErrors: UserError[];
}

@ObjectType({ simpleResolvers: true, description: "A vendor's month with its explanation, or why there is none." })
export class ReconciliationPayload {
  @Field(() => ReconciliationType, { nullable: true, description: "The month as it stands; null with userErrors." }) reconciliation?: ReconciliationType | null;
  @Field(() => [UserError], { description: "Why nothing was changed; empty when it was." }) userErrors: UserError[];
}
