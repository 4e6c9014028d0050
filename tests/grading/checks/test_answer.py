"""A check calls a learner's function and examines what came: whatever that is, it ends in words a
learner understands.
"""

import json
import math
import re
import signal
import sys
import textwrap

import numpy as np
import pytest

from vdbcourse.grading import Answer, Handle, NotYet, Opaque, Reply, alike, overlap
from vdbcourse.grading.calls.codec import decode, encode
from vdbcourse.grading.calls.in_process import InProcess
from vdbcourse.grading.calls.outcome import SHOWN_OUTPUT, CallStatus, Outcome
from vdbcourse.grading.sandbox.time_limits import Limit, Overrun, Spent

no_timer = pytest.mark.skipif(
    not hasattr(signal, "setitimer"), reason="no timer here; the kernel's own interrupt ends a loop"
)


def answer(body, name="f", hidden=False, seconds=5):
    """A learner's function `f(x=None, k=None)` with this body, as checks see it."""
    source = f"def f(x=None, k=None):\n{textwrap.indent(body, '    ')}"
    namespace = {}
    exec(compile(source, "<cell>", "exec"), namespace)
    return Answer(InProcess(namespace, hidden), name, seconds)


def refused(act):
    with pytest.raises(NotYet) as not_yet:
        act()
    return not_yet.value


def reply(value, shapes_only=False):
    return Reply(decode(encode(value)), "f()", shapes_only)


# ----------------------------------------------------------------------------------------- the call


def test_it_is_called_with_what_the_check_gives():
    assert answer("return [x, k]")(1, k=2).value == [1, 2]


def test_an_outcome_holds_plain_values():
    outcome = answer("print(x)\nreturn [x]").transport.call("f", [1], {}, 5)
    assert outcome == Outcome(
        CallStatus.RETURNED, value={"list": [1]}, printed="1\n", printed_characters=2
    )
    assert outcome.as_json() == {
        "status": "returned",
        "value": {"list": [1]},
        "changed": [],
        "altered": [],
        "collections": [],
        "printed": "1\n",
        "printed_characters": 2,
    }


@pytest.mark.parametrize(
    "outcome",
    [
        Outcome(CallStatus.RETURNED, value=3, changed=("x",), altered=("autocommit",)),
        Outcome(CallStatus.RAISED, error="E: text", line=2, source="raise E", collections=("c",)),
        Outcome(CallStatus.TIME, overrun=Overrun(Limit.CLOCK, Spent(0.5, 40)), printed="x\n"),
    ],
)
def test_an_outcome_arrives_as_it_was_sent(outcome):
    assert Outcome.from_json(json.loads(json.dumps(outcome.as_json()))) == outcome


def test_arrays_come_as_arrays():
    assert answer("return x.sum(axis=0)")(np.ones((2, 3), dtype=np.float32)).value.tolist() == [
        2,
        2,
        2,
    ]


def test_the_call_stands_in_the_message():
    not_yet = refused(lambda: answer("return 1")([1, 2], k=0.5).equals(2, "No."))
    assert (not_yet.call, not_yet.got, not_yet.expected, not_yet.why) == (
        "f([1, 2], k=0.5)",
        "1",
        "2",
        "No.",
    )
    assert str(not_yet) == "call: f([1, 2], k=0.5) | got: 1 | expected: 2 | No."


def test_an_untouched_stub_is_not_attempted():
    not_yet = refused(lambda: answer("return ...")())
    assert not_yet.kind == "not attempted"
    assert not_yet.why == "`f` still returns `...`. Replace that with your answer."


@pytest.mark.parametrize(
    ("body", "got"),
    [
        ("raise ValueError('no')", "ValueError: no"),
        ("raise AssertionError", "AssertionError"),
        ("return 1 / 0", "ZeroDivisionError: division by zero"),
        ("import sys\nsys.exit(0)", "SystemExit: 0"),
        ("raise StopIteration", "StopIteration"),
        ("return f(x)", "RecursionError: maximum recursion depth exceeded"),
        (
            "class Odd(Exception):\n    def __str__(self):\n        raise Exception\nraise Odd",
            "Odd",
        ),
        ("raise ValueError('one\\ntwo')", "ValueError: one"),
        ("raise BaseException('all')", "BaseException: all"),
    ],
)
def test_an_error_of_the_learner_is_told_with_its_line(body, got):
    not_yet = refused(lambda: answer(body)(1))
    assert not_yet.kind == "error"
    assert not_yet.got.startswith(got)
    assert "line" in not_yet.why


