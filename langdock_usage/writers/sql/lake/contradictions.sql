-- What databases state differently about the same.
select {{ subject }}
from ({{ lines }})
group by all
having count(*) > 1
order by all
limit 1
