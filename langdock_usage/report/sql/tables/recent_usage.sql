-- What the report of a month draws on: that month and the twelve before it, one workspace.
create table recent_usage as
select
    month,
    api_key_id,
    model,
    arg_max(api_key_name, (window_end, window_start)) as api_key_name,
    max(window_end) as last_day,
    sum(requests)::bigint as requests,
    sum(total_cost_usd) as total_cost_usd,
    -- tokens, and what the rows cost that state them: a workspace may turn BYOK in mid-month
    sum(input_tokens)::bigint as input_tokens,
    sum(sum_completion_tokens)::bigint as sum_completion_tokens,
    sum(input_tokens + sum_completion_tokens)::bigint as known_tokens,
    sum(total_cost_usd) filter (where input_tokens + sum_completion_tokens is not null)
        as cost_of_known_tokens_usd,
    sum(cached_prompt_tokens) filter (where input_tokens is not null)::bigint
        as cached_prompt_tokens,
    sum(cache_creation_tokens) filter (where input_tokens is not null)::bigint
        as cache_creation_tokens
from monthly_usage
where org_id = $org_id
  and month between $month::date - interval 12 month and $month::date
group by month, api_key_id, model
