-- One row per group used in either of two periods, the one that grew most first.
{% import "store/metrics" as metrics %}
{% import "metrics/filters" as filtered with context %}
with
{% for side in ("before", "after") %}
{{ side }}_usage as ({{ filtered.usage("$" ~ side ~ "_first", "$" ~ side ~ "_last") }}),

{{ side }} as (
    select
        org_id,
        {{ metrics.group(group) }} as grouped_by,
        {{ metrics.name_of_group(group) }} as api_key_name,
        max(window_end) as last_day,
        {{ metrics.costs() }},
        {{ metrics.cached_prompt_tokens() }} as cached_prompt_tokens,
        {{ metrics.cache_creation_tokens() }} as cache_creation_tokens
    from {{ side }}_usage
    group by all
),

{% endfor %}
ever as (
    select org_id, {{ metrics.group(group) }} as grouped_by, min(window_start) as first_used_day
    from ({{ filtered.usage("null", "null") }})
    where requests > 0
    group by all
)

select
    coalesce(after.org_id, before.org_id) as org_id,
    coalesce(after.grouped_by, before.grouped_by) as grouped_by,
    case
        when before.last_day > after.last_day then before.api_key_name
        else coalesce(after.api_key_name, before.api_key_name)
    end as api_key_name,
    coalesce(before.requests, 0) as requests_before,
    coalesce(after.requests, 0) as requests_after,
    coalesce(before.total_cost_usd, 0) as cost_before_usd,
    coalesce(after.total_cost_usd, 0) as cost_after_usd,
    cost_after_usd - cost_before_usd as change_usd,
    change_usd::double / nullif(cost_before_usd, 0) as change_ratio,
    {% for column in ("cost_per_request_usd", "cost_per_million_tokens_usd") %}
    {% set name = column.removesuffix("_usd") %}
    before.{{ column }} as {{ name }}_before_usd,
    after.{{ column }} as {{ name }}_after_usd,
    {% endfor %}
    {% for column in ("input_tokens", "sum_completion_tokens", "cached_prompt_tokens",
                      "cache_creation_tokens", "cache_hit_ratio") %}
    before.{{ column }} as {{ column }}_before,
    after.{{ column }} as {{ column }}_after,
    {% endfor %}
    first_used_day
from before
full join after
    on before.org_id = after.org_id
    and before.grouped_by is not distinct from after.grouped_by
left join ever
    on ever.org_id = coalesce(after.org_id, before.org_id)
    and ever.grouped_by is not distinct from coalesce(after.grouped_by, before.grouped_by)
order by change_usd desc, org_id, grouped_by
