{% import "store/periods" as periods %}
-- Which exports count, so that no request is counted twice.
-- The windows of a workspace nest or are apart (an overlap is refused when it comes in). Of a window
-- and the shorter windows in it, the shorter ones count where together they cover all of its days; of a
-- window that was not over when its export was received, the days until then.
-- A table, made again after each change of `exports`: what counts need not be found out at each question.
with latest as (
    select *
    from exports
    where superseded_by is null
    qualify row_number() over (
        partition by org_id, window_start, window_end
        order by group_by nulls last
    ) = 1
),

known as (
    select
        *,
        -- received before its period began: a clock was wrong, and the period is taken as stated
        case
            when (fetched_at at time zone timezone)::date < window_start then window_end
            else least(window_end, (fetched_at at time zone timezone)::date)
        end as known_end
    from latest
),

nested as (
    select
        outside.export_id as outer_id,
        inside.export_id as inner_id,
        outside.known_end,
        date_diff('day', outside.window_start, outside.known_end) + 1 as outer_days,
        unnest(generate_series(inside.window_start, inside.window_end, interval 1 day)) as inner_day
    from known as outside
    join known as inside
        on outside.org_id is not distinct from inside.org_id
        and inside.window_start >= outside.window_start
        and inside.window_end <= outside.window_end
        and inside.export_id <> outside.export_id
    where outside.window_end > outside.window_start
),

-- longer windows that shorter ones cover completely
covered as (
    select outer_id
    from nested
    where inner_day <= known_end
    group by outer_id
    having count(distinct inner_day) = any_value(outer_days)
),

-- shorter windows inside a longer one that is not covered
contained as (
    select distinct inner_id
    from nested
    where outer_id not in (select outer_id from covered)
)

select
    *,
    {{ periods.month("window_start", "window_end") }} as month
from known
where export_id not in (select outer_id from covered)
  and export_id not in (select inner_id from contained)
