-- The models that have a colour of their own, the same in every chart: those that were costliest in
-- any one month, so that a new model has its colour as soon as it matters. All others stand together:
-- their `series` and `series_model` are NULL.
create table model_series as
with per_month as (
    select month, model, sum(total_cost_usd) as total_cost_usd
    from recent_usage
    group by month, model
),

ranked as (
    select
        model,
        row_number() over (order by max(total_cost_usd) desc, model nulls last) as place
    from per_month
    group by model
)

select
    model as of_model,
    case when place <= $named_models then place end as series,
    case when place <= $named_models then model end as series_model
from ranked
