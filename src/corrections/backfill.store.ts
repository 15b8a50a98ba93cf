import { pairKey } from "../kernel/hash";
import { COUNTED_TYPE } from "../metering/ingest/restate-legs.store";
import { usageStore } from "../metering/ingest/usage.store";
import { TenantTransaction } from "../tenancy/database.store";
import { RecordAudit } from "../tenancy/request-context";
import { AddToBackfillPorts, Backfill, BackfillEvent, Known } from "./add-to-backfill";
import { holdCorrections } from "./correction-rules.store";

const withoutHyphens = (key: string): string => key.replaceAll("-", "");

/** Batches of events that wait to be proposed. Only ever added to. */
export function backfillStore(tx: TenantTransaction) {
  const programmeId = tx.scope.programme.id;
  return {
    findBackfill: async (name: string): Promise<Backfill | null> => {
      const [row] = await tx.query<{ source: string; events: string }>(
        `select b.source, (select count(*) from corrections.backfill_event e where e.programme_id = $1 and e.backfill = b.name) as events from corrections.backfill b where b.programme_id = $1 and b.name = $2`,
        [programmeId, name],
      );
      return row ? { name, source: row.source, events: Number(row.events) } : null;
    },
    /** True when a correction of the batch stands that was not rejected. */
    isProposed: async (name: string): Promise<boolean> => {
      const rows = await tx.query(
        `select 1 from corrections.correction c where c.programme_id = $1 and c.backfill = $2
           and not exists (select from corrections.correction_step s where s.programme_id = $1 and s.correction_id = c.id and s.step = 'REJECTED')`,
        [programmeId, name],
      );
      return rows.length > 0;
    },
    /** The events of a batch, in the order in which they were added. */
    eventsOf: (name: string): Promise<BackfillEvent[]> =>
      tx.query<BackfillEvent>(
        `select replace(event_key::text, '-', '') as "eventKey", leg_key as "legKey", event, content_hash as "contentHash" from corrections.backfill_event
         where programme_id = $1 and backfill = $2 order by position`,
        [programmeId, name],
      ),
    save: async (backfill: Backfill, events: readonly BackfillEvent[]): Promise<void> => {
      await tx.query("insert into corrections.backfill (programme_id, name, source, made_by) values ($1, $2, $3, $4) on conflict do nothing", [programmeId, backfill.name, backfill.source, tx.scope.principal.subject]);
      await tx.query(
        `insert into corrections.backfill_event (programme_id, backfill, event_key, leg_key, position, event, content_hash, added_by)
         select $1, $2, w.event_key, w.leg_key, $3::int + w.place::int, w.event, w.content_hash, $8
         from unnest($4::uuid[], $5::uuid[], $6::jsonb[], $7::text[]) with ordinality w (event_key, leg_key, event, content_hash, place)`,
        [
          programmeId, backfill.name, backfill.events, events.map(({ eventKey }) => eventKey), events.map(({ legKey }) => legKey), events.map(({ event }) => JSON.stringify(event)),
          events.map(({ contentHash }) => contentHash), tx.scope.principal.subject,
        ],
      );
    },
  };
}

/** What the usage knows of some events: the event itself, or its leg, by an event that counts. By event key without hyphens. */
export async function knownUsage(tx: TenantTransaction, events: ReadonlyArray<Pick<BackfillEvent, "eventKey" | "legKey">>): Promise<Map<string, Known>> {
  const rows = await tx.query<{ eventKey: string; stored: boolean }>(
    `select w.event_key as "eventKey", e.event_key is not null as stored
     from unnest($2::uuid[], $3::uuid[]) w (event_key, leg_key)
       left join metering.usage_event e on e.programme_id = $1 and e.event_key = w.event_key
     where e.event_key is not null or exists (
       select from metering.usage_event o
         left join metering.usage_leg l on l.programme_id = $1 and l.leg_key = o.leg_key
         join metering.usage_event e on e.programme_id = $1 and e.event_key = case when l.leg_key is null then o.event_key else l.head_event_key end
       where o.programme_id = $1 and o.opens_leg and o.leg_key = w.leg_key and ${COUNTED_TYPE})`,
    [tx.scope.programme.id, events.map(({ eventKey }) => eventKey), events.map(({ legKey }) => legKey)],
  );
  return new Map(rows.map(({ eventKey, stored }) => [withoutHyphens(eventKey), stored ? "EVENT" : "LEG"]));
}

/** What `addToBackfill` needs, over one transaction. */
export function addToBackfillPorts(tx: TenantTransaction, record: RecordAudit): AddToBackfillPorts {
  const store = backfillStore(tx);
  const programmeId = tx.scope.programme.id;
  return {
    ...store,
    openBackfill: async (name, source) => {
      await holdCorrections(tx);
      return (await store.findBackfill(name)) ?? { name, source, events: 0 };
    },
    attribute: usageStore(tx).attribute,
    legKeyOf: (source, event) => pairKey(source, event.legId),
    known: (events) => knownUsage(tx, events),
    held: async (name, events) => {
      const rows = await tx.query<{ eventKey: string; legKey: string; contentHash: string }>(
        `select event_key as "eventKey", leg_key as "legKey", content_hash as "contentHash" from corrections.backfill_event
         where programme_id = $1 and backfill = $2 and (event_key = any($3::uuid[]) or leg_key = any($4::uuid[]))`,
        [programmeId, name, events.map(({ eventKey }) => eventKey), events.map(({ legKey }) => legKey)],
      );
      return { contents: new Map(rows.map((row) => [withoutHyphens(row.eventKey), row.contentHash])), legs: new Set(rows.map((row) => withoutHyphens(row.legKey))) };
    },
    audit: (backfill, added) =>
      record(tx, { action: "addToBackfill", subjectKind: "Backfill", subjectKey: backfill.name, before: { events: backfill.events }, after: { source: backfill.source, events: backfill.events + added } }),
  };
}
