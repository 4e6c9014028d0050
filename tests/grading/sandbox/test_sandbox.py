"""A learner's code in the sandbox: what it may use, what it cannot see or do, and what the grader
makes of every answer.
"""

import contextlib
import json
import os
import platform
import re
import socket
import sys
from dataclasses import replace

import numpy as np
import psutil
import pytest
from support import why_there_is_no_sandbox

from vdbcourse import settings
from vdbcourse.engines import processes
from vdbcourse.grading.calls import in_subprocess
from vdbcourse.grading.calls.codec import Handle
from vdbcourse.grading.calls.in_subprocess import Ended, InSubprocess, parsed
from vdbcourse.grading.calls.outcome import SHOWN_OUTPUT, CallStatus, Outcome
from vdbcourse.grading.checks.answer import Answer
from vdbcourse.grading.checks.failure_messages import NotYet
from vdbcourse.grading.classroom import postgres
from vdbcourse.grading.classroom.milvus import milvus_lite
from vdbcourse.grading.classroom.postgres import Server
from vdbcourse.grading.sandbox import bubblewrap, time_limits
from vdbcourse.grading.sandbox.bubblewrap import Place
from vdbcourse.grading.sandbox.limits import Limits
from vdbcourse.grading.sandbox.time_limits import BUSIEST, Allowance

LIMITS = Limits(seconds=30, memory=1, disk=0.125, processes=16)


NO_SANDBOX = why_there_is_no_sandbox()
pytestmark = pytest.mark.skipif(bool(NO_SANDBOX), reason=str(NO_SANDBOX))


@pytest.fixture
def notebook():
    """Run code cells in a sandbox: `notebook("x = 1", "def f(): return x")` is a transport to their
    functions.
    """
    opened = []

    def run(*cells, place=None):
        there = InSubprocess(place or Place(True, LIMITS))
        opened.append(there)
        there.run(cells, {})
        return there

    yield run
    for there in opened:
        there.close()


def value(there, name="f", *args, seconds=10):
    outcome = there.call(name, args, {}, seconds)
    assert outcome.status is CallStatus.RETURNED, outcome
    return outcome.value


def failed(there):
    return [cell.line for cell in there.failed]


# --- an ordinary notebook -------------------------------------------------------------------------


def test_cells_run_as_in_a_kernel(notebook):
    there = notebook(
        "%%capture out\nprint('magic')",
        "import asyncio\nawait asyncio.sleep(0)\nawaited = 1",
        "%%writefile helper.py\nnumber = 41",
        "import helper\nfrom vdbcourse.exercises import exercise\nex ="
        " exercise('07_evaluation')\nex.check('x')\nex",
        "def f(a):\n    print('seen')\n    return a.sum() + helper.number + awaited",
    )
    assert failed(there) == []
    outcome = there.call("f", [np.arange(4)], {}, 2)
    assert (outcome.value, outcome.printed, outcome.changed) == (48, "seen\n", ())


def test_a_cell_that_fails_is_named_and_the_next_ones_run(notebook):
    there = notebook(
        "1 / 0", "def g(:", "exit()", "import sys; sys.exit(1)", "print(later)", "def f(): return 1"
    )
    assert failed(there) == [
        "code cell 1 ended with ZeroDivisionError: division by zero",
        "code cell 2 ended with SyntaxError: invalid syntax (line 1)",
        "code cell 3 ended with SystemExit",
        "code cell 4 ended with SystemExit: 1",
        "code cell 5 ended with NameError: name 'later' is not defined",
    ]
    assert value(there) == 1


def test_a_cell_that_never_ends_leaves_time_for_the_next_ones(notebook):
    there = notebook(
        "while True:\n    pass", "def f(): return 1", place=Place(True, Limits(seconds=4))
    )
    (line,) = failed(there)
    assert re.fullmatch(
        r"code cell 1 was stopped after [\d.]+ s of computing: is there a loop that never ends\?",
        line,
    )
    assert value(there) == 1


