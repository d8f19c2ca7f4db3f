-- The invoices of a workspace about days of a period.
select number, period_start, period_end, currency, amount, tax, surcharge_percent, loaded_at
from invoices
where (org_id is null or org_id = $org_id)
  and ($first::date is null or period_end >= $first)
  and ($last::date is null or period_start <= $last)
order by period_start, number
