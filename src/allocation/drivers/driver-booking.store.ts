import { randomUUID } from "node:crypto";
import { invariant } from "../../kernel/refusal";
import { isShared } from "../../costs";
import { costsStore } from "../../costs/costs.store";
import { periodStore } from "../../governance/period.store";
import { TenantTransaction } from "../../tenancy/database.store";
import { RecordAudit } from "../../tenancy/request-context";
import { tenancyStore } from "../../tenancy/tenancy.store";
import { receiversAtEnd } from "../facts.query";
import { BookDriverQuantitiesPorts } from "./book-driver-quantities";
import { DriverBooking, DriverBookingContent } from "./driver-booking";
import { findBooking } from "./driver-booking.query";

const MOST_NOTED = 100;

/** What `bookDriverQuantities` needs, over one transaction. */
export function bookDriverQuantitiesPorts(tx: TenantTransaction, record: RecordAudit): BookDriverQuantitiesPorts {
  const programmeId = tx.scope.programme.id;
  const noted = ({ version, holds, quantities }: DriverBooking) => ({ version, holds, quantities: quantities.slice(0, MOST_NOTED), more: Math.max(0, quantities.length - MOST_NOTED) });
  return {
    holdPeriod: async (key) => (await periodStore(tx).hold([key]))[0]!,
    findBooking: (driver, period) => findBooking(tx, driver, period),
    nature: async (driver) =>
      (await tx.query<Pick<DriverBooking, "kind" | "unit">>("select kind, unit from allocation.driver_booking where programme_id = $1 and driver = $2 order by recorded_at, id limit 1", [programmeId, driver]))[0] ?? null,
    findUnitCodes: async (codes) => new Set((await tenancyStore(tx).findBusinessUnits(codes)).map(({ code }) => code)),
    findSharedPoolCodes: async (codes) => new Set((await costsStore(tx).findPools(codes)).filter(({ kind }) => isShared(kind)).map(({ code }) => code)),
    useCasesOf: (period) => receiversAtEnd(tx, period),
    saveBooking: (content, version, payloadHash) => saveBooking(tx, content, version, payloadHash),
    audit: (booking, before) =>
      record(tx, {
        action: "bookDriverQuantities", subjectKind: "DriverBooking", subjectKey: `${booking.driver}/${booking.period}`, reason: booking.reason,
        before: before && noted(before), after: { kind: booking.kind, unit: booking.unit, ...noted(booking) },
      }),
  };
}

async function saveBooking(tx: TenantTransaction, content: DriverBookingContent, version: number, payloadHash: string): Promise<DriverBooking> {
  const programmeId = tx.scope.programme.id;
  const id = randomUUID();
  await tx.query(
    "insert into allocation.driver_booking (programme_id, id, driver, period_key, version, kind, unit, holds, reason, payload_hash, recorded_by) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
    [programmeId, id, content.driver, content.period, version, content.kind, content.unit, content.holds, content.reason, payloadHash, tx.scope.principal.subject],
  );
  const { quantities } = content;
  await tx.query(
    `insert into allocation.booked_quantity (programme_id, booking_id, position, unit_id, use_case_id, pool_id, quantity)
     select $1, $2, x.position, u.id, c.id, p.id, x.quantity
     from unnest($3::text[], $4::text[], $5::text[], $6::numeric[]) with ordinality x (unit, use_case, pool, quantity, position)
       left join tenancy.business_unit u on u.programme_id = $1 and u.code = x.unit
       left join tenancy.use_case c on c.programme_id = $1 and c.code = x.use_case
       left join costs.cost_pool p on p.programme_id = $1 and p.code = x.pool`,
    [programmeId, id, quantities.map((q) => q.businessUnit), quantities.map((q) => q.useCase), quantities.map((q) => q.pool), quantities.map((q) => q.quantity)],
  );
  const saved = await findBooking(tx, content.driver, content.period);
  invariant(saved?.id === id, "a booking that was just saved is not there");
  return saved;
}
