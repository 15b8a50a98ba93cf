import { Field, InputType, Int, ObjectType, registerEnumType } from "type-graphql";
import { Money, enumOf } from "../kernel/graph.type";
import { MoneyAmount } from "../kernel/money";
import { CurrencyCodeScalar, DateTimeScalar, DecimalScalar, LongScalar, PeriodKeyScalar } from "../kernel/scalars";
import { UserError } from "../kernel/user-error.type";
import { CostComponentEnum } from "../metering/usage-input.type";
import { VARIANCE_CAUSES } from "./reconcile";
import { VENDOR_STATEMENT_KINDS, VendorStatementKind } from "./vendor-statement";

export const VendorStatementKindEnum = enumOf(VENDOR_STATEMENT_KINDS);
registerEnumType(VendorStatementKindEnum, { name: "VendorStatementKind", description: "Where a vendor's word comes from: Twilio usage records, a FOCUS file, or an invoice." });
export const VarianceCauseEnum = enumOf(VARIANCE_CAUSES);
registerEnumType(VarianceCauseEnum, { name: "VarianceCause", description: "MISSING_LEG: the vendor bills a call that we never metered. DOUBLED_LEG: it bills a call twice. NOT_BILLED: a leg of ours in none of its lines. ROUNDING: other billed time of the same call. PRICE_CHANGE: another price of the same time. UNMATCHED: what no call id tells." });

@InputType()
export class VendorLineInput {
  @Field(() => String, { nullable: true }) description?: string | null;
  @Field(() => CostComponentEnum, { nullable: true }) component?: string | null;
  @Field(() => String, { nullable: true, description: "The vendor's own id of the call, as providerRef, telephonyRef or legId of the usage holds it." }) callRef?: string | null;
  @Field(() => DecimalScalar, { nullable: true, description: "In `unit`, as billed." }) quantity?: string | null;
  @Field(() => String, { nullable: true, description: "MINUTE or SECOND for time; any other word as the vendor writes it." }) unit?: string | null;
  @Field(() => DecimalScalar, { description: "Major units of the statement's currency; credits are negative." }) amount: string;
}

@InputType()
export class BookVendorStatementInput {
  @Field(() => String, { description: "As `provider` of the usage events names it." }) vendor: string;
  @Field(() => PeriodKeyScalar) period: string;
  @Field(() => VendorStatementKindEnum, { nullable: true, description: "INVOICE when left out." }) kind?: VendorStatementKind | null;
  @Field(() => String, { description: "Identity in the vendor's books: the same again answers the same statement, other content under it is CONFLICT." }) externalId: string;
  @Field(() => CurrencyCodeScalar) currency: string;
  @Field(() => DecimalScalar, { nullable: true, description: "The lines' sum when left out; UNBALANCED when it is another." }) total?: string | null;
  @Field(() => [VendorLineInput], { description: "May be empty where there is a total." }) lines: VendorLineInput[];
}

@ObjectType("VendorStatement", { simpleResolvers: true, description: "What a vendor says of a month. Never changed; nothing is posted by it." })
export class VendorStatementType {
  @Field(() => String) vendor: string;
  @Field(() => PeriodKeyScalar) period: string;
  @Field(() => VendorStatementKindEnum) kind: string;
  @Field(() => String) externalId: string;
  @Field(() => CurrencyCodeScalar) currency: string;
  @Field(() => DecimalScalar, { description: "Major units, exact: vendors sum fractions of a cent." }) total: string;
  @Field(() => Int) lineCount: number;
  @Field(() => DateTimeScalar) recordedAt: Date;
  @Field(() => String, { description: "Subject of the token that booked it." }) recordedBy: string;
}

