-- One row: whether the days were compared with the month, how many keys, how many of them differ, and
-- by how much. A month without usage has no keys and is compared all the same.
select
    (select count(*) from whole_month) > 0
        and (select count(*) from covered_days where is_single_day and day >= $month::date)
            = day(last_day($month::date)) as is_compared,
    count(*) as keys,
    count(*) filter (where difference_usd <> 0 or difference_requests <> 0) as differing_keys,
    sum(difference_usd) as difference_usd,
    sum(difference_requests)::bigint as difference_requests
from month_reconciliation
