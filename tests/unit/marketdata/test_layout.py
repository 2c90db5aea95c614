from __future__ import annotations

import polars as pl
import pytest

from bidwell.marketdata.layout import decimal_sign, match, numbers, sniff
from bidwell.model.errors import InvalidInput


@pytest.mark.parametrize(
    ("names", "start", "close"),
    [
        (["Date", "Open", "High", "Low", "Close", "Adj Close", "Volume"], "Date", "Close"),
        (["ts", "o", "h", "l", "c", "v"], "ts", "c"),
        (["Timestamp", "open_price", "high_price", "low_price", "close_price"], "Timestamp", "close_price"),
        (["unix", "date", "symbol", "open", "high", "low", "close", "Volume BTC"], "unix", "close"),
        (["Datum", "Eröffnung", "Hoch", "Tief", "Schluss", "Volumen"], "Datum", "Schluss"),
        (["timestamp", "1. open", "2. high", "3. low", "4. close", "5. volume"], "timestamp", "4. close"),
        (["Gmt time", "Open", "High", "Low", "Close", "Volume"], "Gmt time", "Close"),
    ],
)
def test_columns_are_found_by_their_names(names: list[str], start: str, close: str) -> None:
    found = match(names)
    assert (found.start, found.close) == (start, close)


def test_a_time_column_beside_a_date_belongs_to_it() -> None:
    found = match(["<DATE>", "<TIME>", "<OPEN>", "<HIGH>", "<LOW>", "<CLOSE>", "<TICKVOL>", "<VOL>", "<SPREAD>"])
    assert (found.start, found.clock, found.volume) == ("<DATE>", "<TIME>", "<VOL>")


def test_an_adjusted_close_is_never_taken_for_the_close() -> None:
    with pytest.raises(InvalidInput) as caught:
        match(["Date", "Open", "High", "Low", "Adj Close"])
    assert caught.value.code == "import.columns_missing"
    assert "close" in str(caught.value)


def test_an_explicit_mapping_goes_first_and_ignores_case() -> None:
    names = ["Date", "Open", "High", "Low", "Close", "Adj Close"]
    assert match(names, {"close": "adj close"}).close == "Adj Close"


@pytest.mark.parametrize("mapping", [{"close": "Last"}, {"price": "Close"}])
def test_a_mapping_to_nothing_is_refused(mapping: dict[str, str]) -> None:
    with pytest.raises(InvalidInput) as caught:
        match(["Date", "Open", "High", "Low", "Close"], mapping)
    assert caught.value.code == "import.column_unknown"


def test_two_columns_of_one_meaning_are_not_guessed() -> None:
    with pytest.raises(InvalidInput) as caught:
        match(["Date", "Open", "High", "Low", "Close", "close"])
    assert caught.value.code == "import.columns_ambiguous"


@pytest.mark.parametrize(
    ("line", "row", "separator", "count"),
    [
        ("Date,Open,High", "2024-01-02,1,2", ",", 3),
        ("Date;Open;High", "02.01.2024;1,5;2,5", ";", 3),
        ("Date\tOpen\tHigh", "2024-01-02\t1,234.5\t2", "\t", 3),
        ("Date|Open|High", "2024-01-02|1|2", "|", 3),
        ('"Date","Open","High"', '"Jan 02, 2024","1","2"', ",", 3),
    ],
)
def test_the_separator_is_found_out(line: str, row: str, separator: str, count: int) -> None:
    found = sniff([line, row, row])
    assert (found.separator, len(found.names), found.header) == (separator, count, True)


def test_a_file_without_a_header_gets_numbered_columns() -> None:
    found = sniff(["20120201 000000;1.3066;1.3066;1.3065;1.3065;0", "20120201 000100;1.3065;1.3066;1.3065;1.3065;0"])
    assert (found.names, found.header) == (("1", "2", "3", "4", "5", "6"), False)


@pytest.mark.parametrize(
    ("lines", "code"), [([], "import.empty"), (["", " "], "import.empty"), (["x"], "import.separator")]
)
def test_what_is_no_table_is_refused(lines: list[str], code: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        sniff(lines)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("texts", "separator", "decimal", "value"),
    [
        (["1234.5"], ",", ".", 1234.5),
        (["1,234.50", "999.00"], ",", ".", 1234.5),
        (["1.234,50"], ";", ",", 1234.5),
        (["1234,5"], ";", ",", 1234.5),
        (["1 234,50"], ";", ",", 1234.5),
        (["1'234.50"], ";", ".", 1234.5),
        (["12,345"], ",", ".", 12345.0),
    ],
)
def test_decimal_and_thousands_signs_are_told_apart(
    texts: list[str], separator: str, decimal: str, value: float
) -> None:
    found = decimal_sign(pl.Series(texts), separator)
    assert found == decimal
    assert pl.DataFrame({"x": texts}).select(numbers("x", found))["x"][0] == value


def test_a_comma_that_may_be_either_is_not_guessed() -> None:
    with pytest.raises(InvalidInput) as caught:
        decimal_sign(pl.Series(["1,234", "2,345"]), ";")
    assert caught.value.code == "import.decimal_ambiguous"


def test_what_is_no_number_becomes_null() -> None:
    assert pl.DataFrame({"x": ["1e3", "-", "", "nan", "1.2.3"]}).select(numbers("x", "."))["x"].to_list()[:3] == [
        1000.0,
        None,
        None,
    ]
