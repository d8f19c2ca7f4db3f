-- The prices file as it stands, and a line for each model that has no own price, costliest first, with
-- today's list prices where they are known.
with costs as (
    select model, sum(total_cost_usd) as total_cost_usd
    from usage
    where model is not null
    group by model
),

list_prices as (
    select *
    from prices_in_force
    where price_source = 'list' and above_tokens = 0
      and current_date between first_day and last_day
    -- where the hour of the day decides, any of them
    qualify row_number() over (partition by model order by org_id, input_usd_per_mtok) = 1
),

missing as (
    select
        model,
        null::date as valid_from,
        input_usd_per_mtok,
        output_usd_per_mtok,
        cache_read_usd_per_mtok,
        cache_write_usd_per_mtok,
        cache_write_1h_usd_per_mtok,
        null::varchar as org_id,
        case when entry is not null then 'list price of ' || entry end as note
    from costs
    left join list_prices using (model)
    where model not in (select model from prices_in_force where price_source = 'own')
)

select lines.* replace (valid_from::varchar as valid_from)
from (from own_prices union all by name from missing) as lines
left join costs using (model)
order by total_cost_usd desc nulls last, model, lines.valid_from nulls first
