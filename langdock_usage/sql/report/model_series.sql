-- The models that have a colour of their own, the same in every chart: the costliest of the year.
create or replace temp table model_series as
select
    model as of_model,
    row_number() over (order by sum(total_cost_usd) desc, model nulls last) as series
from recent_usage
group by model
