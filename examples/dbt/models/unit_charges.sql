-- Charges by month, unit and use case, and what changed since the month before.
with charges as (
    select period, period_start, business_unit, use_case, currency, sum(amount) as charged
    from {{ source('apportion', 'statement_line') }}
    group by period, period_start, business_unit, use_case, currency
)

select
    this.period,
    this.business_unit,
    this.use_case,
    this.currency,
    this.charged,
    this.charged - coalesce(before.charged, 0) as change
from charges as this
left join charges as before
    on before.business_unit = this.business_unit
    and before.use_case is not distinct from this.use_case
    and before.period_start = (this.period_start - interval '1 month')::date
