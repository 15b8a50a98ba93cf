import { MigrationInterface, QueryRunner } from "typeorm";

/**
 * The unit whose calls a direct cost is of, which need not be the one that owns the use case when the month ends; the way a
 * month was rated, by name; and the days of a card that was in effect for a part of the month. Rows from before keep what
 * they meant: their unit is the owner at the month's end, their rating has no name, their cards are of the whole month.
 */
export class RatingByUnit1760000000019 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table costs.cost_entry
        add column business_unit_id uuid,
        add constraint cost_entry_business_unit_fk foreign key (programme_id, business_unit_id) references tenancy.business_unit (programme_id, id),
        add constraint cost_entry_business_unit_check check (business_unit_id is null or use_case_id is not null)`);
    await runner.query(`alter table rating.posting add column business_unit_id uuid`);
    await runner.query(`alter table rating.run add column method text not null default 'UNNAMED'`);
    await runner.query(`alter table rating.run alter column method drop default`);
    await runner.query(`
      alter table rating.line add column first_day text, add column last_day text,
        add constraint line_days_check check (num_nonnulls(first_day, last_day) in (0, 2) and (first_day is null or first_day <= last_day))`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`alter table rating.line drop constraint line_days_check, drop column first_day, drop column last_day`);
    await runner.query(`alter table rating.run drop column method`);
    await runner.query(`alter table rating.posting drop column business_unit_id`);
    await runner.query(`alter table costs.cost_entry drop constraint cost_entry_business_unit_check, drop constraint cost_entry_business_unit_fk, drop column business_unit_id`);
  }
}
