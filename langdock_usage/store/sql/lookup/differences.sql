-- Where the export of a month says something else than its days.
select month, api_key_id, api_key_name, difference_requests, difference_usd
from reconciliation
where org_id = $org_id
  and (difference_requests <> 0 or difference_usd <> 0)
order by month, api_key_id
