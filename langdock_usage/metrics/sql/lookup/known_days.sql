-- One row per workspace: its zone, its days of which the usage is known, and when the last came in.
select
    stored_days.org_id,
    any_value(timezone) as timezone,
    list(day order by day) as days,
    max(stored_days.fetched_at) as last_fetched_at
from stored_days
join counted_exports using (export_id)
where stored_days.org_id is not null
group by stored_days.org_id
order by stored_days.org_id
