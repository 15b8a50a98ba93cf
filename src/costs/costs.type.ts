import { Field, InputType, ObjectType, registerEnumType } from "type-graphql";
import { Money, Node, connectionOf, enumOf } from "../kernel/graph.type";
import { MoneyAmount } from "../kernel/money";
import { CurrencyCodeScalar, DateTimeScalar, DecimalScalar, PeriodKeyScalar } from "../kernel/scalars";
import { UserError } from "../kernel/user-error.type";
import { BusinessUnitType, UseCaseType } from "../tenancy/tenancy.type";
import { ExchangeRateType } from "./exchange-rate.type";
import { ACCRUAL_ROLES, AccrualRole, COST_ENTRY_KINDS, CostEntryKind } from "./cost-entry";
import { COST_POOL_KINDS, CostPool, CostPoolKind } from "./cost-pool";

export const CostPoolKindEnum = enumOf(COST_POOL_KINDS);
registerEnumType(CostPoolKindEnum, { name: "CostPoolKind", description: "DIRECT cost goes to its use case and PROGRAMME_MANAGEMENT stays with the programme; UNUSED_COMMITMENT stays with it unless the policy names it; every other kind is divided." });

@ObjectType("CostPool", { implements: Node, simpleResolvers: true, description: "Cost that belongs together and is divided by one rule." })
export class CostPoolType extends Node implements Pick<CostPool, "code" | "name" | "kind"> {
  @Field(() => String, { description: "Unique in the programme." })
  code: string;
  @Field(() => String, { description: "For people." })
  name: string;
  @Field(() => CostPoolKindEnum, { description: "What kind of cost it holds, and with that who bears it." })
  kind: CostPoolKind;
}

export const CostEntryKindEnum = enumOf(COST_ENTRY_KINDS);
registerEnumType(CostEntryKindEnum, { name: "CostEntryKind", description: "CREDIT: a service credit that a vendor grants, FOCUS ChargeCategory Credit; on shared pools the statement of the programme shows it apart (C5). CHARGE: everything else, of either sign; a negative one corrects another. Pools are divided net of credits." });

export const AccrualRoleEnum = enumOf(ACCRUAL_ROLES);
registerEnumType(AccrualRoleEnum, { name: "AccrualRole", description: "The entry BOOKS an accrual, REVERSES it, MOVES that from the month where it was taken back to its own (one entry in each), or is the invoice that ANSWERS it." });

@ObjectType("EntryAccrual", { simpleResolvers: true, description: "The accrual that a cost entry belongs to." })
export class EntryAccrualType {
  @Field(() => String, { description: "externalId of the accrual; see accruals." })
  externalId: string;
  @Field(() => AccrualRoleEnum, { description: "What the entry does to it." })
  role: AccrualRole;
}

@ObjectType("CostEntry", { implements: Node, simpleResolvers: true, description: "One booked cost. Never changed; a correction is another entry." })
export class CostEntryType extends Node {
  @Field(() => CostPoolType, { description: "The pool that it is booked into." })
  pool: CostPool;
  @Field(() => PeriodKeyScalar, { description: "The month that it is a cost of." })
  period: string;
  @Field(() => Money, { description: "In the programme's currency; what lowers cost is negative." })
  amount: MoneyAmount;
  @Field(() => CostEntryKindEnum, { description: "Whether it is a service credit. One that takes a credit back, as of an accrual or of a vendor's file that was corrected, is a positive CREDIT." })
  kind: CostEntryKind;
  @Field(() => Money, { nullable: true, description: "As it was sent, where that was in another currency." })
  originalAmount: MoneyAmount | null;
  @Field(() => ExchangeRateType, { nullable: true, description: "What it was converted at: amount = originalAmount x rate, to the nearest minor unit, halves away from zero." })
  exchangeRate: ExchangeRateType | null;
  @Field(() => String, { description: "The booking's identity in the sender's books; unique in the programme for ever." })
  externalId: string;
  @Field(() => String, { nullable: true, description: "In words." })
  description: string | null;
  @Field(() => String, { nullable: true, description: "Who asks for it; of rated usage as `provider` of the events names it." })
  vendor: string | null;
  @Field(() => String, { nullable: true, description: "Number of the vendor's invoice." })
  invoice: string | null;
  @Field(() => UseCaseType, { nullable: true, description: "The use case that bears it; of DIRECT pools only." })
  useCase: UseCaseType | null;
  @Field(() => BusinessUnitType, { nullable: true, description: "The unit that is charged, where a rating posted it: the owner of the use case when its calls ended; or where it takes back, moves, renews or answers an accrual: who bore that. Null: the owner of the use case when the month ended is charged; or the pool is shared." })
  businessUnit: BusinessUnitType | null;
  @Field(() => DateTimeScalar, { description: "When it was booked." })
  recordedAt: Date;
  @Field(() => String, { description: "Subject of the token that booked it." })
  recordedBy: string;
  @Field(() => Boolean, { description: "Recorded after the close of its period: charged as an adjustment in the next month that closes." })
  late: boolean;
  @Field(() => EntryAccrualType, { nullable: true, description: "The accrual that it books, takes back, moves or answers; null for most entries." })
  accrual: { readonly externalId: string; readonly role: AccrualRole } | null;
}

