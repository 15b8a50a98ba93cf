import { MigrationInterface, QueryRunner } from "typeorm";
import { forceRowSecurity, inProgramme, policy, reach, wholeProgramme } from "./row-security";

const ownUnits = `coalesce((select nullif(current_setting('app.units', true), '')::uuid[]), '{}')`;

/** What is known of sources and what they may push, in versions; every batch that they delivered; silences that finance has looked at. Only ever added to. */
export class Sources1760000000012 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table metering.source_registration (
        programme_id uuid not null,
        source_id integer not null,
        version integer not null,
        name text not null,
        owner text not null,
        contact text,
        kind text not null,
        status text not null,
        types text[],
        channels text[],
        business_unit_ids uuid[],
        use_case_ids uuid[],
        subjects text[],
        expected_every_seconds integer,
        active_days text[],
        active_from text,
        active_to text,
        expected_from timestamptz,
        late_window_days integer,
        registered_by text not null,
        registered_at timestamptz not null,
        constraint source_registration_pk primary key (programme_id, source_id, version),
        constraint source_registration_source_fk foreign key (programme_id, source_id) references metering.source (programme_id, id),
        constraint source_registration_version_check check (version > 0),
        constraint source_registration_kind_check check (kind in ('PLATFORM', 'CARRIER', 'FILE', 'OTHER')),
        constraint source_registration_status_check check (status in ('ACTIVE', 'SUSPENDED', 'RETIRED')),
        constraint source_registration_rhythm_check check (expected_every_seconds > 0 or (expected_every_seconds is null and active_days is null and active_from is null and expected_from is null)),
        constraint source_registration_hours_check check ((active_from is null) = (active_to is null) and active_from <> active_to),
        constraint source_registration_late_window_check check (late_window_days > 0)
      )`);
    await runner.query(`
      create table metering.source_rules (
        programme_id uuid not null,
        version integer not null,
        require_registered_sources boolean not null,
        reason text not null,
        set_by text not null,
        set_at timestamptz not null default clock_timestamp(),
        constraint source_rules_pk primary key (programme_id, version),
        constraint source_rules_programme_fk foreign key (programme_id) references tenancy.programme (id)
      )`);
    // No foreign key to the source: to check one, batches of every unit would each lock the source's row.
    await runner.query(`
      create table metering.delivery (
        programme_id uuid not null,
        source_id integer not null,
        received_at timestamptz not null,
        id bigint generated always as identity,
        subject text not null,
        unit_ids uuid[] not null,
        accepted integer not null,
        duplicate integer not null,
        superseded integer not null,
        conflict integer not null,
        rejected integer not null,
        held integer not null,
        rejects jsonb not null,
        first_ended_at timestamptz,
        last_ended_at timestamptz,
        lag_min_ms bigint,
        lag_max_ms bigint,
        lag_sum_ms bigint,
        lag_histogram integer[],
        constraint delivery_pk primary key (programme_id, source_id, received_at, id),
        constraint delivery_counts_check check (least(accepted, duplicate, superseded, conflict, rejected, held) >= 0 and accepted + duplicate + superseded + conflict + rejected + held > 0),
        constraint delivery_lag_check check (num_nonnulls(first_ended_at, last_ended_at, lag_min_ms, lag_max_ms, lag_sum_ms, lag_histogram) = case when accepted + held + superseded > 0 then 6 else 0 end),
        constraint delivery_rejects_check check ((rejected = 0) = (rejects = '{}'))
      )`);
    await runner.query(`
      create table metering.silence_acknowledgement (
        programme_id uuid not null,
        source_id integer not null,
        period_key text not null,
        covers_until timestamptz not null,
        reason text not null,
        acknowledged_by text not null,
        acknowledged_at timestamptz not null,
        constraint silence_acknowledgement_pk primary key (programme_id, source_id, period_key, covers_until),
        constraint silence_acknowledgement_source_fk foreign key (programme_id, source_id) references metering.source (programme_id, id),
        constraint silence_acknowledgement_period_fk foreign key (programme_id, period_key) references governance.period (programme_id, key)
      )`);

    const byWhole = `${inProgramme} and ${wholeProgramme}`;
    for (const table of ["metering.source_registration", "metering.source_rules"]) {
      await runner.query(`${forceRowSecurity(table)}
        create policy sees on ${table} for select using (${inProgramme} and ${reach} in ('programme', 'ingest'));
        create policy adds on ${table} for insert with check (${byWhole})`);
    }
    await runner.query(`${forceRowSecurity("metering.delivery")}
      create policy sees on metering.delivery for select using (${byWhole});
      create policy adds on metering.delivery for insert with check (${inProgramme} and (${wholeProgramme} or (${reach} = 'ingest' and unit_ids <@ ${ownUnits})))`);
    await runner.query(policy("metering.silence_acknowledgement", byWhole));
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ["silence_acknowledgement", "delivery", "source_rules", "source_registration"]) await runner.query(`drop table metering.${table}`);
  }
}
