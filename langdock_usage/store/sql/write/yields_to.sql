-- What an empty answer does not erase: the export it names or, where that was taken back, what counts.
select export_id
from exports
where export_id = $yields_to
   or (
       superseded_by is null
       and record_count > 0
       and org_id is not distinct from $org_id
       and window_start = $window_start
       and window_end = $window_end
       and group_by is not distinct from $group_by
   )
order by export_id <> $yields_to
limit 1
