import { hash, randomUUID } from "node:crypto";
import { hashOf, pairKey } from "../kernel/hash";
import { Refusal, invariant } from "../kernel/refusal";
import { periodStore } from "../governance/period.store";
import { Attribution, KeyedEvent, PAYLOAD_COLUMNS, USAGE_EVENT_FIELDS, UsageEventResult, readUsageEvent } from "../metering";
import { usageStore } from "../metering/ingest/usage.store";
import { TenantTransaction } from "../tenancy/database.store";
import { Backfill, BackfillEvent, leftOut } from "./add-to-backfill";
import { backfillStore, knownUsage } from "./backfill.store";
import { ColumnValue, columnsOf } from "./patch";
import { Applied, PlannedChange } from "./planned-change";
import { countingLegs } from "./select-legs.query";
import { standIn } from "./stand-in.store";

interface Vouched { readonly event: KeyedEvent; readonly legKey: string }

/**
 * BACKFILL: the events of a batch count, without those that the usage knows by now; they are named in `leftOut`. Read anew
 * for an approval, `onlyLegs` are those that were proposed: whatever is known of them by now makes it another plan.
 */
export async function planBackfill(tx: TenantTransaction, backfill: Backfill, nowMs: number, onlyLegs: ReadonlySet<string> | null): Promise<PlannedChange> {
  const stored = (await backfillStore(tx).eventsOf(backfill.name)).filter(({ legKey }) => onlyLegs === null || onlyLegs.has(legKey));
  if (stored.length === 0) throw new Refusal("NOT_FOUND", `The batch ${backfill.name} holds no events. Fill it with addToBackfill.`, ["backfill"]);
  const vouched = stored.map((each, index): Vouched => ({ event: readAgain(each, index, nowMs), legKey: each.legKey }));
  const known = await knownUsage(tx, stored);
  const leaves = onlyLegs === null ? vouched.filter(({ event }) => known.has(event.eventKey)) : [];
  const added = onlyLegs === null ? vouched.filter(({ event }) => !known.has(event.eventKey)) : vouched;
  if (added.length === 0) throw new Refusal("CONFLICT", `Every event of the batch ${backfill.name} is stored already: there is nothing to backfill.`, ["backfill"]);
  const counting = new Map((await countingLegs(tx, added.map(({ legKey }) => legKey))).map(({ legKey, eventKey }) => [legKey, eventKey]));
  const contents = new Map(stored.map(({ legKey, contentHash }) => [legKey, contentHash]));
  return {
    content: { backfill: backfill.name, source: backfill.source, events: hashOf(added.map(({ legKey }) => [legKey, contents.get(legKey)!]).sort()) },
    unchanged: 0,
    leftOut: leaves.map(({ event }): UsageEventResult => ({ index: event.index, eventId: event.eventId, ...leftOut(known.get(event.eventKey)!, event.legId) })),
    legs: added.map(({ event, legKey }) => ({ legKey, eventKey: counting.get(legKey) ?? (known.has(event.eventKey) ? event.eventKey : null), useCaseBefore: null })),
    apply: () => store(tx, backfill, added),
  };
}

/** An event that was sound when it was added; the clock has only gone on since. */
function readAgain({ event, eventKey }: BackfillEvent, index: number, nowMs: number): KeyedEvent {
  const read = readUsageEvent(event, nowMs);
  invariant(!("fault" in read), "an event of a batch is not sound any more");
  return { ...read, index, eventKey };
}