def test_the_line_is_the_learners_last_one():
    not_yet = refused(
        lambda: answer("import json\n\ndef g(y):\n    return json.loads(y)\n\nreturn g(x)")("{")
    )
    assert "line 5 of its cell" in not_yet.why
    assert not_yet.got.startswith("JSONDecodeError")


def test_an_interrupt_by_hand_goes_on_to_the_kernel():
    with pytest.raises(KeyboardInterrupt):
        answer("raise KeyboardInterrupt")()


def test_arguments_that_do_not_fit_are_told_without_a_line():
    not_yet = refused(lambda: answer("return x")(1, 2, 3))
    assert not_yet.got == "TypeError: f() takes from 0 to 2 positional arguments but 3 were given"
    assert "before its first line" in not_yet.why


@no_timer
@pytest.mark.parametrize(
    "loop",
    [
        "while True:\n    pass",
        "while True:\n    try:\n        pass\n    except Exception:\n        pass",
        (
            "class Endless:\n    def __iter__(self):\n        while True:\n            yield"
            " 1\nreturn list(Endless())[0]"
        ),
    ],
)
def test_a_loop_without_end_is_stopped(loop):
    not_yet = refused(lambda: answer(loop, seconds=0.2)())
    assert not_yet.kind == "time"
    assert re.fullmatch(
        r"It was stopped after [\d.]+ s of computing: is there a loop that never ends\?",
        not_yet.why,
    )
    assert not_yet.ended == "limit of computing time"


@no_timer
def test_a_timer_that_runs_already_goes_on_after_the_call():
    handler, (left, interval) = (
        signal.getsignal(signal.SIGALRM),
        signal.setitimer(signal.ITIMER_REAL, 300),
    )
    answer("return 1")()
    now, _ = signal.setitimer(signal.ITIMER_REAL, left, interval)
    assert 290 < now <= 300
    assert signal.getsignal(signal.SIGALRM) is handler


@no_timer
def test_without_one_there_is_none_after_the_call():
    left, interval = signal.setitimer(signal.ITIMER_REAL, 0)
    answer("return 1")()
    assert signal.setitimer(signal.ITIMER_REAL, left, interval) == (0.0, 0.0)


def test_what_is_printed_is_counted_and_its_beginning_kept(capfd):
    loud = answer(
        "import sys\nfor i in range(10_000):\n    print('x' * 99)\nprint('e',"
        " file=sys.stderr)\nreturn 1"
    )
    loud()
    assert loud.printed_characters == 1_000_002
    assert len(loud.printed) == SHOWN_OUTPUT
    assert loud.printed.startswith("xxx")
    assert capfd.readouterr() == ("", "")
    assert sys.stdout is not None


def test_what_is_logged_is_not_shown(capfd):
    answer("import logging\nlogging.getLogger('pymilvus').error('a traceback')\nreturn 1")()
    assert capfd.readouterr() == ("", "")


def test_logs_are_back_after_the_call(caplog):
    import logging

    answer("return 1")()
    logging.getLogger("anything").error("heard")
    assert "heard" in caplog.text


def test_what_is_printed_of_hidden_data_is_not_kept():
    loud = answer("print(x)\nreturn 1", hidden=True)
    loud.on_data(1984)
    assert loud.printed == ""
    loud(5)
    assert loud.printed == "5\n"


@pytest.mark.parametrize(
    ("body", "argument"),
    [
        ("x.append(1)\nreturn 1", [1, 2]),
        ("x.sort()\nreturn 1", [2, 1]),
        ("x *= 2\nreturn 1", np.array([1.0, 2.0])),
        ("x.pop('a')\nreturn 1", {"a": 1}),
        ("x[0].append(3)\nreturn 1", [[1], [2]]),
        ("x.add(5)\nreturn 1", {1}),
    ],
)
def test_an_argument_that_was_changed_is_told_by_its_name(body, argument):
    not_yet = refused(lambda: answer(body)(argument))
    assert "changed its argument `x`" in not_yet.why
    not_yet = refused(lambda: answer(body.replace("x", "k"))(k=argument))
    assert "changed its argument `k`" in not_yet.why


def test_of_arguments_without_a_name_the_place_is_told():
    namespace = {}
    exec("def f(*numbers):\n    numbers[1].clear()\n    return 1", namespace)
    not_yet = refused(lambda: Answer(InProcess(namespace), "f", 5)([1], [2]))
    assert "changed its argument `argument 2`" in not_yet.why


def test_a_call_does_not_see_what_another_did_to_its_arguments():
    found = [1, 2, 3]
    refused(lambda: answer("x.clear()\nreturn 1")(found))
    assert found == [1, 2, 3]


