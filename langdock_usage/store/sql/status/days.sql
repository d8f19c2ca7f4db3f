select day, is_provisional from stored_days where org_id = $org_id order by day
