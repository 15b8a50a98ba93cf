import { Field, InputType, ObjectType } from "type-graphql";
import { connectionOf } from "../../kernel/graph.type";
import { DateScalar, DateTimeScalar } from "../../kernel/scalars";
import { UserError } from "../../kernel/user-error.type";
import { BusinessUnitType } from "../../tenancy/tenancy.type";

@InputType()
export class PlaceBusinessUnitInput {
  @Field(() => String, { description: "Code of the unit." }) businessUnit: string;
  @Field(() => String, { nullable: true, description: "Code of the unit above it from then on; left out: none, it stands at the top." }) parent?: string | null;
  @Field(() => DateScalar, { description: "A day of the programme's time zone. PERIOD_CLOSED when a month that ends after it is closed; it may lie in the future." }) effectiveFrom: string;
  @Field(() => String, { description: "Why; kept with the place and in the audit trail." }) reason: string;
}

@ObjectType("BusinessUnitPlace", { simpleResolvers: true, description: "Where a unit stands in the hierarchy." })
export class BusinessUnitPlaceType {
  @Field(() => BusinessUnitType) businessUnit: BusinessUnitType;
  @Field(() => BusinessUnitType, { nullable: true, description: "The unit above; null at the top." }) parent: BusinessUnitType | null;
}

export const BusinessUnitPlaceConnection = connectionOf(BusinessUnitPlaceType, "BusinessUnitPlace");

@ObjectType({ simpleResolvers: true })
export class PlaceBusinessUnitPayload {
  @Field(() => BusinessUnitPlaceType, { nullable: true, description: "Where it stands from then on; null when refused." }) place?: BusinessUnitPlaceType | null;
  @Field(() => DateTimeScalar, { nullable: true, description: "First instant of that day." }) effectiveFrom?: Date | null;
  @Field(() => [UserError]) userErrors: UserError[];
}
