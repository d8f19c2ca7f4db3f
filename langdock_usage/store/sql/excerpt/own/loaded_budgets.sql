-- One's own budget, and those of one's own keys. A name that means others as well says too much.
{% import "store/metrics" as metrics %}
with keys_of_others as (
    select api_key_id
    from own_rows
    group by api_key_id
    having bool_or(owned_by <> $name and window_end >= date_trunc('month', $last::date))
        or not bool_or(owned_by = $name)
),

names_of_keys as (
    select distinct
        unnest([lower(api_key_id), lower(api_key_name)]) as name,
        api_key_id in (from keys_of_others) as is_of_others
    from own_rows
),

own_names as (
    select 'key' as scope, name
    from names_of_keys
    group by name
    having not bool_or(is_of_others)
    union all
    select '{{ grouping }}', lower($name)
    where (select count(distinct owned_by) from own_rows where lower(owned_by) = lower($name)) = 1
)

select * replace (null as note)
from loaded_budgets
where loaded_at = (select max(loaded_at) from reference_loads where file = 'budgets')
  and (org_id is null or org_id = $org_id)
  and (valid_from is null or valid_from <= $last)
  and (scope, lower(name)) in (select (scope, name) from own_names)
