"""Answers that prove the check of `score` in exercise 11_operators_and_indexes."""

from vdbcourse.authoring.proof.answers import right, wrong


def true_score(metric, distance):
    """As the solution."""
    if metric in ("l2", "l1"):
        return 1 / (1 + distance)
    return {"cosine": 1 - distance, "inner product": -distance}[metric]


@wrong("1 - distance for all", says="nothing is subtracted from 1")
def score(metric, distance):
    return 1 - distance


@wrong("1 - distance for all but the inner product", says="negative for a distance above 1")
def score(metric, distance):
    return -distance if metric == "inner product" else 1 - distance


@wrong("the popular percentage", says="squeezes the cosine similarity into 0 to 1")
def score(metric, distance):
    return 1 - distance / 2 if metric == "cosine" else true_score(metric, distance)


@wrong("the percentage fed with L2", says="fed with L2 it is right at both ends only")
def score(metric, distance):
    return 1 - distance / 2 if metric == "l2" else true_score(metric, distance)


@wrong("the sign of the inner product kept", says="the best film has the lowest score")
def score(metric, distance):
    return distance if metric == "inner product" else true_score(metric, distance)


@wrong("the convention for all", says="is for distances without an exact score")
def score(metric, distance):
    return 1 / (1 + distance)


@wrong("the cosine cut off at 0", says="Do not cut it off")
def score(metric, distance):
    return max(0.0, 1 - distance) if metric == "cosine" else true_score(metric, distance)


@wrong("the inner product cut off at 0", says="also a negative one")
def score(metric, distance):
    return max(0.0, -distance) if metric == "inner product" else true_score(metric, distance)


@wrong("the distance returned", says="small for what is near")
def score(metric, distance):
    return distance


@right("a dict of functions")
def score(metric, distance):
    by_metric = {"cosine": lambda d: 1 - d, "inner product": lambda d: -d}
    return by_metric.get(metric, lambda d: 1 / (1 + d))(distance)


@right("match, and another form of the convention")
def score(metric, distance):
    match metric:
        case "cosine":
            return 1.0 - distance
        case "inner product":
            return 0.0 - distance
        case _:
            return 1 - distance / (1 + distance)
