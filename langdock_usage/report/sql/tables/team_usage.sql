-- Usage of this month and the month before by team, where any team is known at all.
create table team_usage as
select
    month,
    team,
    sum(requests)::bigint as requests,
    sum(total_cost_usd) as total_cost_usd,
    sum(total_cost_usd) / nullif(sum(requests), 0) as cost_per_request_usd,
    sum(input_tokens)::bigint as input_tokens,
    sum(sum_completion_tokens)::bigint as sum_completion_tokens,
    sum(cached_prompt_tokens) filter (where input_tokens is not null)::bigint
        as cached_prompt_tokens
from (
    select date_trunc('month', window_start)::date as month, owned_usage.*
    from owned_usage
    where date_trunc('month', window_start) = date_trunc('month', window_end)
)
where org_id = $org_id
  and month between $month::date - interval 1 month and $month::date
  and exists (from key_ownership where key_ownership.team is not null)
group by month, team