def test_arguments_with_nan_are_not_taken_for_changed():
    assert answer("return 1")([math.nan], np.array([math.nan])).value == 1


def test_a_dict_that_lasts_is_shared_by_calls():
    counting = answer("x['n'] = x.get('n', 0) + 1\nreturn x['n']")
    cache = Handle("dict", "cache")
    assert [
        counting(cache).value,
        counting(x=cache).value,
        counting(Handle("dict", "other")).value,
    ] == [1, 2, 1]


def test_hidden_values_are_not_in_the_message():
    year = answer("return 1984", hidden=True)
    not_yet = refused(lambda: year.on_data([1984, 1999], 0.731).equals(1999, "No."))
    assert (
        str(not_yet)
        == "call: f(<list of 2>, <a number>) | got: 1984 | expected: another value (this run uses"
        " hidden data) | No."
    )
    not_yet = refused(lambda: answer("raise ValueError(x)", hidden=True).on_data(19_841_984))
    assert "1984" not in str(not_yet)
    assert not_yet.got == "ValueError"


def test_an_example_is_shown_also_in_a_hidden_run():
    not_yet = refused(lambda: answer("return 5", hidden=True)([1984]).equals(6, "No."))
    assert str(not_yet) == "call: f([1984]) | got: 5 | expected: 6 | No."


def test_a_refusal_that_is_asked_for():
    f = answer("if x is None:\n    raise ValueError('x is missing')\nreturn 1")
    f.raises(ValueError, "It must refuse.")
    assert (
        refused(lambda: f.raises(ValueError, "It must refuse.", 5)).expected == "ValueError raised"
    )
    assert "It must refuse." in refused(lambda: f.raises(TypeError, "It must refuse.")).why
    assert (
        refused(lambda: answer("return ...").raises(ValueError, "It must refuse.")).kind
        == "not attempted"
    )


def test_a_function_that_is_missing_is_not_attempted():
    here = InProcess({"g": 5})
    f, g = (refused(Answer(here, name, 5).require) for name in "fg")
    assert (f.kind, g.kind) == ("not attempted", "not attempted")
    assert "`f` is not defined" in f.why
    assert "`g` is not a function" in g.why


# ---------------------------------------------------------------------------------------- what came


ODD = [
    None,
    "x",
    b"x",
    math.nan,
    math.inf,
    -1,
    True,
    [],
    (),
    {},
    set(),
    [None],
    [[1], [2, 3]],
    [math.nan],
    {"a": 1},
    Opaque("generator"),
]
ODD += [
    Opaque("complex"),
    np.array(0.5),
    np.zeros((0, 3)),
    np.array([[1, 2]]),
    ...,
    [...],
    [Opaque("object")],
    [True, False],
    "",
    2**63,
]
METHODS = {
    "equals a number": lambda one: one.equals(0.25, "No."),
    "equals a list": lambda one: one.equals([1, 2, 3], "No."),
    "equals rows": lambda one: one.equals([(1, 0.5)], "No."),
    "equals an array": lambda one: one.equals(np.arange(6.0).reshape(2, 3), "No."),
    "equals a text": lambda one: one.equals("text", "No."),
    "equals a dict": lambda one: one.equals({"b": 2}, "No."),
    "equals False": lambda one: one.equals(False, "No."),
    "something": lambda one: one.something(),
    "number": lambda one: one.number(),
    "number in bounds": lambda one: one.number(0, 1),
    "sequence": lambda one: one.sequence(),
    "ids": lambda one: one.ids(),
    "strings": lambda one: one.strings(),
    "text": lambda one: one.text(),
    "rows": lambda one: one.rows(["id", "distance"]),
    "array": lambda one: one.array((2, 3)),
}


@pytest.mark.parametrize("hidden", [False, True])
@pytest.mark.parametrize("method", METHODS.values(), ids=list(METHODS))
@pytest.mark.parametrize("value", ODD, ids=repr)
def test_an_odd_value_is_taken_or_refused_in_words(value, method, hidden):
    try:
        method(reply(value, hidden))
    except NotYet as not_yet:
        assert not_yet.why
        assert not_yet.got


@pytest.mark.parametrize("value", [1, 1.0, np.float64(1), np.int32(1), np.array([1.0]), 1 + 1e-9])
def test_a_number_may_be_any_kind_of_number(value):
    assert reply(value).equals(1.0, "No.").number() == pytest.approx(1)


@pytest.mark.parametrize("value", [True, "1", [1, 1], None, 1.01, {"a": 1}, math.nan])
def test_what_is_not_that_number_is_refused(value):
    assert refused(lambda: reply(value).equals(1, "No."))


