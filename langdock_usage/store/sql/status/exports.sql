-- What was loaded by hand has the name of a file as its source, what was fetched a URL.
select
    max(fetched_at) filter (where source like '%://%'),
    max(fetched_at) filter (where source not like '%://%'),
    count(*),
    count(superseded_by),
    (select count(*) from usage where org_id = $org_id)
from exports
where org_id = $org_id
