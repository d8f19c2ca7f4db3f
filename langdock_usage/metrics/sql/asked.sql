-- What a question is asked about. Each file in period goes on from here.
-- A period counts where it lies within the days asked for; NULL asks for everything. `grouped_by` is
-- the group of a row; NULL where the question has none.
with asked as (
    select
        *,
        case $by::varchar
            when 'key' then api_key_id
            when 'model' then model
            when 'team' then coalesce(team, 'unassigned')
            when 'cost_center' then coalesce(cost_center, 'unassigned')
            when 'owner' then coalesce(owner, 'unassigned')
            when 'chain' then chain_id
        end as grouped_by
    from owned_usage
    where ($org_id::varchar is null or org_id = $org_id)
      and ($first::date is null or window_start >= $first)
      and ($last::date is null or window_end <= $last)
      and ($keys::varchar[] is null or list_contains($keys, api_key_id))
      and ($models::varchar[] is null or list_contains($models, model))
      and ($teams::varchar[] is null or list_contains($teams, coalesce(team, 'unassigned')))
)
