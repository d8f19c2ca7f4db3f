-- The usual prices of every model with usage, on a day: what is unknown first, each by its cost.
with costs as (
    select org_id, model, sum(total_cost_usd) as total_cost_usd
    from usage_sums
    where api_key_id is null
      and model is not null
      and ($org_id::varchar is null or org_id = $org_id)
    group by org_id, model
),

-- the lowest tier; where the hour of the day decides, the lowest price
usual as (
    select *
    from prices_in_force
    where $day between first_day and last_day and price_source is not null
    qualify row_number() over (
        partition by org_id, model
        order by above_tokens, input_usd_per_mtok
    ) = 1
)

select
    costs.org_id,
    costs.model,
    input_usd_per_mtok,
    output_usd_per_mtok,
    cache_read_usd_per_mtok,
    cache_write_usd_per_mtok,
    cache_write_1h_usd_per_mtok,
    coalesce(price_source, 'unknown') as source,
    entry,
    costs.total_cost_usd
from costs
left join usual using (org_id, model)
order by source = 'unknown' desc, total_cost_usd desc, org_id, model
