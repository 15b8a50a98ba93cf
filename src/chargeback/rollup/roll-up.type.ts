import { Field, Int, ObjectType } from "type-graphql";
import { Money } from "../../kernel/graph.type";
import { MoneyAmount } from "../../kernel/money";
import { PeriodKeyScalar } from "../../kernel/scalars";
import { BusinessUnitType } from "../../tenancy/tenancy.type";
import { StatementLineKind } from "../statement";
import { StatementLineKindEnum, StatementType } from "../statement.type";

@ObjectType("StatementKindTotal", { simpleResolvers: true, description: "The lines of one kind, summed." })
export class StatementKindTotalType {
  @Field(() => StatementLineKindEnum, { description: "Kind of the lines." }) kind: StatementLineKind;
  @Field(() => Money, { description: "Sum of these lines, credits negative." }) amount: MoneyAmount;
}

@ObjectType("StatementRollUpUnit", { simpleResolvers: true, description: "A unit of a roll-up." })
export class StatementRollUpUnitType {
  @Field(() => BusinessUnitType, { description: "The unit." }) businessUnit: BusinessUnitType;
  @Field(() => String, { nullable: true, description: "Code of the unit above it at the month's end; null of the one that was asked for." }) parent: string | null;
  @Field(() => Int, { description: "How many steps below the one that was asked for; 0 for itself." }) depth: number;
  @Field(() => StatementType, { nullable: true, description: "Its own statement; null when it has none for the month." }) statement: StatementType | null;
  @Field(() => Money, { description: "Total of its own statement; 0 without one." }) own: MoneyAmount;
  @Field(() => [StatementKindTotalType], { description: "Its own statement by kind of line." }) ownKinds: StatementKindTotalType[];
  @Field(() => Money, { description: "Its own statement and, once each, those of all units below it." }) total: MoneyAmount;
  @Field(() => [StatementKindTotalType], { description: "total by kind of line; they sum to it." }) kinds: StatementKindTotalType[];
}

@ObjectType("StatementRollUp", { simpleResolvers: true, description: "The statements of a unit and of everything below it, summed. Who stands below whom is as of the month's end (businessUnitHierarchy); each statement counts once." })
export class StatementRollUpType {
  @Field(() => PeriodKeyScalar, { description: "The closed month." }) period: string;
  @Field(() => Money, { description: "Sum of all the statements." }) total: MoneyAmount;
  @Field(() => Money, { description: "Of total, what is posted: units in CHARGEBACK." }) chargeback: MoneyAmount;
  @Field(() => Money, { description: "Of total, what is only shown: units in SHOWBACK." }) showback: MoneyAmount;
  @Field(() => [StatementKindTotalType], { description: "total by kind of line; they sum to it." }) kinds: StatementKindTotalType[];
  @Field(() => [StatementRollUpUnitType], { description: "The unit itself, then branch by branch those below it, by code." }) units: StatementRollUpUnitType[];
}