async function store(tx: TenantTransaction, backfill: Backfill, added: readonly Vouched[]): Promise<Applied> {
  const attributions = await usageStore(tx).attribute(added.map(({ event }) => event), backfill.source);
  const refused = added.findIndex((_, index) => attributions[index]!.kind === "REFUSED");
  if (refused >= 0) throw new Refusal("CONFLICT", `${added[refused]!.event.eventId}: ${(attributions[refused] as Extract<Attribution, { kind: "REFUSED" }>).message} Nothing was backfilled.`, ["backfill"]);
  const sourceId = await sourceIdOf(tx, backfill.source);
  const ends = added.map(({ event }) => event.endedAtMs);
  const months = await periodStore(tx).boundaries(Math.min(...ends), Math.max(...ends));
  const periodKeys = ends.map((ms) => months.find((month) => ms < month.toMs)!.key);
  await periodStore(tx).hold(periodKeys);
  const rows = added.map(({ event, legKey }, index) => ({ legKey, eventKey: randomUUID(), row: rowOf(event, backfill.source, attributions[index]!, periodKeys[index]!) }));
  await makeLegs(tx, rows.map(({ legKey }) => legKey));
  await insertRows(tx, sourceId, rows);
  await standIn(tx, rows);
  return { rows: rows.map(({ legKey, eventKey }) => ({ legKey, eventKey })), periods: [...new Set(periodKeys)].sort() };
}

/** The columns of a row of usage that its event and its attribution decide. */
function rowOf(event: KeyedEvent, source: string, attribution: Attribution, periodKey: string): Record<string, ColumnValue> {
  const placed = attribution.kind === "ATTRIBUTED";
  const columns = columnsOf(event.payload, USAGE_EVENT_FIELDS);
  return {
    ...columns, occurred_at: columns.occurred_at ?? columns.ended_at!, contact_key: pairKey(source, event.contactId), period_key: periodKey,
    payload_hash: `\\x${hash("sha256", event.payload.replace(/(?:\t\\N)+$/, ""), "hex")}`,
    business_unit_id: placed ? attribution.businessUnitId : null, use_case_id: placed ? attribution.useCaseId : null,
    unattributed_reason: attribution.kind === "HELD" ? attribution.reason : null, duration_mismatch: event.durationMismatch ? "t" : "f",
  };
}

/** A small number for the source; made when it is first seen. */
async function sourceIdOf(tx: TenantTransaction, uri: string): Promise<number> {
  await tx.query("insert into metering.source (programme_id, uri) select $1::uuid, $2::text where not exists (select from metering.source where programme_id = $1 and uri = $2) on conflict do nothing", [tx.scope.programme.id, uri]);
  const [found] = await tx.query<{ id: number }>("select id from metering.source where programme_id = $1 and uri = $2", [tx.scope.programme.id, uri]);
  invariant(found, "a source that was just made is not there");
  return found.id;
}

const READ = ["contact_key", "payload_hash", "period_key", "business_unit_id", "use_case_id", "unattributed_reason", "duration_mismatch", ...PAYLOAD_COLUMNS];

/** A leg that nothing was heard of gets its row before the event that opens it: so far it counts by nothing. */
async function makeLegs(tx: TenantTransaction, legKeys: readonly string[]): Promise<void> {
  await tx.query("insert into metering.usage_leg (programme_id, leg_key) select $1, k from unnest($2::uuid[]) k order by k on conflict do nothing", [tx.scope.programme.id, legKeys]);
}

/**
 * The rows stand under keys of their own and not under the identity of their events: what the provider sends of these later
 * is stored beside them, and counts again once the backfill is reverted.
 */
async function insertRows(tx: TenantTransaction, sourceId: number, rows: ReadonlyArray<{ readonly legKey: string; readonly eventKey: string; readonly row: Readonly<Record<string, ColumnValue>> }>): Promise<void> {
  await tx.query(
    `insert into metering.usage_event (programme_id, event_key, leg_key, source_id, received_at, facet, derived_from, opens_leg, day, ${READ.join(", ")})
     select $1, w.event_key, w.leg_key, $2, clock_timestamp(), 'LEG', w.event_key,
       not exists (select from metering.usage_event o where o.programme_id = $1 and o.opens_leg and o.leg_key = w.leg_key), (p.ended_at at time zone $3)::date, ${READ.map((column) => `p.${column}`).join(", ")}
     from unnest($4::uuid[], $5::uuid[], $6::jsonb[]) w (event_key, leg_key, event)
       cross join lateral jsonb_populate_record(null::metering.usage_event, w.event) p
     order by w.event_key`,
    [tx.scope.programme.id, sourceId, tx.scope.programme.timeZone, rows.map(({ eventKey }) => eventKey), rows.map(({ legKey }) => legKey), rows.map(({ row }) => JSON.stringify(row))],
  );
}
