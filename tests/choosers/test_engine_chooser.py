"""The chooser: every rule, the six scenarios, ties, open questions, bad needs, changed facts, and
the form.
"""

import math
import re
import subprocess
import sys
from dataclasses import replace

import pytest

from vdbcourse import facts
from vdbcourse.choosers import engine_chooser
from vdbcourse.choosers.engine_chooser import RULES, SCENARIOS, Needs, choose
from vdbcourse.errors import CourseError

ENGINES = ("milvus", "weaviate", "pinecone", "qdrant", "vespa", "pgvector")
SIGNS = {True: "y", False: "n", None: "?"}

# For each rule: needs that call for it, needs that do not, and what it says of the engines above
# (yes, no, not stated).
BIG = Needs(vectors=50_000_000, dimensions=768)
EXPECTED = {
    "own-hardware": (Needs(hosting="own-hardware"), Needs(), "yynyyy"),
    "managed": (Needs(hosting="managed"), Needs(), "yyyyyy"),
    "in-program": (Needs(hosting="in-program"), Needs(), "ynnyny"),
    "local-size": (Needs(hosting="in-program", vectors=20_001), Needs(vectors=20_001), "yyynyy"),
    "dimensions": (Needs(dimensions=20_001), None, "yyny?n"),
    "transactions": (Needs(transactions=True), Needs(), "nnnnny"),
    "vectorization": (Needs(vectorization=True), Needs(), "yyyyyn"),
    "tenants": (Needs(tenants=100_001), Needs(), "y?n???"),
    "budget": (
        Needs(budget=20, hosting="managed", vectors=400_000, dimensions=768),
        Needs(),
        "yny???",
    ),
    "data-with-you": (Needs(purpose="regulated"), Needs(), "yyyyyy"),
    "no-kubernetes": (
        replace(BIG, hosting="own-hardware"),
        replace(BIG, hosting="own-hardware", runs_kubernetes=True),
        "nyyyyy",
    ),
    "postgres": (Needs(runs_postgres=True), Needs(), "nnnnny"),
    "postgres-tools": (Needs(runs_postgres=True), Needs(), "nnnnny"),
    "shards": (BIG, replace(BIG, machine_gb=512), "yyyyyn"),
    "disk": (BIG, replace(BIG, machine_gb=512), "ynnynn"),
    "full-precision": (Needs(dimensions=3072), Needs(dimensions=2000), "yyyy?n"),
    "tenant-unit": (Needs(tenants=2), Needs(), "yyyyyn"),
    "filters": (Needs(filters=True), Needs(), "yyyyyn"),
    "bm25": (Needs(full_text=True), Needs(), "yyyyyn"),
    "released": (Needs(full_text=True), Needs(), "yynyyy"),
    "hybrid": (Needs(hybrid=True), Needs(full_text=True), "yyyyyn"),
    "runs-models": (Needs(vectorization=True), Needs(), "nyyyyn"),
    "pip": (Needs(purpose="prototype"), Needs(), "ynnyny"),
    "other-index": (Needs(purpose="research"), Needs(), "ynnnny"),
    "gpu": (Needs(purpose="research"), Needs(), "ynnnnn"),
    "open-source": (Needs(purpose="regulated"), Needs(), "ynnyyy"),
    "backup": (Needs(), Needs(purpose="research"), "yynyny"),
    "point-in-time": (Needs(purpose="regulated"), Needs(), "nnnnny"),
    "prometheus": (Needs(), Needs(purpose="research"), "yyyyyn"),
    "framework": (Needs(framework="haystack"), Needs(), "yyyyyy"),
    "roles": (Needs(roles=True), Needs(), "yyyyny"),
    "sign-on": (Needs(sign_on=True, hosting="own-hardware"), Needs(), "?y???y"),
    "audit": (Needs(audit=True, hosting="managed"), Needs(), "y?yyy?"),
    "guarantee": (Needs(guarantee=True), Needs(), "?y?yy?"),
    "no-downtime": (Needs(no_downtime=True), Needs(), "?yyyyn"),
    "way-out": (Needs(way_out=True), Needs(), "ynnyyy"),
}


