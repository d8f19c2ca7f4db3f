-- The days of this month against the one export of the whole month, key by key.
create table month_reconciliation as
select
    difference_requests,
    difference_usd
from reconciliation
where org_id = $org_id and month = $month::date
