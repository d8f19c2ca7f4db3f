select token_accounting, count(*)
from usage
where org_id = $org_id
group by token_accounting
order by token_accounting nulls last