def reasons(needs, rule, book=None):
    """What the rule says of each engine; empty if it is not asked."""
    assessed = choose(needs, book).assessments
    return {
        one.engine.key: reason
        for one in assessed
        for reason in one.reasons
        if reason.rule.key == rule
    }


WEIGHTS = {
    **dict.fromkeys(
        [
            "own-hardware",
            "managed",
            "in-program",
            "local-size",
            "dimensions",
            "transactions",
            "vectorization",
        ],
        0,
    ),
    **dict.fromkeys(["tenants", "budget", "data-with-you", "no-kubernetes"], 0),
    **dict.fromkeys(
        [
            "disk",
            "full-precision",
            "bm25",
            "released",
            "runs-models",
            "gpu",
            "backup",
            "point-in-time",
            "prometheus",
            "framework",
            "roles",
            "guarantee",
            "no-downtime",
        ],
        1,
    ),
    **dict.fromkeys(
        ["postgres-tools", "tenant-unit", "filters", "hybrid", "pip", "other-index", "open-source"],
        2,
    ),
    **dict.fromkeys(
        ["sign-on", "audit", "way-out"],
        2,
    ),
    **dict.fromkeys(["postgres", "shards"], 3),
}

# ---- every rule


def test_every_rule_has_a_case_and_holds_for_somebody():
    assert [rule.key for rule in RULES] == list(EXPECTED)
    assert all("y" in signs for _, _, signs in EXPECTED.values())


@pytest.mark.parametrize("key", EXPECTED)
def test_a_rule_says_of_each_engine_what_its_facts_say(key):
    found = reasons(EXPECTED[key][0], key)
    assert "".join(SIGNS[found[engine].holds] for engine in ENGINES) == EXPECTED[key][2]


@pytest.mark.parametrize("key", [key for key in EXPECTED if EXPECTED[key][1]])
def test_a_rule_is_asked_only_when_the_needs_call_for_it(key):
    assert reasons(EXPECTED[key][1], key) == {}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.key)
def test_a_rule_decides_the_ranks(rule):
    """Without it, somebody would rank otherwise: a condition rules out who fails it, the others add
    their weight.
    """
    needs = EXPECTED[rule.key][0]
    with_it = {one.engine.key: one for one in choose(needs).assessments}
    without = {
        one.engine.key: one
        for one in choose(needs, rules=[one for one in RULES if one is not rule]).assessments
    }
    for engine, reason in reasons(needs, rule.key).items():
        assert with_it[engine].points - without[engine].points == (
            rule.weight if reason.holds else 0
        )
        if rule.weight == 0 and reason.holds is False:
            assert with_it[engine].ruled_out
        assert len(with_it[engine].open_questions) - len(without[engine].open_questions) == (
            reason.holds is None
        )


def test_the_weights_are_the_ones_that_the_lesson_shows():
    assert {rule.key: rule.weight for rule in RULES} == WEIGHTS


@pytest.mark.parametrize("key", ["managed", "data-with-you"])
def test_a_condition_that_all_engines_meet_today_rules_out_one_that_no_longer_does(key):
    book = facts.book().changed("qdrant", "hosting", tags=())
    found = {one.engine.key: one.ruled_out for one in choose(EXPECTED[key][0], book).assessments}
    assert found == {engine: engine == "qdrant" for engine in ENGINES}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.key)
def test_a_reason_carries_the_facts_that_its_rule_names(rule):
    for engine, reason in reasons(EXPECTED[rule.key][0], rule.key).items():
        assert reason.facts == tuple(facts.fact(engine, feature) for feature in rule.features)


