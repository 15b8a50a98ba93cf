import { Field, InputType, Int, ObjectType, registerEnumType } from "type-graphql";
import { connectionOf, enumOf } from "../../kernel/graph.type";
import { DateTimeScalar, DecimalScalar, PeriodKeyScalar } from "../../kernel/scalars";
import { UserError } from "../../kernel/user-error.type";
import { BOOKED_DRIVER_KINDS, BOOKING_HOLDS, BookedDriverKind, BookingHolds } from "./driver-booking";

export const BookedDriverKindEnum = enumOf(BOOKED_DRIVER_KINDS);
registerEnumType(BookedDriverKindEnum, { name: "BookedDriverKind", description: "What a driver that finance books counts: people, capacity that was reserved or can be done, a budget, services of one pool to others, or anything else." });
export const BookingHoldsEnum = enumOf(BOOKING_HOLDS);
registerEnumType(BookingHoldsEnum, { name: "BookingHolds", description: "UNTIL_REPLACED: counts in every later month that has no booking of its own, until another such booking replaces it. PERIOD_ONLY: counts in its own month alone." });

@InputType({ description: "A quantity of a business unit, of one of its use cases, or of a pool that receives services of others." })
export class BookedQuantityInput {
  @Field(() => String, { nullable: true, description: "Code of a unit; or give pool." }) businessUnit?: string | null;
  @Field(() => String, { nullable: true, description: "Code of a use case that the unit owns at the end of the month. The quantities of its use cases make up the unit's." }) useCase?: string | null;
  @Field(() => String, { nullable: true, description: "Code of a shared pool." }) pool?: string | null;
  @Field(() => DecimalScalar, { description: "In the driver's unit; at most 18 digits and 9 decimals. Below zero where it is a deduction: a policy then says with `negative` what that means." }) quantity: string;
}

@InputType()
export class BookDriverQuantitiesInput {
  @Field(() => String, { description: "Code of the driver; not one of AllocationDriver." }) driver: string;
  @Field(() => BookedDriverKindEnum, { description: "The same for ever; CONFLICT for another." }) kind: BookedDriverKind;
  @Field(() => String, { description: 'What is counted, for people: "people", "concurrent calls". The same for ever; CONFLICT for another.' }) unit: string;
  @Field(() => PeriodKeyScalar, { description: "PERIOD_CLOSED for a closed month." }) period: string;
  @Field(() => BookingHoldsEnum, { description: "Whether later months take it over." }) holds: BookingHolds;
  @Field(() => String, { description: "Why, for the audit trail." }) reason: string;
  @Field(() => [BookedQuantityInput], { description: "All of them, 1 to 5,000: a later booking of the same month replaces the whole." }) quantities: BookedQuantityInput[];
}

@ObjectType({ simpleResolvers: true, description: "One quantity of a booking." })
export class BookedQuantityType {
  @Field(() => String, { nullable: true, description: "Code of a unit; null where a pool receives." }) businessUnit: string | null;
  @Field(() => String, { nullable: true, description: "Code of a use case; null for the unit as a whole." }) useCase: string | null;
  @Field(() => String, { nullable: true, description: "Code of a pool; null where a unit receives." }) pool: string | null;
  @Field(() => DecimalScalar, { description: "In the driver's unit." }) quantity: string;
}

@ObjectType("DriverBooking", { simpleResolvers: true, description: "All quantities of a driver for a month, as finance booked them. Never changed: a correction is the next version." })
export class DriverBookingType {
  @Field(() => String, { description: "Code of the driver." }) driver: string;
  @Field(() => BookedDriverKindEnum, { description: "What it counts." }) kind: string;
  @Field(() => String, { description: "What is counted, for people." }) unit: string;
  @Field(() => PeriodKeyScalar, { description: "The month that it was booked for." }) period: string;
  @Field(() => Int, { description: "1 for the first booking of the month; the highest counts." }) version: number;
  @Field(() => BookingHoldsEnum, { description: "Whether later months take it over." }) holds: string;
  @Field(() => String, { description: "Why it was booked." }) reason: string;
  @Field(() => [BookedQuantityType], { description: "By code of unit, use case and pool." }) quantities: BookedQuantityType[];
  @Field(() => String, { description: "Subject of the token that booked it." }) recordedBy: string;
  @Field(() => DateTimeScalar, { description: "When it was booked." }) recordedAt: Date;
}

export const DriverBookingConnection = connectionOf(DriverBookingType, "DriverBooking");

@InputType({ description: "Which bookings; all versions unless inForceIn is given." })
export class DriverQuantitiesWhere {
  @Field(() => String, { nullable: true, description: "Code of the driver." }) driver?: string | null;
  @Field(() => PeriodKeyScalar, { nullable: true, description: "Booked for this month." }) period?: string | null;
  @Field(() => PeriodKeyScalar, { nullable: true, description: "Only what counts in this month: its own booking, or the one that was carried into it." }) inForceIn?: string | null;
}

@ObjectType({ simpleResolvers: true })
export class BookDriverQuantitiesPayload {
  @Field(() => DriverBookingType, { nullable: true, description: "As it is stored; null when refused." }) booking?: DriverBookingType | null;
  @Field(() => [UserError]) userErrors: UserError[];
}
