"""Images that stand in for those of docker/milvus and docker/pgvector where no image can be pulled:
`python .ci/stand_ins.py [milvus] [pgvector]` (both, if none is named)

With them the wiring of the stacks is tried for real (tests/engines/test_docker_stack.py,
test_docker_pgvector.py).

Needs root, Docker, debootstrap and Debian's packages. Each image is a small Debian with
- Milvus: the server 2.3.5 of the Python package, configured by environment variables as the real
  image is;
- etcd: Debian's (3.4);
- MinIO: the S3 of moto (in memory), which lets in only the user that the stack made (it does not
  check signatures);
- nginx: Debian's;
- pgvector: Debian's PostgreSQL 17 with pgvector, started as the image's entrypoint does it;
- the exporter: Debian's. They are tagged `stand-in`, so no real image is replaced:
  `MILVUS_VERSION=stand-in ETCD_VERSION=stand-in ... ./course up milvus`.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

PGVECTOR_PACKAGES = "postgresql-17,postgresql-17-pgvector,prometheus-postgres-exporter,wget"
MILVUS_PACKAGES = "etcd-server,etcd-client,curl,nginx-light,python3,ca-certificates,libgomp1"
MILVUS = """\
#!/bin/sh
cd /milvus
export LD_LIBRARY_PATH=/milvus/bin DEPLOY_MODE=STANDALONE ETCD_USE_EMBED=false
export COMMON_STORAGETYPE=minio PROXY_PORT=19530
mkdir -p /run/milvus
exec /milvus/bin/milvus "$@"
"""
MINIO = """\
#!/usr/bin/python3
import logging
import os
import sys

sys.path.insert(0, "/opt/moto")
from moto.server import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import run_simple

logging.getLogger("werkzeug").setLevel(logging.ERROR)
s3 = DomainDispatcherApplication(create_backend_app)
user = os.environ["MINIO_ROOT_USER"]
assert len(os.environ["MINIO_ROOT_PASSWORD"]) >= 8  # as MinIO asks


def guarded(environ, start_response):
    if environ["PATH_INFO"] == "/minio/health/live":
        start_response("200 OK", [])
        return [b""]
    if f"Credential={user}/" not in environ.get("HTTP_AUTHORIZATION", ""):
        start_response("403 Forbidden", [])
        return [b"<Error><Code>InvalidAccessKeyId</Code></Error>"]
    return s3(environ, start_response)


run_simple("0.0.0.0", 9000, guarded, threaded=True)
"""
MC = """\
#!/bin/sh
exec curl --silent --fail http://localhost:9000/minio/health/live
"""
POSTGRES = """\
#!/bin/sh
set -eu
export LANG=C.UTF-8
export PGDATA=/var/lib/postgresql/18/docker PATH=/usr/lib/postgresql/17/bin:$PATH
as="setpriv --reuid=postgres --regid=postgres --init-groups"
if [ ! -s "$PGDATA/PG_VERSION" ]; then
    mkdir -p "$PGDATA" /var/run/postgresql
    chown -R postgres:postgres /var/lib/postgresql /var/run/postgresql
    printf '%s\\n' "$POSTGRES_PASSWORD" >/tmp/password
    chown postgres /tmp/password
    $as initdb -U "$POSTGRES_USER" --pwfile=/tmp/password ${POSTGRES_INITDB_ARGS:-}
    rm /tmp/password
    echo "host all all all ${POSTGRES_HOST_AUTH_METHOD:-scram-sha-256}" >>"$PGDATA/pg_hba.conf"
    $as pg_ctl -w -o "-c listen_addresses=''" start
    export PGPASSWORD="$POSTGRES_PASSWORD"
    $as psql -v ON_ERROR_STOP=1 -U "$POSTGRES_USER" -d postgres -c "CREATE DATABASE $POSTGRES_DB"
    $as pg_ctl -w -m fast stop
