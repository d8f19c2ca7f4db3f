-- Which exports count, as it was found out from all of them.
select counted_exports.* replace (own.record_count as record_count, own.source as source)
from counted_exports
join excerpt.main.exports as own on own.export_id = counted_exports.export_id
