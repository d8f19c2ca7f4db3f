
-- behind take_in.sql: rows of one API key and model that differ in raw_model are added up;
-- a token count that one of them lacks is not known of the sum
select
    export_id,
    api_key_id,
    max(api_key_name) as api_key_name,
    model,
    sum(requests) as requests,
    sum(total_cost_usd) as total_cost_usd,
    case when count(sum_prompt_tokens) = count(*) then sum(sum_prompt_tokens) end as sum_prompt_tokens,
    case when count(sum_completion_tokens) = count(*) then sum(sum_completion_tokens) end as sum_completion_tokens,
    case when count(cached_prompt_tokens) = count(*) then sum(cached_prompt_tokens) end as cached_prompt_tokens,
    case when count(cache_creation_tokens) = count(*) then sum(cache_creation_tokens) end as cache_creation_tokens,
    case when count(no_cache_tokens) = count(*) then sum(no_cache_tokens) end as no_cache_tokens
from checked
group by export_id, api_key_id, model
having case
    when count(*) = count(distinct coalesce(raw_model, '')) then true
    else error('an API key, model and raw model are stated twice')
end
