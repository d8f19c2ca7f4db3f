select * from month_accounting order by usage_rows desc, token_accounting
