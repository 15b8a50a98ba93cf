import { Page, PageRequest, decodeCursor, toPage } from "../../kernel/paging";
import { TenantTransaction } from "../../tenancy/database.store";
import { BookedQuantities } from "../method-inputs";
import { BookedQuantity, DriverBooking } from "./driver-booking";

type BookingRow = Omit<DriverBooking, "quantities">;

const COLUMNS = `b.id, b.driver, b.period_key as period, b.version, b.kind, b.unit, b.holds, b.reason, b.payload_hash as "payloadHash", b.recorded_by as "recordedBy", b.recorded_at as "recordedAt"`;

const NEWEST = `b.version = (select max(n.version) from allocation.driver_booking n where n.programme_id = b.programme_id and n.driver = b.driver and n.period_key = b.period_key)`;

/** True for the one booking of a driver that counts in a month: that month's own, else the last one before it that holds until it is replaced. */
const inForce = (period: string): string => `${NEWEST} and b.period_key = (
  select max(f.period_key) from allocation.driver_booking f
  where f.programme_id = b.programme_id and f.driver = b.driver and (f.period_key = ${period} or (f.period_key < ${period} and f.holds = 'UNTIL_REPLACED'
    and f.version = (select max(n.version) from allocation.driver_booking n where n.programme_id = f.programme_id and n.driver = f.driver and n.period_key = f.period_key))))`;

/** Quantities of each of some bookings, in the order of codes. */
async function quantitiesOf(tx: TenantTransaction, ids: readonly string[]): Promise<Map<string, BookedQuantity[]>> {
  const rows = await tx.query<BookedQuantity & { booking: string }>(
    `select q.booking_id as booking, u.code as "businessUnit", c.code as "useCase", p.code as pool, q.quantity::text as quantity
     from allocation.booked_quantity q
       left join tenancy.business_unit u on u.programme_id = $1 and u.id = q.unit_id
       left join tenancy.use_case c on c.programme_id = $1 and c.id = q.use_case_id
       left join costs.cost_pool p on p.programme_id = $1 and p.id = q.pool_id
     where q.programme_id = $1 and q.booking_id = any($2::uuid[]) order by q.booking_id, q.position`,
    [tx.scope.programme.id, ids],
  );
  const found = new Map<string, BookedQuantity[]>(ids.map((id) => [id, []]));
  for (const { booking, ...quantity } of rows) found.get(booking)!.push(quantity);
  return found;
}

async function withQuantities(tx: TenantTransaction, rows: readonly BookingRow[]): Promise<DriverBooking[]> {
  const quantities = await quantitiesOf(tx, rows.map(({ id }) => id));
  return rows.map((row) => ({ ...row, quantities: quantities.get(row.id)! }));
}

/** The newest booking of a driver for exactly this month. */
export async function findBooking(tx: TenantTransaction, driver: string, period: string): Promise<DriverBooking | null> {
  const rows = await tx.query<BookingRow>(`select ${COLUMNS} from allocation.driver_booking b where b.programme_id = $1 and b.driver = $2 and b.period_key = $3 and ${NEWEST}`, [tx.scope.programme.id, driver, period]);
  return (await withQuantities(tx, rows))[0] ?? null;
}

/** What counts of a driver in a month; null when nothing was booked for it or carried into it. */
export async function bookedInForce(tx: TenantTransaction, driver: string, period: string): Promise<BookedQuantities | null> {
  const [booking] = await withQuantities(tx, await tx.query<BookingRow>(`select ${COLUMNS} from allocation.driver_booking b where b.programme_id = $1 and b.driver = $2 and ${inForce("$3")}`, [tx.scope.programme.id, driver, period]));
  return booking ? { key: driver, quantities: booking.quantities.map(({ businessUnit, pool, useCase, quantity }) => ({ of: businessUnit ?? pool!, useCase, quantity })) } : null;
}

export interface DriverBookingsWhere {
  readonly driver?: string | null;
  readonly period?: string | null;
  /** A month: only what counts in it. */
  readonly inForceIn?: string | null;
}

/** Bookings by driver, month and version. */
export async function listBookings(tx: TenantTransaction, where: DriverBookingsWhere, page: PageRequest): Promise<Page<DriverBooking>> {
  const position = decodeCursor(page.after, ["text", "text", "version"]);
  const rows = await tx.query<BookingRow>(
    `select ${COLUMNS} from allocation.driver_booking b
     where b.programme_id = $1 and ($2::text is null or b.driver = $2) and ($3::text is null or b.period_key = $3) and ($4::text is null or (${inForce("$4")}))
       and ($5::text is null or (b.driver collate "C", b.period_key collate "C", b.version) > ($5, $6, $7::int))
     order by b.driver collate "C", b.period_key collate "C", b.version limit $8`,
    [tx.scope.programme.id, where.driver ?? null, where.period ?? null, where.inForceIn ?? null, position?.[0] ?? null, position?.[1] ?? null, position?.[2] ?? null, page.first + 1],
  );
  const found = toPage(rows, page, (row) => [row.driver, row.period, String(row.version)]);
  const nodes = await withQuantities(tx, found.edges.map(({ node }) => node));
  return { ...found, edges: found.edges.map(({ cursor }, index) => ({ cursor, node: nodes[index]! })) };
}