def test_numbers_that_are_large_may_differ_by_more():
    reply(1e9 + 1).equals(1e9, "No.")
    assert refused(lambda: reply(1e9 + 1).equals(1e9, "No.", within=1e-12))
    reply(0.3).equals(0.25, "No.", within=0.1)


@pytest.mark.parametrize("value", [[1, 2], (1, 2), np.array([1, 2]), [1.0, np.int64(2)]])
def test_a_list_may_come_as_list_tuple_or_array(value):
    reply(value).equals([1, 2], "No.")
    reply(value).equals((1, 2), "No.")
    reply(value).equals(np.array([1, 2]), "No.")
    assert reply(value).ids() == [1, 2]


@pytest.mark.parametrize("value", [[2, 1], [1], [1, 2, 3], "12", {1, 2}, {1: 2}, 12])
def test_another_list_is_refused(value):
    assert refused(lambda: reply(value).equals([1, 2], "No."))


@pytest.mark.parametrize("value", [[(1, 0.5)], [[1, 0.5]], ([1, 0.5],), np.array([[1, 0.5]])])
def test_a_row_may_come_as_tuple_list_or_array(value):
    reply(value).equals([(1, 0.5)], "No.")
    assert [tuple(map(float, row)) for row in reply(value).rows(["id", "distance"])] == [(1, 0.5)]


def test_a_row_may_come_as_a_dict_with_more_than_was_asked_for():
    assert reply([{"distance": 0.5, "id": 1, "title": "x"}]).rows(["id", "distance"]) == [(1, 0.5)]


def test_a_row_of_another_width_is_told():
    assert (
        "A row has 2 columns (id, distance); the list holds a tuple of 1."
        in refused(lambda: reply([(1,)]).rows(["id", "distance"])).why
    )
    assert (
        "the list holds a whole number" in refused(lambda: reply([5]).rows(["id", "distance"])).why
    )


def test_true_and_false_are_no_numbers_and_numbers_are_not_true():
    reply(True).equals(True, "No.")
    assert "not True or False" in refused(lambda: reply(1).equals(True, "No.")).why
    assert "not one number" in refused(lambda: reply(True).equals(1, "No.")).why


def test_a_known_mistake_is_told_in_its_own_words():
    mistakes = {0.5: "That is half.", 2.0: "That is double."}
    assert refused(lambda: reply(0.5).equals(1.0, "No.", mistakes=mistakes)).why == "That is half."
    assert refused(lambda: reply(2).equals(1.0, "No.", mistakes=mistakes)).why == "That is double."
    assert refused(lambda: reply(3).equals(1.0, "No.", mistakes=mistakes)).why == "No."
    reply(1).equals(1.0, "No.", mistakes=mistakes)


@pytest.mark.parametrize(
    ("method", "value", "why"),
    [
        (
            "something",
            None,
            (
                "It returned None, not a value. Does every path through the function end with"
                " `return ...`?"
            ),
        ),
        ("something", Opaque("generator"), "It returned a generator: wrap it in list(...)."),
        (
            "something",
            Opaque("Cursor"),
            "It returned a Cursor: fetch its rows, with `.fetchall()`.",
        ),
        ("number", "x", "It returned a string, not one number."),
        ("number", True, "It returned True or False, not one number."),
        (
            "number",
            math.nan,
            "NaN comes from 0/0 or from a missing value: decide what to return in that case.",
        ),
        ("ids", 5, "It returned a whole number, not a list of ids."),
        ("ids", [1.5], "An id is a whole number; the list holds a number."),
        ("ids", [True], "An id is a whole number; the list holds True or False."),
        ("ids", [(1,)], "An id is a whole number; the list holds a tuple."),
        ("strings", [1], "The list must hold strings; this one holds a whole number."),
        ("text", 1, "It returned a whole number, not one string."),
        ("sequence", {1}, "It returned a set, not a list."),
    ],
)
def test_another_kind_of_value_is_told(method, value, why):
    assert refused(getattr(reply(value), method)).why == why