def test_a_rule_sees_only_the_facts_that_it_names():
    nosy = engine_chooser.Rule(
        "nosy",
        "looks elsewhere",
        ("licence",),
        1,
        lambda case: True,
        lambda found, case: bool(found["pricing"]),
    )
    with pytest.raises(KeyError):
        choose(Needs(), rules=[nosy])


@pytest.mark.parametrize(
    ("budget", "needs", "signs"),
    [
        # 100,000 x 384 fits every free offer that has a size; Vespa has a trial only, a PostgreSQL
        # provider's price is not stated
        (0, Needs(hosting="managed"), "yyyyn?"),
        (0, Needs(hosting="managed", vectors=100_001), "ynyyn?"),  # Weaviate: 100,000 objects
        (
            0,
            Needs(hosting="managed", vectors=100_000, dimensions=2000),
            "ynynn?",
        ),  # 1.2 GB with index; Pinecone and Milvus still fit
        (
            0,
            Needs(hosting="managed", vectors=700_000, dimensions=768),
            "ynnnn?",
        ),  # above Pinecone's 2 GB
        (0, Needs(hosting="managed", vectors=2_000_000, dimensions=768), "nnnnn?"),
        (45, Needs(hosting="managed", vectors=2_000_000, dimensions=768), "?yy???"),
        (44, Needs(hosting="managed", vectors=2_000_000, dimensions=768), "?ny???"),
        (
            0,
            Needs(vectors=2_000_000, dimensions=768),
            "yynyyy",
        ),  # free software on a server of one's own
        (
            0,
            Needs(vectors=2_000_000, dimensions=768, runs_servers=False),
            "nnnnn?",
        ),  # nobody runs one
        (
            0,
            Needs(vectors=2_000_000, dimensions=768, runs_servers=False, purpose="prototype"),
            "ynnyny",
        ),  # in the program
    ],
)
def test_what_fits_the_budget(budget, needs, signs):
    found = reasons(replace(needs, budget=budget), "budget")
    assert "".join(SIGNS[found[engine].holds] for engine in ENGINES) == signs


def test_a_vendors_cloud_embeds_only_where_it_may_be_used():
    anywhere = reasons(Needs(vectorization=True), "vectorization")
    own = reasons(Needs(vectorization=True, hosting="own-hardware"), "vectorization")
    assert anywhere["qdrant"].holds
    assert own["qdrant"].holds is False
    assert own["vespa"].holds


@pytest.mark.parametrize(
    ("hosting", "signs"),
    [
        ("any", "yyyyyy"),
        ("managed", "y?yyy?"),
        ("own-hardware", "?y???y"),
        ("in-program", "?y???y"),
    ],
)
def test_a_document_on_another_place_is_no_answer_for_this_one(hosting, signs):
    found = reasons(Needs(sign_on=True, hosting=hosting), "sign-on")
    assert "".join(SIGNS[found[engine].holds] for engine in ENGINES) == signs


def test_a_guarantee_for_the_cloud_is_none_for_a_server_of_your_own():
    own = reasons(Needs(guarantee=True, hosting="own-hardware"), "guarantee")
    assert [engine for engine in ENGINES if own[engine].holds] == ["weaviate"]


def test_a_fact_that_all_engines_share_decides_nothing_until_one_loses_it():
    book = facts.book().changed("milvus", "ecosystem", tags=("langchain",))
    assert reasons(Needs(framework="langchain"), "framework", book)["milvus"].holds
    assert reasons(Needs(framework="haystack"), "framework", book)["milvus"].holds is False


def test_needs_of_a_company_turn_the_enterprise_from_milvus():
    """The change that the lesson works through."""
    strict = replace(
        SCENARIOS["enterprise"].needs,
        roles=True,
        sign_on=True,
        audit=True,
        guarantee=True,
        no_downtime=True,
    )
    answer = choose(strict)
    assert answer.winners == ("weaviate",)
    assert [reason.rule.key for reason in answer.assessments[0].open_questions] == ["tenants"]


