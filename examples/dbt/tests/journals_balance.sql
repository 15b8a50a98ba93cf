-- Every journal has as much debit as credit.
select journal_id, sum(debit) as debit, sum(credit) as credit
from {{ source('apportion', 'journal_line') }}
group by journal_id
having sum(debit) <> sum(credit)
