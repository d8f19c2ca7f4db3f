-- The prices of a model that hold on a day, tier by tier.
select
    first_day,
    last_day,
    above_tokens,
    price_source,
    entry,
    found_by,
    {% for price in ("input", "output", "cache_read", "cache_write", "cache_write_1h") %}
    {{ price }}_usd_per_mtok::decimal(18, 9) as {{ price }}_usd_per_mtok,
    {% endfor %}
from (select unnest($prices, max_depth := 2))
where $day between first_day and last_day and price_source is not null
order by above_tokens, input_usd_per_mtok
