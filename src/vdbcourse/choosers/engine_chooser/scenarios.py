"""Six typical teams and their needs, to start from."""

from dataclasses import dataclass

from vdbcourse.choosers.engine_chooser.needs import Needs


@dataclass(frozen=True)
class Scenario:
    """A team in words, and as needs."""

    title: str
    story: str
    needs: Needs


SCENARIOS = {
    "startup": Scenario(
        "Start-up with a first version",
        "Three developers want to show something next week. Nobody looks after servers, nothing may"
        " be paid yet.",
        Needs(
            purpose="prototype",
            hosting="managed",
            vectors=200_000,
            dimensions=768,
            budget=0,
            runs_servers=False,
            filters=True,
            hybrid=True,
        ),
    ),
    "medium-business": Scenario(
        "Small or medium business",
        "A shop puts search into its site. It has no machine learning people, so text goes in, and"
        " a small monthly bill is fine.",
        Needs(
            hosting="managed",
            vectors=500_000,
            dimensions=384,
            budget=50,
            runs_servers=False,
            filters=True,
            hybrid=True,
            vectorization=True,
        ),
    ),
    "enterprise": Scenario(
        "Enterprise",
        "A company with a data centre and a Kubernetes team serves hundreds of departments that"
        " must not see each other's rows.",
        Needs(
            hosting="own-hardware",
            vectors=200_000_000,
            dimensions=768,
            machine_gb=256,
            tenants=500,
            runs_kubernetes=True,
            filters=True,
            hybrid=True,
        ),
    ),
    "research": Scenario(
        "Research group",
        "A laboratory compares index types on one server and publishes its notebooks. There is no"
        " money for services.",
        Needs(purpose="research", vectors=2_000_000, dimensions=768, machine_gb=64, budget=0),
    ),
    "regulated": Scenario(
        "Regulated industry",
        "A clinic keeps records on its own machines. A record and its vector change together or not"
        " at all.",
        Needs(
            purpose="regulated",
            hosting="own-hardware",
            vectors=1_000_000,
            dimensions=768,
            machine_gb=64,
            filters=True,
            transactions=True,
        ),
    ),
    "postgres": Scenario(
        "We already run PostgreSQL",
        "The rows to be searched are in PostgreSQL already, and somebody looks after it.",
        Needs(
            vectors=1_000_000,
            dimensions=384,
            budget=0,
            runs_postgres=True,
            filters=True,
            full_text=True,
        ),
    ),
}