@pytest.mark.parametrize(
    ("value", "expected", "why"),
    [
        (
            None,
            (0, []),
            "It returned None, not 2 values (a whole number, a list). Does every path through",
        ),
        (0, (0, []), "It returned a whole number, not 2 values (a whole number, a list)."),
        ([0], (0, []), "It holds 1 value, not 2 values (a whole number, a list)."),
        ((0, None), (0, []), "Item 2 of the list is None, not a list of 0."),
        (([], 0), (0, []), "Item 1 of the list is a list, not a whole number."),
        (
            [{"id": 1, "d": 0.5}],
            [(1, 0.5)],
            "Item 1 of the list is a dict, not 2 values (a whole number, a number).",
        ),
        (
            [1, 2],
            [(1, 0.5), (2, 0.6)],
            "Item 1 of the list is a whole number, not 2 values (a whole number, a number).",
        ),
        (
            [(1, 0.5), (2,)],
            [(1, 0.5), (2, 0.6)],
            "Item 2 of the list holds 1 value, not 2 values",
        ),
        (
            [(1, "0.5")],
            [(1, 0.5)],
            "Item 2 of item 1 of the list is a string, not a number.",
        ),
        ([["a"]], ["a"], "Item 1 of the list is a list, not a string."),
        ([None], ["a"], "Item 1 of the list is None, not a string."),
        (5, "a", "It is a whole number, not a string."),
        ([1], {"a": 1}, "It is a list, not a dict."),
        ([True], [1], "Item 1 of the list is True or False, not a whole number."),
        ([2], [1], "Content."),
        ([1, 1], [1], "Content."),
        ([1.0], [2], "Content."),
        ((1, 0.25), (1, 0.5), "Content."),
    ],
)
def test_another_kind_of_value_is_told_before_anything_of_its_content(value, expected, why):
    assert refused(lambda: reply(value).equals(expected, "Content.")).why.startswith(why)


def test_a_known_mistake_may_be_of_another_kind():
    assert (
        refused(lambda: reply("x").equals(1.0, "No.", mistakes={})).why
        == "It returned a string, not one number."
    )
    assert (
        refused(lambda: reply("x").equals("y", "No.", mistakes={"x": "That is x."})).why
        == "That is x."
    )


@pytest.mark.parametrize(
    ("type_name", "words"),
    [
        ("coroutine", "the function is an `async def`; write `def`, because nothing awaits it"),
        ("ServerCursor", "fetch its rows, with `.fetchall()`"),
        ("list that is too large or too deep", "no answer needs that much"),
        ("Query", "return its content as plain numbers, text, lists or arrays"),
    ],
)
def test_what_no_check_can_read_is_told_with_the_way_out(type_name, words):
    assert refused(lambda: reply(Opaque(type_name)).sequence()).why.endswith(f"{words}.")


def test_a_row_that_is_a_dict_of_other_keys_is_told_which_are_missing():
    not_yet = refused(lambda: reply([{"id": 1, "entity": {}}]).rows(["id", "title", "distance"]))
    assert not_yet.why.endswith("the list holds a dict of 2 without title, distance.")


def test_a_number_out_of_bounds_is_told_with_the_bounds():
    assert refused(lambda: reply(1.5).number(0, 1)).why == "The result must be between 0 and 1."


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ([[1, 2]], "Its shape is (1, 2), not (2, 3)."),
        ([[1, 2, 3], [1, 2]], "It returned a list that is not an array of numbers."),
        ("text", "It returned a string that is not an array of numbers."),
        (
            [[1, 2, math.nan], [1, 2, 3]],
            "It holds NaN or infinity, from which no distance can be computed.",
        ),
    ],
)
def test_another_array_is_told(value, why):
    assert refused(lambda: reply(value).array((2, 3))).why == why


def test_an_array_comes_as_floats():
    assert reply([[1, 2, 3]]).array((1, 3)).dtype == np.float64


def test_what_a_check_expects_for_itself():
    one = reply(5)
    assert one.expect(True, "No.") is one
    not_yet = refused(lambda: one.expect(False, "No.", "six"))
    assert (not_yet.got, not_yet.expected, not_yet.why) == ("5", "six", "No.")
    assert refused(lambda: one.fail("No.", got="five")).got == "five"


@pytest.mark.parametrize(
    ("value", "expected", "same"),
    [
        ([1, [2.0, "x"]], (1, (2, "x")), True),
        ({"a": [1]}, {"a": (1.0,)}, True),
        ({"a": 1}, {"a": 1, "b": 2}, False),
        ({1, 2}, {2, 1}, True),
        ({1, 2}, [1, 2], False),
        ("1", 1, False),
        (None, None, True),
        (0, None, False),
        (math.nan, math.nan, False),
        (0, False, False),
        (2**63, 2.0**63, True),
    ],
)
def test_what_is_alike(value, expected, same):
    assert alike(value, expected, 1e-6) is same


def test_overlap_is_the_share_of_the_truth():
    assert overlap([1, 2, 9], [1, 2, 3, 4]) == 0.5
    assert overlap([], [1]) == 0.0
