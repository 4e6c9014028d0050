"""The rules: when each applies, which facts decide it, and what it weighs.

A rule with weight 0 is a condition: an engine whose facts say no is ruled out. The others give
their weight in points. Whether a need counts and how much is our judgement, for you to read and
change here; whether an engine meets it is decided only by tags and numbers of facts. What the facts
do not say is neither yes nor no: it stays an open question.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from vdbcourse.choosers.core import CONDITION
from vdbcourse.choosers.engine_chooser.needs import Memory, Needs
from vdbcourse.facts import Book, Fact

Facts = Mapping[str, Fact]  # of one engine, by feature; only those that the rule names


@dataclass(frozen=True)
class Case:
    """Needs and what follows from them."""

    needs: Needs
    memory: Memory
    book: Book

    @property
    def too_big(self) -> bool:
        """Do the vectors with their index exceed the largest machine?"""
        return self.memory.total_bytes > self.needs.machine_gb * 1e9

    @property
    def shortest_index(self) -> float:
        """The smallest of the maximum dimensions that engines state for an index in
        full precision.
        """
        stated = (
            engine.facts["max_dimensions"].numbers.get("indexed")
            for engine in self.book.engines.values()
        )
        return min(number for number in stated if number)


@dataclass(frozen=True)
class Rule:
    """One rule. `text` completes "the engine ..."; `holds` says yes, no, or None if the facts do
    not say.
    """

    key: str
    text: str
    features: tuple[str, ...]
    weight: int
    applies: Callable[[Case], bool]
    holds: Callable[[Facts, Case], bool | None]


def tagged(feature: str, *tags: str) -> Callable[[Facts, Case], bool | None]:
    """Holds if the fact has one of the tags; None if its sources do not say."""

    def holds(facts: Facts, case: Case) -> bool | None:
        fact = facts[feature]
        return True if set(tags) & set(fact.tags) else (False if fact.stated else None)

    return holds


def untagged(feature: str, tag: str) -> Callable[[Facts, Case], bool | None]:
    """Holds if the fact does not have the tag; None if its sources do not say."""

    def holds(facts: Facts, case: Case) -> bool | None:
        return None if not facts[feature].stated else tag not in facts[feature].tags

    return holds


def big_enough(
    feature: str, names: tuple[str, ...], need: str, silent: bool | None
) -> Callable[[Facts, Case], bool | None]:
    """Holds if the largest of the named numbers reaches the need `need`; `silent` if none is
    stated.
    """

    def holds(facts: Facts, case: Case) -> bool | None:
        stated = [facts[feature].numbers[name] for name in names if name in facts[feature].numbers]
        return max(stated) >= getattr(case.needs, need) if stated else silent

    return holds


def affordable(facts: Facts, case: Case) -> bool | None:
    """Free software that the team can run itself, a free managed offer that is large enough, or a
    plan within the budget.
    """
    pricing, needs = facts["pricing"], case.needs
    budget = math.inf if needs.budget is None else needs.budget
    small = needs.hosting == "in-program" or needs.purpose in ("prototype", "research")
    on_a_server = needs.runs_servers and "own-hardware" in facts["hosting"].tags
    in_program = small and "from-pip" in facts["local_mode"].tags
    if (
        "free-software" in pricing.tags
        and needs.hosting != "managed"
        and (on_a_server or in_program)
    ):
        return True
    sizes = {
        "free_vectors": needs.vectors,
        "free_bytes": case.memory.raw_bytes,
        "free_memory": case.memory.total_bytes,
    }
    limits = {name: number for name, number in pricing.numbers.items() if name in sizes}
    if limits and all(sizes[name] <= number for name, number in limits.items()):
        return True
    cheapest = pricing.numbers.get("minimum_usd")
    if cheapest is not None:
        return cheapest <= budget
    # Beyond the free offer there is a price, which is not stated.
    paid = bool(limits) or "trial" in pricing.tags
    return False if paid and budget == 0 else None


def postgres_tools(facts: Facts, case: Case) -> bool | None:
    """PostgreSQL's own tools for both."""
    answers = [
        tagged(feature, "postgres-tools")(facts, case) for feature in ("backup", "monitoring")
    ]
    return None if None in answers else all(answers)


