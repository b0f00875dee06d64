"""Templates whose holes hold strings, rewritten as brackets."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmlint.facts.templates import opened


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("""f"{a["key"]}" + b""", """ ({a["key"]}) + b"""),
        ("""x = f'a {b['c'](d)} e' + f(g)""", """x =  (  {b['c'](d)}  ) + f(g)"""),
        ('''f"""{a["k"]} "q" {b}"""''', """   ({a["k"]}     {b}  )"""),
        ("""f"{a["k"]:>{b["w"]}.2f}" "c(\"""", """ ({a["k"]  {b["w"]}   }) "c(\""""),
        ("""rf"\\{a["k"]}\\"" """, """  ( {a["k"]}  ) """),
        ("""f"{{{a["k"]}}}" """, """ (  {a["k"]}  ) """),
        ("""f"{f"{"x"}"}" """, """ ({ ({"x"})}) """),
        ("""f"{ {{1}, a["x"]} }" + (b)""", """ ({ {{1}, a["x"]} }) + (b)"""),
        ("""f"{d['}'] + a["x"]}" """, """ ({d['}'] + a["x"]}) """),
    ],
)
def test_brackets_instead(text: str, expected: str) -> None:
    assert opened(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x = 'f{' + b\n",
        'f"{a}" + f"{b:>8} {{(}} {c!r}"',
        '# f"{a["k"]}"',
        """'f"{a["k"]}"'""",
        """a if"{" else b["c"]""",
        '''"""f"{a["k"]}" """''',
    ],
)
def test_the_rest_stays(text: str) -> None:
    assert opened(text) == text


@given(st.lists(st.sampled_from([*"{}()[]:'\"\\\n f#ax", "f'", 'f"', '"""', "{{", "}}"])))
def test_every_character_keeps_its_place(pieces: list[str]) -> None:
    text = "".join(pieces)
    assert len(opened(text)) == len(text)
