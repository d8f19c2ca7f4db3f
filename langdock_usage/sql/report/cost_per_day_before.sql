-- One row per single day of the month before.
select window_start as day, sum(total_cost_usd) as total_cost_usd
from window_usage
where month < $month::date and window_start = window_end
group by window_start
order by day
