import { PageRequest, Page, decodeCursor, toPage } from "../kernel/paging";
import { TenantTransaction } from "../tenancy/database.store";
import { CONNECTED, COUNTED_TYPE } from "./ingest/restate-legs.store";
import { ResolvedUsageWhere, fieldConditions, ofMonth } from "./questions/usage-where.query";

/** A usage event as it is read: the one of its leg that counts. Money and durations as exact text or whole numbers. */
export interface StoredUsageEvent {
  readonly id: string;
  readonly eventId: string;
  readonly legKey: string;
  readonly source: string;
  readonly businessUnitId: string | null;
  readonly useCaseId: string | null;
  readonly endedAt: Date;
  readonly periodKey: string;
  readonly [field: string]: unknown;
}

/** What a list of events may be narrowed by, beside the filter of `usage`. */
export interface EventsWhere extends ResolvedUsageWhere {
  readonly unattributed?: boolean;
  /** Only connected legs, as drivers count them. */
  readonly connected?: boolean;
  /** Only what counted at this recorded-at instant. */
  readonly asOf?: Date;
  /** Only these rows. */
  readonly eventKeys?: readonly string[];
}

/** Columns as one object; null when none of them holds anything. */
function group(columns: Readonly<Record<string, string>>): string {
  const names = Object.values(columns).map((column) => `e.${column}`);
  return `case when num_nonnulls(${names.join(", ")}) > 0 then jsonb_build_object(${Object.entries(columns).map(([name, column]) => `'${name}', e.${column}`).join(", ")}) end`;
}

export const EVENT_COLUMNS = `
  e.event_key as id, e.leg_key as "legKey", e.event_id as "eventId", s.uri as source, e.spec_version as "specVersion", e.type, e.revision,
  e.occurred_at as "occurredAt", e.received_at as "receivedAt", e.business_unit_id as "businessUnitId", e.use_case_id as "useCaseId",
  e.reported_business_unit as "reportedBusinessUnit", e.reported_use_case as "reportedUseCase", e.unattributed_reason as "unattributedReason",
  e.period_key as "periodKey", e.contact_id as "contactId", e.leg_id as "legId", e.parent_leg_id as "parentLegId",
  e.campaign_run_id as "campaignRunId", e.workflow, e.cohort, e.variant, e.provider, e.provider_ref as "providerRef", e.telephony_ref as "telephonyRef",
  e.agent_id as "agentId", e.agent_version as "agentVersion", e.prompt_version as "promptVersion", e.model,
  e.channel, e.transport, e.direction, e.language, e.country, e.jurisdiction,
  e.initiated_at as "initiatedAt", e.connected_at as "connectedAt", e.ended_at as "endedAt", e.connected_ms as "connectedMs",
  e.status, e.outcome, e.resolved, e.test, e.duration_mismatch as "durationMismatch",
  e.handoff_requested_at as "handoffRequestedAt", e.human_connected_at as "humanConnectedAt", e.queue_ms as "queueMs", e.ai_ms as "aiMs", e.human_ms as "humanMs", e.hold_ms as "holdMs", e.wrap_ms as "wrapMs",
  e.messages, e.segments, e.end_reason_raw as "endReasonRaw", e.disclosed_at as "disclosedAt", e.sentiment, e.csat, e.intent, e.attributes,
  ${group({ in: "tokens_in", out: "tokens_out", cached: "tokens_cached", audioIn: "tokens_audio_in", audioOut: "tokens_audio_out" })} as tokens,
  ${group({ humanRequested: "human_requested", optOut: "opt_out", distress: "distress", disclosed: "disclosed", consent: "consent", voicemail: "voicemail", complaint: "complaint" })} as flags,
  ${group({ required: "writes_required", succeeded: "writes_succeeded" })} as writes,
  (select jsonb_agg(jsonb_build_object('component', i.component, 'quantity', i.quantity::text, 'unit', i.unit, 'amount', i.amount::text, 'currency', i.currency, 'basis', i.basis) order by i.place)
   from unnest(e.cost_items) with ordinality i (component, quantity, unit, amount, currency, basis, place)) as "costItems"`;

