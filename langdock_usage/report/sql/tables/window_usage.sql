-- Usage of each exported period of this month and the month before, by model.
create table window_usage as
select
    month,
    window_start,
    window_end,
    model,
    sum(requests)::bigint as requests,
    sum(total_cost_usd) as total_cost_usd
from monthly_usage
where org_id = $org_id
  and month between $month::date - interval 1 month and $month::date
group by all
