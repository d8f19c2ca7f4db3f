-- How the token columns of this month's rows add up.
create table month_accounting as
select token_accounting, count(*) as usage_rows, sum(total_cost_usd) as total_cost_usd
from monthly_usage
where org_id = $org_id and month = $month::date
group by token_accounting
