select * from month_restatements order by restated_at_utc desc, window_start
