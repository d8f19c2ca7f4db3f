insert into key_owners (api_key_id, team, cost_center, owner, valid_from, successor_of)
values ($api_key_id, $team, $cost_center, $owner, $valid_from, $successor_of)
