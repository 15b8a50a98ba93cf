import { Field, ID, InputType, ObjectType, registerEnumType } from "type-graphql";
import { Node, connectionOf, enumOf } from "../kernel/graph.type";
import { CurrencyCodeScalar } from "../kernel/scalars";
import { UserError } from "../kernel/user-error.type";
import { Allow, READS_NAMES } from "./access";
import { BusinessUnit, CHARGEBACK_MODES, ChargebackMode } from "./business-unit";
import { Programme } from "./programme";
import { OWNERSHIP_VIEWS } from "./ownership";
import { ROLES, Role } from "./role";
import { UseCase } from "./use-case";

export const RoleEnum = enumOf(ROLES);
registerEnumType(RoleEnum, { name: "Role", description: "The one role of a token." });
export const ChargebackModeEnum = enumOf(CHARGEBACK_MODES);
registerEnumType(ChargebackModeEnum, { name: "ChargebackMode", description: "SHOWBACK shows a unit its share; CHARGEBACK also posts it." });

export const OwnershipViewEnum = enumOf(OWNERSHIP_VIEWS);
registerEnumType(OwnershipViewEnum, {
  name: "OwnershipView",
  description: "AS_WAS: under the unit that owned the use case when the leg ended, which is the one that was charged. AS_IS: everything under the unit that owns the use case today, merged units under their successor. Only the grouping by unit differs, no amount does. A token bound to units sees the rows that its units were charged in either view; AS_IS puts them under the newest owner among its own units.",
});

@ObjectType("Programme", { implements: Node, simpleResolvers: true, description: "The owner of the shared cost, the calendar and the currency; business units are its tenants." })
export class ProgrammeType extends Node implements Pick<Programme, "code" | "name" | "currency" | "timeZone"> {
  @Field(() => String, { description: "Unique in the installation." })
  code: string;
  @Field(() => String)
  name: string;
  @Field(() => CurrencyCodeScalar, { description: "Everything in the programme is booked in it." })
  currency: string;
  @Field(() => String, { description: "IANA name; periods and days are those of this zone." })
  timeZone: string;
}

@ObjectType("BusinessUnit", { implements: Node, simpleResolvers: true, description: "A tenant: what it uses and what it is charged is its own to see." })
export class BusinessUnitType extends Node implements Pick<BusinessUnit, "code" | "name" | "costCentre" | "chargebackMode"> {
  @Field(() => String, { description: "Unique in the programme." })
  code: string;
  @Field(() => String)
  name: string;
  @Field(() => String, { nullable: true, description: "The cost centre that a chargeback is posted to." })
  costCentre: string | null;
  @Field(() => ChargebackModeEnum)
  chargebackMode: ChargebackMode;
}

@ObjectType("UseCase", { implements: Node, simpleResolvers: true, description: "Something the voice AI does for one business unit." })
export class UseCaseType extends Node implements Pick<UseCase, "code" | "name"> {
  @Field(() => String, { description: "Unique in the programme." })
  code: string;
  @Field(() => String)
  name: string;
}

@ObjectType({ simpleResolvers: true, description: "Who the token speaks for." })
export class Viewer {
  @Field(() => ID, { description: "The token's subject." })
  id: string;
  @Field(() => String, { description: "The token's subject." })
  subject: string;
  @Field(() => RoleEnum)
  role: Role;
  @Field(() => [String], { description: "The operations that this role may call." })
  permissions: string[];
  @Allow(...READS_NAMES, "EXECUTIVE")
  @Field(() => ProgrammeType, { nullable: true, description: "Null for an administrator whose token names none." })
  programme: Programme | null;
  @Allow(...READS_NAMES)
  @Field(() => [BusinessUnitType], { description: "The units that the token names and that exist; empty for roles that are not bound to units." })
  businessUnits: BusinessUnit[];
}

export const BusinessUnitConnection = connectionOf(BusinessUnitType, "BusinessUnit");
export const UseCaseConnection = connectionOf(UseCaseType, "UseCase");

@InputType({ description: "Which use cases." })
export class UseCaseWhere {
  @Field(() => [String], { nullable: true, description: "Codes of the units that own them now; NOT_FOUND for one that is not yours." })
  businessUnit?: string[] | null;
}

@InputType()
export class CreateProgrammeInput {
  @Field(() => String, { description: "1 to 64 letters, digits, '.', '_' or '-'." })
  code: string;
  @Field(() => String)
  name: string;
  @Field(() => CurrencyCodeScalar, { description: "ISO 4217; cannot be changed later." })
  currency: string;
  @Field(() => String, { description: "IANA name, for example Europe/London; cannot be changed later." })
  timeZone: string;
}

@InputType()
export class CreateBusinessUnitInput {
  @Field(() => String, { description: "1 to 64 letters, digits, '.', '_' or '-'." })
  code: string;
  @Field(() => String)
  name: string;
  @Field(() => String, { nullable: true })
  costCentre?: string | null;
  @Field(() => ChargebackModeEnum, { nullable: true, description: "SHOWBACK when left out." })
  chargebackMode?: ChargebackMode | null;
}

@InputType()
export class CreateUseCaseInput {
  @Field(() => String, { description: "1 to 64 letters, digits, '.', '_' or '-'." })
  code: string;
  @Field(() => String)
  name: string;
  @Field(() => String, { description: "Code of the unit that owns it." })
  businessUnit: string;
}

@ObjectType({ simpleResolvers: true })
export class ProgrammePayload {
  @Field(() => ProgrammeType, { nullable: true })
  programme?: Programme | null;
  @Field(() => [UserError])
  userErrors: UserError[];
}

@ObjectType({ simpleResolvers: true })
export class BusinessUnitPayload {
  @Field(() => BusinessUnitType, { nullable: true })
  businessUnit?: BusinessUnit | null;
  @Field(() => [UserError])
  userErrors: UserError[];
}

@ObjectType({ simpleResolvers: true })
export class UseCasePayload {
  @Field(() => UseCaseType, { nullable: true })
  useCase?: UseCase | null;
  @Field(() => [UserError])
  userErrors: UserError[];
}
