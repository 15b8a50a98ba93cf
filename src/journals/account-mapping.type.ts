import { Field, InputType, Int, ObjectType, registerEnumType } from "type-graphql";
import { Money, connectionOf, enumOf } from "../kernel/graph.type";
import { MoneyAmount } from "../kernel/money";
import { DateTimeScalar, PeriodKeyScalar } from "../kernel/scalars";
import { UserError } from "../kernel/user-error.type";
import { POSTED_KINDS, PostedKind } from "./account-mapping";
import { DATE_FORMATS, DateFormat, PROFILE_CODES, ProfileCode } from "./layout";

export const PostedKindEnum = enumOf(POSTED_KINDS);
registerEnumType(PostedKindEnum, { name: "PostedKind", description: "Kinds of statement lines, and what no unit bears, which is posted only where a rule names it: UNALLOCATED, cost that nobody is charged, unused commitment too; VARIANCE, what standard rates recover too little (debited to the rule's account) or too much (credited), and what true-ups clear of it in the month that carries them." });
export const JournalProfileEnum = enumOf(PROFILE_CODES);
registerEnumType(JournalProfileEnum, { name: "JournalProfile", description: "The form of a file: columns by name for any tool, or those that NetSuite, Oracle (GL_INTERFACE), Dynamics 365 Finance or SAP S/4HANA imports." });
export const JournalDateFormatEnum = enumOf(DATE_FORMATS);
registerEnumType(JournalDateFormatEnum, { name: "JournalDateFormat", description: "2025-10-31, 10/31/2025, 31/10/2025, 2025/10/31 or 20251031." });
export const AccountMappingStatusEnum = enumOf(["PROPOSED", "APPROVED"] as const);
registerEnumType(AccountMappingStatusEnum, { name: "AccountMappingStatus", description: "PROPOSED posts nothing until a second person approves it." });

const SEGMENTS = "Segments of the account, 30 at most, in the order of the ERP. {account}, {costCentre}, {entity}, {businessUnit}, {useCase} and {pool} stand for what a line has.";

@InputType({ description: "An account of the programme: where recovered cost is credited." })
export class LedgerAccountInput {
  @Field(() => String, { description: "As the ERP names it; 100 characters at most." }) account: string;
  @Field(() => String, { nullable: true }) costCentre?: string | null;
  @Field(() => [String], { nullable: true, description: SEGMENTS }) segments?: string[] | null;
}

@InputType({ description: "An account of a unit: where its charges are debited." })
export class DebitAccountInput {
  @Field(() => String, { description: "As the ERP names it; 100 characters at most." }) account: string;
  @Field(() => String, { nullable: true, description: "Left out: that of the unit." }) costCentre?: string | null;
  @Field(() => [String], { nullable: true, description: SEGMENTS }) segments?: string[] | null;
  @Field(() => String, { nullable: true, description: "Company code, subsidiary or ledger entity of the unit. Left out: that of the programme; another one makes the entry intercompany." }) entity?: string | null;
}

@InputType({ description: "Which charges go to which accounts. What is left out is any; the rule that names most counts." })
export class AccountMappingRuleInput {
  @Field(() => String, { nullable: true, description: "Code." }) pool?: string | null;
  @Field(() => String, { nullable: true, description: "Code." }) businessUnit?: string | null;
  @Field(() => PostedKindEnum, { nullable: true, description: "Left out: every kind of statement line; never UNALLOCATED or VARIANCE, which have to be named and belong to no unit." }) kind?: PostedKind | null;
  @Field(() => DebitAccountInput) debit: DebitAccountInput;
  @Field(() => LedgerAccountInput, { nullable: true, description: "Left out: the recovery account of the mapping." }) credit?: LedgerAccountInput | null;
}

@InputType({ description: "A value that a column always has." })
export class ColumnConstantInput {
  @Field(() => String, { description: "Name of the column in the profile; UNBALANCED for one that says what is posted." }) column: string;
  @Field(() => String, { description: "100 characters at most; may be empty." }) value: string;
}

@InputType({ description: "Another heading for a column, as the template of an installation has it." })
export class ColumnHeadingInput {
  @Field(() => String, { description: "Name of the column in the profile." }) column: string;
  @Field(() => String, { description: "100 characters at most." }) heading: string;
}

@InputType({ description: "What an installation of an ERP wants otherwise." })
export class ProfileOptionsInput {
  @Field(() => JournalProfileEnum) profile: ProfileCode;
  @Field(() => [ColumnConstantInput], { nullable: true, description: "ORACLE_FBDI needs one for LEDGER_ID." }) constants?: ColumnConstantInput[] | null;
  @Field(() => [ColumnHeadingInput], { nullable: true }) headings?: ColumnHeadingInput[] | null;
  @Field(() => JournalDateFormatEnum, { nullable: true, description: "That of the profile when left out." }) dateFormat?: DateFormat | null;
}