def test_cells_that_never_end_do_not_take_for_ever(notebook):
    there = notebook(*["while True:\n    pass"] * 30, place=Place(True, Limits(seconds=2)))
    assert [cell.number for cell in there.failed] == list(range(1, 31))
    assert failed(there)[-1] == "code cell 30 was not run: the cells before it took all the time"


@pytest.mark.parametrize(
    ("cells", "kind", "words"),
    [
        (["g = 1"], "not attempted", "No cell of the notebook defines `f`"),
        (
            ["early()\ndef f(): return 1"],
            "error",
            "kernel, top to bottom: code cell 1 ended with NameError: name 'early'",
        ),
        (
            ["def f(): return 1", "del f"],
            "error",
            "`f` is defined in code cell 1, but a later cell deletes it.",
        ),
        (
            ["def f(): return 1", "f = f()"],
            "error",
            "`f` is a value of type int after the last cell, not a function",
        ),
    ],
)
def test_a_function_that_is_not_there_is_explained(notebook, cells, kind, words):
    there = notebook(*cells)
    with pytest.raises(NotYet) as missing:
        Answer(there, "f", 5).require()
    assert words in missing.value.why
    assert missing.value.kind == kind


def test_calls_of_a_task_together_have_a_limit(notebook):
    there = notebook(
        "import time\ndef f():\n    end = time.process_time() + 1\n    while time.process_time() <"
        " end: pass"
    )
    there.begin(seconds=1)
    there.budget = Allowance(computing=1.7, clock=3_600)
    value(there)
    with pytest.raises(
        NotYet, match="The calls of this task computed for more than 1.7 s in total."
    ):
        Answer(there, "f", 10)()


def test_calls_of_a_task_that_wait_together_too_long_are_told_that_they_waited(notebook):
    there = notebook("import time\ndef f(): time.sleep(0.2)")
    there.begin(seconds=1)
    there.budget = Allowance(computing=3_600, clock=0.1, waiting=BUSIEST)
    with pytest.raises(NotYet, match="took more than 0 s in total, most of it waiting"):
        Answer(there, "f", 10)()


# --- too much of everything -----------------------------------------------------------------------

SIX_TIMES_A_QUARTER = """
import os, time
for _ in range(6):
    if not os.fork():
        held = b"x" * 2**28
        time.sleep(600)
time.sleep(600)
"""


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("import os\nwhile True:\n    os.fork()", "started more than 16 processes"),
        (
            "import os\nwhile True:\n  try: os.fork()\n  except OSError: pass",
            "started more than 16 processes",
        ),
        (
            "import subprocess\nkept = [subprocess.Popen(['sleep', '600']) for _ in range(40)]",
            "started more than 16 processes",
        ),
        (SIX_TIMES_A_QUARTER, "used more than 1 GB of memory"),
        ("sum(iter(int, 1))", "computed for "),
        ("import os\nos._exit(3)", "ended its own process (exit code 3)"),
        ("import ctypes\nctypes.string_at(0)", "crashed its process (signal 11)"),
        ("import os\nos.kill(os.getpid(), 9)", "was ended by the system"),
    ],
)
def test_what_ends_the_process_is_told(notebook, code, words):
    with pytest.raises(Ended) as ended:
        notebook(
            code,
            "import time\ntime.sleep(600)",  # until it is ended
            place=Place(True, replace(LIMITS, seconds=1 if "computed" in words else 600)),
        )
    assert str(ended.value).startswith(words)
    assert ended.value.status == ("time" if "computed" in words else "error")


def test_what_waits_and_cannot_be_interrupted_is_told_that_it_waited(notebook, monkeypatch):
    monkeypatch.setattr(time_limits, "LEAST_CLOCK", 1)
    monkeypatch.setattr(in_subprocess, "GRACE", 0.1)
    wait = (
        "import ctypes, signal\nsignal.pthread_sigmask(signal.SIG_BLOCK,"
        " [signal.SIGALRM])\nctypes.CDLL(None).pause()"
    )
    with pytest.raises(
        Ended,
        match=(
            r"waited for \d+ s by the clock and could not be interrupted, so its process was ended"
        ),
    ):
        notebook(wait, place=Place(True, replace(LIMITS, seconds=0.5)))


