"""A workspace of teams that must not learn of each other: names and amounts that stand out."""

from decimal import Decimal
from pathlib import Path

from langdock_usage.ingest.reference_files import load_file
from langdock_usage.raw.reference.kinds.budgets import BUDGETS
from tests.support.data.databases import DatabaseBuilder, days
from tests.support.keys import load

COSTS = {
    "key_reiher": Decimal("1.0101"),  # until it is rotated on 11 October
    "key_reiher_new": Decimal("1.2503"),
    "key_dohle": Decimal("2.0303"),  # of the Habichte until 15 October, then of the Möwen
    "key_kauz": Decimal("3.0917"),
    "key_amsel": Decimal("0.1009"),  # nobody's
}
KEYS = """\
key_reiher,Möwen,KST-Küste,Frau Reiherin,,
key_reiher_new,,,,,key_reiher
key_dohle,Habichte,KST-Wald,Herr Habichter,,
key_dohle,Möwen,KST-Küste,Frau Reiherin,2026-10-16,
key_kauz,Eulen/Uhus,KST-Wald,Frau Kauzner,,
"""
BUDGET_LINES = """\
scope,name,amount_usd,note
workspace,,5077.5,
team,möwen,71.25,von Herrn Habichter gewünscht
team,Habichte,8123.5,
key,key_dohle,6177.5,
key,Reiher neu,43.75,
model,Modell-Kauz,9177.5,
"""
OCTOBER = {
    "Möwen": Decimal("68.8421"),  # 10 x 1.0101 + 21 x 1.2503 + 16 x 2.0303
    "Habichte": Decimal("30.4545"),  # 15 x 2.0303
    "Eulen/Uhus": Decimal("95.8427"),  # 31 x 3.0917
    "unassigned": Decimal("3.1279"),  # 31 x 0.1009
}
MONTH = Decimal("198.2672")
WHOLE_DOHLE = Decimal("62.9393")  # 31 x 2.0303: of both teams together
# what stands in no statement but one's own: names and ids of keys, owners, models, amounts
OF_ONE = {
    "Möwen": ["key_reiher", "Reiher alt", "Reiher neu", "Frau Reiherin", "KST-Küste", "71.25"],
    "Habichte": ["Herr Habichter", "30.4545", "8123.5"],
    "Eulen/Uhus": ["key_kauz", "Kauz-Nest", "Frau Kauzner", "Modell-Kauz", "3.0917", "95.8427"],
    "unassigned": ["key_amsel", "Amsel-Nest", "0.1009", "3.1279"],
}
OF_NOBODY = [str(MONTH), str(WHOLE_DOHLE), "5077.5", "6177.5", "9177.5", "gewünscht"]
NAMES = {
    "key_reiher": "Reiher alt",
    "key_reiher_new": "Reiher neu",
    "key_kauz": "Kauz-Nest",
    "key_amsel": "Amsel-Nest",
}


def birds(database: Path) -> Path:
    """September and October, day by day, and the export of the whole of October."""
    sums: dict[str, Decimal] = {}
    with DatabaseBuilder(database) as builder:
        for day in days("2026-09-01", "2026-10-31").days():
            is_new = str(day) >= "2026-10-11"
            unused = "key_reiher" if is_new else "key_reiher_new"
            costs = {key: cost for key, cost in COSTS.items() if key != unused}
            builder.keep(
                days(str(day)), *(_row(key, cost, str(day)) for key, cost in costs.items())
            )
            if day.month == 10:
                for key, cost in costs.items():
                    sums[key] = sums.get(key, Decimal(0)) + cost
        requests = {"key_reiher": "100", "key_reiher_new": "210"}
        whole = [
            _row(key, cost, "2026-10-31") | {"model": "", "requests": requests.get(key, "310")}
            for key, cost in sums.items()
        ]
        builder.keep(days("2026-10-01", "2026-10-31"), *whole, group_by=None)
    load(database, KEYS)
    file = database.with_name("budgets.csv")
    file.write_text(BUDGET_LINES, encoding="utf-8")
    load_file(BUDGETS, database, file)
    return database


def _row(key: str, cost: Decimal, day: str) -> dict[str, str]:
    dohle = "Dohle der Habichte" if day < "2026-10-16" else "Dohle am Meer"
    return {
        "api_key_id": key,
        "api_key_name": NAMES.get(key, dohle),
        "model": "Modell-Kauz" if key == "key_kauz" else "gpt-5",
        "total_cost_usd": str(cost),
    }
