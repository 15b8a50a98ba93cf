import { MigrationInterface, QueryRunner } from "typeorm";

/** Says of a cost entry whether it is a charge or a service credit of the vendor. What was booked before is a charge, whatever its sign. */
export class CostKinds1760000000034 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`alter table costs.cost_entry add column kind text not null default 'CHARGE'`);
    await runner.query(`alter table costs.cost_entry alter column kind drop default`);
    await runner.query(`alter table costs.cost_entry add constraint cost_entry_kind_check check (kind in ('CHARGE', 'CREDIT'))`);
    // A statement asks for credits that came late, over all months.
    await runner.query(`create index cost_entry_credit_idx on costs.cost_entry (programme_id, period_key) where kind = 'CREDIT'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    // With it go the views that show it.
    await runner.query(`alter table costs.cost_entry drop column kind cascade`);
  }
}
