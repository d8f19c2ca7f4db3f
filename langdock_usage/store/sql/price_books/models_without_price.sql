-- Models of these exports, or of all, that nobody has looked up for the newest price book.
select distinct export_rows.org_id, export_rows.model
from export_rows
left join prices_in_force
    on prices_in_force.org_id = export_rows.org_id
    and prices_in_force.model = export_rows.model
where ($export_ids::varchar[] is null or export_id in (select unnest($export_ids::varchar[])))
  and export_rows.model is not null
  and prices_in_force.model is null
