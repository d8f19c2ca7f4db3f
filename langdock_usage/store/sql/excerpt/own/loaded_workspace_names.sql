select * from loaded_workspace_names where org_id = $org_id
