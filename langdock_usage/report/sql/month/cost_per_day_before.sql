-- One row per single day of the month before; one without usage cost nothing.
select day, coalesce(sum(total_cost_usd), 0) as total_cost_usd
from covered_days
left join window_usage on window_start = day and window_end = day
where is_single_day and day < $month::date and day >= $month::date - interval 1 month
group by day
order by day
