-- The days of this month against the one export of the whole month, key by key.
create table month_reconciliation as
select
    api_key_id,
    api_key_name,
    total_cost_usd_of_days,
    total_cost_usd_of_month,
    difference_requests,
    difference_usd
from reconciliation
where org_id = $org_id and month = $month::date
