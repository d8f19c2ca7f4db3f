-- Every export of the workspace, with the number of one's own rows.
select exports.* replace (
    (
        select count(*)
        from own_rows
        where own_rows.export_id = exports.export_id and owned_by = $name and not is_of_several
    ) as record_count,
    'statement' as source
)
from exports
where org_id = $org_id and window_end <= $last
