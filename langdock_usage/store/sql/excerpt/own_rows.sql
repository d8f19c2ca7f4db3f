-- Every exported row of a workspace up to a day, with the team (or cost centre) that it counts for: the
-- owner on the last day of its period. What a longer period says of a key that changed hands within it is
-- in part of others (`is_of_several`), unless the period counts as a whole.
{% import "store/metrics" as metrics %}
create temp table own_rows as
with kept_exports as (
    select
        export_id,
        exists (
            from counted_exports as counted
            where counted.org_id = exports.org_id
              and counted.window_start = exports.window_start
              and counted.window_end = exports.window_end
              and counted.group_by is not distinct from exports.group_by
        ) as is_billed
    from exports
    where org_id = $org_id and window_end <= $last
),

kept_rows as (
    select {{ metrics.group(grouping) }} as owned_by, is_billed, export_rows.*
    from export_rows
    join kept_exports on kept_exports.export_id = export_rows.export_id
    left join key_ownership
        on key_ownership.api_key_id = export_rows.api_key_id
        and export_rows.window_end >= key_ownership.valid_from
        and (key_ownership.valid_to is null or export_rows.window_end <= key_ownership.valid_to)
),

longer_days as (
    select distinct
        export_id,
        api_key_id,
        unnest(generate_series(window_start, window_end, interval 1 day))::date as day
    from kept_rows
    where window_start < window_end and not is_billed
),

changed_hands as (
    select longer_days.export_id, longer_days.api_key_id
    from longer_days
    left join key_ownership
        on key_ownership.api_key_id = longer_days.api_key_id
        and longer_days.day >= key_ownership.valid_from
        and (key_ownership.valid_to is null or longer_days.day <= key_ownership.valid_to)
    group by longer_days.export_id, longer_days.api_key_id
    having count(distinct {{ metrics.group(grouping) }}) > 1
)

select kept_rows.*, changed_hands.export_id is not null as is_of_several
from kept_rows
left join changed_hands
    on changed_hands.export_id = kept_rows.export_id
    and changed_hands.api_key_id = kept_rows.api_key_id
order by owned_by
