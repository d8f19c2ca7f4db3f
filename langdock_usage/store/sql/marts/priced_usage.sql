-- Usage with what its tokens cost by the price book; without the rows of which it is not known how their
-- tokens add up.
{% import "store/prices" as prices %}
{{ prices.priced("usage") }}
where counted.input_tokens is not null
