-- The same tokens at the prices of other models, for each key and model that moves.
{% import "store/metrics" as metrics %}
{% import "store/prices" as prices %}
{% import "metrics/filters" as filtered %}
with filtered_usage as ({{ filtered.usage() }}),

counted as (
    select *
    from ({{ prices.counted("filtered_usage") }})
    where input_tokens is not null
),

to_prices as (
    select * replace (
        {% for price in ("input", "output", "cache_read", "cache_write", "cache_write_1h") %}
        {{ price }}_usd_per_mtok::decimal(18, 9) as {{ price }}_usd_per_mtok
        {{- "" if loop.last else "," }}
        {% endfor %}
    )
    from (select unnest($to_prices, max_depth := 2))
),

moves as (select distinct org_id, model, to_model from to_prices),

list_bounds as ({{ prices.bounds("prices_in_force") }}),

to_bounds as ({{ prices.bounds("to_prices") }}),

differences as ({{ prices.differences("to_prices") }}),

change_bounds as ({{ prices.bounds("differences") }}),

rows_that_move as (
    select
        counted.*,
        to_model,
        {% for name in ("list", "to", "change") %}
        {% for bound in ("low", "high") %}
        {{ prices.list_cost(bound, name ~ "_bounds") }} as {{ name }}_{{ bound }}_usd
        {{- "" if loop.last and name == "change" else "," }}
        {% endfor %}
        {% endfor %}
    from counted
    join moves
        on moves.org_id = counted.org_id
        and moves.model = counted.model
    {% for name in ("list_bounds", "to_bounds", "change_bounds") %}
    left join {{ name }}
        on {{ prices.apply(name) }}
    {% endfor %}
)

select
    {{ metrics.groups("org_id,api_key_id,model") }},
    to_model,
    sum(total_cost_usd) as reported_usd,
    {% for name in ("list", "to", "change") %}
    {% for bound in ("low", "high") %}
    -- of part of the rows it could not be compared
    case when count(*) = count({{ name }}_{{ bound }}_usd) then sum({{ name }}_{{ bound }}_usd) end
        as {{ name }}_{{ bound }}_usd
    {{- "" if loop.last and name == "change" else "," }}
    {% endfor %}
    {% endfor %}
from rows_that_move
group by all
order by change_low_usd nulls last, reported_usd desc, org_id, api_key_id, model
