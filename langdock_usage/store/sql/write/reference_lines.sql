-- The lines of a reference file, a column for each of theirs.
select
    $loaded_at as loaded_at,
    unnest($lines, max_depth := 2)
