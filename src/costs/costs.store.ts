import { invariant } from "../kernel/refusal";
import { TenantTransaction } from "../tenancy/database.store";
import { CostEntry, CostEntryKind } from "./cost-entry";
import { CostPool } from "./cost-pool";
import { CostEntryEntity, CostPoolEntity } from "./costs.entity";

/** What is booked, by code; in the programme's currency. */
export interface Booking {
  readonly id: string;
  readonly pool: string;
  readonly period: string;
  readonly amountMinor: bigint;
  readonly currency: string;
  readonly kind: CostEntryKind;
  readonly externalId: string;
  readonly payloadHash: string;
  readonly description: string | null;
  readonly vendor: string | null;
  readonly invoice: string | null;
  readonly useCase: string | null;
  /** The unit whose usage it is, or that bears the accrual that it belongs to; null: whoever owns the use case when the month ends. */
  readonly businessUnit: string | null;
}

/** Pools and entries of the transaction's programme. */
export function costsStore(tx: TenantTransaction) {
  const programmeId = tx.scope.programme.id;
  const pools = tx.manager.getRepository(CostPoolEntity);
  const entries = tx.manager.getRepository(CostEntryEntity);
  return {
    findPool: (code: string): Promise<CostPool | null> => pools.findOneBy({ programmeId, code }),
    findPools: (codes: readonly string[]): Promise<CostPool[]> =>
      tx.query<CostPool>("select id, code, name, kind from costs.cost_pool where programme_id = $1 and code = any($2)", [programmeId, codes]),
    savePool: async (pool: CostPool): Promise<void> => void (await pools.insert({ programmeId, ...pool })),
    findEntry: (externalId: string): Promise<CostEntry | null> => entries.findOneBy({ programmeId, externalId }),
    /** False when the externalId is taken: a retry at the same moment waits here for the first to end. */
    saveEntry: async (entry: CostEntry): Promise<boolean> => {
      const result = await entries.createQueryBuilder().insert().values({ programmeId, ...entry }).orIgnore().returning("id").execute();
      return (result.raw as unknown[]).length > 0;
    },
    /** Bookings of a verb of our own that holds the period, by code, all at once; a taken externalId or an unknown code stops the transaction. */
    saveBookings: async (bookings: readonly Booking[]): Promise<void> => {
      const saved = await tx.query(
        `insert into costs.cost_entry (programme_id, id, pool_id, period_key, amount_minor, currency, kind, external_id, payload_hash, description, vendor, invoice, use_case_id, business_unit_id, recorded_by)
         select $1, x.id, p.id, x.period, x.minor, x.currency, x.kind, x.external_id, x.hash, x.description, x.vendor, x.invoice, c.id, u.id, $2
         from unnest($3::uuid[], $4::text[], $5::text[], $6::bigint[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[], $12::text[], $13::text[], $14::text[], $15::text[])
             x (id, pool, period, minor, currency, external_id, hash, description, vendor, invoice, use_case, business_unit, kind)
           join costs.cost_pool p on p.programme_id = $1 and p.code = x.pool
           left join tenancy.use_case c on c.programme_id = $1 and c.code = x.use_case
           left join tenancy.business_unit u on u.programme_id = $1 and u.code = x.business_unit
         where (x.use_case is null or c.id is not null) and (x.business_unit is null or u.id is not null) returning 1`,
        [
          programmeId, tx.scope.principal.subject, bookings.map((b) => b.id), bookings.map((b) => b.pool), bookings.map((b) => b.period), bookings.map((b) => String(b.amountMinor)), bookings.map((b) => b.currency),
          bookings.map((b) => b.externalId), bookings.map((b) => b.payloadHash), bookings.map((b) => b.description), bookings.map((b) => b.vendor), bookings.map((b) => b.invoice), bookings.map((b) => b.useCase), bookings.map((b) => b.businessUnit),
          bookings.map((b) => b.kind),
        ],
      );
      invariant(saved.length === bookings.length, "a booking names a pool, use case or unit that is not there");
    },
  };
}
