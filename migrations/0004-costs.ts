import { MigrationInterface, QueryRunner } from "typeorm";
import { inProgramme, policy, wholeProgramme } from "./row-security";

export class Costs1760000000004 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`create schema costs`);
    await runner.query(`
      create table costs.cost_pool (
        programme_id uuid not null,
        id uuid not null,
        code text not null,
        name text not null,
        kind text not null,
        created_at timestamptz not null default now(),
        constraint cost_pool_pk primary key (programme_id, id),
        constraint cost_pool_code_key unique (programme_id, code),
        constraint cost_pool_programme_fk foreign key (programme_id) references tenancy.programme (id),
        constraint cost_pool_kind_check check (kind in ('PLATFORM_CONTRACT', 'TELEPHONY', 'INTEGRATION', 'COMPLIANCE', 'PROGRAMME_MANAGEMENT', 'DIRECT', 'OTHER'))
      )`);
    await runner.query(`
      create table costs.cost_entry (
        programme_id uuid not null,
        id uuid not null,
        pool_id uuid not null,
        period_key text not null,
        amount_minor bigint not null,
        currency text not null,
        external_id text not null,
        payload_hash text not null,
        description text,
        vendor text,
        invoice text,
        use_case_id uuid,
        recorded_at timestamptz not null default clock_timestamp(),
        recorded_by text not null,
        constraint cost_entry_pk primary key (programme_id, id),
        constraint cost_entry_external_id_key unique (programme_id, external_id),
        constraint cost_entry_pool_fk foreign key (programme_id, pool_id) references costs.cost_pool (programme_id, id),
        constraint cost_entry_period_fk foreign key (programme_id, period_key) references governance.period (programme_id, key),
        constraint cost_entry_use_case_fk foreign key (programme_id, use_case_id) references tenancy.use_case (programme_id, id)
      )`);
    await runner.query(`create index cost_entry_period_idx on costs.cost_entry (programme_id, period_key, pool_id)`);
    await runner.query(`create index cost_entry_recorded_idx on costs.cost_entry (programme_id, recorded_at, id)`);
    await runner.query(policy("costs.cost_pool", inProgramme));
    await runner.query(policy("costs.cost_entry", `${inProgramme} and ${wholeProgramme}`));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop schema costs cascade`);
  }
}
