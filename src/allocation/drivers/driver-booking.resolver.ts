import { Arg, Ctx, Int, Mutation, Query, Resolver } from "type-graphql";
import { Page, requirePageSize } from "../../kernel/paging";
import { payload } from "../../kernel/user-error.type";
import { Allow } from "../../tenancy/access";
import { RequestContext } from "../../tenancy/request-context";
import { bookDriverQuantities } from "./book-driver-quantities";
import { DriverBooking } from "./driver-booking";
import { listBookings } from "./driver-booking.query";
import { bookDriverQuantitiesPorts } from "./driver-booking.store";
import { BookDriverQuantitiesInput, BookDriverQuantitiesPayload, DriverBookingConnection, DriverBookingType, DriverQuantitiesWhere } from "./driver-booking.type";

@Resolver()
export class DriverBookingResolver {
  @Allow("FINANCE", "AUDITOR")
  @Query(() => DriverBookingConnection, { description: "Quantities of drivers that finance books, by driver, month and version." })
  async driverQuantities(
    @Ctx() context: RequestContext,
    @Arg("first", () => Int) first: number,
    @Arg("after", () => String, { nullable: true }) after?: string,
    @Arg("where", () => DriverQuantitiesWhere, { nullable: true }) where?: DriverQuantitiesWhere,
  ): Promise<Page<DriverBooking>> {
    const page = { first: requirePageSize(first), after };
    return context.withTenant((tx) => listBookings(tx, where ?? {}, page));
  }

  @Allow("FINANCE")
  @Mutation(() => BookDriverQuantitiesPayload, { description: "Books all quantities of a driver for a month: headcount, capacity, budgets, services between pools. The same again answers what is there; other content is the next version. PERIOD_CLOSED for a closed month." })
  async bookDriverQuantities(@Ctx() context: RequestContext, @Arg("input", () => BookDriverQuantitiesInput) input: BookDriverQuantitiesInput): Promise<BookDriverQuantitiesPayload> {
    return payload(async () => ({ booking: (await context.withTenant((tx) => bookDriverQuantities(bookDriverQuantitiesPorts(tx, context.record), input))) as unknown as DriverBookingType }));
  }
}
