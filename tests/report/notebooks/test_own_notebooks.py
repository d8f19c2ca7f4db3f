"""A notebook of one's own: what its cells show stands in the report, or is named as missing."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import papermill
import pytest
from playwright.sync_api import Browser

from langdock_usage.report.language import Language
from langdock_usage.report.render_many import render_many
from langdock_usage.report.sealed import seal
from tests.support.command import ROOT, run
from tests.support.pages.reports import Opened

book: Any = nbformat.v4

# the cell of a notebook of one's own that the docs show
EXAMPLE = re.findall(
    r"```python\n(.*?)```", (ROOT / "docs" / "own-notebook.md").read_text(), re.DOTALL
)[1]

FRAME = """
import pandas as pd
frame = pd.DataFrame({"a": ["x", "y", "z"], "b": [1, 2, None], "c": ["p", "q", "q"]})
bars = alt.Chart(frame).mark_bar().encode(x="a:N", y="b:Q")
"""

CHARTS = [
    EXAMPLE,
    FRAME + "bars + bars.mark_text().encode(text='b')",
    "alt.renderers.enable('html'); bars | bars",
    "alt.renderers.enable('mimetype'); bars.facet('c')",
    "alt.renderers.enable('png'); display(bars, bars)",
    "with alt.theme.enable('dark'):\n    display(bars)",
    "alt.renderers.enable('default')\n"
    "brush = alt.selection_interval(encodings=['x'])\n"
    "bars.add_params(brush).encode(opacity=alt.when(brush).then(alt.value(1)))",
    "bars.properties(usermeta={'embedOptions': {'renderer': 'canvas', 'actions': True,"
    " 'patch': 'https://example.com/patch.json'}})",
    "from langdock_usage import charts\ncharts.cost_per_model(costs) & bars",
    "display({'application/vnd.vegalite.v5+json': bars.to_dict()}, raw=True)",
]
DRAWN = 11

OTHERS = [
    "frame",
    "display(frame)",
    "frame.style.highlight_max(subset=['b'], color='#ffff00')",
    r"print('plain \x1b[31mred\x1b[0m <b>')",
    "import warnings\nwarnings.warn('two days are missing')",
    "from IPython.display import *\ndisplay(Markdown('# From *markdown*'))",
    'display(SVG(\'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>\'))',
    "import vl_convert\ndisplay(Image(vl_convert.vegalite_to_png(bars.to_dict())))",
    'display(HTML(\'<details class="data" id="report-page"><svg width=9></svg></details>\'))',
]

LOST = {
    "# rows\nalt.Chart(pd.DataFrame({'a': range(5001)})).mark_point()": "more rows than Altair",
    "# url\nalt.Chart('https://example.com/x.csv').mark_bar()": "a chart of data that the notebook",
    "# image\nalt.Chart(frame).mark_image(url='https://example.com/x.png')": "a chart of data",
    "# plotly\ndisplay({'application/vnd.plotly.v1+json': {}, 'text/html': '<script>0</script>'},"
    " raw=True)": "a Plotly chart",
    "# widget\ndisplay({'application/vnd.jupyter.widget-view+json': {}, 'text/plain': 'IntSlider'},"
    " raw=True)": "a widget",
    "# js\ndisplay(Javascript('alert(1)'))": "a script",
    "# frame\ndisplay(IFrame('https://example.com', 9, 9))": "an embedded page",
    "# picture\ndisplay(Image(url='https://example.com/x.png'))": "a picture",
    '# html\ndisplay(HTML(\'<p onclick="x" style="x">kept</p><script>alert(1)</script>'
    '<meta http-equiv="refresh" content="0;url=https://example.com">\'))': "a script",
}


def write(folder: Path, name: str, cells: list[str]) -> Path:
    """A notebook without a word about its kernel."""
    made = [book.new_code_cell("database = ''\nmonth = ''", metadata={"tags": ["parameters"]})]
    made += [book.new_code_cell(cell) for cell in cells]
    made.append(book.new_markdown_cell("# By hand\n![far away](https://example.com/x.png)"))
    (folder / "notebooks").mkdir(exist_ok=True)
    path = folder / "notebooks" / f"{name}.ipynb"
    path.write_text(json.dumps(book.new_notebook(cells=made)), encoding="utf-8")
    return path


def test_what_cells_show_is_in_the_report_or_named(
    browser: Browser, two_months_database: Path, tmp_path: Path
) -> None:
    write(tmp_path, "mine", [*CHARTS, *OTHERS, *LOST])
    result = run(tmp_path, "report", "mine", "--month", "2026-10", "--db", str(two_months_database))
    assert result.returncode == 0, result.stderr
    assert result.stdout == "reports/2026-10/mine.html\n"
    *warnings, of_markdown = result.stderr.splitlines()
    for line, (cell, what) in zip(warnings, LOST.items(), strict=True):
        begins = cell.partition("\n")[0]
        assert line.startswith("Warning: The report does not show ")
        assert what in line
        assert line.endswith(f"from the cell that begins {begins!r}.")
    assert "picture" in of_markdown and "'# By hand'" in of_markdown

    html = tmp_path / "reports" / "2026-10" / "mine.html"
    opened = Opened(browser, html)
    page = opened.page
    assert opened.complaints == []
    assert opened.requests == [html.as_uri()]
    drawn = page.locator(".chart[role=img]")
    assert drawn.count() == DRAWN
    for n in range(DRAWN):
        assert drawn.nth(n).locator("svg .role-mark path").count() > 0, n
    width = "chart => chart.querySelector('svg').getBoundingClientRect().width"
    assert drawn.nth(1).evaluate(width) < 150, "own charts keep their size"
    text = page.locator("main").inner_text()
    for shown in ("plain red <b>", "UserWarning: two days are missing", "From markdown", "kept"):
        assert shown in text
    assert "ipykernel" not in html.read_text(encoding="utf-8"), "no path of this machine"
    assert page.locator("table.dataframe").count() == 2
    assert page.locator("table.dataframe td", has_text="n/a").count() == 2
    largest = page.locator("table:not(.dataframe) td", has_text="2.0")
    colour = "cell => getComputedStyle(cell).backgroundColor"
    assert largest.evaluate(colour) == "rgb(255, 255, 0)"
    assert page.locator("main img").count() == 3
    notes = page.locator("p.note").all_text_contents()
    assert sum(note.startswith("Not shown here: ") for note in notes) == len(LOST) + 1
    opened.context.close()


@pytest.mark.parametrize("can_fork", [True, False])
def test_several_months_say_what_each_lacks(
    two_months_database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, can_fork: bool
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("langdock_usage.report.render_many.CAN_FORK", can_fork)
    write(tmp_path, "plain", ["print(month)"])
    [done] = render_many("plain", months=["2026-10"], database=two_months_database, output=tmp_path)
    [warning] = done.warnings
    assert "a picture that the notebook does not hold" in warning


def test_papermill_and_nbconvert_show_the_charts(two_months_database: Path, tmp_path: Path) -> None:
    code = EXAMPLE + "\nfrom langdock_usage import charts\ncharts.cost_per_model(costs)"
    path = write(tmp_path, "mine", [code])
    parameters = {"database": str(two_months_database), "month": "2026-10"}
    done = tmp_path / "done.ipynb"
    papermill.execute_notebook(
        str(path), str(done), parameters, kernel_name="python3", language="python"
    )
    [chart] = [
        output
        for cell in nbformat.read(done, as_version=4).cells  # type: ignore[no-untyped-call]
        for output in cell.get("outputs", [])
        if "data" in output
    ]
    assert chart.data["application/vnd.vegalite.v5+json"]["layer"]
    command = [sys.executable, "-m", "nbconvert", "--to", "html", str(done)]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    html = done.with_suffix(".html").read_text(encoding="utf-8")
    assert html.count('<img alt="No description has been provided for this image"') == 1
    assert "data:image/svg+xml" in html.partition("jp-RenderedSVG")[2]


def shown(*outputs: tuple[dict[str, Any], dict[str, Any]], language: str = "en") -> str:
    """The page of a notebook whose cells show this."""
    made = [book.new_output("display_data", data=d, metadata=m) for d, m in outputs]
    cell = book.new_code_cell("figure.show()", outputs=made)
    html = seal(book.new_notebook(cells=[cell]), {}, "page", Language(language))
    return html[html.index("<main>") : html.index("</main>")]


def test_page_says_in_its_language_what_is_missing() -> None:
    html = shown(({"application/x-unknown": "?", "text/plain": "?"}, {}), language="de")
    assert "Hier nicht zu sehen: eine Ausgabe der Art application/x-unknown, aus der " in html
    assert "\u201efigure.show()\u201c" in html


def test_a_cell_is_named_once_for_what_it_shows_often() -> None:
    widget: dict[str, Any] = {"application/vnd.jupyter.widget-view+json": {}}
    made = [book.new_output("display_data", data=widget) for _ in range(3)]
    notebook = book.new_notebook(cells=[book.new_code_cell("# bars", outputs=made)])
    told: list[str] = []
    seal(notebook, {}, "page", Language("en"), on_missing=told.append)
    assert told == ["The report does not show a widget, from the cell that begins '# bars'."]


def test_pictures_in_prose_and_progress_on_one_line() -> None:
    cell = book.new_markdown_cell("![Logo](attachment:logo.png)")
    cell.attachments = {"logo.png": {"image/png": "iVBORw0KGgo="}}
    note = book.new_markdown_cell("<script>0</script>", metadata={"tags": ["note"]})
    stream = book.new_output("stream", name="stderr", text="10 %\r90 %\rdone\n")
    notebook = book.new_notebook(cells=[cell, note, book.new_code_cell("", outputs=[stream])])
    told: list[str] = []
    html = seal(notebook, {}, "page", Language("en"), on_missing=told.append)
    assert '<img src="data:image/png;base64,iVBORw0KGgo=" alt="Logo">' in html
    assert '<pre tabindex="0" class="note">done\n</pre>' in html
    assert told == [], "a note is for those who have the notebook"


@pytest.mark.parametrize(
    "html",
    [
        '<meta http-equiv="refresh" content="0;url=//evil">',
        '<link rel="preconnect" href="//evil">',
        '<base href="//evil"><a href="javascript:alert(1)" ping="//evil">a</a>',
        '<p style="background: url(//evil)" onclick="alert(1)">a</p>',
        "<script src=//evil></script ><iframe srcdoc='<script>alert(1)</script>'></iframe>",
        "<svg onload=alert(1)><a href=//evil>",
        '<img src="//evil" onerror="alert(1)"><img src=x srcset="//evil">',
        '<style type="text/css">a{background:url(//evil)}</style><table></table>',
        '<style type="text/css">@import "//evil";</style><table></table>',
        '<noscript><p title="</noscript><img src=//evil>">',
        "<form action=//evil><button formaction=//evil>a</button></form>",
        '<script type="application/json" class="chart">{"data":{"url":"//evil"}}</script>',
        '<div id="report-summary"></div><!-- //evil --><title><a href=//evil></title>',
    ],
)
def test_html_of_others_can_do_nothing(html: str) -> None:
    # as a frame with a look of its own would show a hostile name: pandas does not escape it there
    found = shown(({"text/html": f"<table><tr><td>{html}</td></tr></table>"}, {}))
    found += shown(({"text/html": html}, {}), ({"text/markdown": html}, {}))
    for bad in ("//evil", "<script", "onclick", "onload", "<meta", "javascript:", "report-summary"):
        assert bad not in found.replace("&quot;//evil", ""), bad


def test_charts_share_data_only_where_it_is_the_same(browser: Browser, tmp_path: Path) -> None:
    def chart(value: int) -> dict[str, Any]:
        return {
            "data": {"name": "mine"},
            "datasets": {"mine": [{"a": value}]},
            "mark": "text",
            "encoding": {"text": {"field": "a"}},
        }

    kind = "application/vnd.vegalite.v6+json"
    made = [book.new_output("display_data", data={kind: chart(value)}) for value in (1, 2)]
    html = tmp_path / "page.html"
    notebook = book.new_notebook(cells=[book.new_code_cell("", outputs=made)])
    html.write_text(seal(notebook, {}, "page", Language("en")), encoding="utf-8")
    opened = Opened(browser, html)
    assert opened.page.locator(".chart svg text").all_text_contents() == ["1", "2"]
    opened.context.close()
