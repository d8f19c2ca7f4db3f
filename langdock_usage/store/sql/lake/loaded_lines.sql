{% set moment = "timestamptz '9999-01-01 00:00:00+00'" %}
-- What people state, as if it had been loaded at one moment, which is later than all others: an invoice is
-- known since it was stated first.
{% if view == "invoices" %}
select * from invoices
union all
select * replace ({{ moment }} as loaded_at) from invoices
{% else %}
select {{ moment }} as loaded_at, * from {{ view }}
{% endif %}
