-- One row per period of this month and model: days, and longer periods where no single days are known.
-- Models without a colour of their own stand together as series NULL. A period without usage is there,
-- too: it cost nothing.
with costs as (
    select
        window_start,
        window_end,
        series_model as model,
        series,
        sum(total_cost_usd) as total_cost_usd,
        sum(requests)::bigint as requests
    from window_usage
    join model_series on model is not distinct from of_model
    where month = $month::date
    group by all
)

select * from costs
union all
select window_start, window_end, of_model, series, 0, 0
from month_exports
cross join model_series
where series = 1
  and (window_start, window_end) not in (select (window_start, window_end) from costs)
order by window_start, window_end, series nulls last
