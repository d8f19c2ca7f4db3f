-- One row per API key and model of either of two periods, and owner where asked for: what `bridge` is
-- worked out from. Of its key it says the requests with any model, also where a question is about some.
{% import "store/metrics" as metrics %}
{% import "store/prices" as prices %}
{% import "metrics/filters" as filtered %}
{% set sides = ("before", "after") %}
{% set kinds = (("uncached", "input"), ("cache_read", "read"), ("cache_write", "write"), ("output", "output")) %}
with filtered_usage as (
    {% for side in sides %}
    select *, '{{ side }}' as side
    from ({{ filtered.usage("$" ~ side ~ "_first", "$" ~ side ~ "_last") }})
    {{ "" if loop.last else "union all" }}
    {% endfor %}
),

counted as ({{ prices.counted("filtered_usage") }}),

bounds as materialized ({{ prices.bounds("prices_in_force") }}),

-- added up before they are priced: these rows have the same prices
sums as (
    select
        counted.org_id,
        {{ metrics.group(owner) }} as grouped_by,
        counted.api_key_id,
        counted.model,
        counted.side,
        bounds.first_day,
        bounds.is_one_request,
        bounds.from_tokens,
        bounds.price_source is not null and output_tokens is not null as is_priced,
        sum(requests) as requests,
        sum(total_cost_usd) as total_cost_usd,
        {% for kind, _ in kinds %}
        sum({{ kind }}_tokens) as {{ kind }}_tokens{{ "" if loop.last else "," }}
        {% endfor %}
    from counted
    left join bounds
        on {{ prices.apply() }}
    group by all
),

priced as (
    select
        sums.*,
        {% for kind, price in kinds %}
        {% set kind_loop = loop %}
        {% for bound in ("low", "high") %}
        {{ prices.amount(kind ~ "_tokens", "bounds." ~ price ~ "_" ~ bound ~ "_usd") }}
            as {{ kind }}_{{ bound }}_usd{{ "" if loop.last and kind_loop.last else "," }}
        {% endfor %}
        {% endfor %}
    from sums
    left join bounds
        on bounds.org_id = sums.org_id
        and bounds.model = sums.model
        and bounds.first_day = sums.first_day
        and bounds.is_one_request = sums.is_one_request
        and bounds.from_tokens = sums.from_tokens
),

cells as (
    select
        org_id,
        grouped_by,
        api_key_id,
        model,
        {% for side in sides %}
        {% set of_side = "filter (where side = '" ~ side ~ "')" %}
        coalesce(sum(requests) {{ of_side }}, 0)::bigint as requests_{{ side }},
        coalesce(sum(total_cost_usd) {{ of_side }}, 0) as cost_usd_{{ side }},
        {% for kind, _ in kinds %}
        (sum({{ kind }}_tokens) {{ of_side }})::double as {{ kind }}_tokens_{{ side }},
        {% for bound in ("low", "high") %}
        (sum({{ kind }}_{{ bound }}_usd) {{ of_side }})::double as {{ kind }}_{{ bound }}_usd_{{ side }},
        {% endfor %}
        {% endfor %}
        coalesce(
            bool_and(is_priced)
                filter (where side = '{{ side }}' and (requests > 0 or total_cost_usd > 0)),
            false
        ) as is_priced_{{ side }}{{ "" if loop.last else "," }}
        {% endfor %}
    from priced
    group by all
),

of_keys as (
    {% for side in sides %}
    select *, '{{ side }}' as side
    from ({{ filtered.usage("$" ~ side ~ "_first", "$" ~ side ~ "_last", models="null", rows="key") }})
    {{ "" if loop.last else "union all" }}
    {% endfor %}
),

keys as (
    select
        org_id,
        {{ metrics.group(owner) }} as grouped_by,
        api_key_id,
        {{ metrics.newest_name() }} as api_key_name,
        {% for side in sides %}
        coalesce(sum(requests) filter (where side = '{{ side }}'), 0)::bigint
            as key_requests_{{ side }},
        {% set is_last = loop.last %}
        {% for weekday in range(1, 8) %}
        coalesce(
            sum(requests) filter (where side = '{{ side }}' and isodow(window_start) = {{ weekday }}),
            0
        )::bigint as weekday_{{ weekday }}_requests_{{ side }}{{ "" if is_last and loop.last else "," }}
        {% endfor %}
        {% endfor %}
    from of_keys
    group by all
),

{% for side in sides %}
known_{{ side }} as (
    select
        counted_exports.org_id,
        {% for weekday in range(1, 8) %}
        count(*) filter (where isodow(day) = {{ weekday }}) as weekday_{{ weekday }}_days_{{ side }},
        {% endfor %}
        bool_and(window_start = window_end) as are_single_days
    from stored_days
    join counted_exports using (export_id)
    where (${{ side }}_first::date is null or window_start >= ${{ side }}_first)
      and (${{ side }}_last::date is null or window_end <= ${{ side }}_last)
    group by counted_exports.org_id
),

{% endfor %}
known_days as (
    select
        org_id,
        known_before.* exclude (org_id, are_single_days),
        known_after.* exclude (org_id, are_single_days)
    from known_before
    join known_after using (org_id)
    where known_before.are_single_days and known_after.are_single_days
)

select
    cells.*,
    keys.* exclude (org_id, grouped_by, api_key_id),
    known_days.* exclude (org_id)
from cells
join keys
    on keys.org_id = cells.org_id
    and keys.api_key_id = cells.api_key_id
    and keys.grouped_by is not distinct from cells.grouped_by
left join known_days on known_days.org_id = cells.org_id
order by cells.org_id, cells.grouped_by, cells.api_key_id, cells.model
