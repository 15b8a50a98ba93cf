import { MigrationInterface, QueryRunner } from "typeorm";

/** An ownership is recorded when it is written, not when its transaction began: a close in between would read it otherwise later. */
export class OwnershipRecorded1760000000010 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`alter table tenancy.use_case_ownership alter column created_at set default clock_timestamp()`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`alter table tenancy.use_case_ownership alter column created_at set default now()`);
  }
}
