-- What was divided of a pool is what its lines bear, what it passed on and what is left, to the last minor unit.
select p.period, p.pool, p.allocated, coalesce(sum(l.amount), 0) as lines
from {{ source('apportion', 'cost_pool_period') }} as p
left join {{ source('apportion', 'allocation_line') }} as l on l.period = p.period and l.pool = p.pool
where p.allocation_run_id is not null
group by p.period, p.pool, p.allocated
having p.allocated <> coalesce(sum(l.amount), 0)
