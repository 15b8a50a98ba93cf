import { randomUUID } from "node:crypto";
import { periodStore } from "../governance/period.store";
import { Refusal } from "../kernel/refusal";
import { PAYLOAD_COLUMNS } from "../metering";
import { TenantTransaction } from "../tenancy/database.store";
import { ColumnValue, UsageEventPatch, canonicalPatch, readPatch } from "./patch";
import { Applied, PlannedChange } from "./planned-change";
import { CountingLeg } from "./select-legs.query";
import { standIn } from "./stand-in.store";

/** VOID: the legs stop counting. */
export function planVoid(tx: TenantTransaction, legs: readonly CountingLeg[]): PlannedChange {
  return planRows(tx, legs, 0, {}, { type: "LEG_VOIDED" }, null);
}

/** AMEND: the legs count with some fields set anew. BAD_USER_INPUT when that breaks one of them, CONFLICT when it changes none. */
export async function planAmend(tx: TenantTransaction, legs: readonly CountingLeg[], patch: UsageEventPatch, nowMs: number): Promise<PlannedChange> {
  const { columns, mismatched } = readPatch(patch, legs, nowMs);
  const same = await alreadyLike(tx, legs, columns);
  const changed = legs.filter(({ eventKey }) => !same.has(eventKey));
  if (changed.length === 0) throw new Refusal("CONFLICT", "Every one of these legs stands like that already: there is nothing to amend.", ["patch"]);
  return planRows(tx, changed, legs.length - changed.length, canonicalPatch(patch), { ...columns, type: "LEG_UPDATED" }, mismatched);
}

/** `mismatched` are the rows whose duration does not fit their timestamps; null: as it was. */
function planRows(tx: TenantTransaction, legs: readonly CountingLeg[], unchanged: number, content: PlannedChange["content"], columns: Readonly<Record<string, ColumnValue>>, mismatched: ReadonlySet<string> | null): PlannedChange {
  return {
    content, unchanged, leftOut: [],
    legs: legs.map(({ legKey, eventKey }) => ({ legKey, eventKey, useCaseBefore: null })),
    apply: async (): Promise<Applied> => {
      const moved = typeof columns.ended_at === "string" ? await monthOf(tx, columns.ended_at) : null;
      await periodStore(tx).hold([...legs.map(({ periodKey }) => periodKey), ...(moved === null ? [] : [moved])]);
      const rows = legs.map((leg) => ({ legKey: leg.legKey, fromKey: leg.eventKey, eventKey: randomUUID(), mismatch: mismatched === null ? null : mismatched.has(leg.eventKey) }));
      await insertRows(tx, rows, columns);
      await standIn(tx, rows);
      return { rows, periods: [...new Set([...legs.map(({ periodKey }) => periodKey), ...(moved === null ? [] : [moved])])].sort() };
    },
  };
}

/** The month that an instant falls into. */
async function monthOf(tx: TenantTransaction, instant: string): Promise<string> {
  const ms = Date.parse(instant);
  return (await periodStore(tx).boundaries(ms, ms))[0]!.key;
}

const inCopy = (column: string): boolean => PAYLOAD_COLUMNS.includes(column);

/** Keys of the rows that hold these values already. The names of columns are those of the field table, never a caller's. */
async function alreadyLike(tx: TenantTransaction, legs: readonly CountingLeg[], columns: Readonly<Record<string, ColumnValue>>): Promise<Set<string>> {
  const names = Object.keys(columns).filter(inCopy);
  const rows = await tx.query<{ eventKey: string }>(
    `select e.event_key as "eventKey" from metering.usage_event e cross join jsonb_populate_record(null::metering.usage_event, $3::jsonb) p
     where e.programme_id = $1 and e.event_key = any($2::uuid[]) and ${names.map((name) => `e.${name} is not distinct from p.${name}`).join(" and ")}`,
    [tx.scope.programme.id, legs.map(({ eventKey }) => eventKey), JSON.stringify(columns)],
  );
  return new Set(rows.map(({ eventKey }) => eventKey));
}

/**
 * Writes rows anew with some columns set; what was received stays as it was. Where the end of the leg changes, its month,
 * its day and the unit that owned its use case follow. They derive from themselves: nobody sent them, and what is composed
 * of them later tells so.
 */
async function insertRows(tx: TenantTransaction, rows: ReadonlyArray<{ readonly fromKey: string; readonly eventKey: string; readonly mismatch: boolean | null }>, columns: Readonly<Record<string, ColumnValue>>): Promise<void> {
  const ends = typeof columns.ended_at === "string";
  const endedAt = ends ? "p.ended_at" : "e.ended_at";
  const owner = `(select o.business_unit_id from tenancy.use_case_ownership o
    where o.programme_id = $1 and o.use_case_id = e.use_case_id and o.effective_from <= ${endedAt} order by o.effective_from desc limit 1)`;
  const values: Readonly<Record<string, string>> = {
    programme_id: "$1::uuid", event_key: "w.row_key", leg_key: "e.leg_key", contact_key: "e.contact_key", payload_hash: "e.payload_hash", received_at: "clock_timestamp()",
    period_key: ends ? "to_char(p.ended_at at time zone $6, 'YYYY-MM')" : "e.period_key", day: ends ? "(p.ended_at at time zone $6)::date" : "e.day",
    business_unit_id: ends ? owner : "e.business_unit_id", use_case_id: "e.use_case_id", unattributed_reason: "e.unattributed_reason",
    duration_mismatch: "coalesce(w.mismatch, e.duration_mismatch)", source_id: "e.source_id", facet: "'LEG'", derived_from: "w.row_key", opens_leg: "false",
    ...Object.fromEntries(PAYLOAD_COLUMNS.map((column) => [column, column in columns ? `p.${column}` : `e.${column}`])),
  };
  await tx.query(
    `insert into metering.usage_event (${Object.keys(values).join(", ")})
     select ${Object.values(values).join(", ")}
     from unnest($2::uuid[], $3::uuid[], $4::boolean[]) w (from_key, row_key, mismatch)
       join metering.usage_event e on e.programme_id = $1 and e.event_key = w.from_key
       cross join jsonb_populate_record(null::metering.usage_event, $5::jsonb) p
     where $6::text is not null order by w.row_key`,
    [tx.scope.programme.id, rows.map(({ fromKey }) => fromKey), rows.map(({ eventKey }) => eventKey), rows.map(({ mismatch }) => mismatch), JSON.stringify(columns), tx.scope.programme.timeZone],
  );
}
