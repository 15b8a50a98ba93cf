import { invariant } from "../../kernel/refusal";
import { TenantTransaction } from "../../tenancy/database.store";
import { Admission } from "./admit-event";

/** What ingest must know of a source; `id` is null until it is first seen or registered. */
export interface KnownSource extends Pick<Admission, "registration" | "requireRegistered"> {
  readonly id: number | null;
}

const codes = (table: "business_unit" | "use_case", ids: string): string =>
  `(select array_agg(c.code order by c.code collate "C") from tenancy.${table} c where c.programme_id = $1 and c.id = any(r.${ids}))`;

/** The codes of what a registration `r` names by id, in the programme $1. */
export const UNIT_CODES = codes("business_unit", "business_unit_ids");
export const USE_CASE_CODES = codes("use_case", "use_case_ids");

/** The source $2 of the programme $1, its newest registration, and whether sources must be registered: always one row. */
const KNOWN_SOURCE = `
  select s.id, r.status, r.owner, r.types, r.channels, r.business_unit_ids as "businessUnitIds", r.use_case_ids as "useCaseIds", r.subjects, r.late_window_days as "lateWindowDays",
    ${UNIT_CODES} as "businessUnits",
    coalesce((select x.require_registered_sources from metering.source_rules x where x.programme_id = $1 order by x.version desc limit 1), false) as "requireRegistered"
  from (select $2::text as uri) asked
    left join metering.source s on s.programme_id = $1 and s.uri = asked.uri
    left join lateral (select * from metering.source_registration v where v.programme_id = $1 and v.source_id = s.id order by v.version desc limit 1) r on true`;

type Row = Omit<NonNullable<Admission["registration"]>, "status"> & Pick<KnownSource, "id" | "requireRegistered"> & { readonly status: NonNullable<Admission["registration"]>["status"] | null };

const asked = new WeakMap<TenantTransaction, Map<string, KnownSource>>();

/** Looks a source up once in a transaction: every batch asks more than once, and ingest counts round trips. */
export async function knownSource(tx: TenantTransaction, uri: string): Promise<KnownSource> {
  const known = asked.get(tx) ?? new Map<string, KnownSource>();
  asked.set(tx, known);
  let source = known.get(uri);
  if (source === undefined) {
    const [row] = await tx.prepared<Row>(KNOWN_SOURCE, [tx.scope.programme.id, uri]);
    invariant(row, "a look-up that always answers a row answered none");
    const { id, requireRegistered, status, ...registration } = row;
    source = { id, requireRegistered, registration: status === null ? null : { ...registration, status } };
    known.set(uri, source);
  }
  return source;
}

/** The small number that stands for a source; made when it is first seen. */
export async function sourceIdOf(tx: TenantTransaction, uri: string): Promise<number> {
  const known = await knownSource(tx, uri);
  if (known.id !== null) return known.id;
  const id = await makeSource(tx, uri);
  asked.get(tx)!.set(uri, { ...known, id });
  return id;
}

/** The same for whoever has not looked it up: finds it, or makes it. */
export async function makeSource(tx: TenantTransaction, uri: string): Promise<number> {
  await tx.query("insert into metering.source (programme_id, uri) values ($1, $2) on conflict do nothing", [tx.scope.programme.id, uri]);
  const [made] = await tx.query<{ id: number }>("select id from metering.source where programme_id = $1 and uri = $2", [tx.scope.programme.id, uri]);
  invariant(made, "a source that was just made is not there");
  return made.id;
}
