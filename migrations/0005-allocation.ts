import { MigrationInterface, QueryRunner } from "typeorm";
import { inProgramme, ownUnit, policy, wholeProgramme } from "./row-security";

export class Allocation1760000000005 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`create schema allocation`);
    await runner.query(`
      create table allocation.policy (
        programme_id uuid not null,
        version integer not null,
        effective_from text not null,
        note text,
        rules jsonb not null,
        document_hash text not null,
        idempotency_key text,
        proposed_by text not null,
        proposed_at timestamptz not null default clock_timestamp(),
        constraint policy_pk primary key (programme_id, version),
        constraint policy_idempotency_key_key unique (programme_id, idempotency_key),
        constraint policy_programme_fk foreign key (programme_id) references tenancy.programme (id),
        constraint policy_version_check check (version > 0)
      )`);
    await runner.query(`
      create table allocation.policy_approval (
        programme_id uuid not null,
        version integer not null,
        approved_by text not null,
        approved_at timestamptz not null default clock_timestamp(),
        constraint policy_approval_pk primary key (programme_id, version),
        constraint policy_approval_policy_fk foreign key (programme_id, version) references allocation.policy (programme_id, version)
      )`);
    await runner.query(`
      create table allocation.run (
        programme_id uuid not null,
        id uuid not null,
        period_key text not null,
        sequence integer not null,
        policy_version integer not null,
        currency text not null,
        cutoff timestamptz not null,
        input_hash text not null,
        result_hash text not null,
        created_at timestamptz not null,
        created_by text not null,
        constraint run_pk primary key (programme_id, id),
        constraint run_sequence_key unique (programme_id, period_key, sequence),
        constraint run_period_fk foreign key (programme_id, period_key) references governance.period (programme_id, key),
        constraint run_policy_fk foreign key (programme_id, policy_version) references allocation.policy (programme_id, version)
      )`);
    await runner.query(`
      create table allocation.run_pool (
        programme_id uuid not null,
        run_id uuid not null,
        pool_id uuid not null,
        amount_minor bigint not null,
        allocated_minor bigint not null,
        unallocated_minor bigint not null,
        unallocated_reason text,
        constraint run_pool_pk primary key (programme_id, run_id, pool_id),
        constraint run_pool_run_fk foreign key (programme_id, run_id) references allocation.run (programme_id, id),
        constraint run_pool_pool_fk foreign key (programme_id, pool_id) references costs.cost_pool (programme_id, id),
        constraint run_pool_sum_check check (allocated_minor + unallocated_minor = amount_minor)
      )`);
    await runner.query(`
      create table allocation.driver_quantity (
        programme_id uuid not null,
        run_id uuid not null,
        driver_key text not null,
        channel text not null,
        business_unit_id uuid not null,
        use_case_id uuid not null,
        quantity numeric not null,
        constraint driver_quantity_pk primary key (programme_id, run_id, driver_key, business_unit_id, use_case_id, channel),
        constraint driver_quantity_run_fk foreign key (programme_id, run_id) references allocation.run (programme_id, id),
        constraint driver_quantity_check check (quantity >= 0 and quantity <> 'NaN' and quantity < 'Infinity')
      )`);
    for (const table of ["unit_share", "line"]) await runner.query(shareTable(table));
    await runner.query(`create index line_run_unit_idx on allocation.line (programme_id, run_id, business_unit_id)`);

    await runner.query(policy("allocation.policy", `${inProgramme} and ${wholeProgramme}`));
    await runner.query(policy("allocation.policy_approval", `${inProgramme} and ${wholeProgramme}`));
    await runner.query(policy("allocation.run", inProgramme));
    await runner.query(policy("allocation.run_pool", inProgramme));
    for (const table of ["allocation.driver_quantity", "allocation.unit_share", "allocation.line"]) {
      await runner.query(policy(table, `${inProgramme} and (${wholeProgramme} or ${ownUnit})`));
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop schema allocation cascade`);
  }
}

/** A unit's share of a pool by one part of its rule, and the same again down to use case and channel. */
function shareTable(table: string): string {
  const finer = table === "line";
  return `
    create table allocation.${table} (
      programme_id uuid not null,
      run_id uuid not null,
      pool_id uuid not null,
      part smallint not null,
      business_unit_id uuid not null,
      ${finer ? "use_case_id uuid not null, channel text not null," : ""}
      driver text not null,
      driver_quantity numeric not null,
      driver_total numeric not null,
      share_numerator numeric not null,
      share_denominator numeric not null,
      adjustment_minor bigint not null,
      amount_minor bigint not null,
      constraint ${table}_pk primary key (programme_id, run_id, pool_id, business_unit_id, ${finer ? "use_case_id, channel, " : ""}part),
      constraint ${table}_run_pool_fk foreign key (programme_id, run_id, pool_id) references allocation.run_pool (programme_id, run_id, pool_id),
      constraint ${table}_share_check check (share_numerator >= 0 and share_denominator > 0 and share_numerator <= share_denominator and share_denominator < 'Infinity')
    )`;
}