MANY_THREADS = """
import threading
threading.stack_size(2**16)
over = threading.Event()
try:
    for _ in range(999): threading.Thread(target=over.wait, daemon=True).start()
finally:
    over.set()
"""
TOO_MUCH = {
    "import numpy as np\nlarge = np.ones(20 * 2**30 // 8)": (
        "MemoryError: Unable to allocate 20.0 GiB"
    ),
    "large = []\nwhile True: large.append(bytearray(2**26))": "MemoryError",
    "with open('large', 'wb') as file:\n    while True: file.write(bytes(2**20))": "File too large",
    "import itertools\nfor i in itertools.count(): open(f'{i}', 'wb').write(bytes(2**25))": (
        "No space left on device"
    ),
    "import itertools\nfor i in itertools.count(): open(f'/tmp/{i}', 'wb').write(bytes(2**25))": (
        "No space left on device"
    ),
    (
        "import itertools\n"
        "for i in itertools.count(): open(f'/dev/shm/{i}', 'wb').write(bytes(2**25))"
    ): ("No space left on device"),
    "large = [open('/dev/null') for _ in range(5000)]": "Too many open files",
    "import resource\nresource.setrlimit(resource.RLIMIT_DATA, (-1, -1))": (
        "not allowed to raise maximum limit"
    ),
    "large = []\nfor _ in range(10**5): large = [large]\nrepr(large)": "RecursionError",
    MANY_THREADS: "RuntimeError",
}


def test_what_is_too_much_is_an_error_in_its_cell(notebook):
    cells = [cell for code in TOO_MUCH for cell in (code, "large = None")]
    there = notebook(*cells, "def f(): return 1", place=Place(True, replace(LIMITS, seconds=100)))
    assert len(there.failed) == len(TOO_MUCH), failed(there)
    for words, line in zip(TOO_MUCH.values(), failed(there), strict=True):
        assert words in line
    assert value(there) == 1


def test_a_hundred_megabytes_of_output_go_nowhere(notebook):
    there = notebook(
        "for _ in range(100): print('x' * 2**20)",
        "def f():\n    for _ in range(100): print('x' * 2**20)\n    return 1",
    )
    outcome = there.call("f", [], {}, 5)
    assert (outcome.value, outcome.printed_characters) == (1, 100 * (2**20 + 1))
    assert len(outcome.printed) == SHOWN_OUTPUT


def test_computing_time_is_limited():
    there = InSubprocess(Place(True, Limits(seconds=30, cpu=2)))
    with pytest.raises(
        Ended,
        match="was ended by the system, probably for too much memory or computing time",
    ):
        there.run(
            [
                "import threading\nfor _ in range(4): threading.Thread(target=lambda: sum(iter(int,"
                " 1)), daemon=True).start()"
            ]
            * 2,
            {},
        )
        value(there, "f", seconds=20)
    there.close()


def test_what_is_too_large_to_send_is_told_as_such(notebook):
    there = notebook("def f(): return 'x' * (100 * 2**20)")
    assert value(there, seconds=10) == {"opaque": "value of 100 MB, which is too large to look at"}


# --- what it cannot see or do ---------------------------------------------------------------------


