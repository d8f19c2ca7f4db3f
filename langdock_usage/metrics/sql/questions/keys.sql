-- One row per API key: what it was called, whose it was at last, when it was used, what it cost.
{% import "store/metrics" as metrics %}
{% import "metrics/filters" as filtered with context %}
with filtered_usage as ({{ filtered.usage() }}),

models as (
    select org_id, api_key_id, count(distinct model) as model_count
    from ({{ filtered.usage(rows="") }})
    group by org_id, api_key_id
)

select
    org_id,
    api_key_id,
    {{ metrics.newest_name() }} as api_key_name,
    list_filter(
        list(distinct api_key_name order by api_key_name),
        lambda name: name <> {{ metrics.newest_name() }}
    ) as former_names,
    chain_id,
    arg_max_null(team, window_end) as team,
    arg_max_null(cost_center, window_end) as cost_center,
    arg_max_null(owner, window_end) as owner,
    min(window_start) as first_day,
    max(window_end) as last_day,
    any_value(model_count) as model_count,
    sum(requests)::bigint as requests,
    sum(total_cost_usd) as total_cost_usd,
    {{ metrics.cost_per_request_usd() }} as cost_per_request_usd,
    {{ metrics.cost_per_million_tokens_usd() }} as cost_per_million_tokens_usd
from filtered_usage
join models using (org_id, api_key_id)
{% if unowned %}
where coalesce(team, cost_center, owner) is null
{% endif %}
group by org_id, api_key_id, chain_id
order by total_cost_usd desc, org_id, api_key_id
