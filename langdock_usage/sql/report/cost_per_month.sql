-- One row per month and model, this month and the twelve before it.
-- Models without a colour of their own stand together as series NULL.
select
    month,
    case when series <= $named_models then of_model end as model,
    case when series <= $named_models then series end as series,
    sum(total_cost_usd) as total_cost_usd,
    sum(requests)::bigint as requests
from recent_usage
join model_series on model is not distinct from of_model
group by all
order by month, series nulls last
