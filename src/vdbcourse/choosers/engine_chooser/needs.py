"""What a team needs of an engine, checked, and the memory that its vectors take."""

from dataclasses import dataclass, fields

from vdbcourse.choosers.validation import number, one_of, whole
from vdbcourse.errors import CourseError
from vdbcourse.facts import Book, Fact

PURPOSES = {
    "prototype": "a prototype",
    "product": "a product",
    "research": "research",
    "regulated": "a product in a regulated industry",
}
HOSTING = {
    "any": "anywhere",
    "own-hardware": "on our own hardware only",
    "managed": "managed by somebody else",
    "in-program": "inside our program, without a server",
}
FRAMEWORKS = {
    "none": "none",
    "langchain": "LangChain",
    "llamaindex": "LlamaIndex",
    "haystack": "Haystack",
}
BYTES_A_NUMBER = 4  # float32
MOST_VECTORS = 10**12


@dataclass(frozen=True)
class Needs:
    """The questions of the chooser; every default is the least demanding answer.

    `purpose`: one of `PURPOSES`; `hosting`: one of `HOSTING`; `framework`: one of `FRAMEWORKS`;
    `vectors`, `dimensions`, `tenants`
    (customers kept apart): whole numbers; `machine_gb`: memory of the largest machine you can get,
    in 10^9 bytes; `budget`: USD a month for software or service, without your own machines and
    people, None for no limit. Raises `CourseError` for impossible values.
    """

    purpose: str = "product"
    hosting: str = "any"
    vectors: int = 100_000
    dimensions: int = 384
    machine_gb: float = 16
    budget: float | None = None
    tenants: int = 1
    runs_servers: bool = True  # somebody can run a server: updates, backup, alarms at night
    runs_kubernetes: bool = False
    runs_postgres: bool = False
    filters: bool = False
    full_text: bool = False
    hybrid: bool = False
    vectorization: bool = False
    transactions: bool = False  # vectors and other data change together or not at all
    framework: str = "none"
    roles: bool = False  # not everybody may change everything
    sign_on: bool = False  # people sign in with the accounts of the company
    audit: bool = False  # somebody asks who did what
    guarantee: bool = False  # somebody must answer, or keep it up, by contract
    no_downtime: bool = False  # searches go on during an update
    way_out: bool = False  # you must be able to go on without the vendor

    def __post_init__(self) -> None:
        one_of("purpose", self.purpose, PURPOSES)
        one_of("hosting", self.hosting, HOSTING)
        one_of("framework", self.framework, FRAMEWORKS)
        whole("vectors", self.vectors, 1, MOST_VECTORS)
        whole("dimensions", self.dimensions, 1, MOST_VECTORS)
        whole("tenants", self.tenants, 1, MOST_VECTORS)
        number("machine_gb", self.machine_gb)
        if self.budget is not None:
            number("budget", self.budget, zero=True)
        for field in fields(self):
            value = getattr(self, field.name)
            if field.type is bool and not isinstance(value, bool):
                raise CourseError(f"{field.name}={value!r} is not a yes or no; use True or False.")
        if self.hosting == "own-hardware" and not self.runs_servers:
            raise CourseError(
                "Your own hardware needs somebody who runs the server on it. Set runs_servers=True,"
                " or choose another hosting."
            )
        if self.runs_kubernetes and not self.runs_servers:
            raise CourseError(
                "A team that runs Kubernetes can run a server. Set runs_servers=True too."
            )


@dataclass(frozen=True)
class Memory:
    """Estimated memory: the vectors alone, and with an index by the largest factor stated by a
    vendor.
    """

    raw_bytes: int
    factor: float
    fact: Fact  # that states the factor

    @property
    def total_bytes(self) -> float:
        """Vectors and index."""
        return self.raw_bytes * self.factor


def memory(needs: Needs, book: Book) -> Memory:
    """Memory of `needs.vectors` float32 vectors with index. The largest factor that a vendor states
    counts.
    """
    stated = [
        engine.facts["scaling"]
        for engine in book.engines.values()
        if "memory_factor" in engine.facts["scaling"].numbers
    ]
    largest = max(stated, key=lambda fact: fact.numbers["memory_factor"])
    return Memory(
        needs.vectors * needs.dimensions * BYTES_A_NUMBER, largest.numbers["memory_factor"], largest
    )
