-- The form in which an API took the dates of a request last.
select date_form
from exports
where source = $source and date_form is not null
order by fetched_at desc
limit 1
