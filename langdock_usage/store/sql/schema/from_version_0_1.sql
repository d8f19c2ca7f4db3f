{% import "store/write/row_accounting" as tokens %}
{% import "store/periods" as periods %}
-- Rows that were added by version 0.1 say neither their workspace and period nor how their tokens add up.
update export_rows
set
    org_id = exports.org_id,
    window_start = exports.window_start,
    window_end = exports.window_end,
    month = {{ periods.month("exports.window_start", "exports.window_end") }}
from exports
where exports.export_id = export_rows.export_id;
update export_rows set row_accounting = {{ tokens.row_accounting() }};
update export_rows set input_tokens = {{ tokens.input_tokens() }};
