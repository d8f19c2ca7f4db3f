-- One row: whether the days were compared with the month, how many keys, how many of them differ, and
-- by how much. As in the view `reconciliation`, every day by model is compared with the whole month; a
-- month without usage has no keys.
select
    (select count(*) from whole_month) > 0
        and (select count(*) from covered_days where is_day_by_model and day >= $month::date)
            = day(last_day($month::date)) as is_compared,
    count(*) as keys,
    count(*) filter (where difference_usd <> 0 or difference_requests <> 0) as differing_keys,
    sum(difference_usd) as difference_usd
from month_reconciliation