def test_it_sees_no_checks_no_solutions_no_other_processes_and_no_environment(notebook, tmp_path):
    (tmp_path / "other.ipynb").write_text("{}")
    hidden = [
        settings.root() / "solutions",
        settings.root() / "exercises",
        settings.root() / "tests",
        settings.root() / ".git",
    ]
    hidden += [
        bubblewrap.PACKAGE / "exercises" / "evaluation" / "exercise.yaml",
        bubblewrap.PACKAGE / "exercises" / "evaluation",
        tmp_path,
    ]
    there = notebook(
        "import os\nfrom pathlib import Path",
        f"def f(): return [path for path in {[str(path) for path in hidden]} if"
        " Path(path).exists()]",
        "def processes(): return sum(name.isdecimal() for name in os.listdir('/proc'))",
        "def environment(): return sorted(os.environ)",
        "def secrets():\n    import vdbcourse.exercises.evaluation.checks",
        "def passwords(): return Path('/etc/shadow').exists() or Path('/etc/passwd').exists()",
    )
    assert value(there) == {"list": []}
    assert value(there, "processes") <= 3  # bubblewrap and the notebook itself
    assert not {"VDBCOURSE_TEST_OWNER", "PYTEST_CURRENT_TEST", "SSH_AUTH_SOCK"} & set(
        value(there, "environment")["list"]
    )
    assert "ModuleNotFoundError" in there.call("secrets", [], {}, 10).error
    assert value(there, "passwords") is False


def test_it_writes_nowhere_but_in_its_own_folders(notebook, tmp_path):
    places = [
        "/",
        "/usr",
        "/dev",
        "/etc",
        str(bubblewrap.PACKAGE),
        str(settings.root()),
        sys.prefix,
        sys.base_prefix,
    ]
    there = notebook(
        f"""
def f():
    written = []
    for place in {[*places, str(tmp_path)]} + ["/tmp", "/learner"]:
        try:
            open(place + "/new", "w").write("x")
            written.append(place)
        except OSError:
            pass
    return written
""",
        f"import os\nos.system('rm -rf ~ {tmp_path} 2>/dev/null')",
    )
    assert value(there) == {"list": ["/tmp", "/learner"]}
    assert tmp_path.exists()


def test_it_reaches_no_network(notebook):
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.1)
        there = notebook(
            "import socket",
            f"""
def f():
    reached = []
    local = ("127.0.0.1", {server.getsockname()[1]})
    for address in [local, ("192.0.2.1", 80), ("localhost", 5432)]:
        try:
            socket.create_connection(address, 1)
            reached.append(address)
        except OSError:
            pass
    return reached
""",
        )
        assert value(there) == {"list": []}
        with pytest.raises(TimeoutError):
            server.accept()


def test_it_ends_nobody_else(notebook):
    there = notebook(
        "import os\nfor pid in (os.getppid(), 1):\n  try: os.kill(pid, 9)\n  except OSError: pass",
        "def f(): return 1",
    )
    assert value(there) == 1


@pytest.mark.skipif(
    platform.machine() != "x86_64", reason="the numbers of the calls are those of x86-64"
)
def test_it_makes_no_namespace_in_which_it_were_root(notebook):
    there = notebook(
        "import ctypes, errno\nlibc = ctypes.CDLL(None, use_errno=True)",
        "def f(*call): return libc.syscall(*call), errno.errorcode[ctypes.get_errno()]",
    )
    new_user, clone, unshare, setns, clone3, x32 = 0x10000000, 56, 272, 308, 435, 0x40000000
    for call in [
        (unshare, new_user),
        (clone, new_user | 17, 0, 0, 0, 0),
        (setns, 0, 0),
        (x32 | unshare, new_user),
    ]:
        assert value(there, "f", *call) == {"tuple": [-1, "EPERM"]}
    assert value(there, "f", clone3, 0, 0) == {"tuple": [-1, "ENOSYS"]}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives up being root")
def test_started_by_root_it_is_nobody(notebook):
    there = notebook(
        "import os\ndef f(): return os.getuid(), os.getgroups()", "def root(): os.setuid(0)"
    )
    assert value(there)["tuple"][0] >= bubblewrap.FIRST_ACCOUNT
    assert value(there)["tuple"][1] == {"list": []}
    assert "PermissionError" in there.call("root", [], {}, 10).error


# --- answers that are none ------------------------------------------------------------------------

