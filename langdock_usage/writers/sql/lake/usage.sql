-- A partition of `usage`.
select * from {{ database }}.usage
where {{ "org_id = $org_id" if has_org_id else "org_id is null" }}
  and {{ "month = $month" if has_month else "month is null" }}
