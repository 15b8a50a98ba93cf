import { MigrationInterface, QueryRunner } from "typeorm";
import { inProgramme, policy, wholeProgramme } from "./row-security";

const byFinance = `${inProgramme} and ${wholeProgramme}`;

/** Corrections of usage as documents: what was proposed on which legs, what came of it, and the rows that it wrote. Only ever added to. */
export class Corrections1760000000015 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`create schema corrections`);
    await runner.query(`
      create table corrections.correction_rules (
        programme_id uuid not null,
        version integer not null,
        most_legs bigint not null,
        most_minor bigint not null,
        reason text not null,
        set_by text not null,
        set_at timestamptz not null default clock_timestamp(),
        constraint correction_rules_pk primary key (programme_id, version),
        constraint correction_rules_programme_fk foreign key (programme_id) references tenancy.programme (id),
        constraint correction_rules_limits_check check (version > 0 and most_legs >= 0 and most_minor >= 0)
      )`);
    await runner.query(`
      create table corrections.backfill (
        programme_id uuid not null,
        name text not null,
        source text not null,
        made_by text not null,
        made_at timestamptz not null default clock_timestamp(),
        constraint backfill_pk primary key (programme_id, name),
        constraint backfill_programme_fk foreign key (programme_id) references tenancy.programme (id)
      )`);
    await runner.query(`
      create table corrections.backfill_event (
        programme_id uuid not null,
        backfill text not null,
        event_key uuid not null,
        leg_key uuid not null,
        position integer not null,
        event jsonb not null,
        content_hash text not null,
        added_by text not null,
        added_at timestamptz not null default clock_timestamp(),
        constraint backfill_event_pk primary key (programme_id, backfill, event_key),
        constraint backfill_event_leg_key unique (programme_id, backfill, leg_key),
        constraint backfill_event_position_key unique (programme_id, backfill, position),
        constraint backfill_event_backfill_fk foreign key (programme_id, backfill) references corrections.backfill (programme_id, name)
      )`);
    await runner.query(`
      create table corrections.correction (
        programme_id uuid not null,
        id uuid not null,
        kind text not null,
        reason text not null,
        evidence text,
        use_case_id uuid,
        patch jsonb,
        backfill text,
        plan_hash text not null,
        legs bigint not null,
        moved_minor bigint,
        effect jsonb not null,
        needs_second_person boolean not null,
        rules_version integer not null,
        idempotency_key text,
        payload_hash text not null,
        proposed_by text not null,
        proposed_at timestamptz not null default date_trunc('milliseconds', clock_timestamp()),
        constraint correction_pk primary key (programme_id, id),
        constraint correction_idempotency_key_key unique (programme_id, idempotency_key),
        constraint correction_programme_fk foreign key (programme_id) references tenancy.programme (id),
        constraint correction_use_case_fk foreign key (programme_id, use_case_id) references tenancy.use_case (programme_id, id),
        constraint correction_backfill_fk foreign key (programme_id, backfill) references corrections.backfill (programme_id, name),
        constraint correction_kind_check check (kind in ('VOID', 'AMEND', 'BACKFILL', 'ATTRIBUTE')),
        constraint correction_content_check check ((kind = 'AMEND') = (patch is not null) and (kind = 'ATTRIBUTE') = (use_case_id is not null) and (kind = 'BACKFILL') = (backfill is not null)),
        constraint correction_legs_check check (legs > 0)
      )`);
    await runner.query(`create index correction_proposed_idx on corrections.correction (programme_id, proposed_at, id)`);
    await runner.query(`create index correction_backfill_idx on corrections.correction (programme_id, backfill) where backfill is not null`);
    await runner.query(`
      create table corrections.correction_step (
        programme_id uuid not null,
        correction_id uuid not null,
        sequence integer not null,
        step text not null,
        subject text not null,
        reason text,
        recorded_at timestamptz not null default clock_timestamp(),
        constraint correction_step_pk primary key (programme_id, correction_id, sequence),
        constraint correction_step_correction_fk foreign key (programme_id, correction_id) references corrections.correction (programme_id, id),
        constraint correction_step_step_check check (step in ('PROPOSED', 'APPLIED', 'REJECTED', 'REVERT_REQUESTED', 'REVERT_REFUSED', 'REVERTED'))
      )`);
    await runner.query(`
      create table corrections.correction_leg (
        programme_id uuid not null,
        correction_id uuid not null,
        leg_key uuid not null,
        position integer not null,
        event_key uuid,
        use_case_before uuid,
        constraint correction_leg_pk primary key (programme_id, correction_id, leg_key),
        constraint correction_leg_position_key unique (programme_id, correction_id, position),
        constraint correction_leg_correction_fk foreign key (programme_id, correction_id) references corrections.correction (programme_id, id)
      )`);
    await runner.query(`create index correction_leg_leg_idx on corrections.correction_leg (programme_id, leg_key)`);
    await runner.query(`
      create table corrections.correction_row (
        programme_id uuid not null,
        event_key uuid not null,
        correction_id uuid not null,
        leg_key uuid not null,
        constraint correction_row_pk primary key (programme_id, event_key),
        constraint correction_row_leg_fk foreign key (programme_id, correction_id, leg_key) references corrections.correction_leg (programme_id, correction_id, leg_key)
      )`);
    await runner.query(`create index correction_row_leg_idx on corrections.correction_row (programme_id, leg_key)`);
    for (const table of TABLES) await runner.query(policy(`corrections.${table}`, byFinance));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop schema corrections cascade`);
  }
}

const TABLES = ["correction_rules", "backfill", "backfill_event", "correction", "correction_step", "correction_leg", "correction_row"];
