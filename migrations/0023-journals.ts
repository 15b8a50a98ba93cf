import { MigrationInterface, QueryRunner } from "typeorm";
import { inProgramme, policy, wholeProgramme } from "./row-security";

/** Which accounts charges are posted to, the journals of closed months with where each line comes from, and their files. */
export class Journals1760000000023 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`create schema journals`);
    for (const [name, columns] of TABLES) {
      await runner.query(`create table journals.${name} (programme_id uuid not null, ${columns})`);
      await runner.query(policy(`journals.${name}`, `${inProgramme} and ${wholeProgramme}`));
    }
    await runner.query(`create index journal_statement_statement_idx on journals.journal_statement (programme_id, statement_id)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop schema journals cascade`);
  }
}

const TABLES: ReadonlyArray<[string, string]> = [
  ["account_mapping", `
    version integer not null,
    effective_from text not null,
    document jsonb not null,
    document_hash text not null,
    idempotency_key text,
    proposed_by text not null,
    proposed_at timestamptz not null default clock_timestamp(),
    constraint account_mapping_pk primary key (programme_id, version),
    constraint account_mapping_idempotency_key_key unique (programme_id, idempotency_key),
    constraint account_mapping_programme_fk foreign key (programme_id) references tenancy.programme (id)`],
  ["account_mapping_approval", `
    version integer not null,
    approved_by text not null,
    approved_at timestamptz not null default clock_timestamp(),
    constraint account_mapping_approval_pk primary key (programme_id, version),
    constraint account_mapping_approval_mapping_fk foreign key (programme_id, version) references journals.account_mapping (programme_id, version)`],
  ["journal", `
    id uuid not null,
    external_id text not null,
    period_key text not null,
    version integer not null,
    kind text not null,
    reverses_id uuid,
    mapping_version integer not null,
    currency text not null,
    posting_date text not null,
    source_hash text not null,
    line_count integer not null,
    total_minor bigint not null,
    hash text not null,
    generated_at timestamptz not null default date_trunc('milliseconds', clock_timestamp()),
    generated_by text not null,
    constraint journal_pk primary key (programme_id, id),
    constraint journal_external_id_key unique (programme_id, external_id),
    constraint journal_version_key unique (programme_id, period_key, version, kind),
    constraint journal_reverses_key unique (programme_id, reverses_id),
    constraint journal_period_fk foreign key (programme_id, period_key) references governance.period (programme_id, key),
    constraint journal_reverses_fk foreign key (programme_id, reverses_id) references journals.journal (programme_id, id),
    constraint journal_mapping_fk foreign key (programme_id, mapping_version) references journals.account_mapping_approval (programme_id, version),
    constraint journal_kind_check check (kind in ('POSTING', 'REVERSAL') and (kind = 'REVERSAL') = (reverses_id is not null)),
    constraint journal_figures_check check (version > 0 and line_count > 1 and total_minor > 0)`],
  ["journal_statement", `
    journal_id uuid not null,
    statement_id uuid not null,
    constraint journal_statement_pk primary key (programme_id, journal_id, statement_id),
    constraint journal_statement_journal_fk foreign key (programme_id, journal_id) references journals.journal (programme_id, id),
    constraint journal_statement_statement_fk foreign key (programme_id, statement_id) references chargeback.statement (programme_id, id)`],
  ["journal_line", `
    journal_id uuid not null,
    line_no integer not null,
    charged_unit_id uuid,
    use_case_id uuid,
    pool_id uuid,
    kind text,
    origin_period_key text,
    run_id uuid,
    account text not null,
    cost_centre text,
    segments jsonb not null,
    entity text,
    intercompany_entity text,
    debit_minor bigint not null,
    credit_minor bigint not null,
    description text not null,
    constraint journal_line_pk primary key (programme_id, journal_id, line_no),
    constraint journal_line_journal_fk foreign key (programme_id, journal_id) references journals.journal (programme_id, id),
    constraint journal_line_unit_fk foreign key (programme_id, charged_unit_id) references tenancy.business_unit (programme_id, id),
    constraint journal_line_use_case_fk foreign key (programme_id, use_case_id) references tenancy.use_case (programme_id, id),
    constraint journal_line_pool_fk foreign key (programme_id, pool_id) references costs.cost_pool (programme_id, id),
    constraint journal_line_run_fk foreign key (programme_id, run_id) references allocation.run (programme_id, id),
    constraint journal_line_kind_check check (case when kind is null then charged_unit_id is null
      else kind in ('ALLOCATION', 'DIRECT', 'ADJUSTMENT', 'RESTATEMENT', 'RESOLUTION', 'UNALLOCATED') and (kind <> 'UNALLOCATED') = (charged_unit_id is not null) end),
    constraint journal_line_sides_check check (line_no > 0 and debit_minor >= 0 and credit_minor >= 0 and (debit_minor = 0) <> (credit_minor = 0))`],
  ["journal_line_source", `
    journal_id uuid not null,
    line_no integer not null,
    statement_id uuid not null,
    line_id uuid not null,
    amount_minor bigint not null,
    constraint journal_line_source_pk primary key (programme_id, journal_id, line_no, statement_id, line_id),
    constraint journal_line_source_line_fk foreign key (programme_id, journal_id, line_no) references journals.journal_line (programme_id, journal_id, line_no),
    constraint journal_line_source_statement_line_fk foreign key (programme_id, statement_id, line_id) references chargeback.statement_line (programme_id, statement_id, line_id),
    constraint journal_line_source_amount_check check (amount_minor <> 0)`],
  ["journal_file", `
    journal_id uuid not null,
    profile text not null,
    mapping_version integer not null,
    content text not null,
    content_hash text not null,
    line_count integer not null,
    debit_minor bigint not null,
    credit_minor bigint not null,
    written_at timestamptz not null default clock_timestamp(),
    written_by text not null,
    constraint journal_file_pk primary key (programme_id, journal_id, profile),
    constraint journal_file_journal_fk foreign key (programme_id, journal_id) references journals.journal (programme_id, id),
    constraint journal_file_balance_check check (debit_minor = credit_minor)`],
];