FOREIGN = "wrote to the channel that is reserved for answers"
FORGE = (
    "import os\nfor number in range(3, 30):\n  try: os.write(number, {!r})\n  except OSError: pass"
)


def test_an_answer_that_was_not_asked_for_ends_the_run(notebook):
    outcome = {"status": "returned", "value": 1, "printed": "", "printed_characters": 0}
    forged = json.dumps({"id": 1, "error": None, "outcome": outcome}).encode() + b"\n"
    with pytest.raises(Ended, match=FOREIGN):
        value(notebook(FORGE.format(forged * 3), "def f(): return 1"))


def test_an_answer_without_end_is_cut(notebook):
    endless = FORGE.format(b"x" * 2**20).replace("try: ", "try:\n    while True: ")
    with pytest.raises(Ended, match=FOREIGN):
        notebook(endless)


def test_a_closed_way_to_the_grader_ends_the_run(notebook):
    with pytest.raises(Ended, match="ended its own process|" + FOREIGN):
        notebook("import os\nos.closerange(3, 30)", "def f(): return 1")


@pytest.mark.parametrize(
    "line",
    [
        b"[1]\n",
        b'{"id": 1}',
        b'{"id": 1, "x": ' + b"[" * 100_000 + b"\n",
        b'{"id": 1, "x": [' + b"[]," * 1_500_000 + b"[]]}\n",
        b'{"id": 1, "x": ' + b"9" * 5_000 + b"}\n",
        b"\xff\xfe\n",
    ],
)
def test_a_line_that_is_no_answer_is_not_taken_apart(line):
    assert parsed(line) is None


SAID_NOTHING = {"altered": [], "collections": [], "printed": "", "printed_characters": 0}


@pytest.mark.parametrize(
    "outcome",
    [
        None,
        [],
        {},
        {"status": "passed", **SAID_NOTHING},
        {"status": "returned", "value": {"array": ["|O", [1], "AAAAAAAA"]}, **SAID_NOTHING},
        {"status": "returned", "value": {"array": ["<f8", [-1, 9], "AAAAAAAA"]}, **SAID_NOTHING},
        {"status": "returned", "value": {"list": 3}, **SAID_NOTHING},
        {"status": "returned", "value": {"pickle": "gASVBAAAAAAAAABLAS4="}, **SAID_NOTHING},
        {"status": "raised", "error": "E", "line": "one", **SAID_NOTHING},
        {"status": "time", "by": "computing", "computed": "long", "elapsed": 1, **SAID_NOTHING},
        {"status": "time", "by": "magic", "computed": 1, "elapsed": 1, **SAID_NOTHING},
        {"status": "time", "seconds": 3, **SAID_NOTHING},
    ],
)
def test_an_outcome_that_is_none_is_refused(outcome):
    assert Outcome.from_json({"status": "returned", "value": 1, **SAID_NOTHING}).value == 1
    with pytest.raises(ValueError, match="not an outcome"):
        Outcome.from_json(outcome)


def test_a_patched_caller_gains_nothing(notebook):
    there = notebook(
        "from vdbcourse.grading.calls import outcome\n"
        "outcome.Outcome.as_json = lambda _: {'status': 'passed'}",
        "def f(): return 1",
    )
    with pytest.raises(Ended, match=FOREIGN):
        value(there)


def test_texts_come_without_control_characters(notebook):
    there = notebook(
        "def f():\n    print('\\x1b[2Jgone')\n    raise ValueError('\\x1b]0;title\\x07')"
    )
    outcome = there.call("f", [], {}, 2)
    assert "\x1b" not in outcome.printed + outcome.error


def test_a_copy_of_the_process_does_not_answer(notebook):
    there = notebook("import os\nchild = os.fork()", "def f(): return 1")
    assert failed(there) == []
    assert value(there) == 1


