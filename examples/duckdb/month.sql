-- One month in DuckDB, from Parquet and from CSV, which must say the same. Fetch both first, with the key of a service account:
--
--   curl -fsu "$KEY" -o lines.parquet 'localhost:4000/export/allocation_line.parquet?from=2025-09&to=2025-10'
--   curl -fsu "$KEY" -o lines.csv 'localhost:4000/export/allocation_line.csv?from=2025-09&to=2025-10'
--   duckdb < month.sql
--
-- DECIMAL comes out of Parquet as it is. A CSV has no types: name them, or DuckDB guesses DOUBLE and sums become inexact.
create view from_parquet as select * from read_parquet('lines.parquet') where superseded_at is null;
create view from_csv as select * from read_csv('lines.csv', all_varchar = true) where superseded_at is null;

select business_unit, pool, sum(amount) as allocated from from_parquet group by all order by all;

select (select sum(amount) from from_parquet) as parquet, (select sum(amount::decimal(28, 4)) from from_csv) as csv,
  (select sum(amount) from from_parquet) = (select sum(amount::decimal(28, 4)) from from_csv) as agree;
