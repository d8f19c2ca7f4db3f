-- The costliest model with a cheaper sibling among the models with usage: of the same vendor and family
-- by the price list (`anthropic/claude-…`), the next cheaper one on the last day of use.
{% import "metrics/filters" as filtered %}
with filtered_usage as ({{ filtered.usage() }}),

costs as (
    select org_id, model, sum(total_cost_usd) as total_cost_usd, max(window_end) as last_day
    from filtered_usage
    group by org_id, model
),

listed as (
    select
        *,
        split_part(entry, '/', 1) as vendor,
        regexp_extract(split_part(entry, '/', 2), '^[a-z]+') as family
    from prices_in_force
    where price_source = 'list' and above_tokens = 0
)

select costs.model, cheaper.model as to_model
from costs
join listed
    on listed.org_id = costs.org_id
    and listed.model = costs.model
    and costs.last_day between listed.first_day and listed.last_day
join listed as cheaper
    on cheaper.org_id = listed.org_id
    and cheaper.vendor = listed.vendor
    and cheaper.family = listed.family
    and costs.last_day between cheaper.first_day and cheaper.last_day
    and cheaper.input_usd_per_mtok < listed.input_usd_per_mtok
    and cheaper.output_usd_per_mtok <= listed.output_usd_per_mtok
order by
    costs.total_cost_usd desc,
    cheaper.input_usd_per_mtok desc,
    cheaper.output_usd_per_mtok desc,
    costs.model,
    cheaper.model
limit 1