def group_of(leader):
    """Pids of the processes in the group that `leader` began."""
    members = []
    for process in psutil.process_iter():
        with contextlib.suppress(ProcessLookupError, psutil.NoSuchProcess):
            if os.getpgid(process.pid) == leader and process.status() != psutil.STATUS_ZOMBIE:
                members.append(process.pid)
    return members


def test_a_copy_that_lives_on_does_not_hide_that_the_process_ended_and_ends_with_the_run():
    there = InSubprocess(Place(False, LIMITS))
    leader = there.process.popen.pid
    with pytest.raises(Ended, match="ended its own process"):
        there.run(["import os, time\nif os.fork(): os._exit(1)\ntime.sleep(600)"], {})
    there.close()
    assert processes.wait_until(lambda: not group_of(leader), 60)


def test_a_broken_language_costs_the_process(notebook):
    with pytest.raises(Ended, match="ended its own process"):
        value(
            notebook(
                "import builtins\nbuiltins.len = lambda *_: 0\nbuiltins.isinstance = lambda *_:"
                " True",
                "def f(): return 1",
            )
        )


# --- engines --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("graded")
    with Server(folder, roles=2) as running:
        yield running


@pytest.fixture
def lease(server):
    with server.lease() as leased:
        yield leased


def place_of(server, lease):
    return Place(
        True, LIMITS, {"DATABASE_URL": lease.url}, sockets=(server.socket,), also=lease.too_large
    )


def test_functions_get_a_connection_to_a_database_of_their_own(notebook, server, lease):
    there = notebook(
        "import psycopg\nfrom vdbcourse import engines\nown ="
        " psycopg.connect(engines.postgres('x'), autocommit=True)",
        "own.execute('CREATE TABLE mine (id int, v vector(2))')",
        "def f(conn): return conn.execute('SELECT current_schema(), %s::vector <=> %s::vector',"
        " ['[1,0]', '[0,1]']).fetchall()",
        "def tune(conn): conn.execute('SET hnsw.ef_search = 77')",
        "def broken(conn):\n    conn.autocommit = False\n    conn.execute('SELECT no_such_column')",
        place=place_of(server, lease),
    )
    assert failed(there) == []
    conn = Handle("postgres", lease.dsn)
    assert value(there, "f", conn) == {"list": [{"tuple": ["checks", 1.0]}]}
    there.call("tune", [conn], {}, 10)
    assert there.setting(conn, "hnsw.ef_search") == "77"
    there.call("broken", [conn], {}, 10)
    assert there.setting(conn, "hnsw.ef_search") is None
    there.forget(conn)
    assert there.setting(conn, "search_path") == "checks,public"


def test_settings_of_pgvector_are_known_before_the_first_vector_on_every_connection(
    notebook, server, lease
):
    there = notebook(
        "import os, psycopg",
        "def f(conn): return conn.execute('SHOW hnsw.ef_search').fetchone()[0]",
        "def own():\n    with psycopg.connect(os.environ['DATABASE_URL']) as own: return f(own)",
        place=place_of(server, lease),
    )
    assert value(there, "f", Handle("postgres", lease.dsn)) == "40"
    assert value(there, "own") == "40"


REFUSED = {
    "COPY (SELECT 1) TO PROGRAM 'id'": "permission denied to COPY to or from an external program",
    "COPY (SELECT 1) TO '/tmp/x'": "permission denied to COPY to a file",
    "SELECT pg_read_file('/etc/passwd')": "permission denied for function pg_read_file",
    "CREATE ROLE other SUPERUSER": "permission denied to create role",
    "SET temp_file_limit = -1": "permission denied to set parameter",
    "SELECT rolpassword FROM pg_authid": "permission denied for table pg_authid",
    "SELECT pg_sleep(600)": "statement timeout",
}


def test_its_role_may_do_nothing_outside_its_database(notebook, server, lease):
    there = notebook("def f(conn, sql): conn.execute(sql)", place=place_of(server, lease))
    patience = postgres.role_settings()["statement_timeout"]
    conn = Handle(
        "postgres", lease.dsn.replace(f"statement_timeout%3D{patience}", "statement_timeout%3D2s")
    )
    for sql, words in REFUSED.items():
        assert words in there.call("f", [conn, sql], {}, 10).error


