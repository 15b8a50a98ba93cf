import { MigrationInterface, QueryRunner } from "typeorm";
import { forceRowSecurity, inProgramme, ownUnit, policy, wholeProgramme } from "./row-security";

const seen = `${inProgramme} and (${wholeProgramme} or ${ownUnit})`;
const byFinance = `${inProgramme} and ${wholeProgramme}`;

/** What one may see and what one may add, said apart. */
const apart = (table: string, sees: string, adds: string): string =>
  `${forceRowSecurity(table)} create policy sees on ${table} for select using (${sees}); create policy adds on ${table} for insert with check (${adds});`;

/** Statements in versions, their lines and history, disputes and how they were resolved. Every table is only added to. */
export class Statements1760000000008 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table chargeback.statement (
        programme_id uuid not null,
        id uuid not null,
        business_unit_id uuid not null,
        period_key text not null,
        version integer not null,
        mode text not null,
        currency text not null,
        total_minor bigint not null,
        hash text not null,
        previous_hash text,
        resolution_id uuid,
        issued_at timestamptz not null default clock_timestamp(),
        issued_by text not null,
        constraint statement_pk primary key (programme_id, id),
        constraint statement_unit_key unique (programme_id, id, business_unit_id),
        constraint statement_version_key unique (programme_id, period_key, business_unit_id, version),
        constraint statement_business_unit_fk foreign key (programme_id, business_unit_id) references tenancy.business_unit (programme_id, id),
        constraint statement_period_fk foreign key (programme_id, period_key) references governance.period (programme_id, key),
        constraint statement_mode_check check (mode in ('SHOWBACK', 'CHARGEBACK')),
        constraint statement_version_check check (version > 0 and (version = 1) = (previous_hash is null) and (version = 1) = (resolution_id is null))
      )`);
    await runner.query(`
      create table chargeback.resolution (
        programme_id uuid not null,
        id uuid not null,
        business_unit_id uuid not null,
        statement_id uuid not null,
        outcome text not null,
        reason text not null,
        idempotency_key text,
        payload_hash text not null,
        resolved_by text not null,
        resolved_at timestamptz not null default clock_timestamp(),
        constraint resolution_pk primary key (programme_id, id),
        constraint resolution_idempotency_key_key unique (programme_id, idempotency_key),
        constraint resolution_statement_fk foreign key (programme_id, statement_id, business_unit_id) references chargeback.statement (programme_id, id, business_unit_id),
        constraint resolution_outcome_check check (outcome in ('REJECTED', 'ADJUSTED'))
      )`);
    await runner.query(`alter table chargeback.statement add constraint statement_resolution_fk foreign key (programme_id, resolution_id) references chargeback.resolution (programme_id, id)`);
    await runner.query(`
      create table chargeback.statement_line (
        programme_id uuid not null,
        statement_id uuid not null,
        line_id uuid not null,
        business_unit_id uuid not null,
        position integer not null,
        kind text not null,
        use_case_id uuid,
        pool_id uuid,
        origin_period_key text not null,
        run_id uuid,
        resolution_id uuid,
        amount_minor bigint not null,
        description text,
        constraint statement_line_pk primary key (programme_id, statement_id, line_id),
        constraint statement_line_position_key unique (programme_id, statement_id, position),
        constraint statement_line_statement_fk foreign key (programme_id, statement_id, business_unit_id) references chargeback.statement (programme_id, id, business_unit_id),
        constraint statement_line_use_case_fk foreign key (programme_id, use_case_id) references tenancy.use_case (programme_id, id),
        constraint statement_line_pool_fk foreign key (programme_id, pool_id) references costs.cost_pool (programme_id, id),
        constraint statement_line_origin_fk foreign key (programme_id, origin_period_key) references governance.period (programme_id, key),
        constraint statement_line_run_fk foreign key (programme_id, run_id) references allocation.run (programme_id, id),
        constraint statement_line_resolution_fk foreign key (programme_id, resolution_id) references chargeback.resolution (programme_id, id),
        constraint statement_line_kind_check check (kind in ('ALLOCATION', 'DIRECT', 'ADJUSTMENT', 'RESOLUTION')),
        constraint statement_line_run_check check (case kind when 'ALLOCATION' then run_id is not null when 'ADJUSTMENT' then true else run_id is null end),
        constraint statement_line_resolution_check check ((kind = 'RESOLUTION') = (resolution_id is not null)),
        constraint statement_line_names_check check (kind = 'RESOLUTION' or (use_case_id is not null and pool_id is not null)),
        constraint statement_line_amount_check check (amount_minor <> 0)
      )`);
    await runner.query(`create index statement_line_line_idx on chargeback.statement_line (programme_id, line_id)`);
    await runner.query(`
      create table chargeback.statement_event (
        programme_id uuid not null,
        statement_id uuid not null,
        sequence integer not null,
        business_unit_id uuid not null,
        status text not null,
        subject text not null,
        reason text,
        recorded_at timestamptz not null default clock_timestamp(),
        constraint statement_event_pk primary key (programme_id, statement_id, sequence),
        constraint statement_event_statement_fk foreign key (programme_id, statement_id, business_unit_id) references chargeback.statement (programme_id, id, business_unit_id),
        constraint statement_event_status_check check (status in ('ISSUED', 'DISPUTED', 'ACCEPTED', 'ADJUSTED', 'POSTED', 'SUPERSEDED'))
      )`);
    await runner.query(`
      create table chargeback.dispute (
        programme_id uuid not null,
        id uuid not null,
        business_unit_id uuid not null,
        statement_id uuid not null,
        line_id uuid not null,
        reason text not null,
        evidence jsonb not null,
        expected_minor bigint,
        idempotency_key text,
        payload_hash text not null,
        raised_by text not null,
        raised_at timestamptz not null default clock_timestamp(),
        constraint dispute_pk primary key (programme_id, id),
        constraint dispute_unit_key unique (programme_id, id, business_unit_id),
        constraint dispute_idempotency_key_key unique (programme_id, business_unit_id, idempotency_key, line_id),
        constraint dispute_statement_fk foreign key (programme_id, statement_id, business_unit_id) references chargeback.statement (programme_id, id, business_unit_id),
        constraint dispute_line_fk foreign key (programme_id, statement_id, line_id) references chargeback.statement_line (programme_id, statement_id, line_id)
      )`);
    await runner.query(`create index dispute_statement_idx on chargeback.dispute (programme_id, statement_id)`);
    await runner.query(`create index dispute_line_idx on chargeback.dispute (programme_id, line_id)`);
    await runner.query(`
      create table chargeback.dispute_resolution (
        programme_id uuid not null,
        dispute_id uuid not null,
        business_unit_id uuid not null,
        resolution_id uuid not null,
        constraint dispute_resolution_pk primary key (programme_id, dispute_id),
        constraint dispute_resolution_dispute_fk foreign key (programme_id, dispute_id, business_unit_id) references chargeback.dispute (programme_id, id, business_unit_id),
        constraint dispute_resolution_resolution_fk foreign key (programme_id, resolution_id) references chargeback.resolution (programme_id, id)
      )`);
    await runner.query(`
      create table chargeback.programme_line (
        programme_id uuid not null,
        resolution_id uuid not null,
        position integer not null,
        use_case_id uuid,
        pool_id uuid,
        amount_minor bigint not null,
        description text,
        constraint programme_line_pk primary key (programme_id, resolution_id, position),
        constraint programme_line_resolution_fk foreign key (programme_id, resolution_id) references chargeback.resolution (programme_id, id),
        constraint programme_line_use_case_fk foreign key (programme_id, use_case_id) references tenancy.use_case (programme_id, id),
        constraint programme_line_pool_fk foreign key (programme_id, pool_id) references costs.cost_pool (programme_id, id),
        constraint programme_line_amount_check check (amount_minor <> 0)
      )`);

    for (const table of ["statement", "statement_line", "resolution", "dispute_resolution"]) await runner.query(apart(`chargeback.${table}`, seen, byFinance));
    // A unit accepts and disputes what is its own; everything else that happens to a statement is done by finance.
    await runner.query(apart("chargeback.statement_event", seen, `${inProgramme} and (${wholeProgramme} or (${ownUnit} and status in ('ACCEPTED', 'DISPUTED')))`));
    await runner.query(apart("chargeback.dispute", seen, `${inProgramme} and ${ownUnit}`));
    await runner.query(policy("chargeback.programme_line", byFinance));
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ["programme_line", "dispute_resolution", "dispute", "statement_event", "statement_line", "resolution", "statement"]) {
      await runner.query(`drop table chargeback.${table} cascade`);
    }
  }
}
