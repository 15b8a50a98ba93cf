import { MigrationInterface, QueryRunner } from "typeorm";
import { inProgramme, policy, wholeProgramme } from "./row-security";

export class Governance1760000000002 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`create schema governance`);
    await runner.query(`
      create table governance.period (
        programme_id uuid not null,
        key text not null,
        starts_at timestamptz not null,
        ends_at timestamptz not null,
        status text not null default 'OPEN',
        created_at timestamptz not null default now(),
        closed_at timestamptz,
        cutoff timestamptz,
        hash text,
        constraint period_pk primary key (programme_id, key),
        constraint period_programme_fk foreign key (programme_id) references tenancy.programme (id),
        constraint period_key_check check (key ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'),
        constraint period_status_check check (status in ('OPEN', 'CLOSING', 'CLOSED')),
        constraint period_order_check check (starts_at < ends_at)
      )`);
    await runner.query(`
      create table governance.audit_entry (
        programme_id uuid not null,
        id uuid not null,
        recorded_at timestamptz not null default clock_timestamp(),
        subject text not null,
        role text not null,
        action text not null,
        subject_kind text not null,
        subject_key text not null,
        reason text,
        before jsonb,
        after jsonb,
        constraint audit_entry_pk primary key (programme_id, id),
        constraint audit_entry_programme_fk foreign key (programme_id) references tenancy.programme (id)
      )`);
    await runner.query(`create index audit_entry_recorded_idx on governance.audit_entry (programme_id, recorded_at, id)`);
    await runner.query(policy("governance.period", inProgramme));
    await runner.query(policy("governance.audit_entry", `${inProgramme} and ${wholeProgramme}`));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop schema governance cascade`);
  }
}
