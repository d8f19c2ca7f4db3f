-- The days of complete months against the one export of the whole month, per month and key.
select *
from reconciliation
where ($org_id::varchar is null or org_id = $org_id)
  and ($first::date is null or month >= $first)
  and ($last::date is null or last_day(month) <= $last)
order by month, org_id, api_key_id