export const CostPoolConnection = connectionOf(CostPoolType, "CostPool");
export const CostEntryConnection = connectionOf(CostEntryType, "CostEntry");

@InputType({ description: "Which cost entries." })
export class CostEntryWhere {
  @Field(() => PeriodKeyScalar, { nullable: true, description: "Of this month; of all when left out." })
  period?: string | null;
  @Field(() => [String], { nullable: true, description: "Codes; NOT_FOUND for one that does not exist." })
  pool?: string[] | null;
}

@InputType({ description: "The pool to make." })
export class CreateCostPoolInput {
  @Field(() => String, { description: "1 to 64 letters, digits, '.', '_' or '-'." })
  code: string;
  @Field(() => String, { description: "For people." })
  name: string;
  @Field(() => CostPoolKindEnum, { description: "What kind of cost it holds; it never changes." })
  kind: CostPoolKind;
}

@InputType({ description: "The cost to book." })
export class BookCostInput {
  @Field(() => String, { description: "Code of the pool." })
  pool: string;
  @Field(() => PeriodKeyScalar, { description: "The month that it is a cost of; into a closed one it is late." })
  period: string;
  @Field(() => DecimalScalar, { description: "No more decimals than its currency has; what lowers cost is negative." })
  amount: string;
  @Field(() => CostEntryKindEnum, { nullable: true, description: "CHARGE when left out. BAD_USER_INPUT for a CREDIT that is not negative." })
  kind?: CostEntryKind | null;
  @Field(() => CurrencyCodeScalar, { description: "Another than the programme's is converted at the MONTH_END rate of the period; CURRENCY_MISMATCH when none is booked." })
  currency: string;
  @Field(() => String, { description: "Identity in your books: the same booking again answers the same entry, another under it is CONFLICT." })
  externalId: string;
  @Field(() => String, { nullable: true, description: "In words; at most 500 characters." })
  description?: string | null;
  @Field(() => String, { nullable: true, description: "Who asks for it; at most 500 characters." })
  vendor?: string | null;
  @Field(() => String, { nullable: true, description: "Number of the vendor's invoice; at most 500 characters." })
  invoice?: string | null;
  @Field(() => String, { nullable: true, description: "Code of the use case; required on DIRECT pools, refused on others." })
  useCase?: string | null;
  @Field(() => String, { nullable: true, description: "externalId of the accrual that this is the invoice of, on the same pool and use case. Where the accrual would stand beside it, in an open month that is not before the invoice's, it is taken back at once; where that month is closed, what took it back moves there. The unit that bore the accrual bears it. PERIOD_OPEN for a later month than an accrual of a use case whose month is not closed: who bears it is not settled." })
  accrual?: string | null;
}

@ObjectType({ simpleResolvers: true, description: "The pool, or why it was not made." })
export class CostPoolPayload {
  @Field(() => CostPoolType, { nullable: true, description: "Null where it was refused." })
  pool?: CostPool | null;
  @Field(() => [UserError], { description: "Why it was refused." })
  userErrors: UserError[];
}

@ObjectType({ simpleResolvers: true, description: "The entry, or why nothing was booked." })
export class BookCostPayload {
  @Field(() => CostEntryType, { nullable: true, description: "Null where it was refused." })
  entry?: CostEntryType | null;
  @Field(() => [UserError], { description: "Why it was refused." })
  userErrors: UserError[];
}
