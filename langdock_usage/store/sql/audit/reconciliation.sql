-- The days and models of each complete month against the one ungrouped export of the whole month.
with months as (
    select
        export_id,
        org_id,
        window_start as month
    from exports
    where superseded_by is null
      and group_by is null
      and org_id is not null
      and window_start = date_trunc('month', window_start)
      and window_end = last_day(window_start)
),

stated as (
    select
        months.month,
        months.org_id,
        export_rows.api_key_id,
        export_rows.api_key_name,
        export_rows.requests,
        export_rows.total_cost_usd
    from months
    join export_rows using (export_id)
),

grouped_days as (
    select
        date_trunc('month', exports.window_start)::date as month,
        exports.org_id,
        exports.window_start,
        exports.export_id
    from exports
    where superseded_by is null
      and group_by = 'model'
      and window_start = window_end
),

-- only a month whose every day is stored can be compared
complete as (
    select month, org_id
    from grouped_days
    group by month, org_id
    having count(distinct window_start) = day(last_day(month))
),

summed as (
    select
        grouped_days.month,
        grouped_days.org_id,
        export_rows.api_key_id,
        arg_max(export_rows.api_key_name, grouped_days.window_start) as api_key_name,
        sum(export_rows.requests)::bigint as requests,
        sum(export_rows.total_cost_usd) as total_cost_usd
    from grouped_days
    join export_rows using (export_id)
    group by all
)

select
    month,
    org_id,
    api_key_id,
    coalesce(stated.api_key_name, summed.api_key_name) as api_key_name,
    coalesce(summed.requests, 0) as requests_of_days,
    coalesce(stated.requests, 0) as requests_of_month,
    coalesce(summed.total_cost_usd, 0) as total_cost_usd_of_days,
    coalesce(stated.total_cost_usd, 0) as total_cost_usd_of_month,
    coalesce(stated.requests, 0) - coalesce(summed.requests, 0) as difference_requests,
    -- a digit less, so that Spark has room for all of the difference
    coalesce(stated.total_cost_usd, 0)::decimal(37, 24)
        - coalesce(summed.total_cost_usd, 0)::decimal(37, 24) as difference_usd
from stated
full join summed using (month, org_id, api_key_id)
join complete using (month, org_id)
join (select distinct month, org_id from months) as compared using (month, org_id)
