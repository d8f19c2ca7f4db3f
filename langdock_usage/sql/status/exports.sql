select
    strftime(max(fetched_at), '%Y-%m-%d %H:%M:%S'),
    count(*),
    count(superseded_by),
    (select count(*) from usage where org_id = $org_id)
from exports
where org_id = $org_id
