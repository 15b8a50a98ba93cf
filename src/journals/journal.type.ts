import { Field, InputType, Int, ObjectType, registerEnumType } from "type-graphql";
import { Money, connectionOf, enumOf } from "../kernel/graph.type";
import { MoneyAmount } from "../kernel/money";
import { DateScalar, DateTimeScalar, PeriodKeyScalar } from "../kernel/scalars";
import { UserError } from "../kernel/user-error.type";
import { PostedKind } from "./account-mapping";
import { JournalProfileEnum, PostedKindEnum } from "./account-mapping.type";
import { JOURNAL_KINDS, JournalKind } from "./journal";
import { ProfileCode } from "./layout";

export const JournalKindEnum = enumOf(JOURNAL_KINDS);
registerEnumType(JournalKindEnum, { name: "JournalKind", description: "POSTING charges a month; REVERSAL takes back a posting that no longer holds, line by line." });

@InputType()
export class GenerateJournalInput {
  @Field(() => PeriodKeyScalar, { description: "A closed month whose statements are issued." }) period: string;
  @Field(() => JournalProfileEnum) profile: ProfileCode;
  @Field(() => DateScalar, { nullable: true, description: "A day of the month or a later one; the last day of the month when left out. CONFLICT when the journal is made with another one." }) postingDate?: string | null;
  @Field(() => Boolean, { nullable: true, description: "True: when the mapping of the month says otherwise by now than the journal that stands, take it back and post anew." }) remap?: boolean | null;
}

@InputType({ description: "Which journals." })
export class JournalWhere {
  @Field(() => PeriodKeyScalar, { nullable: true }) period?: string | null;
}

@ObjectType("Journal", { simpleResolvers: true, description: "What a closed month posts to the ledger, written once. Units are debited, the programme is credited; a credit to a unit changes sides, and no amount is negative. SHOWBACK units are not in it." })
export class JournalType {
  @Field(() => String, { description: "What an ERP knows it by, the same for ever: programme, month and version; of a reversal, those of what it takes back." }) externalId: string;
  @Field(() => JournalKindEnum) kind: JournalKind;
  @Field(() => Int, { description: "1 for the first; rises when what the month charges is restated." }) version: number;
  @Field(() => Int, { description: "Version of the account mapping that its accounts come from." }) mappingVersion: number;
  @Field(() => DateScalar) postingDate: string;
  @Field(() => Int, { description: "Lines of the journal." }) lineCount: number;
  @Field(() => Money, { description: "Sum of the debits." }) debit: MoneyAmount;
  @Field(() => Money, { description: "Sum of the credits; equal to the debits." }) credit: MoneyAmount;
  @Field(() => String, { description: "SHA-256 over codes, accounts, amounts and dates: no ids, no clocks." }) hash: string;
  @Field(() => String, { nullable: true, description: "External id of the posting that a reversal takes back." }) reverses: string | null;
  @Field(() => String, { nullable: true, description: "External id of the reversal that took it back; null while it stands." }) reversedBy: string | null;
  @Field(() => DateTimeScalar) generatedAt: Date;
  @Field(() => String, { description: "Subject that generated it." }) generatedBy: string;
}

@ObjectType("JournalLine", { simpleResolvers: true, description: "One side of an entry: exactly one of debit and credit is there." })
export class JournalLineType {
  @Field(() => Int, { description: "From 1." }) lineNo: number;
  @Field(() => String, { description: "As the ERP names it." }) account: string;
  @Field(() => String, { nullable: true }) costCentre: string | null;
  @Field(() => [String], { description: "In the order of the ERP." }) segments: string[];
  @Field(() => String, { nullable: true, description: "Company code, subsidiary or ledger entity." }) entity: string | null;
  @Field(() => String, { nullable: true, description: "Of the other side, where it is another one." }) intercompanyEntity: string | null;
  @Field(() => Money, { nullable: true, description: "Null on a credit." }) debit: MoneyAmount | null;
  @Field(() => Money, { nullable: true, description: "Null on a debit." }) credit: MoneyAmount | null;
  @Field(() => PostedKindEnum, { nullable: true, description: "Null on the programme's side, which takes up the amounts of many." }) kind: PostedKind | null;
  @Field(() => PeriodKeyScalar, { nullable: true, description: "The month that the amount was caused in; null on the programme's side." }) originPeriod: string | null;
  @Field(() => String) description: string;
}

@ObjectType("JournalLineSource", { simpleResolvers: true, description: "A statement line that a journal line comes from." })
export class JournalLineSourceType {
  @Field(() => Money, { description: "As it stands in the statement, positive where the unit is charged; in a reversal with the other sign." }) amount: MoneyAmount;
}

@ObjectType("JournalFile", { simpleResolvers: true, description: "A journal as an ERP reads it. It was written once: the bytes are the same for ever." })
export class JournalFileType {
  @Field(() => JournalProfileEnum) profile: ProfileCode;
  @Field(() => String, { description: "Where it is fetched, with a token: GET <path>. The trailer with its control totals has the ending .control.csv." }) path: string;
  @Field(() => Int, { description: "Control total: lines without headings." }) lineCount: number;
  @Field(() => Money, { description: "Control total." }) debit: MoneyAmount;
  @Field(() => Money, { description: "Control total." }) credit: MoneyAmount;
  @Field(() => String, { description: "SHA-256 of the bytes; also the ETag of GET." }) contentHash: string;
  @Field(() => DateTimeScalar) writtenAt: Date;
  @Field(() => String, { description: "Subject that had it written." }) writtenBy: string;
}

export const JournalConnection = connectionOf(JournalType, "Journal");
export const JournalLineConnection = connectionOf(JournalLineType, "JournalLine");
export const JournalLineSourceConnection = connectionOf(JournalLineSourceType, "JournalLineSource");

@ObjectType({ simpleResolvers: true })
export class GenerateJournalPayload {
  @Field(() => [JournalType], { nullable: true, description: "The journals of the newest version: the reversal of what it takes back, where there is one, then the posting." }) journals?: JournalType[] | null;
  @Field(() => [UserError]) userErrors: UserError[];
}