@pytest.mark.parametrize(
    ("scenario", "change", "winners"),
    [
        ("medium-business", "you must be able to go on without the vendor", ("qdrant",)),
        ("enterprise", "nobody is left who runs Kubernetes", ("qdrant",)),
    ],
)
def test_lock_in_and_expertise_are_reasons_to_reconsider(scenario, change, winners):
    changes = {one.text: one.winners for one in choose(SCENARIOS[scenario].needs).reconsider}
    assert changes[change] == winners


# ---- the scenarios


@pytest.mark.parametrize(
    ("key", "winners", "runners_up"),
    [
        ("startup", ("milvus", "qdrant"), ("pinecone",)),
        ("medium-business", ("weaviate",), ("qdrant",)),
        ("enterprise", ("milvus",), ("qdrant",)),
        ("research", ("milvus",), ("pgvector",)),
        ("regulated", ("pgvector",), ()),
        ("postgres", ("pgvector",), ("milvus", "weaviate", "qdrant")),
    ],
)
def test_a_scenario_gets_its_engine(key, winners, runners_up):
    answer = choose(SCENARIOS[key].needs)
    assert (answer.winners, answer.runners_up) == (winners, runners_up)


def test_there_are_the_six_scenarios():
    assert len(SCENARIOS) == 6
    assert all(scenario.title and scenario.story for scenario in SCENARIOS.values())


@pytest.mark.parametrize("key", SCENARIOS)
def test_a_scenario_says_why_with_facts_sources_and_days(key):
    answer = choose(SCENARIOS[key].needs)
    for engine in ENGINES:
        why = answer.why(engine)
        page, text = why._repr_html_(), re.sub(r"\s+", " ", repr(why))
        for reason in why.assessment.reasons:
            assert reason.rule.text in text
            for fact in reason.facts:
                assert f"{fact.label}: {fact.value} [" in text
                assert all(source.url in page and source.url in text for source in fact.sources)
        assert page.count("checked 2026-") == sum(
            len(reason.facts) for reason in why.assessment.reasons
        )


@pytest.mark.parametrize("key", SCENARIOS)
def test_a_scenario_says_when_to_reconsider(key):
    answer = choose(SCENARIOS[key].needs)
    assert answer.reconsider
    for change in answer.reconsider:
        assert choose(change.needs).winners == change.winners != answer.winners
        assert change.text in re.sub(r"\s+", " ", repr(answer))


# ---- the answer


def test_a_tie_is_shown_as_a_tie():
    answer = choose(SCENARIOS["startup"].needs)
    assert repr(answer).startswith(
        "Recommendation: Milvus or Qdrant, a tie that the facts do not decide. Next: Pinecone."
    )


def test_what_is_not_stated_is_to_be_asked_first():
    needs = replace(SCENARIOS["medium-business"].needs, vectors=50_000_000)
    answer = choose(needs)
    assert answer.winners == ("qdrant",)
    assert "Not stated, so ask first: that Qdrant costs no more than your budget." in re.sub(
        r"\s+", " ", repr(answer)
    )


def test_an_open_question_loses_a_tie():
    answer = choose(SCENARIOS["enterprise"].needs)
    milvus, qdrant = answer.assessments[:2]
    assert milvus.points == qdrant.points
    assert [reason.rule.key for reason in qdrant.open_questions] == ["tenants"]
    assert answer.winners == ("milvus",)


def test_when_nothing_fits_the_answer_says_what_rules_each_engine_out():
    answer = choose(Needs(transactions=True, vectorization=True))
    assert answer.winners == answer.runners_up == ()
    assert repr(answer).startswith("No engine meets all conditions.")
    assert "pgvector: ruled out; not met: turns text into vectors for you" in repr(answer)
    assert "Milvus: ruled out; not met: changes vectors and other data in one transaction" in repr(
        answer
    )


