-- What reads would save if each key read as much of its input from the cache as the best quarter of the
-- keys that send prompts of a similar length to the same model; the most money first.
{% import "store/metrics" as metrics %}
{% import "store/prices" as prices %}
{% import "metrics/filters" as filtered %}
with filtered_usage as ({{ filtered.usage() }}),

-- Each row as one request of mean length, which has the prices of one tier.
counted as (
    select
        * replace (1 as requests, (input_tokens // requests)::bigint as input_tokens),
        requests as row_requests,
        input_tokens as row_input_tokens
    from filtered_usage
    where requests > 0 and input_tokens is not null
),

bounds as materialized ({{ prices.bounds("prices_in_force") }}),

priced as (
    select
        counted.* replace (row_requests as requests, row_input_tokens as input_tokens),
        bounds.saved_by_read_high_usd
    from counted
    join bounds
        on {{ prices.apply() }}
    where bounds.saved_by_read_high_usd > 0
),

sums as (
    select
        {{ metrics.groups("org_id,api_key_id,model") }},
        sum(requests)::bigint as requests,
        sum(total_cost_usd) as total_cost_usd,
        sum(input_tokens)::bigint as input_tokens,
        {{ metrics.cached_prompt_tokens() }} as cache_read_tokens,
        sum(input_tokens)::double / sum(requests) as input_tokens_per_request,
        {{ metrics.cache_hit_ratio() }} as cache_hit_ratio,
        max(saved_by_read_high_usd) as saved_by_read_usd
    from priced
    group by all
),

months as (
    select date_diff('month', min(window_start), max(window_end)) + 1 as month_count
    from filtered_usage
),

costly_keys as (
    select org_id, api_key_id
    from filtered_usage
    group by org_id, api_key_id
    having sum(total_cost_usd) >= $least_key_usd * (select month_count from months)
),

comparable as (
    select sums.*
    from sums
    semi join costly_keys
        on costly_keys.org_id = sums.org_id and costly_keys.api_key_id = sums.api_key_id
    where input_tokens_per_request >= $least_prompt_tokens
),

-- whose writes surely cost more than reads save: that is wasted, and is not counted here as well
wasted as (
    select org_id, api_key_id, model
    from ({{ prices.priced("filtered_usage") }})
    group by org_id, api_key_id, model
    having sum(saving_high_usd) < 0
),

-- beside each key those with similar prompts, itself among them, the best first
peers as (
    select
        mine.org_id,
        mine.api_key_id,
        mine.model,
        theirs.api_key_id as peer_id,
        theirs.input_tokens,
        theirs.cache_read_tokens,
        count(*) over of_mine as compared_keys,
        row_number() over (
            of_mine
            order by theirs.cache_hit_ratio desc, theirs.input_tokens desc, theirs.api_key_id
        ) as place
    from comparable as mine
    join comparable as theirs
        on theirs.org_id = mine.org_id
        and theirs.model = mine.model
        and theirs.input_tokens_per_request <= mine.input_tokens_per_request * $similar
        and theirs.input_tokens_per_request >= mine.input_tokens_per_request / $similar
    window of_mine as (partition by mine.org_id, mine.api_key_id, mine.model)
),

best as (
    select
        org_id,
        api_key_id,
        model,
        max(compared_keys) as compared_keys,
        sum(input_tokens) as best_input_tokens,
        sum(cache_read_tokens) as best_read_tokens
    from peers
    where place <= ceil(compared_keys / 4)
    group by org_id, api_key_id, model
    having not bool_or(peer_id = api_key_id)
),

gains as (
    select
        comparable.*,
        best.compared_keys::bigint as compared_keys,
        best_read_tokens::double / best_input_tokens as best_cache_hit_ratio,
        (best_read_tokens::hugeint * input_tokens // best_input_tokens - cache_read_tokens)::bigint
            as more_read_tokens
    from comparable
    join best using (org_id, api_key_id, model)
    anti join wasted using (org_id, api_key_id, model)
)

select
    * exclude (saved_by_read_usd),
    (saved_by_read_usd * 1000000)::decimal(18, 9) as saved_by_read_usd_per_mtok,
    {{ prices.amount("more_read_tokens", "saved_by_read_usd") }} as unrealised_usd
from gains
where more_read_tokens > 0
order by unrealised_usd desc, org_id, api_key_id, model
