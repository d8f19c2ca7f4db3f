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
    from ({{ filtered.usage("$" ~ side ~ "_first", "$" ~ side ~ "_last", models="null") }})
    {{ "" if loop.last else "union all" }}
    {% endfor %}
),

counted as ({{ prices.counted("filtered_usage") }}),

bounds as ({{ prices.bounds("prices_in_force") }}),

priced as (
    select
        counted.*,
        {{ metrics.group(owner) }} as grouped_by,
        {% for kind, price in kinds %}
        {% for bound in ("low", "high") %}
        {{ prices.amount(kind ~ "_tokens", "bounds." ~ price ~ "_" ~ bound ~ "_usd") }}
            as {{ kind }}_{{ bound }}_usd,
        {% endfor %}
        {% endfor %}
        bounds.price_source is not null and output_tokens is not null as is_priced
    from counted
    left join bounds
        on {{ prices.apply() }}
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
    where $models::varchar[] is null or list_contains($models, model)
    group by all
),

keys as (
    select
        org_id,
        grouped_by,
        api_key_id,
        {{ metrics.newest_name() }} as api_key_name,
        {% for side in sides %}
        coalesce(sum(requests) filter (where side = '{{ side }}'), 0)::bigint
            as key_requests_{{ side }},
        [
            {% for weekday in range(1, 8) %}
            coalesce(
                sum(requests) filter (
                    where side = '{{ side }}' and isodow(window_start) = {{ weekday }}
                ),
                0
            )::bigint{{ "" if loop.last else "," }}
            {% endfor %}
        ] as weekday_requests_{{ side }}{{ "" if loop.last else "," }}
        {% endfor %}
    from priced
    group by all
),

{% for side in sides %}
known_{{ side }} as (
    select
        counted_exports.org_id,
        bool_and(window_start = window_end) as are_single_days,
        [
            {% for weekday in range(1, 8) %}
            count(*) filter (where isodow(day) = {{ weekday }}){{ "" if loop.last else "," }}
            {% endfor %}
        ] as weekdays
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
        known_before.weekdays as weekdays_before,
        known_after.weekdays as weekdays_after
    from known_before
    join known_after using (org_id)
    where known_before.are_single_days and known_after.are_single_days
)

select
    cells.*,
    keys.* exclude (org_id, grouped_by, api_key_id),
    weekdays_before,
    weekdays_after
from cells
join keys
    on keys.org_id = cells.org_id
    and keys.api_key_id = cells.api_key_id
    and keys.grouped_by is not distinct from cells.grouped_by
left join known_days on known_days.org_id = cells.org_id
order by cells.org_id, cells.grouped_by, cells.api_key_id, cells.model
