import { Page, PageRequest, decodeCursor, toPage } from "../../kernel/paging";
import { TenantTransaction } from "../../tenancy/database.store";
import { UNIT_CODES, USE_CASE_CODES } from "./known-source.store";
import { Source, SourceRegistration } from "./source";
import { DEFAULT_SOURCE_RULES, SourceRules } from "./source-rules";

const SOURCES = `
  select s.id, s.uri, s.created_at as "createdAt", coalesce(r.version, 0) as version, r.registered_by as "registeredBy", r.registered_at as "registeredAt",
    (select d.received_at from metering.delivery d where d.programme_id = $1 and d.source_id = s.id order by d.received_at desc limit 1) as "lastSeenAt",
    r.name, r.owner, r.contact, r.kind, r.status, r.types, r.channels, ${UNIT_CODES} as "businessUnits", ${USE_CASE_CODES} as "useCases", r.subjects,
    r.expected_every_seconds as "expectedEverySeconds", r.active_days as "activeDays", r.active_from as "activeFrom", r.active_to as "activeTo",
    r.expected_from as "expectedFrom", r.late_window_days as "lateWindowDays"
  from metering.source s
    left join lateral (select * from metering.source_registration v where v.programme_id = $1 and v.source_id = s.id order by v.version desc limit 1) r on true
  where s.programme_id = $1`;

type Row = Omit<Source, "registration"> & SourceRegistration;

function toSource({ id, uri, createdAt, version, registeredBy, registeredAt, lastSeenAt, ...registration }: Row): Source {
  return { id, uri, createdAt, version, registeredBy, registeredAt, lastSeenAt, registration: version === 0 ? null : registration };
}

/** Sources by URI, registered or not. */
export async function listSources(tx: TenantTransaction, page: PageRequest): Promise<Page<Source>> {
  const position = decodeCursor(page.after, ["text"]);
  const rows = await tx.query<Row>(`${SOURCES} and ($2::text is null or s.uri collate "C" > $2) order by s.uri collate "C" limit $3`, [tx.scope.programme.id, position?.[0] ?? null, page.first + 1]);
  return toPage(rows.map(toSource), page, ({ uri }) => [uri]);
}

/** One source; null when it was neither seen nor registered. */
export async function findSource(tx: TenantTransaction, uri: string): Promise<Source | null> {
  const [row] = await tx.query<Row>(`${SOURCES} and s.uri = $2`, [tx.scope.programme.id, uri]);
  return row ? toSource(row) : null;
}

/** Those of which a rhythm is expected: all of them, or those among `ids`. */
export async function sourcesWithRhythm(tx: TenantTransaction, ids: readonly number[] | null): Promise<Source[]> {
  const rows = await tx.query<Row>(`${SOURCES} and r.expected_every_seconds is not null and ($2::integer[] is null or s.id = any($2)) order by s.uri collate "C"`, [tx.scope.programme.id, ids]);
  return rows.map(toSource);
}

/** What finance asks of every source now. */
export async function currentSourceRules(tx: TenantTransaction): Promise<SourceRules> {
  const [rules] = await tx.query<SourceRules>(
    `select version, require_registered_sources as "requireRegisteredSources" from metering.source_rules where programme_id = $1 order by version desc limit 1`,
    [tx.scope.programme.id],
  );
  return rules ?? DEFAULT_SOURCE_RULES;
}
