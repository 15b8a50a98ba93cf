import { MigrationInterface, QueryRunner } from "typeorm";
import { forceRowSecurity, inProgramme, policy, reach, wholeProgramme } from "./row-security";

const byWhole = `${inProgramme} and ${wholeProgramme}`;
const byIngest = `${inProgramme} and ${reach} in ('programme', 'ingest')`;

/** Providers that send usage by themselves: for which source, with which keys, and where their legs belong. Only ever added to, but for the count of refused requests. */
export class Providers1760000000017 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table metering.provider_connection (
        programme_id uuid not null,
        id uuid not null,
        provider text not null,
        source_id integer not null,
        name text not null,
        business_unit_ids uuid[] not null,
        made_by text not null,
        made_at timestamptz not null,
        constraint provider_connection_pk primary key (programme_id, id),
        constraint provider_connection_source_key unique (programme_id, source_id, provider),
        constraint provider_connection_source_fk foreign key (programme_id, source_id) references metering.source (programme_id, id),
        constraint provider_connection_units_check check (cardinality(business_unit_ids) > 0)
      )`);
    await runner.query(`
      create table metering.provider_mapping (
        programme_id uuid not null,
        connection_id uuid not null,
        version integer not null,
        routes jsonb not null,
        effective_from timestamptz not null,
        reason text,
        set_by text not null,
        set_at timestamptz not null default clock_timestamp(),
        constraint provider_mapping_pk primary key (programme_id, connection_id, version),
        constraint provider_mapping_connection_fk foreign key (programme_id, connection_id) references metering.provider_connection (programme_id, id),
        constraint provider_mapping_routes_check check (jsonb_typeof(routes) = 'array')
      )`);
    await runner.query(`
      create table metering.provider_key (
        programme_id uuid not null,
        id uuid not null,
        connection_id uuid not null,
        sealed bytea not null,
        not_before timestamptz not null,
        expires_at timestamptz,
        idempotency_key text,
        made_by text not null,
        made_at timestamptz not null,
        constraint provider_key_pk primary key (programme_id, id),
        constraint provider_key_idempotency_key unique (programme_id, connection_id, idempotency_key),
        constraint provider_key_connection_fk foreign key (programme_id, connection_id) references metering.provider_connection (programme_id, id),
        constraint provider_key_expiry_check check (expires_at > not_before)
      )`);
    await runner.query(`create index provider_key_connection_idx on metering.provider_key (programme_id, connection_id)`);
    await runner.query(`
      create table metering.provider_key_end (
        programme_id uuid not null,
        key_id uuid not null,
        ends_at timestamptz not null,
        reason text,
        ended_by text not null,
        recorded_at timestamptz not null default clock_timestamp(),
        constraint provider_key_end_pk primary key (programme_id, key_id, ends_at),
        constraint provider_key_end_key_fk foreign key (programme_id, key_id) references metering.provider_key (programme_id, id)
      )`);
    await runner.query(`
      create table metering.provider_refusal (
        programme_id uuid not null,
        connection_id uuid not null,
        day date not null,
        reason text not null,
        count bigint not null,
        last_at timestamptz not null,
        constraint provider_refusal_pk primary key (programme_id, connection_id, day, reason),
        constraint provider_refusal_connection_fk foreign key (programme_id, connection_id) references metering.provider_connection (programme_id, id),
        constraint provider_refusal_count_check check (count > 0)
      )`);
    for (const table of ["provider_connection", "provider_mapping", "provider_key", "provider_key_end"]) {
      await runner.query(`${forceRowSecurity(`metering.${table}`)}
        create policy sees on metering.${table} for select using (${byIngest});
        create policy adds on metering.${table} for insert with check (${byWhole})`);
    }
    await runner.query(policy("metering.provider_refusal", byIngest));
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ["provider_refusal", "provider_key_end", "provider_key", "provider_mapping", "provider_connection"]) await runner.query(`drop table metering.${table}`);
  }
}
