import { MigrationInterface, QueryRunner } from "typeorm";
import { inProgramme, policy, wholeProgramme } from "./row-security";

/**
 * Who may read the views of schema bi, login by login; only added to, the newest version of a login counts. The views themselves
 * are written from the datasets whenever the owner migrates: a later migration that changes a column they read drops the view.
 */
export class Bi1760000000032 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`create schema bi`);
    await runner.query(`
      create table tenancy.bi_grant (
        programme_id uuid not null,
        login text not null,
        version integer not null,
        whole_programme boolean not null,
        business_unit_ids uuid[] not null,
        ended boolean not null,
        reason text,
        recorded_at timestamptz not null,
        recorded_by text not null,
        constraint bi_grant_pk primary key (programme_id, login, version),
        constraint bi_grant_login_key unique (login, version),
        constraint bi_grant_programme_fk foreign key (programme_id) references tenancy.programme (id),
        constraint bi_grant_version_check check (version > 0),
        constraint bi_grant_login_check check (login ~ '^[a-z][a-z0-9_]{0,62}$'),
        constraint bi_grant_extent_check check (case when ended then not whole_programme and cardinality(business_unit_ids) = 0 else whole_programme <> (cardinality(business_unit_ids) > 0) end)
      )`);
    await runner.query(policy("tenancy.bi_grant", `${inProgramme} and ${wholeProgramme}`));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop schema bi cascade`);
    // With it go the policies that stand on it.
    await runner.query(`drop table tenancy.bi_grant cascade`);
  }
}
