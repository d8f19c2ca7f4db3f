select
    month,
    count(*),
    count(*) filter (where difference_usd <> 0 or difference_requests <> 0),
    sum(difference_usd)
from reconciliation
where org_id = $org_id
group by month
order by month
