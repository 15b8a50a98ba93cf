import { MigrationInterface, QueryRunner } from "typeorm";
import { inProgramme, policy, wholeProgramme } from "./row-security";

/**
 * Scopes of logins for BI tools, and the rows of datasets that queries of the API work out, kept for their views: derived, written
 * anew by every refresh, and readable to neither reading role, so that cases and the programme's statement do not meet there.
 */
export class BiScopes1760000000033 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`alter table tenancy.bi_grant add column scopes text[] not null default '{core}'`);
    await runner.query(`alter table tenancy.bi_grant alter column scopes drop default`);
    await runner.query(`
      alter table tenancy.bi_grant add constraint bi_grant_scopes_check
        check (cardinality(scopes) > 0 and scopes <@ array['core', 'cases', 'programme', 'focus'] and (ended or whole_programme or scopes = array['core']))`);
    await runner.query(`create schema exports`);
    await runner.query(`
      create table exports.kept_rows (
        programme_id uuid not null,
        dataset text not null,
        part text not null,
        piece integer not null,
        facts jsonb not null,
        hash text not null,
        refreshed_at timestamptz not null,
        constraint kept_rows_pk primary key (programme_id, dataset, part, piece),
        constraint kept_rows_programme_fk foreign key (programme_id) references tenancy.programme (id),
        constraint kept_rows_piece_check check (piece >= 0 and jsonb_typeof(facts) = 'array')
      )`);
    await runner.query(policy("exports.kept_rows", `${inProgramme} and ${wholeProgramme}`));
  }

  async down(runner: QueryRunner): Promise<void> {
    // With them go the views and policies that stand on them.
    await runner.query(`drop schema exports cascade`);
    await runner.query(`alter table tenancy.bi_grant drop column scopes cascade`);
  }
}