/** Events in the order in which their legs ended, by keyset: never an offset. Superseded and voided ones are left out. */
export async function listUsageEvents(tx: TenantTransaction, where: EventsWhere, page: PageRequest): Promise<Page<StoredUsageEvent>> {
  const position = decodeCursor(page.after, ["instant", "uuid"]);
  const parameters: unknown[] = [tx.scope.programme.id];
  const bind = (value: unknown): string => `$${parameters.push(value)}`;
  const conditions: string[] = [];
  const units = where.unattributed ? null : (where.unitIds ?? (tx.scope.reach === "programme" ? null : tx.scope.unitIds));
  if (where.period) conditions.push(...(await ofMonth(tx, where.period, bind)));
  if (where.fromMs !== null) conditions.push(`e.ended_at >= ${bind(new Date(where.fromMs))}`);
  if (where.toMs !== null) conditions.push(`e.ended_at < ${bind(new Date(where.toMs))}`);
  if (where.useCaseIds) conditions.push(`e.use_case_id = any(${bind(where.useCaseIds)}::uuid[])`);
  if (where.channels) conditions.push(`e.channel = any(${bind(where.channels)}::metering.channel[])`);
  if (where.directions) conditions.push(`e.direction = any(${bind(where.directions)}::metering.direction[])`);
  conditions.push(...fieldConditions(where, bind));
  if (where.eventKeys) conditions.push(`e.event_key = any(${bind(where.eventKeys)}::uuid[])`);
  if (where.connected) conditions.push(`${CONNECTED} and not e.test`);
  if (position) conditions.push(`(e.ended_at, e.event_key) > (${bind(position[0])}::timestamptz, ${bind(position[1])}::uuid)`);
  const asOf = where.asOf ? bind(where.asOf) : null;
  // Without an instant, a closed period counts as it was at its own cut-off, unless everything known since is asked for.
  const posted = !asOf && where.view === "POSTED";
  const recorded = asOf ? `e.received_at < ${asOf}` : posted ? "(p.cutoff is null or e.received_at < p.cutoff)" : "true";
  const superseded = asOf ? `x.recorded_at < ${asOf}` : posted ? "(p.cutoff is null or x.recorded_at < p.cutoff)" : "true";
  const counting = `${COUNTED_TYPE} and ${recorded} and not exists (
    select from metering.usage_superseded x where x.programme_id = $1 and x.event_key = e.event_key and ${superseded})`;
  const limit = bind(page.first + 1);
  const select = (unit: string): string => `
    select e.* from metering.usage_event e ${posted ? "join governance.period p on p.programme_id = e.programme_id and p.key = e.period_key" : ""}
    where e.programme_id = $1 and ${unit} and ${[counting, ...conditions].join(" and ")}
    order by e.ended_at, e.event_key limit ${limit}`;
  // One short index range per unit, merged: the index leads with the unit, and a page never reads more than it shows.
  const found = where.unattributed
    ? select("e.business_unit_id is null")
    : units
      ? `select f.* from unnest(${bind(units)}::uuid[]) u (id) cross join lateral (${select("e.business_unit_id = u.id")}) f`
      : `select f.* from (select id from tenancy.business_unit where programme_id = $1) u cross join lateral (${select("e.business_unit_id = u.id")}) f
         union all select n.* from (${select("e.business_unit_id is null")}) n`;
  const rows = await tx.query<StoredUsageEvent & { position: string }>(
    `select ${EVENT_COLUMNS}, to_char(e.ended_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as position
     from (${found}) e join metering.source s on s.programme_id = $1 and s.id = e.source_id
     order by e.ended_at, e.event_key limit ${limit}`,
    parameters,
  );
  return toPage(rows, page, (row) => [row.position, row.id]);
}

/** The leg of each stored event, by the event's key in hexadecimal digits; unknown events are left out. */
export async function findLegKeys(tx: TenantTransaction, eventKeys: readonly string[]): Promise<Map<string, string>> {
  const rows = await tx.query<{ eventKey: string; legKey: string }>(`select event_key as "eventKey", leg_key as "legKey" from metering.usage_event where programme_id = $1 and event_key = any($2::uuid[])`, [tx.scope.programme.id, eventKeys]);
  return new Map(rows.map(({ eventKey, legKey }) => [eventKey.replaceAll("-", ""), legKey]));
}

/** The events by which some legs count; the legs are held (`holdLegs`). Voided ones and those of which only the cost counts are left out. */
export function findCountingLegs(tx: TenantTransaction, legKeys: readonly string[]) {
  return tx.query<{ legKey: string; eventKey: string; eventId: string; periodKey: string; useCaseId: string | null }>(
    `select l.leg_key as "legKey", e.event_key as "eventKey", e.event_id as "eventId", e.period_key as "periodKey", e.use_case_id as "useCaseId"
     from metering.usage_leg l join metering.usage_event e on e.programme_id = $1 and e.event_key = l.head_event_key
     where l.programme_id = $1 and l.leg_key = any($2::uuid[]) and ${COUNTED_TYPE}`,
    [tx.scope.programme.id, legKeys],
  );
}

/** One stored event by its key, as far as row-level security lets it through. */
export async function findUsageEvent(tx: TenantTransaction, key: string): Promise<StoredUsageEvent | null> {
  const [row] = await tx.query<StoredUsageEvent>(
    `select ${EVENT_COLUMNS} from metering.usage_event e join metering.source s on s.programme_id = $1 and s.id = e.source_id where e.programme_id = $1 and e.event_key = $2`,
    [tx.scope.programme.id, key],
  );
  return row ?? null;
}
