-- One row: how many keys were compared, how many differ, and by how much.
select
    count(*) as keys,
    count(*) filter (where difference_usd <> 0 or difference_requests <> 0) as differing_keys,
    sum(difference_usd) as difference_usd,
    sum(difference_requests)::bigint as difference_requests
from month_reconciliation
