import { Refusal } from "../../kernel/refusal";
import { TenantTransaction } from "../../tenancy/database.store";
import { RESTATED_EVENTS } from "../questions/counting-events.query";
import { requireKnownPeriod } from "../questions/usage-where.query";
import { UnattributedReason } from "../usage-event";

/** Which unattributed usage; what was sent is compared as it was sent. */
export interface UnattributedWhere {
  readonly period?: string | null;
  readonly from?: Date | null;
  readonly to?: Date | null;
  readonly reason?: readonly UnattributedReason[] | null;
  readonly reportedUseCase?: readonly string[] | null;
  readonly reportedBusinessUnit?: readonly string[] | null;
  readonly source?: readonly string[] | null;
}

/** Unattributed usage that was sent alike. Durations are of connected voice legs. */
export interface UnattributedGroup {
  readonly reason: UnattributedReason;
  readonly reportedUseCase: string | null;
  readonly reportedBusinessUnit: string | null;
  readonly source: string;
  readonly legs: number;
  readonly calls: number;
  readonly connectedMs: number;
  readonly oldestEndedAt: Date;
  readonly newestEndedAt: Date;
  readonly firstSeenAt: Date;
  readonly lastSeenAt: Date;
}

const MOST_GROUPS = 1_000;

/** Contacts that are looked at for each group; the oldest ones, so that the same facts give the same answer. */
const CONTACTS_SEEN = 50;

/** What is unattributed by everything known now, the largest group first. LIMIT_EXCEEDED above a thousand groups. */
export async function unattributedGroups(tx: TenantTransaction, where: UnattributedWhere): Promise<UnattributedGroup[]> {
  if (where.period) await requireKnownPeriod(tx, where.period);
  const rows = await tx.query<UnattributedGroup & { legs: string; calls: string; connectedMs: string }>(
    `select h.reason, h.reported_use_case as "reportedUseCase", h.reported_business_unit as "reportedBusinessUnit", s.uri as source,
       count(*) as legs, count(*) filter (where h.connected and h.channel = 'VOICE') as calls, coalesce(sum(h.connected_ms) filter (where h.connected and h.channel = 'VOICE'), 0) as "connectedMs",
       min(h.ended_at) as "oldestEndedAt", max(h.ended_at) as "newestEndedAt",
       min(case when h.derived_from is null then h.received_at else r.received_at end) as "firstSeenAt", max(case when h.derived_from is null then h.received_at else r.received_at end) as "lastSeenAt"
     from (${HELD}) h join metering.source s on s.programme_id = $1 and s.id = h.source_id
       left join metering.usage_event r on r.programme_id = $1 and r.event_key = h.derived_from
     group by 1, 2, 3, 4
     order by count(*) desc, min(h.ended_at), s.uri collate "C", h.reported_use_case collate "C", h.reported_business_unit collate "C" limit ${MOST_GROUPS + 1}`,
    parametersOf(tx, where),
  );
  if (rows.length > MOST_GROUPS) throw new Refusal("LIMIT_EXCEEDED", `More than ${MOST_GROUPS} codes are unattributed. Narrow where to a source or a period.`, ["where"]);
  return rows.map((row) => ({ ...row, legs: Number(row.legs), calls: Number(row.calls), connectedMs: Number(row.connectedMs) }));
}

/** Tells groups apart. */
export const groupKey = (group: Pick<UnattributedGroup, "reportedUseCase" | "reportedBusinessUnit" | "source">): string => JSON.stringify([group.source, group.reportedUseCase, group.reportedBusinessUnit]);

/** What the contacts of each group do elsewhere: how many of those looked at, and how many have another leg in a use case. */
export async function companyOfGroups(tx: TenantTransaction, where: UnattributedWhere): Promise<Map<string, { seen: number; useCases: Map<string, number> }>> {
  const rows = await tx.query<{ source: string; reportedUseCase: string | null; reportedBusinessUnit: string | null; seen: string; useCaseId: string | null; contacts: string }>(
    `with contact as (
       select h.source_id, h.reported_use_case, h.reported_business_unit, h.contact_key,
         row_number() over (partition by h.source_id, h.reported_use_case, h.reported_business_unit order by min(h.ended_at), h.contact_key) as place
       from (${HELD}) h group by 1, 2, 3, 4
     ), seen as materialized (
       select c.*, count(*) over (partition by c.source_id, c.reported_use_case, c.reported_business_unit) as seen from contact c where c.place <= ${CONTACTS_SEEN}
     )
     select s.uri as source, c.reported_use_case as "reportedUseCase", c.reported_business_unit as "reportedBusinessUnit", c.seen, o.use_case_id as "useCaseId", count(*) as contacts
     from seen c join metering.source s on s.programme_id = $1 and s.id = c.source_id
       left join lateral (
         select distinct e.use_case_id from metering.usage_event e
         where e.programme_id = $1 and e.contact_key = c.contact_key and e.use_case_id is not null and e.type <> 'LEG_VOIDED' and (e.facet = 'LEG' or e.derived_from is not null)
           and not exists (select from metering.usage_superseded x where x.programme_id = $1 and x.event_key = e.event_key)) o on true
     group by 1, 2, 3, 4, 5`,
    parametersOf(tx, where),
  );
  const company = new Map<string, { seen: number; useCases: Map<string, number> }>();
  for (const row of rows) {
    const known = company.get(groupKey(row)) ?? { seen: Number(row.seen), useCases: new Map<string, number>() };
    company.set(groupKey(row), known);
    if (row.useCaseId !== null) known.useCases.set(row.useCaseId, Number(row.contacts));
  }
  return company;
}

/** Legs that people placed, by the code that was sent and the use case. */
export async function earlierAttributions(tx: TenantTransaction, codes: readonly string[]): Promise<Map<string, Map<string, number>>> {
  const rows = await tx.query<{ code: string; useCaseId: string; legs: string }>(
    `select e.reported_use_case as code, l.override_use_case_id as "useCaseId", count(*) as legs
     from metering.usage_leg l join metering.usage_event e on e.programme_id = $1 and e.event_key = l.head_event_key
     where l.programme_id = $1 and l.override_use_case_id is not null and e.reported_use_case = any($2) group by 1, 2`,
    [tx.scope.programme.id, codes],
  );
  const earlier = new Map<string, Map<string, number>>();
  for (const { code, useCaseId, legs } of rows) earlier.set(code, (earlier.get(code) ?? new Map<string, number>()).set(useCaseId, Number(legs)));
  return earlier;
}

/** The reason is told from what was sent: a row that was composed anew carries none of its own. */
const HELD = `
  select q.* from (
    select e.*, case when e.reported_use_case is null then 'USE_CASE_MISSING' else 'USE_CASE_UNKNOWN' end as reason
    from ${RESTATED_EVENTS} where e.programme_id = $1 and e.business_unit_id is null
  ) q
  where ($2::text is null or q.period_key = $2) and ($3::timestamptz is null or q.ended_at >= $3) and ($4::timestamptz is null or q.ended_at < $4)
    and ($5::text[] is null or q.reason = any($5)) and ($6::text[] is null or q.reported_use_case = any($6)) and ($7::text[] is null or q.reported_business_unit = any($7))
    and ($8::text[] is null or q.source_id in (select z.id from metering.source z where z.programme_id = $1 and z.uri = any($8)))`;

function parametersOf(tx: TenantTransaction, where: UnattributedWhere): unknown[] {
  return [tx.scope.programme.id, where.period ?? null, where.from ?? null, where.to ?? null, where.reason ?? null, where.reportedUseCase ?? null, where.reportedBusinessUnit ?? null, where.source ?? null];
}