def test_the_memory_is_computed_and_its_factor_has_a_source():
    answer = choose(Needs(vectors=1_000_000, dimensions=1024))
    assert answer.memory.raw_bytes == 4_096_000_000
    assert answer.memory.factor == facts.fact("qdrant", "scaling").numbers["memory_factor"] == 1.5
    assert answer.memory.total_bytes == 6_144_000_000
    shown = re.sub(r"\s+", " ", repr(answer))
    assert (
        "1,000,000 vectors x 1,024 dimensions x 4 bytes = 4.10 GB; 1.5 times that with an index ="
        " 6.14 GB" in shown
    )
    assert "https://qdrant.tech/documentation/capacity-planning/" in repr(answer)


def test_the_page_is_short_and_the_full_one_holds_every_fact():
    answer = choose(SCENARIOS["enterprise"].needs)
    from vdbcourse.choosers.engine_chooser import display

    short, full = display.page(answer), display.page(answer, full=True)
    assert len(short) < 6000
    assert short.count("<details>") == 0
    assert full.count("<details>") == len(ENGINES)
    asked = sum(len(reason.facts) for one in answer.assessments for reason in one.reasons)
    assert full.count("checked 2026-") == asked + 1  # and the one of the memory's factor


def test_why_of_an_unknown_engine():
    with pytest.raises(CourseError, match="There is no engine 'milvs'. Did you mean 'milvus'?"):
        choose(Needs()).why("milvs")


# ---- facts decide


@pytest.mark.parametrize(
    ("engine", "feature", "parts", "scenario", "winners"),
    [
        ("qdrant", "consistency", {"tags": ("acid",)}, "regulated", ("qdrant",)),
        (
            "qdrant",
            "multi_tenancy",
            {"tags": ("tenant-unit",), "numbers": {"tenants": 10_000}},
            "enterprise",
            ("milvus", "qdrant"),
        ),
        ("milvus", "local_mode", {"tags": ("container",)}, "startup", ("qdrant",)),
        (
            "weaviate",
            "pricing",
            {"tags": ("usage",), "numbers": {"minimum_usd": 51}},
            "medium-business",
            ("qdrant",),
        ),
        (
            "pgvector",
            "hosting",
            {"tags": ("own-hardware",)},
            "postgres",
            ("milvus", "weaviate", "qdrant"),
        ),
        (
            "pgvector",
            "index_types",
            {"tags": ("hnsw", "ivf", "gpu")},
            "research",
            ("milvus", "pgvector"),
        ),
    ],
)
def test_a_changed_fact_turns_the_answer(engine, feature, parts, scenario, winners):
    needs = SCENARIOS[scenario].needs
    assert choose(needs).winners != winners
    assert choose(needs, facts.book().changed(engine, feature, **parts)).winners == winners


# ---- needs that cannot be


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"vectors": -1}, "vectors=-1 is not possible. Give a number from 1 to"),
        ({"vectors": 0}, "vectors=0 is not possible"),
        ({"vectors": 1e6}, "vectors=1000000.0 is not a whole number"),
        ({"vectors": True}, "vectors=True is not a whole number"),
        ({"vectors": 10**13}, "vectors=10,000,000,000,000 is not possible"),
        ({"dimensions": 0}, "dimensions=0 is not possible"),
        ({"dimensions": math.nan}, "dimensions=nan is not a whole number"),
        ({"tenants": "many"}, "tenants='many' is not a whole number"),
        ({"budget": -5}, "budget=-5 is not possible. Give a number of at least 0."),
        ({"budget": math.nan}, "budget=nan is not a number"),
        ({"budget": math.inf}, "budget=inf is not a number"),
        ({"machine_gb": 0}, "machine_gb=0 is not possible. Give a number above 0."),
        (
            {"purpose": "fun"},
            "purpose='fun' is not known. Use one of: prototype, product, research, regulated.",
        ),
        ({"hosting": "moon"}, "hosting='moon' is not known. Use one of: any, own-hardware"),
        ({"filters": "yes"}, "filters='yes' is not a yes or no"),
        (
            {"hosting": "own-hardware", "runs_servers": False},
            "Your own hardware needs somebody who runs the server on it.",
        ),
        (
            {"runs_kubernetes": True, "runs_servers": False},
            "A team that runs Kubernetes can run a server.",
        ),
    ],
)
def test_needs_that_cannot_be_are_refused(wrong, message):
    with pytest.raises(CourseError, match=re.escape(message)):
        Needs(**wrong)


