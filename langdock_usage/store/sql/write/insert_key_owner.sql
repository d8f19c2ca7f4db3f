insert into loaded_key_owners (
    loaded_at, api_key_id, team, cost_center, owner, valid_from, successor_of
)
values ($loaded_at, $api_key_id, $team, $cost_center, $owner, $valid_from, $successor_of)