@InputType()
export class ProposeAccountMappingInput {
  @Field(() => PeriodKeyScalar, { description: "First month. It counts until a later version begins; journals that are made stay as they are." }) effectiveFrom: string;
  @Field(() => String, { nullable: true, description: "1,000 characters at most." }) note?: string | null;
  @Field(() => String, { nullable: true, description: "Company code, subsidiary or ledger entity of the programme, which sells." }) entity?: string | null;
  @Field(() => LedgerAccountInput, { nullable: true, description: "Credited by every rule that names no other." }) recovery?: LedgerAccountInput | null;
  @Field(() => [AccountMappingRuleInput], { description: "1 to 1,000. CONFLICT where two overlap, neither names more, and no third one decides." }) rules: AccountMappingRuleInput[];
  @Field(() => [ProfileOptionsInput], { nullable: true }) profiles?: ProfileOptionsInput[] | null;
  @Field(() => String, { nullable: true, description: "A retry with the same key and content answers the same version." }) idempotencyKey?: string | null;
}

@InputType()
export class ApproveAccountMappingInput {
  @Field(() => Int) version: number;
}

@ObjectType("LedgerAccount", { simpleResolvers: true, description: "Where an amount goes in the ledger." })
export class LedgerAccountType {
  @Field(() => String) account: string;
  @Field(() => String, { nullable: true, description: "Null on the side of a unit: that of the unit." }) costCentre: string | null;
  @Field(() => [String], { description: "With placeholders, in the order of the ERP." }) segments: string[];
  @Field(() => String, { nullable: true, description: "Null: that of the programme." }) entity: string | null;
}

@ObjectType("AccountMappingRule", { simpleResolvers: true, description: "Which charges go to which accounts. Null is any." })
export class AccountMappingRuleType {
  @Field(() => String, { nullable: true, description: "Code." }) pool: string | null;
  @Field(() => String, { nullable: true, description: "Code." }) businessUnit: string | null;
  @Field(() => PostedKindEnum, { nullable: true, description: "Null: every kind of statement line." }) kind: PostedKind | null;
  @Field(() => LedgerAccountType, { description: "The unit's side." }) debit: LedgerAccountType;
  @Field(() => LedgerAccountType, { description: "The programme's side." }) credit: LedgerAccountType;
}

@ObjectType("ColumnConstant", { simpleResolvers: true, description: "A value that a column always has." })
export class ColumnConstantType {
  @Field(() => String) column: string;
  @Field(() => String) value: string;
}

@ObjectType("ColumnHeading", { simpleResolvers: true, description: "Another heading for a column." })
export class ColumnHeadingType {
  @Field(() => String) column: string;
  @Field(() => String) heading: string;
}

@ObjectType("ProfileOptions", { simpleResolvers: true, description: "What an installation of an ERP wants otherwise." })
export class ProfileOptionsType {
  @Field(() => JournalProfileEnum) profile: ProfileCode;
  @Field(() => [ColumnConstantType]) constants: ColumnConstantType[];
  @Field(() => [ColumnHeadingType]) headings: ColumnHeadingType[];
  @Field(() => JournalDateFormatEnum, { nullable: true, description: "Null: that of the profile." }) dateFormat: DateFormat | null;
}

@ObjectType("AccountMapping", { simpleResolvers: true, description: "Which accounts the charges of a month are posted to, from a month on. Versions are never changed." })
export class AccountMappingType {
  @Field(() => Int) version: number;
  @Field(() => AccountMappingStatusEnum) status: string;
  @Field(() => PeriodKeyScalar) effectiveFrom: string;
  @Field(() => String, { nullable: true }) note: string | null;
  @Field(() => String, { nullable: true, description: "Company code, subsidiary or ledger entity of the programme." }) entity: string | null;
  @Field(() => [AccountMappingRuleType]) rules: AccountMappingRuleType[];
  @Field(() => [ProfileOptionsType]) profiles: ProfileOptionsType[];
  @Field(() => String, { description: "SHA-256 of the document." }) documentHash: string;
  @Field(() => String) proposedBy: string;
  @Field(() => DateTimeScalar) proposedAt: Date;
  @Field(() => String, { nullable: true }) approvedBy: string | null;
  @Field(() => DateTimeScalar, { nullable: true }) approvedAt: Date | null;
}

export const AccountMappingConnection = connectionOf(AccountMappingType, "AccountMapping");

@ObjectType({ simpleResolvers: true })
export class AccountMappingPayload {
  @Field(() => AccountMappingType, { nullable: true }) mapping?: AccountMappingType | null;
  @Field(() => [UserError]) userErrors: UserError[];
}

@ObjectType("UnmappedAccount", { simpleResolvers: true, description: "Charges of a unit that the mapping has no account for." })
export class UnmappedAccountType {
  @Field(() => PostedKindEnum) kind: PostedKind;
  @Field(() => String, { nullable: true, description: "Code; null in resolutions that name none." }) pool: string | null;
  @Field(() => String, { description: "Code." }) businessUnit: string;
  @Field(() => [String], { description: "account: no rule names it. costCentre: neither a rule for several units nor the unit has one." }) missing: string[];
  @Field(() => Int, { description: "Statement lines." }) lines: number;
  @Field(() => Money, { description: "Their sum." }) amount: MoneyAmount;
}