def test_dimensions_above_every_stated_maximum_are_refused():
    assert choose(Needs(dimensions=65_536)).winners == ("qdrant",)
    with pytest.raises(
        CourseError,
        match=r"dimensions=65,537 is above every maximum .* the largest is 65,536 \(Qdrant\)",
    ):
        choose(Needs(dimensions=65_537))


# ---- the form


def test_the_package_is_light_until_the_form_is_asked_for():
    code = (
        "import sys; from vdbcourse.choosers import engine_chooser;"
        " print({'ipywidgets', 'yaml', 'jsonschema',"
        " 'pandas'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_a_fresh_form_answers_the_default_needs():
    form = engine_chooser.form()
    assert form.needs() == Needs()
    assert form.answer.value == answer_page(Needs())


def answer_page(needs):
    from vdbcourse.choosers.engine_chooser import display

    return display.page(choose(needs), full=True)


@pytest.mark.parametrize("key", SCENARIOS)
def test_the_form_starts_from_a_scenario(key):
    form = engine_chooser.form()
    form.preset.value = key
    assert form.needs() == SCENARIOS[key].needs
    assert form.answer.value == answer_page(SCENARIOS[key].needs)


def test_a_change_of_a_field_changes_the_answer():
    form = engine_chooser.form()
    form.preset.value = "postgres"
    assert "Recommendation: pgvector." in form.answer.value
    form.fields["vectors"].value = "10 000 000"
    assert "Recommendation: Milvus or Qdrant, a tie" in form.answer.value
    form.fields["transactions"].value = True
    assert "Recommendation: pgvector." in form.answer.value


@pytest.mark.parametrize(
    ("field", "typed", "message"),
    [
        (
            "vectors",
            "many",
            (
                "How many vectors?: &#x27;many&#x27; is not a whole number. Write digits, for"
                " example 1,000,000."
            ),
        ),
        ("vectors", "-5", "vectors=-5 is not possible"),
        ("vectors", "", "is not a whole number"),
        ("dimensions", "0", "dimensions=0 is not possible"),
        ("dimensions", "70000", "is above every maximum"),
        ("budget", "nan", "budget=nan is not a number"),
        ("budget", "cheap", "is not a number. Write digits, for example 12.5"),
        ("machine_gb", "", "machine_gb=None is not a number"),
    ],
)
def test_a_bad_number_is_told_and_can_be_mended(field, typed, message):
    form = engine_chooser.form()
    before, good = form.answer.value, form.fields[field].value
    form.fields[field].value = typed
    assert "role='alert'" in form.answer.value
    assert message in form.answer.value
    assert "<table>" not in form.answer.value
    form.fields[field].value = good
    assert form.answer.value == before


def test_an_empty_budget_is_no_limit():
    form = engine_chooser.form()
    form.fields["budget"].value = "0"
    assert form.needs().budget == 0
    form.fields["budget"].value = " "
    assert form.needs().budget is None


def test_every_need_has_a_labelled_field():
    form = engine_chooser.form()
    assert set(form.fields) == set(Needs.__dataclass_fields__)
    labels = [field.description for field in (form.preset, *form.fields.values())]
    assert all(labels)
    assert len(set(labels)) == len(labels)


def test_without_a_kernel_a_notebook_shows_what_to_do():
    assert (
        engine_chooser.form()._repr_mimebundle_()["text/plain"]
        == "The chooser as a form. Run this cell in JupyterLab to use it."
    )
