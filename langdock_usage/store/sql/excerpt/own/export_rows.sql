-- One's own rows; and of the export of a whole month, which proves that the days add up, in place of the
-- sum of a key that changed hands: the sum of one's own days, and by how much the month differs from all.
select * exclude (owned_by, is_billed, is_of_several)
from own_rows
where owned_by = $name and not is_of_several
union all by name
select
    months.export_id,
    months.org_id,
    months.window_start,
    months.window_end,
    months.month,
    months.api_key_id,
    arg_max(days.api_key_name, days.window_start) as api_key_name,
    sum(days.requests) + any_value(reconciliation.difference_requests) as requests,
    sum(days.total_cost_usd) + any_value(reconciliation.difference_usd) as total_cost_usd
from own_rows as months
join reconciliation
    on reconciliation.org_id = months.org_id
    and reconciliation.month = months.window_start
    and reconciliation.api_key_id = months.api_key_id
join own_rows as days
    on days.api_key_id = months.api_key_id
    and days.month = months.month
    and days.window_start = days.window_end
    and days.owned_by = $name
join exports as exports_of_days
    on exports_of_days.export_id = days.export_id
    and exports_of_days.superseded_by is null
    and exports_of_days.group_by = 'model'
join exports as exports_of_months
    on exports_of_months.export_id = months.export_id
    and exports_of_months.superseded_by is null
    and exports_of_months.group_by is null
    and exports_of_months.window_end = last_day(exports_of_months.window_start)
where months.is_of_several
group by
    months.export_id,
    months.org_id,
    months.window_start,
    months.window_end,
    months.month,
    months.api_key_id