def documented_where_it_runs(
    feature: str, prefix: str = ""
) -> Callable[[Facts, Case], bool | None]:
    """Holds if the fact says so for the place where the engine may run. Documents that speak of
    another place only do not deny it for this one, so that stays open.
    """

    def holds(facts: Facts, case: Case) -> bool | None:
        places = {"any": ("own-server", "managed"), "managed": ("managed",)}
        tags = {prefix + place for place in places.get(case.needs.hosting, ("own-server",))}
        return True if tags & {*facts[feature].tags} else None

    return holds


def connected(facts: Facts, case: Case) -> bool | None:
    """A connector of the framework that the team uses."""
    return tagged("ecosystem", case.needs.framework)(facts, case)


def survives_the_vendor(facts: Facts, case: Case) -> bool | None:
    """Open source as a whole, on machines of your own."""
    answers = [
        tagged("licence", "open-source")(facts, case),
        tagged("hosting", "own-hardware")(facts, case),
    ]
    return None if None in answers else all(answers)


def embeds_here(facts: Facts, case: Case) -> bool | None:
    """In the engine; or in the vendor's cloud, if that may be used."""
    cloud = case.needs.hosting in ("any", "managed")
    return tagged("vectorization", "in-engine", *(["in-cloud"] if cloud else []))(facts, case)


