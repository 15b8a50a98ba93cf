import { MigrationInterface, QueryRunner } from "typeorm";
import { inProgramme, policy, wholeProgramme } from "./row-security";

const TABLE_NAMES = ["plan", "plan_approval", "retirement", "tranche", "tranche_release", "commitment", "case_grant", "grant_revocation"];

/** Plans of use cases in versions, what was released and committed of them, and which executive may see one. Every table is only added to. */
export class BusinessCases1760000000029 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`create schema business_cases`);
    for (const statement of TABLES) await runner.query(statement);
    // A case goes with its use case from owner to owner: who owns it now is asked first, and then read with the whole programme's reach.
    for (const name of TABLE_NAMES) await runner.query(policy(`business_cases.${name}`, `${inProgramme} and ${wholeProgramme}`));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop schema business_cases cascade`);
  }
}

const USE_CASE = "foreign key (programme_id, use_case_id) references tenancy.use_case (programme_id, id)";
const PLAN = "foreign key (programme_id, use_case_id, version) references business_cases.plan (programme_id, use_case_id, version)";
const NOW = "timestamptz not null default date_trunc('milliseconds', clock_timestamp())";

const TABLES = [
  `create table business_cases.plan (
    programme_id uuid not null,
    use_case_id uuid not null,
    version integer not null,
    document jsonb not null,
    document_hash text not null,
    investment_minor bigint not null,
    proposed_by text not null,
    proposed_at ${NOW},
    constraint plan_pk primary key (programme_id, use_case_id, version),
    constraint plan_use_case_fk ${USE_CASE},
    constraint plan_version_check check (version > 0),
    constraint plan_investment_check check (investment_minor >= 0)
  )`,
  `create table business_cases.plan_approval (
    programme_id uuid not null,
    use_case_id uuid not null,
    version integer not null,
    approved_by text not null,
    approved_at ${NOW},
    constraint plan_approval_pk primary key (programme_id, use_case_id, version),
    constraint plan_approval_plan_fk ${PLAN}
  )`,
  `create table business_cases.retirement (
    programme_id uuid not null,
    use_case_id uuid not null,
    reason text not null,
    retired_by text not null,
    retired_at ${NOW},
    constraint retirement_pk primary key (programme_id, use_case_id),
    constraint retirement_use_case_fk ${USE_CASE}
  )`,
  `create table business_cases.tranche (
    programme_id uuid not null,
    use_case_id uuid not null,
    gate text not null,
    request integer not null,
    evidence jsonb not null,
    amount_minor bigint not null,
    plan_version integer,
    requested_by text not null,
    requested_at ${NOW},
    constraint tranche_pk primary key (programme_id, use_case_id, gate, request),
    constraint tranche_use_case_fk ${USE_CASE},
    constraint tranche_plan_fk ${PLAN.replace("use_case_id, version) references", "use_case_id, plan_version) references")},
    constraint tranche_gate_check check (gate in ('G0', 'G1', 'G2', 'G3', 'G4') and request > 0),
    constraint tranche_amount_check check (amount_minor >= 0 and (amount_minor = 0 or plan_version is not null))
  )`,
  `create table business_cases.tranche_release (
    programme_id uuid not null,
    use_case_id uuid not null,
    gate text not null,
    request integer not null,
    released_by text not null,
    released_at ${NOW},
    constraint tranche_release_pk primary key (programme_id, use_case_id, gate),
    constraint tranche_release_tranche_fk foreign key (programme_id, use_case_id, gate, request) references business_cases.tranche (programme_id, use_case_id, gate, request)
  )`,
  `create table business_cases.commitment (
    programme_id uuid not null,
    use_case_id uuid not null,
    external_id text not null,
    amount_minor bigint not null,
    settles text,
    description text,
    booked_by text not null,
    booked_at ${NOW},
    constraint commitment_pk primary key (programme_id, use_case_id, external_id),
    constraint commitment_use_case_fk ${USE_CASE},
    constraint commitment_settles_fk foreign key (programme_id, use_case_id, settles) references business_cases.commitment (programme_id, use_case_id, external_id),
    constraint commitment_amount_check check (amount_minor <> 0 and (amount_minor < 0) = (settles is not null))
  )`,
  `create table business_cases.case_grant (
    programme_id uuid not null,
    id uuid not null,
    use_case_id uuid not null,
    subject text not null,
    valid_from timestamptz not null,
    valid_to timestamptz not null,
    reason text not null,
    granted_by text not null,
    granted_at ${NOW},
    constraint case_grant_pk primary key (programme_id, id),
    constraint case_grant_use_case_fk ${USE_CASE},
    constraint case_grant_span_check check (valid_from < valid_to),
    constraint case_grant_person_check check (subject <> granted_by)
  )`,
  `create table business_cases.grant_revocation (
    programme_id uuid not null,
    grant_id uuid not null,
    reason text not null,
    revoked_by text not null,
    revoked_at ${NOW},
    constraint grant_revocation_pk primary key (programme_id, grant_id),
    constraint grant_revocation_grant_fk foreign key (programme_id, grant_id) references business_cases.case_grant (programme_id, id)
  )`,
];