def test_it_is_nobody_elses_role(notebook, server, lease):
    with server.lease() as other:
        there = notebook(
            "import psycopg, os\nurl = os.environ['DATABASE_URL']\nsocket ="
            " url.split('host=')[1].split('&')[0]",
            f"def f(): psycopg.connect(url.replace('@/{lease.name}', '@/{other.name}'))",
            "def superuser(): psycopg.connect(f'postgresql://postgres@/postgres?host={socket}')",
            place=place_of(server, lease),
        )
        assert "permission denied for database" in there.call("f", [], {}, 10).error
        assert "no password supplied" in there.call("superuser", [], {}, 10).error


def test_no_operator_can_be_put_in_the_place_of_pgvectors(notebook, server, lease):
    there = notebook(
        """
def f(conn):
    conn.execute(
        "CREATE FUNCTION near(vector, vector) RETURNS float8 LANGUAGE sql AS 'SELECT 0::float8'"
    )
    conn.execute("CREATE OPERATOR <=> (LEFTARG = vector, RIGHTARG = vector, FUNCTION = near)")
    return conn.execute("SELECT '[1,0]'::vector <=> '[0,1]'::vector").fetchone()[0]
""",
        place=place_of(server, lease),
    )
    assert value(there, "f", Handle("postgres", lease.dsn)) == 1.0


def test_a_database_that_grows_without_end_ends_the_run(notebook, server, lease, monkeypatch):
    monkeypatch.setattr("vdbcourse.grading.classroom.postgres.LARGEST", 0.03)
    with pytest.raises(Ended, match="filled its database with more than 0.03 GB"):
        notebook(
            "import os, psycopg, time\nconn = psycopg.connect(os.environ['DATABASE_URL'],"
            " autocommit=True)",
            "conn.execute('CREATE TABLE large AS SELECT repeat(md5(i::text), 9) FROM"
            " generate_series(1, 200000) AS i')",
            "time.sleep(600)",  # until it is ended
            place=Place(
                True,
                Limits(seconds=600),
                {"DATABASE_URL": lease.url},
                sockets=(server.socket,),
                also=lease.too_large,
            ),
        )


def test_a_role_and_its_database_go_with_the_lease(server):
    import psycopg

    with server.lease() as leased:
        pass
    with psycopg.connect(server.maintenance) as connection:
        assert (
            connection.execute(
                "SELECT 1 FROM pg_roles WHERE rolname = %s", [leased.name]
            ).fetchall()
            == []
        )
        assert (
            connection.execute(
                "SELECT 1 FROM pg_database WHERE datname = %s", [leased.name]
            ).fetchall()
            == []
        )


def test_functions_get_a_client_of_a_milvus_of_their_own(notebook):
    with milvus_lite(confined=True) as socket_path:
        uri = f"unix:{socket_path}"
        there = notebook(
            "from pymilvus import MilvusClient\nfrom vdbcourse import engines\nown ="
            " MilvusClient(engines.milvus())",
            "own.create_collection(engines.collection('x', 'films'), 4)",
            "def f(client):\n    client.create_collection('seen', 4)\n    return"
            " sorted(client.list_collections())",
            "def climb(client): client.create_collection('../../../climbed', 4)",
            place=Place(
                True, Limits(seconds=60), {"VDBCOURSE_MILVUS_SOCKET": uri}, sockets=(socket_path,)
            ),
        )
        assert failed(there) == []
        assert value(there, "f", Handle("milvus", uri), seconds=20) == {
            "list": ["learner_x_films", "seen"]
        }
        there.call("climb", [Handle("milvus", uri)], {}, 10)
        assert list(socket_path.parent.iterdir()) == [socket_path]
    assert not socket_path.parent.exists()
