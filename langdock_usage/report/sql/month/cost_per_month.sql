-- One row per month and model, this month and the twelve before it; a month without usage is there,
-- too. Models without a colour of their own stand together as series NULL.
with covered as (
    select distinct date_trunc('month', day)::date as month
    from covered_days
),

costs as (
    select
        month,
        series_model as model,
        series,
        sum(total_cost_usd) as total_cost_usd,
        sum(requests)::bigint as requests
    from recent_usage
    join model_series on model is not distinct from of_model
    group by all
)

select * from costs
union all
select month, of_model, series, 0, 0
from covered
cross join model_series
where series = 1 and month not in (select month from recent_usage)
order by month, series nulls last
