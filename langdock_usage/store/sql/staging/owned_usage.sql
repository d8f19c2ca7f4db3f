-- Usage with whose it is. A period counts whole, for the owner on its last day: what it says cannot be
-- split, and nothing is counted twice.
select
    usage.*,
    key_ownership.team,
    key_ownership.cost_center,
    key_ownership.owner,
    coalesce(key_chains.chain_id, usage.api_key_id) as chain_id
from {{ rows | default("usage") }} as usage
left join key_ownership
    on usage.api_key_id = key_ownership.api_key_id
    and usage.window_end >= key_ownership.valid_from
    and (key_ownership.valid_to is null or usage.window_end <= key_ownership.valid_to)
left join key_chains on key_chains.api_key_id = usage.api_key_id
