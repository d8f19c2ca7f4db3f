-- What caching saves by group, in the rows with a price.
{% import "store/metrics" as metrics %}
{% import "store/prices" as prices %}
{% import "metrics/filters" as filtered %}
with filtered_usage as ({{ filtered.usage() }}),

priced as ({{ prices.priced("filtered_usage", more=true) }}),

sums as (
    select
        {{ metrics.groups(groups) }},
        sum(requests)::bigint as requests,
        sum(total_cost_usd) as total_cost_usd,
        sum(input_tokens)::bigint as input_tokens,
        sum(cache_read_tokens)::bigint as cache_read_tokens,
        sum(cache_write_tokens)::bigint as cache_write_tokens,
        {{ metrics.cache_hit_ratio() }} as cache_hit_ratio,
        sum(cache_read_tokens)::double / nullif(sum(cache_write_tokens), 0) as reads_per_write,
        sum(saving_low_usd) as saving_low_usd,
        sum(saving_high_usd) as saving_high_usd,
        coalesce(sum(total_cost_usd) filter (where price_source is not null), 0) as priced_cost_usd,
        count(*) filter (where token_accounting = 'unclear') as unclear_row_count,
        sum(list_cost_low_usd) as list_low_usd,
        sum(list_cost_high_usd) as list_high_usd,
        bool_and(has_one_tier) as has_one_tier,
        min(model) = max(model) as has_one_model,
        min(break_even_low) as least_reads,
        max(break_even_high) as most_reads
    from priced
    {% if "month" in groups %}
    where month is not null
    {% endif %}
    group by all
),

-- Of one tier, the cost between the least and the most follows from the share of one-hour writes.
inferred as (
    select
        *,
        case
            when has_one_tier and list_high_usd > list_low_usd
                and priced_cost_usd >= list_low_usd * 0.995
                and priced_cost_usd <= list_high_usd * 1.005
                then least(greatest(priced_cost_usd - list_low_usd, 0), list_high_usd - list_low_usd)
        end as one_hour_usd
    from sums
)

select
    * exclude (
        list_low_usd,
        list_high_usd,
        has_one_tier,
        has_one_model,
        least_reads,
        most_reads,
        one_hour_usd
    ),
    saving_high_usd - one_hour_usd as saving_inferred_usd,
    one_hour_usd::double / (list_high_usd - list_low_usd)::double as one_hour_share,
    case when has_one_model then least_reads end as break_even_low,
    case when has_one_model then most_reads end as break_even_high
from inferred
order by {{ "month, " if "month" in groups }}total_cost_usd desc, {{ groups }}
