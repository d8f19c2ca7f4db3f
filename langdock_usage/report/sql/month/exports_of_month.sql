select * from month_exports order by window_start, window_end
