"""The small rules behind the plan: names of Python, faults in an output, texts that go round, hints."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pycode.providers.compact_code import code_question
from pycode.providers.compact_conversation import Conversation
from pycode.providers.compact_data import COMPACT
from pycode.providers.compact_fault import failing_tests, faults_in, imported_files, traced_files
from pycode.providers.compact_hints import demands, hints
from pycode.providers.compact_names import missing_modules, names_of, without_imports
from pycode.providers.compact_rounds import once, round_in

CODE = [
    "class Cart:",
    "    def __init__(self):",
    "        self.items = []",
    "",
    "    def total(self):",
    "        return sum(self.items)",
    "",
    "",
    "def show(cart):",
    "    print(cart.total())",
]
TEST = [
    "from shop.cart import Cart",
    "def test_total():",
    "    cart = Cart()",
    "    assert cart.total() == 1",
]


def test_names_are_defined_unused_or_unknown() -> None:
    names = names_of(
        "import os, sys\nfrom a import b as c\n\nclass A:\n    def f(self):\n        return sys, d\n"
    )
    assert names is not None
    assert names.defined == ("A", "A.f")
    assert names.unused == ("os", "c")
    assert names.unknown == ("d",)
    assert names_of("def f(:") is None
    exported = names_of("from a import b\n__all__ = ['b']\n")
    assert exported is not None
    assert exported.unused == ()


def test_imports_are_taken_out_and_the_rest_stays() -> None:
    text = "import os, re\nfrom a import (\n    b,\n    c,\n)\n\n# kept\nprint(re, b)\n"
    assert (
        without_imports(text, {"os", "c"}) == "import re\nfrom a import b\n\n# kept\nprint(re, b)\n"
    )
    assert without_imports(text, {"nothing"}) == text


def test_modules_that_the_project_should_have_are_missed() -> None:
    text = "import os.path\nfrom shop.prices import x\nfrom shop.cart import Cart\n"
    assert missing_modules(text, ["shop/cart.py"]) == ["shop.prices"]


def test_a_trace_leads_to_the_definition_it_ends_in() -> None:
    output = 'File "main.py", line 3, in <module>\nFile "/x/shop/cart.py", line 6, in total\nE'
    assert traced_files(output, ["main.py", "shop/cart.py"]) == ["shop/cart.py", "main.py"]
    [fault] = faults_in(output, {"shop/cart.py": CODE})
    assert fault.place is not None
    assert fault.place.name == "    def total(self):"
    [whole] = faults_in('File "a.py", line 1\nSyntaxError', {"a.py": ["def f(:"]})
    assert whole.place is None


def test_a_failing_test_leads_to_what_it_calls() -> None:
    output = "test_cart.py:4: AssertionError"
    assert imported_files(TEST, ["shop/cart.py", "other.py"]) == ["shop/cart.py"]
    ran = failing_tests(output, {"test_cart.py": TEST})
    assert "cart.total()" in ran
    names = [fault.place.name for fault in faults_in(ran, {"shop/cart.py": CODE}) if fault.place]
    assert names == ["    def __init__(self):", "    def total(self):"]


def test_a_text_that_goes_round_is_cut_to_one_round() -> None:
    line = "    self.assertEqual(f(1), 1)\n"
    assert round_in("def f():\n" + line * 4) is None
    assert once("def f():\n" + line * 6) == "def f():\n" + line
    assert round_in(line * 6 + "x") is None
    assert round_in("}\n" * 9) is None


@given(st.text(alphabet="ab \n", max_size=60))
def test_once_is_a_beginning(text: str) -> None:
    assert text.startswith(once(text))


def test_hints_fit_the_request_and_the_file() -> None:
    assert "ValueError" in hints("It crashes when the file is missing.", "a.py", {})[0]
    assert hints("It crashes when the file is missing.", "a.js", {}) == []
    assert "shift" in hints("Add an option -q.", "a.sh", {})[0]
    told = hints("Write tests; a bad text raises ValueError.", "test_a.py", {"app/a.py": CODE})
    assert "from app.a import Cart, show" in told[0]
    assert "assertRaises" in told[1]
    assert hints("Remove imports.", "a.py", {"a.py": ["import os"]}) == [
        "Nothing in a.py uses these imports: os."
    ]


def test_a_request_of_many_parts_is_a_list() -> None:
    assert demands("Add a method to Cart.") == []
    parts = demands(
        "It crashes when a line is empty or when it has no number. Such lines are skipped."
    )
    assert parts == [
        "It crashes when a line is empty",
        "when it has no number.",
        "Such lines are skipped.",
    ]


def test_a_module_that_is_missing_is_named_with_the_nearest() -> None:
    ran = ("python main.py", "ModuleNotFoundError: No module named 'shop.carts'\n[exit code 1]")
    said = Conversation(
        request="Fix it.", files=["main.py", "shop/cart.py", "shop/price.py"], ran=ran
    )
    said.texts["main.py"] = ["from shop.carts import Cart"]
    action = next(action for action in COMPACT.actions if action.name == "edit")
    asked = code_question(action, {"path": "main.py", "old": "from shop.carts import Cart"}, said)
    assert "there are main, shop.cart, shop.price. Probably shop.cart is meant." in asked.text