@ObjectType({ simpleResolvers: true, description: "A part of a difference. The causes sum to it." })
export class VarianceType {
  @Field(() => VarianceCauseEnum) cause: string;
  @Field(() => LongScalar, { description: "Legs concerned; 0 where no call id tells." }) legs: number;
  @Field(() => String, { description: "Major units of the programme's currency, vendor's less ours: a whole number, or a fraction n/d in lowest terms." }) exactAmount: string;
  @Field(() => Money, { description: "To the nearest minor unit." }) amount: MoneyAmount;
  @Field(() => [String], { description: "The vendor's ids of the first 20 calls." }) callRefs: string[];
}

@ObjectType({ simpleResolvers: true })
export class ReconciliationCoverage {
  @Field(() => LongScalar, { description: "Lines of the vendor that name a call." }) vendorCalls: number;
  @Field(() => LongScalar, { description: "Those that are legs of ours." }) matched: number;
  @Field(() => LongScalar, { description: "Legs of ours in none of them." }) oursWithout: number;
}

@ObjectType("VarianceExplanation", { simpleResolvers: true, description: "A person's word on a difference; it stands for the figures as they were." })
export class VarianceExplanationType {
  @Field(() => String) reason: string;
  @Field(() => String) explainedBy: string;
  @Field(() => DateTimeScalar) explainedAt: Date;
}

@ObjectType("Reconciliation", { simpleResolvers: true, description: "A vendor's month as it is known now: metered and rated usage and booked cost beside the vendor's statements." })
export class ReconciliationType {
  @Field(() => String) vendor: string;
  @Field(() => PeriodKeyScalar) period: string;
  @Field(() => [VendorStatementType]) statements: VendorStatementType[];
  @Field(() => LongScalar, { description: "Connected voice legs of the vendor, a carrier's too." }) calls: bigint;
  @Field(() => DecimalScalar, { description: "Minutes as they were; to twelve decimals." }) meteredMinutes: string;
  @Field(() => DecimalScalar, { nullable: true, description: "Minutes by our cards; to twelve decimals. Null where no card is per minute or second." }) billedMinutes: string | null;
  @Field(() => DecimalScalar, { nullable: true, description: "Minutes that the vendor's lines bill; to twelve decimals. Null where they name no time." }) vendorMinutes: string | null;
  @Field(() => Money, { description: "What we rate (usage, fees and unused commitment) and the vendor's cost entries that no rating posted." }) ours: MoneyAmount;
  @Field(() => Money, { description: "What the vendor says, at the month's MONTH_END rate." }) vendorTotal: MoneyAmount;
  @Field(() => Money, { description: "Vendor's less ours." }) variance: MoneyAmount;
  @Field(() => Boolean, { description: "Within the tolerance of ratingRules." }) tolerated: boolean;
  @Field(() => Boolean, { description: "Tolerated, or explained as it stands: it does not hold the close up." }) settled: boolean;
  @Field(() => ReconciliationCoverage, { nullable: true, description: "Null where the vendor's lines name no calls." }) coverage: ReconciliationCoverage | null;
  @Field(() => [VarianceType]) causes: VarianceType[];
  @Field(() => [String], { description: "Prices out of all proportion." }) alarms: string[];
  @Field(() => VarianceExplanationType, { nullable: true }) explanation: VarianceExplanationType | null;
}

@InputType()
export class ExplainVarianceInput {
  @Field(() => PeriodKeyScalar) period: string;
  @Field(() => String) vendor: string;
  @Field(() => String, { description: "Why the vendor's total is not ours; kept for ever." }) reason: string;
}

@ObjectType({ simpleResolvers: true })
export class VendorStatementPayload {
  @Field(() => VendorStatementType, { nullable: true }) vendorStatement?: VendorStatementType | null;
  @Field(() => Boolean, { nullable: true, description: "It was there already." }) duplicate?: boolean | null;
  @Field(() => [UserError]) userErrors: UserError[];
}

@ObjectType({ simpleResolvers: true })
export class ReconciliationPayload {
  @Field(() => ReconciliationType, { nullable: true }) reconciliation?: ReconciliationType | null;
  @Field(() => [UserError]) userErrors: UserError[];
}
