"""Names of files that every system keeps, and that no system takes for the same."""

import unicodedata

import pytest

from langdock_usage.report.statements.file_names import MAX_BYTES, file_names

FORBIDDEN = set('<>:"/\\|?*')


def test_a_name_stays_as_it_is_where_it_can() -> None:
    names = ["Support", "R&D (Köln)", "日本チーム", "a.b", "KST 4711"]
    assert file_names(names) == dict(zip(names, names, strict=True))


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("a/b", "a_b"),
        ("..\\..\\etc/passwd", "_.._.._etc_passwd"),
        ("ends with. .", "ends with"),
        (" leads", "leads"),
        ("tab\tline\nzero\0", "tab_line_zero_"),
        ("right\u202eleft", "right_left"),
        (".hidden", "_.hidden"),
        ("-rf", "_-rf"),
        ("NUL", "_NUL"),
        ("com1.txt", "_com1.txt"),
        ("LPT\u00b9", "_LPT\u00b9"),
        ("...", "_"),
        ("\u00a0", "_"),
    ],
)
def test_what_some_system_does_not_allow(name: str, file: str) -> None:
    assert file_names([name]) == {name: file}


def test_no_two_are_alike_and_a_name_keeps_its_file_every_month() -> None:
    names = ["Data", "DATA", "data ", "Straße", "STRASSE", "Caf\u00e9", "Cafe\u0301", "a/b", "a:b"]
    files = file_names([*names, "Other"])
    folded = {unicodedata.normalize("NFD", file.casefold()) for file in files.values()}
    assert len(folded) == len(names) + 1
    assert files["Other"] == "Other"
    assert files["DATA"] == file_names(["DATA", "data"])["DATA"]
    assert files["DATA"].startswith("DATA-")


def test_names_that_are_taken_or_made_to_be_alike() -> None:
    assert file_names(["Control"], ["control"])["Control"].startswith("Control-")
    hostile = file_names(["a/b", "a:b"])["a/b"]
    files = file_names(["a/b", "a:b", hostile])
    assert len(set(files.values())) == 3 and files[hostile] == hostile


def test_a_long_name_is_cut_between_letters() -> None:
    names = ["ü" * 300, "ü" * 301]
    files = file_names(names)
    assert len(set(files.values())) == 2
    for file in files.values():
        assert len(file.encode()) < MAX_BYTES + 70
        assert set(file.partition("-")[0]) == {"ü"}
    assert not FORBIDDEN & set("".join(file_names(FORBIDDEN).values()))
