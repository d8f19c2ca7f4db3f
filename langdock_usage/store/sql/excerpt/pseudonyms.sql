-- What stands in a redacted copy in place of each name; never in a file.
create temp table pseudonyms as
select unnest($kinds::varchar[]) as kind, unnest($names::varchar[]) as name, unnest($pseudonyms::varchar[]) as pseudonym