fi
mkdir -p /var/run/postgresql
chown postgres:postgres /var/run/postgresql
exec $as /usr/lib/postgresql/17/bin/postgres "-clisten_addresses=*" "$@"
"""
MILVUS_IMAGES = {  # and what of the common root is left out of each
    "milvusdb/milvus": ("./opt/moto",),
    "minio/minio": ("./milvus",),
    "quay.io/coreos/etcd": ("./opt/moto", "./milvus"),
    "nginx": ("./opt/moto", "./milvus"),
}


PGVECTOR_IMAGES = ("pgvector/pgvector", "quay.io/prometheuscommunity/postgres-exporter")


def main(stacks: list[str]) -> int:
    """Build and tag the images of `stacks`; 1 if a command failed."""
    with tempfile.TemporaryDirectory(prefix="stand-ins-") as folder:
        try:
            for stack in stacks or BUILDERS:
                BUILDERS[stack](Path(folder) / stack)
        except subprocess.CalledProcessError as error:
            print(
                f"stand_ins: {' '.join(map(str, error.cmd))} ended with {error.returncode}",
                file=sys.stderr,
            )
            return 1
    return 0


def milvus_images(root: Path) -> None:
    """Milvus with its helpers."""
    debian(root, "bookworm", MILVUS_PACKAGES)
    milvus(root)
    minio(root)
    for name, without in MILVUS_IMAGES.items():
        image(root, name, without, 'CMD ["nginx", "-g", "daemon off;"]')


def pgvector_images(root: Path) -> None:
    """PostgreSQL with pgvector, and the exporter of its statistics."""
    debian(root, "trixie", PGVECTOR_PACKAGES)
    shutil.rmtree(root / "var/lib/postgresql")
    program(root / "usr/local/bin/postgres", POSTGRES)
    for name in PGVECTOR_IMAGES:
        image(root, name, (), 'CMD ["prometheus-postgres-exporter"]')


BUILDERS = {"milvus": milvus_images, "pgvector": pgvector_images}


def debian(root: Path, release: str, packages: str) -> None:
    """A small Debian with the servers that it has."""
    options = ["--no-check-gpg", "--variant=minbase", f"--include={packages}"]
    subprocess.run(["debootstrap", *options, release, root], check=True, stdout=subprocess.DEVNULL)
    for part in (
        "var/cache/apt/archives",
        "var/lib/apt/lists",
        "usr/share/doc",
        "usr/share/locale",
        "usr/share/man",
    ):
        shutil.rmtree(root / part, ignore_errors=True)


def milvus(root: Path) -> None:
    """The server of the Python package, unpacked, with data where the image has them."""
    import milvus as package  # noqa: PLC0415

    own = root / "own"
    config = package.MilvusServerConfig(data_dir=str(own))
    config.resolve()
    package._initialize_data_files(str(own))  # noqa: SLF001 (the package offers no other way)
    (root / "milvus").mkdir()
    (own / "bin").rename(root / "milvus" / "bin")
    (own / "configs").rename(root / "milvus" / "configs")
    settings = root / "milvus" / "configs" / "milvus.yaml"
    settings.write_text(settings.read_text().replace(str(own), "/var/lib/milvus"))
    shutil.rmtree(own)
    program(root / "usr/local/bin/milvus", MILVUS)


def minio(root: Path) -> None:
    """An S3 that answers as MinIO does, as far as Milvus asks."""
    command = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--python-version", "3.11"]
    subprocess.run([*command, "--target", root / "opt/moto", "moto[server,s3]"], check=True)
    program(root / "usr/local/bin/minio", MINIO)
    program(root / "usr/local/bin/mc", MC)


def program(path: Path, text: str) -> None:
    """A file to run."""
    path.write_text(text)
    path.chmod(0o755)


def image(root: Path, name: str, without: tuple[str, ...], command: str) -> None:
    """Hand the root to Docker as an image."""
    packed = subprocess.Popen(
        ["tar", "-C", root, *(f"--exclude={part}" for part in without), "-c", "."],
        stdout=subprocess.PIPE,
    )
    importing = ["docker", "import", "--change", command, "-", f"{name}:stand-in"]
    subprocess.run(importing, stdin=packed.stdout, check=True, stdout=subprocess.DEVNULL)
    if packed.wait():
        raise subprocess.CalledProcessError(packed.returncode, "tar")
    print(f"{name}:stand-in")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
