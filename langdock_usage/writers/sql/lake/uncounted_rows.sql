-- A partition of the rows of exports that do not count; `restatements` and `reconciliation` need them.
select * from {{ database }}.export_rows
where {{ "org_id = $org_id" if has_org_id else "org_id is null" }}
  and {{ "month = $month" if has_month else "month is null" }}
  and export_id not in (select export_id from {{ database }}.counted_exports)
