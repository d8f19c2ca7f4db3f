{% import "store/write/row_accounting" as tokens %}
-- Rows that were taken in before do not say how their tokens add up.
update export_rows set row_accounting = {{ tokens.row_accounting() }};
update export_rows set input_tokens = {{ tokens.input_tokens() }};