RULES = (
    Rule("own-hardware", "runs on hardware of your own", ("hosting",), CONDITION,
         lambda case: case.needs.hosting == "own-hardware", tagged("hosting", "own-hardware")),
    Rule("managed", "is sold as a managed service", ("hosting",), CONDITION,
         lambda case: case.needs.hosting == "managed", tagged("hosting", "managed")),
    Rule("in-program", "comes as a Python package and starts from your program",
         ("local_mode",), CONDITION,
         lambda case: case.needs.hosting == "in-program", tagged("local_mode", "from-pip")),
    Rule("local-size", "has a local mode that is meant for so many vectors",
         ("local_mode",), CONDITION,
         lambda case: case.needs.hosting == "in-program",
         big_enough("local_mode", ("vectors",), "vectors", silent=True)),
    Rule("dimensions", "has an index for vectors of this length", ("max_dimensions",), CONDITION,
         lambda case: True,
         big_enough("max_dimensions", ("indexed", "indexed_half"), "dimensions", silent=None)),
    Rule("transactions", "changes vectors and other data in one transaction",
         ("consistency",), CONDITION,
         lambda case: case.needs.transactions, tagged("consistency", "acid")),
    Rule("vectorization", "turns text into vectors for you", ("vectorization",), CONDITION,
         lambda case: case.needs.vectorization, embeds_here),
    Rule("tenants", "documents room for so many tenants", ("multi_tenancy",), CONDITION,
         lambda case: case.needs.tenants > 1,
         big_enough("multi_tenancy", ("tenants",), "tenants", silent=None)),
    Rule("budget", "costs no more than your budget",
         ("pricing", "hosting", "local_mode"), CONDITION,
         lambda case: case.needs.budget is not None, affordable),
    Rule("data-with-you", "keeps the data on your hardware or in your cloud account",
         ("hosting",), CONDITION,
         lambda case: case.needs.purpose == "regulated",
         tagged("hosting", "own-hardware", "own-cloud-account")),
    Rule("no-kubernetes", "spreads over your machines without Kubernetes", ("scaling",), CONDITION,
         lambda case: (case.too_big and case.needs.hosting == "own-hardware"
                       and not case.needs.runs_kubernetes),
         untagged("scaling", "needs-kubernetes")),
    Rule("postgres", "is an extension of the PostgreSQL that you run", ("hosting",), 3,
         lambda case: case.needs.runs_postgres, tagged("hosting", "postgres-extension")),
    Rule("postgres-tools", "is backed up and watched with the PostgreSQL tools that you have",
         ("backup", "monitoring"), 2,
         lambda case: case.needs.runs_postgres, postgres_tools),
    Rule("shards", "spreads a collection over several machines by itself", ("scaling",), 3,
         lambda case: case.too_big, tagged("scaling", "shards")),
    Rule("disk", "can keep vectors or index on disk", ("index_types",), 1,
         lambda case: case.too_big, tagged("index_types", "disk")),
    Rule("full-precision", "indexes vectors of this length in full precision",
         ("max_dimensions",), 1,
         lambda case: case.needs.dimensions > case.shortest_index,
         big_enough("max_dimensions", ("indexed",), "dimensions", silent=None)),
    Rule("tenant-unit", "has a unit made for tenants", ("multi_tenancy",), 2,
         lambda case: case.needs.tenants > 1, tagged("multi_tenancy", "tenant-unit")),
    Rule("filters", "applies a filter before or while it walks the index", ("filtering",), 2,
         lambda case: case.needs.filters, tagged("filtering", "filter-first")),
    Rule("bm25", "ranks keyword hits by BM25", ("full_text",), 1,
         lambda case: case.needs.full_text or case.needs.hybrid, tagged("full_text", "bm25")),
    Rule("released", "has a keyword search that is no preview", ("full_text",), 1,
         lambda case: case.needs.full_text or case.needs.hybrid, untagged("full_text", "preview")),
    Rule("hybrid", "merges keyword and vector hits in one request", ("hybrid",), 2,
         lambda case: case.needs.hybrid, tagged("hybrid", "one-request")),
    Rule("runs-models", "runs the embedding model itself, without a second provider",
         ("vectorization",), 1,
         lambda case: case.needs.vectorization, tagged("vectorization", "runs-models")),
    Rule("pip", "starts from a Python package, without a server", ("local_mode",), 2,
         lambda case: case.needs.purpose in ("prototype", "research"),
         tagged("local_mode", "from-pip")),
    Rule("other-index", "has inverted lists beside the graph index", ("index_types",), 2,
         lambda case: case.needs.purpose == "research", tagged("index_types", "ivf")),
    Rule("gpu", "has an index for graphics cards", ("index_types",), 1,
         lambda case: case.needs.purpose == "research", tagged("index_types", "gpu")),
    Rule("open-source", "is open source as a whole", ("licence",), 2,
         lambda case: case.needs.purpose in ("research", "regulated"),
         tagged("licence", "open-source")),
    Rule("backup", "documents a tool or command that backs up and restores", ("backup",), 1,
         lambda case: case.needs.purpose in ("product", "regulated"),
         tagged("backup", "documented")),
    Rule("point-in-time", "can restore the state of any moment", ("backup",), 1,
         lambda case: case.needs.purpose == "regulated", tagged("backup", "point-in-time")),
    Rule("prometheus", "gives metrics in Prometheus format", ("monitoring",), 1,
         lambda case: case.needs.purpose in ("product", "regulated"),
         tagged("monitoring", "prometheus")),
    Rule("framework", "has a connector for your framework", ("ecosystem",), 1,
         lambda case: case.needs.framework != "none", connected),
    Rule("roles", "knows roles or keys with fewer rights", ("roles",), 1,
         lambda case: case.needs.roles, tagged("roles", "in-engine")),
    Rule("sign-on", "lets people sign in with the accounts of your company", ("sign_on",), 2,
         lambda case: case.needs.sign_on, documented_where_it_runs("sign_on")),
    Rule("audit", "records who did what", ("audit",), 2,
         lambda case: case.needs.audit, documented_where_it_runs("audit")),
    Rule("guarantee", "comes with a guaranteed response time or uptime, for money",
         ("support",), 1,
         lambda case: case.needs.guarantee,
         documented_where_it_runs("support", prefix="guaranteed-")),
    Rule("no-downtime", "keeps serving while it is updated", ("updates",), 1,
         lambda case: case.needs.no_downtime,
         tagged("updates", "no-downtime", "by-service")),
    Rule("way-out", "runs on without its vendor: open source, on hardware of your own",
         ("licence", "hosting"), 2,
         lambda case: case.needs.way_out, survives_the_vendor),
)  # fmt: skip
