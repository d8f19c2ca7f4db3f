-- One's own budget, and those of one's own keys. A name that means others as well says too much.
with keys_of_others as (
    select api_key_id
    from key_names
    group by api_key_id
    having bool_or(owned_by <> $name and is_of_month) or not bool_or(owned_by = $name)
),

own_names as (
    select 'key' as scope, name
    from key_names
    group by name
    having not bool_or(api_key_id in (from keys_of_others))
    union all
    select '{{ grouping }}', lower($name)
    where (select count(distinct owned_by) from key_names where lower(owned_by) = lower($name)) = 1
)

select * replace (null as note)
from loaded_budgets
where loaded_at = (select max(loaded_at) from reference_loads where file = 'budgets')
  and (org_id is null or org_id = $org_id)
  and (valid_from is null or valid_from <= $last)
  and (scope, lower(name)) in (select (scope, name) from own_names)
