-- What each workspace is called, as the file said that was loaded last.
select org_id, name
from loaded_workspace_names
where name is not null
  and loaded_at = (select max(loaded_at) from reference_loads where file = 'workspaces')
