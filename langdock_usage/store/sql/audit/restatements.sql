-- What a newer export of the same period said differently: one row per period and restatement.
with pairs as (
    select
        newer.org_id,
        newer.window_start,
        newer.window_end,
        newer.timezone,
        newer.group_by,
        newer.fetched_at as restated_at,
        older.export_id as previous_export_id,
        newer.export_id
    from exports as older
    join exports as newer on older.superseded_by = newer.export_id
    -- an empty answer that did not replace an older export restates nothing
    where older.fetched_at <= newer.fetched_at
),

before_rows as (
    select pairs.export_id as restating_id, pairs.previous_export_id, export_rows.*
    from pairs
    join export_rows on export_rows.export_id = pairs.previous_export_id
),

after_rows as (
    select pairs.export_id as restating_id, pairs.previous_export_id, export_rows.*
    from pairs
    join export_rows using (export_id)
),

compared as (
    select
        restating_id,
        previous_export_id,
        b.requests is null as is_new,
        a.requests is null as is_gone,
        coalesce(b.requests, 0) as requests_before,
        coalesce(a.requests, 0) as requests_after,
        coalesce(b.total_cost_usd, 0) as cost_before,
        coalesce(a.total_cost_usd, 0) as cost_after,
        (b.sum_prompt_tokens, b.sum_completion_tokens, b.cached_prompt_tokens,
            b.cache_creation_tokens, b.no_cache_tokens)
            is distinct from
            (a.sum_prompt_tokens, a.sum_completion_tokens, a.cached_prompt_tokens,
                a.cache_creation_tokens, a.no_cache_tokens) as tokens_differ
    from (select *, coalesce(model, '') as model_or_none from before_rows) as b
    full join (select *, coalesce(model, '') as model_or_none from after_rows) as a
        using (restating_id, previous_export_id, api_key_id, model_or_none)
)

select
    pairs.org_id,
    pairs.window_start,
    pairs.window_end,
    pairs.timezone,
    pairs.group_by,
    pairs.restated_at,
    pairs.previous_export_id,
    pairs.export_id,
    sum(requests_before)::bigint as requests_before,
    sum(requests_after)::bigint as requests_after,
    sum(cost_before) as total_cost_usd_before,
    sum(cost_after) as total_cost_usd_after,
    -- a digit less, so that Spark has room for all of the difference
    sum(cost_after)::decimal(37, 24) - sum(cost_before)::decimal(37, 24) as difference_usd,
    count(*) filter (where is_new) as rows_new,
    count(*) filter (where is_gone) as rows_gone,
    count(*) filter (
        where not is_new and not is_gone
            and (requests_before <> requests_after or cost_before <> cost_after or tokens_differ)
    ) as rows_changed
from pairs
join compared
    on compared.restating_id = pairs.export_id
    and compared.previous_export_id = pairs.previous_export_id
group by all
having rows_new + rows_gone + rows_changed > 0
