import { MigrationInterface, QueryRunner } from "typeorm";
import { forceRowSecurity, inProgramme, ownUnit, policy, reach, wholeProgramme } from "./row-security";

/** Totals of unattributed usage stand under this unit and use case: a key column must not be null. */
const NOBODY = "00000000-0000-0000-0000-000000000000";

export class Metering1760000000003 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`create schema metering`);
    for (const [name, values] of ENUMS) await runner.query(`create type metering.${name} as enum (${values.map((value) => `'${value}'`).join(", ")})`);
    await runner.query(`
      create type metering.cost_item as (
        component text, quantity numeric, unit text, amount numeric, currency text, basis text
      )`);
    await runner.query(`
      create table metering.source (
        programme_id uuid not null,
        id integer generated always as identity,
        uri text not null,
        created_at timestamptz not null default now(),
        constraint source_pk primary key (programme_id, id),
        constraint source_uri_key unique (programme_id, uri),
        constraint source_programme_fk foreign key (programme_id) references tenancy.programme (id)
      )`);
    await runner.query(USAGE_EVENT);
    await runner.query(`create index usage_event_unit_ended_idx on metering.usage_event (programme_id, business_unit_id, ended_at, event_key)`);
    await runner.query(`create index usage_event_contact_idx on metering.usage_event (programme_id, contact_key)`);
    await runner.query(`
      create table metering.usage_leg (
        programme_id uuid not null,
        leg_key uuid not null,
        head_event_key uuid not null,
        head_type metering.event_type not null,
        head_revision bigint not null,
        override_use_case_id uuid,
        constraint usage_leg_pk primary key (programme_id, leg_key)
      )`);
    await runner.query(`
      create table metering.usage_superseded (
        programme_id uuid not null,
        event_key uuid not null,
        business_unit_id uuid,
        by_event_key uuid not null,
        cause text not null,
        recorded_at timestamptz not null,
        constraint usage_superseded_pk primary key (programme_id, event_key),
        constraint usage_superseded_cause_check check (cause in ('REVISION', 'VOID', 'ATTRIBUTION'))
      )`);
    for (const [table, keyColumns, figures] of TOTALS) {
      await runner.query(`
        create table metering.${table} (
          programme_id uuid not null,
          business_unit_id uuid not null,
          use_case_id uuid not null,
          ${keyColumns},
          legs bigint not null default 0,
          connected_legs bigint not null default 0,
          connected_ms bigint not null default 0,
          ${figures}
          constraint ${table}_pk primary key (programme_id, business_unit_id, use_case_id, ${keyColumns.split(",").map((column) => column.trim().split(" ")[0]).join(", ")}),
          constraint ${table}_figures_check check (legs >= 0 and connected_legs >= 0 and connected_ms >= 0)
        ) with (fillfactor = 70)`);
    }

    const sees = `${inProgramme} and (${reach} in ('programme', 'ingest') or ${ownUnit})`;
    const adds = `${inProgramme} and (${wholeProgramme} or (${reach} = 'ingest' and (business_unit_id is null or ${ownUnit})))`;
    const counts = `${inProgramme} and (${wholeProgramme} or ${ownUnit} or (${reach} = 'ingest' and business_unit_id = '${NOBODY}'))`;
    await runner.query(policy("metering.source", inProgramme));
    for (const table of ["metering.usage_event", "metering.usage_superseded"]) {
      await runner.query(`${forceRowSecurity(table)}
        create policy sees on ${table} for select using (${sees});
        create policy adds on ${table} for insert with check (${adds})`);
    }
    await runner.query(policy("metering.usage_leg", `${inProgramme} and ${reach} in ('programme', 'ingest')`));
    for (const [table] of TOTALS) await runner.query(policy(`metering.${table}`, counts));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop schema metering cascade`);
  }
}

const ENUMS: ReadonlyArray<[string, readonly string[]]> = [
  ["event_type", ["LEG_COMPLETED", "LEG_UPDATED", "LEG_RATED", "LEG_ANALYSED", "LEG_VOIDED"]],
  ["facet", ["LEG", "COST", "OUTCOME"]],
  ["channel", ["VOICE", "CHAT", "SMS", "WEB", "EMAIL"]],
  ["transport", ["PSTN", "SIP", "WEBRTC", "HTTP"]],
  ["direction", ["INBOUND", "OUTBOUND", "TRANSFER"]],
  ["leg_status", ["COMPLETED", "NO_ANSWER", "BUSY", "FAILED", "CANCELLED", "VOICEMAIL"]],
  ["outcome", ["CONTAINED", "ESCALATED", "ABANDONED", "OPTED_OUT", "MESSAGE_LEFT", "NONE"]],
  ["sentiment", ["NEGATIVE", "NEUTRAL", "POSITIVE"]],
  ["unattributed_reason", ["USE_CASE_MISSING", "USE_CASE_UNKNOWN"]],
];

const TOTALS: ReadonlyArray<[string, string, string]> = [
  ["usage_daily_total", "day date not null, channel metering.channel not null, direction metering.direction not null, provider text not null, outcome text not null", ""],
  ["usage_period_total", "period_key text not null", "contacts bigint not null default 0,"],
];

/*
 * One row per event as it was received, and one per attribution made later; nothing is ever updated. Rows that a later
 * one answers are listed in usage_superseded; what is not listed there counts. No foreign keys on this table: units and
 * use cases are never deleted, the ids come from rows read in the same transaction, and a check per row and key would
 * cost more than the insert itself.
 */
const USAGE_EVENT = `
  create table metering.usage_event (
    programme_id uuid not null,
    event_key uuid not null,
    leg_key uuid not null,
    contact_key uuid not null,
    payload_hash bytea not null,
    received_at timestamptz not null,
    period_key text not null,
    day date not null,
    business_unit_id uuid,
    use_case_id uuid,
    unattributed_reason metering.unattributed_reason,
    attribution_of uuid,
    duration_mismatch boolean not null,
    source_id integer not null,
    spec_version text not null,
    event_id text not null,
    type metering.event_type not null,
    facet metering.facet not null,
    revision bigint not null,
    occurred_at timestamptz not null,
    reported_business_unit text,
    reported_use_case text,
    campaign_run_id text,
    workflow text,
    cohort text,
    variant text,
    contact_id text not null,
    leg_id text not null,
    parent_leg_id text,
    provider text,
    provider_ref text,
    telephony_ref text,
    customer_ref text,
    agent_id text,
    agent_version text,
    prompt_version text,
    model text,
    channel metering.channel not null,
    transport metering.transport,
    direction metering.direction not null,
    language text,
    country text,
    jurisdiction text,
    initiated_at timestamptz,
    connected_at timestamptz,
    ended_at timestamptz not null,
    handoff_requested_at timestamptz,
    human_connected_at timestamptz,
    connected_ms bigint not null,
    queue_ms bigint,
    ai_ms bigint,
    human_ms bigint,
    hold_ms bigint,
    wrap_ms bigint,
    messages integer,
    segments integer,
    tokens_in bigint,
    tokens_out bigint,
    tokens_cached bigint,
    tokens_audio_in bigint,
    tokens_audio_out bigint,
    status metering.leg_status not null,
    outcome metering.outcome,
    resolved boolean,
    end_reason_raw text,
    human_requested boolean,
    opt_out boolean,
    distress boolean,
    disclosed boolean,
    consent boolean,
    voicemail boolean,
    complaint boolean,
    disclosed_at timestamptz,
    sentiment metering.sentiment,
    csat smallint,
    intent text,
    writes_required integer,
    writes_succeeded integer,
    cost_items metering.cost_item[],
    test boolean not null,
    attributes jsonb,
    constraint usage_event_pk primary key (programme_id, event_key),
    constraint usage_event_connected_ms_check check (connected_ms >= 0),
    constraint usage_event_order_check check (connected_at is null or connected_at <= ended_at),
    constraint usage_event_attributed_check check ((business_unit_id is null) = (use_case_id is null))
  )`;
