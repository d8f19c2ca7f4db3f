"""Whose the keys of the synthetic workspace are: a keys file, as its people would write it.

The nightly job changes hands on a day of the caller's choice, the pilot has no cost centre, and
three keys belong to nobody yet.
"""

from datetime import date

from langdock_usage.sandbox.workspace.workspace import key_id

# slug: team, cost centre, owner
OWNERS = {
    "support": ("Kundenservice", "4100", "Annika Vogt"),
    "chatbot": ("Kundenservice", "4100", "Annika Vogt"),
    "legal": ("Recht", "2300", "Dr. Emre Şahin"),
    "search": ("Produkt", "5200", "Lena Krüger"),
    "fjord": ("Produkt", "5210", "Lena Krüger"),
    "sales": ("Vertrieb", "6100", "Tom Brandt"),
    "nightly": ("Data Platform", "5300", "Jonas Weiß"),
    "finance": ("Finanzen", "1100", "Petra Sommer"),
    "ide": ("Entwicklung", "5100", "Mia Hartmann"),
    "onboarding": ("HR", "1200", "Sofia Lindner"),
    "pilot": ("Entwicklung", "", ""),
}
MOVED = {"nightly": ("Finanzen", "1100", "Petra Sommer")}


def keys_file(org_id: str, moved_on: date) -> str:
    """The text of the file; `moved_on` is the first day of the nightly job in its new team."""
    lines = ["api_key_id,team,cost_center,owner,valid_from"]
    lines += [",".join((key_id(org_id, slug), *owner, "")) for slug, owner in OWNERS.items()]
    lines += [
        ",".join((key_id(org_id, slug), *owner, f"{moved_on}")) for slug, owner in MOVED.items()
    ]
    return "\n".join(lines) + "\n"
