"""Answers to exercise 02 that prove its checks: misconceptions, each with words of its message, and
other right answers.
"""

import html
import math
import re
import unicodedata
from html.parser import HTMLParser

import numpy as np

from vdbcourse import embedding
from vdbcourse.authoring.proof.answers import equivalent, right, wrong

INVISIBLE = "\u200b\u2060\ufeff\u00ad"

# --- separation -----------------------------------------------------------------------------------


@wrong("separation", "inner product for cosine", says="50 is the inner product")
def separation(same, different):
    def mean_product(pairs):
        return np.mean([np.dot(a, b) for a, b in pairs])

    return mean_product(same) - mean_product(different)


@wrong("separation", "distances for cosines", says="That comes from distances")
def separation(same, different):
    def mean_distance(pairs):
        return np.mean([np.linalg.norm(np.subtract(a, b)) for a, b in pairs])

    return mean_distance(same) - mean_distance(different)


@wrong("separation", "cosine distance for cosine", says="The sign is turned round")
def separation(same, different):
    return np.mean([1 - cosine(a, b) for a, b in same]) - np.mean(
        [1 - cosine(a, b) for a, b in different]
    )


@wrong("separation", "one mean over all pairs", says="Each group has a mean of its own")
def separation(same, different):
    return np.mean([cosine(a, b) for a, b in same] + [-cosine(a, b) for a, b in different])


@wrong("separation", "absolute cosines", says="keep the sign")
def separation(same, different):
    return np.mean([abs(cosine(a, b)) for a, b in same]) - np.mean(
        [abs(cosine(a, b)) for a, b in different]
    )


@wrong("separation", "sums for means", says="A sum would grow")
def separation(same, different):
    return sum(cosine(a, b) for a, b in same) - sum(cosine(a, b) for a, b in different)


@wrong("separation", "each with each", says="Only the two vectors of a pair")
def separation(same, different):
    def mean_of_all(pairs):
        unit = np.asarray(pairs, float) / np.linalg.norm(pairs, axis=2, keepdims=True)
        return (unit[:, 0] @ unit[:, 1].T).mean()

    return mean_of_all(same) - mean_of_all(different)


@wrong("separation", "cosine of the mean vectors", says="not the cosine of mean vectors")
def separation(same, different):
    return cosine(*np.mean(same, axis=0)) - cosine(*np.mean(different, axis=0))


@wrong(
    "separation",
    "both groups divided by the number of pairs in `same`",
    says="Each mean divides by its own number",
)
def separation(same, different):
    return sum(cosine(a, b) for a, b in same) / len(same) - sum(
        cosine(a, b) for a, b in different
    ) / len(same)


@wrong("separation", "the caller's array normalised", says="work on a copy")
def separation(same, different):
    if isinstance(same, np.ndarray):
        same /= np.linalg.norm(same, axis=2, keepdims=True)
        different /= np.linalg.norm(different, axis=2, keepdims=True)
    return np.mean([cosine(a, b) for a, b in same]) - np.mean([cosine(a, b) for a, b in different])


@wrong("separation", "medians for means", says="their median, 0, hides it")
def separation(same, different):
    return np.median([cosine(a, b) for a, b in same]) - np.median(
        [cosine(a, b) for a, b in different]
    )


@wrong("separation", "divided by one of the lengths", says="Here it was divided by one of them")
def separation(same, different):
    def mean_of(pairs):
        return np.mean([np.dot(a, b) / np.linalg.norm(a) for a, b in pairs])

    return mean_of(same) - mean_of(different)


@wrong("separation", "angles for cosines", says="the angle between the vectors")
def separation(same, different):
    def mean_angle(pairs):
        return np.mean([np.arccos(np.clip(cosine(a, b), -1, 1)) for a, b in pairs])

    return mean_angle(different) - mean_angle(same)


@wrong("separation", "the worst pair against the best", says="not the smallest")
def separation(same, different):
    return min(cosine(a, b) for a, b in same) - max(cosine(a, b) for a, b in different)


@wrong("separation", "negative cosines cut off", says="Neither leave it out")
def separation(same, different):
    return np.mean([max(0, cosine(a, b)) for a, b in same]) - np.mean(
        [max(0, cosine(a, b)) for a, b in different]
    )


@wrong(
    "separation", "as many pairs as both groups have", says="also where `different` has only one"
)
def separation(same, different):
    return np.mean(
        [cosine(*one) - cosine(*other) for one, other in zip(same, different, strict=False)]
    )


@wrong("separation", "sums of products by sums of lengths", says="lets long vectors weigh more")
def separation(same, different):
    def share(pairs):
        return sum(np.dot(a, b) for a, b in pairs) / sum(
            np.linalg.norm(a) * np.linalg.norm(b) for a, b in pairs
        )

    return share(same) - share(different)


@wrong("separation", "rounded", says="the right number, rounded")
def separation(same, different):
    return round(
        float(
            np.mean([cosine(a, b) for a, b in same]) - np.mean([cosine(a, b) for a, b in different])
        ),
        3,
    )


@wrong("separation", "correlations for cosines", says="nothing is taken from the vectors before")
def separation(same, different):
    return np.mean([np.corrcoef(a, b)[0, 1] for a, b in same]) - np.mean(
        [np.corrcoef(a, b)[0, 1] for a, b in different]
    )


def cosine(a, b):
    """A right cosine of two vectors."""
    return np.dot(a, b) / (np.linalg.norm(a) * np.linalg.norm(b))


@right("separation", "loops without NumPy")
def separation(same, different):
    means = []
    for group in (same, different):
        total = 0.0
        for a, b in group:
            inner = sum(float(x) * float(y) for x, y in zip(a, b, strict=True))
            total += inner / math.hypot(*map(float, a)) / math.hypot(*map(float, b))
        means.append(total / len(group))
    return means[0] - means[1]


@right("separation", "unit vectors and einsum")
def separation(same, different):
    def mean_cosine(pairs):
        unit = np.array(pairs) / np.linalg.norm(pairs, axis=-1, keepdims=True)
        return np.einsum("nd,nd->n", unit[:, 0], unit[:, 1]).mean()

    return mean_cosine(same) - mean_cosine(different)


# --- clean ----------------------------------------------------------------------------------------


def tidied(
    text, tag=r"</?[a-zA-Z][^>]*>", space=" ", rounds=9, end=lambda text: " ".join(text.split())
):
    """A right cleaning with one part that can be made wrong."""
    for _ in range(rounds):
        text = html.unescape(re.sub(tag, space, text))
        text = "".join(
            c for c in text if c.isspace() or c not in INVISIBLE and unicodedata.category(c) != "Cc"
        )
        text = end(text)
    return text


@wrong("clean", "lower-cased", says="Capitals carry meaning")
def clean(text):
    return tidied(text).lower()


@wrong("clean", "not ASCII thrown away", says="Letters of every script stay")
def clean(text):
    return tidied(text).encode("ascii", "ignore").decode()


@wrong("clean", "digits thrown away", says="Digits and commas")
def clean(text):
    return re.sub(r"\d+", "", tidied(text))


@wrong("clean", "symbols thrown away", says="C++ and C# are one language")
def clean(text):
    return re.sub(r"[^\w\s,]", "", tidied(text))


@wrong("clean", "NFKC, to repair the encoding", says="mm² becomes mm2")
def clean(text):
    return unicodedata.normalize("NFKC", tidied(text))


@wrong("clean", "the whole category Cf deleted", says="U+200D is not in INVISIBLE")
def clean(text):
    return "".join(c for c in tidied(text) if unicodedata.category(c) != "Cf")


@wrong("clean", "tags vanish without a space", says="glues words together")
def clean(text):
    return tidied(text, space="")


@wrong("clean", "from the first < to the last >", says="not at the last one")
def clean(text):
    return tidied(text, tag=r"<.*>")


@wrong("clean", "tags on one line only", says="over several lines")
def clean(text):
    return tidied(text, tag=r"</?[a-zA-Z].*?>", rounds=1)


@wrong("clean", "every < begins a tag", says="Here `<` is no tag")
def clean(text):
    return tidied(text, tag=r"<[^>]+>")


@wrong("clean", "small letters only in tags", says="written in capitals")
def clean(text):
    return tidied(text, tag=r"</?[a-z][^>]*>")


@wrong("clean", "white space first, tags later", says="collapsed before the tags")
def clean(text):
    text = " ".join(text.split())
    text = html.unescape(re.sub(r"</?[a-zA-Z][^>]*>", " ", text))
    return "".join(
        c for c in text if c not in INVISIBLE and unicodedata.category(c) != "Cc"
    ).strip()


@wrong("clean", "spaces left at the ends", says="left its space there")
def clean(text):
    return tidied(text, end=lambda text: re.sub(r"\s+", " ", text))


@wrong("clean", "entities thrown away", says="what they stand for with them")
def clean(text):
    return tidied(re.sub(r"&#?\w+;", " ", text))


@wrong("clean", "only blanks are white space", says="looks like any other")
def clean(text):
    return tidied(text, end=lambda text: re.sub("[ \n\t]+", " ", text).strip(" \n\t"))


@wrong("clean", "one round: escaped tags stay", says="escaped on their way")
def clean(text):
    return tidied(text, rounds=1)


@wrong("clean", "two rounds", says="escaped three times")
def clean(text):
    return tidied(text, rounds=2)


@wrong("clean", "line ends deleted as control characters", says="Deleted, they glue words")
def clean(text):
    text = "".join(c for c in text if c not in INVISIBLE and unicodedata.category(c) != "Cc")
    return tidied(text)


@wrong("clean", "a space for an invisible character", says="tear it apart")
def clean(text):
    return tidied(re.sub(f"[{INVISIBLE}\x00-\x08\x0e-\x1b\x7f]", " ", html.unescape(text)))


@wrong("clean", "invisible characters looked for before entities", says="delete after that")
def clean(text):
    def without(text):
        return "".join(
            c for c in text if c.isspace() or c not in INVISIBLE and unicodedata.category(c) != "Cc"
        )

    before = None
    text = without(text)
    while text != before:
        before = text
        text = " ".join(html.unescape(re.sub(r"</?[a-zA-Z][^>]*>", " ", text)).split())
    return text


@wrong("clean", "control characters forgotten", says="PostgreSQL refuses")
def clean(text):
    before = None
    while text != before:
        before = text
        text = html.unescape(re.sub(r"</?[a-zA-Z][^>]*>", " ", text))
        text = " ".join(text.translate(dict.fromkeys(map(ord, INVISIBLE))).split())
    return text


def decoded(
    text,
    table=(
        ("&amp;", "&"),
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&#39;", "'"),
        ("&nbsp;", " "),
        ("&shy;", "\u00ad"),
    ),
):
    """Some entities decoded, by a table of one's own."""
    for entity, character in table:
        text = text.replace(entity, character)
    return text


def repeated(text, tag=r"</?[a-zA-Z][^>]*>", decode=html.unescape):
    """A right cleaning with a tag or a decoding that can be made wrong."""
    before = None
    while text != before:
        before, text = text, decode(re.sub(tag, " ", text))
        text = "".join(
            c for c in text if c.isspace() or c not in INVISIBLE and unicodedata.category(c) != "Cc"
        )
        text = " ".join(text.split())
    return text


@wrong("clean", "a table of entities of one's own", says="A table of your own never has them all")
def clean(text):
    return repeated(text, decode=decoded)


@wrong("clean", "entities only with their semicolon", says="without their semicolon as well")
def clean(text):
    return repeated(
        text, decode=lambda text: re.sub(r"&#?\w+;", lambda found: html.unescape(found[0]), text)
    )


@wrong(
    "clean", "scripts thrown away with what is in them", says="what stands between two tags stays"
)
def clean(text):
    return repeated(re.sub(r"(?is)<script.*?</script>", " ", text))


@wrong("clean", "a tag without an end is a tag", says="so it is no tag")
def clean(text):
    return repeated(text, tag=r"</?[a-zA-Z][^>]*(?:>|$)")


@wrong("clean", "only the tags one knows", says="Any letter from a to z")
def clean(text):
    return repeated(text, tag=r"(?i)</?(?:a|b|i|p|br|div|h\d|img|script)\b[^>]*>")


@wrong("clean", "NFC", says="normalise nothing")
def clean(text):
    return unicodedata.normalize("NFC", repeated(text))


@wrong("clean", "control characters of ASCII only", says="beyond ASCII")
def clean(text):
    before = None
    while text != before:
        before, text = text, html.unescape(re.sub(r"</?[a-zA-Z][^>]*>", " ", text))
        text = re.sub(f"[{INVISIBLE}\x00-\x08\x0e-\x1b\x7f]", "", text)
        text = " ".join(text.split())
    return text


@wrong("clean", "quotation marks and dashes made plain", says="nobody asked for plainer ones")
def clean(text):
    return repeated(text).translate(str.maketrans("“”’–", '""\'-'))


@wrong("clean", "punctuation squeezed", says="only white space is put in order")
def clean(text):
    return re.sub(r"([.!?])\1+", r"\1", repeated(text))


@wrong("clean", "addresses thrown away", says="An address is text as well")
def clean(text):
    return repeated(re.sub(r"https?://\S+", " ", text))


@right("clean", "entities first, a translation table")
def clean(text):
    table = dict.fromkeys(map(ord, INVISIBLE))
    table |= {code: None for code in (*range(32), *range(127, 160)) if not chr(code).isspace()}
    while True:
        changed = re.sub(r"<(/|)[a-z].*?>", " ", html.unescape(text), flags=re.I | re.S).translate(
            table
        )
        changed = re.sub(r"\s+", " ", changed).strip()
        if changed == text:
            return text
        text = changed


@right("clean", "recursion, a scan for tags")
def clean(text):
    kept, i = [], 0
    while i < len(text):
        name = text[i + 1 :].removeprefix("/")[:1] if text[i] == "<" else ""
        end = text.find(">", i) if name.isascii() and name.isalpha() else -1
        kept.append(text[i] if end < 0 else " ")
        i = i + 1 if end < 0 else end + 1
    letters = [
        c for c in html.unescape("".join(kept)) if c.isspace() or unicodedata.category(c) != "Cc"
    ]
    again = " ".join("".join(c for c in letters if c not in INVISIBLE).split())
    return again if again == text else clean(again)


class Words(HTMLParser):
    """The text of a page, with a space for each tag."""

    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attributes):
        """A space."""
        self.found.append(" ")

    def handle_endtag(self, tag):
        """A space."""
        self.found.append(" ")

    def handle_data(self, text):
        """The text, entities decoded."""
        self.found.append(text)


@right("clean", "html.parser")
def clean(text):
    parser = Words()
    parser.feed(text)
    parser.close()
    seen = "".join(
        c
        for c in "".join(parser.found)
        if c not in INVISIBLE and (c.isspace() or unicodedata.category(c) != "Cc")
    )
    seen = " ".join(seen.split())
    return clean(seen) if seen != text else seen


# --- with_context ---------------------------------------------------------------------------------


@wrong("with_context", "context alone", says="The text itself is missing")
def with_context(text, context, least):
    if len(text.split()) >= least:
        return text
    return ". ".join(part for part in context if isinstance(part, str) and part.strip())


@wrong("with_context", "context first", says="The text comes first")
def with_context(text, context, least):
    if len(text.split()) >= least:
        return text
    return ". ".join(part for part in [*context, text] if isinstance(part, str) and part.strip())


@wrong("with_context", "characters counted", says="thirteen characters")
def with_context(text, context, least):
    if len(text) >= least:
        return text
    return ". ".join(part for part in [text, *context] if isinstance(part, str) and part.strip())


@wrong("with_context", "always added", says="Context was added")
def with_context(text, context, least):
    return ". ".join(part for part in [text, *context] if isinstance(part, str) and part.strip())


@wrong("with_context", "missing fields as words", says="a film about None")
def with_context(text, context, least):
    if len(text.split()) >= least:
        return text
    return ". ".join([text] + [str(part) for part in context])


@wrong("with_context", "only None is missing", says="NaN is not")
def with_context(text, context, least):
    if len(text.split()) >= least:
        return text
    return ". ".join([text] + [str(part) for part in context if part is not None])


@wrong("with_context", "blank fields kept", says="leaves `. . ` in the text")
def with_context(text, context, least):
    if len(text.split()) >= least:
        return text
    return ". ".join([text] + [part for part in context if isinstance(part, str)])


@wrong("with_context", "a full stop in front of everything", says="no full stop may stand in front")
def with_context(text, context, least):
    if len(text.split()) >= least:
        return text
    for part in context:
        if isinstance(part, str) and part.strip():
            text += ". " + part
    return text


@wrong(
    "with_context", "context until the text is long enough", says="It does not stop when there are"
)
def with_context(text, context, least):
    if len(text.split()) >= least:
        return text
    for part in context:
        if isinstance(part, str) and part.strip() and len(text.split()) < least:
            text = f"{text}. {part}" if text.strip() else part
    return text


@wrong("with_context", "entries stripped", says="An entry comes as it is, with its white space")
def with_context(text, context, least):
    if len(text.split()) >= least:
        return text
    return ". ".join(
        part.strip() for part in [text, *context] if isinstance(part, str) and part.strip()
    )


@wrong("with_context", "a long text tidied", says="nothing is stripped and no blank goes")
def with_context(text, context, least):
    if len(text.split()) >= least:
        return " ".join(text.split())
    return ". ".join(part for part in [text, *context] if isinstance(part, str) and part.strip())


@wrong(
    "with_context", "words counted with the context", says="the words of the context do not count"
)
def with_context(text, context, least):
    parts = [part for part in [text, *context] if isinstance(part, str) and part.strip()]
    return text if len(" ".join(parts).split()) >= least else ". ".join(parts)


@wrong("with_context", "entries each once", says="An entry that is there twice comes twice")
def with_context(text, context, least):
    if len(text.split()) >= least:
        return text
    return ". ".join(
        dict.fromkeys(part for part in [text, *context] if isinstance(part, str) and part.strip())
    )


@wrong(
    "with_context", "entries in order of the alphabet", says="in the order they have in `context`"
)
def with_context(text, context, least):
    if len(text.split()) >= least:
        return text
    parts = sorted(part for part in context if isinstance(part, str) and part.strip())
    return ". ".join([text] * bool(text.strip()) + parts)


@wrong("with_context", "missing told by its name", says="look at the type")
def with_context(text, context, least):
    if len(text.split()) >= least:
        return text
    return ". ".join(
        str(part)
        for part in [text, *context]
        if str(part).strip() and str(part).lower() not in ("none", "nan")
    )


@wrong("with_context", "words between single blanks", says="with two blanks between them")
def with_context(text, context, least):
    if len(text.split(" ") if text else []) >= least:
        return text
    return ". ".join(part for part in [text, *context] if isinstance(part, str) and part.strip())


@wrong("with_context", "a full stop at the end", says="none after the last")
def with_context(text, context, least):
    if len(text.split()) >= least:
        return text
    return (
        ". ".join(part for part in [text, *context] if isinstance(part, str) and part.strip()) + "."
    )


@wrong("with_context", "full stops of the text taken away", says="with its full stops")
def with_context(text, context, least):
    if len(text.split()) >= least:
        return text
    return ". ".join(
        part.rstrip(".") for part in [text, *context] if isinstance(part, str) and part.strip()
    )


@right("with_context", "a loop")
def with_context(text, context, least):
    words = text.split()
    if not len(words) < least:
        return text
    result = text if words else ""
    for part in context:
        if part is None or part != part or not part.strip():
            continue
        result = f"{result}. {part}" if result else part
    return result


@right("with_context", "filter")
def with_context(text, context, least):
    def says_something(part):
        return isinstance(part, str) and not part.isspace() and part != ""

    if re.findall(r"\S+", text)[least - 1 : least] or least == 0:
        return text
    return ". ".join(filter(says_something, (text,) + tuple(context)))


# --- chunk_words ----------------------------------------------------------------------------------


def refuse(size, overlap):
    """What every answer but the careless ones begins with."""
    if overlap < 0 or overlap >= size:
        raise ValueError("overlap must be from 0 to size - 1")


@wrong("chunk_words", "characters", says="not characters")
def chunk_words(text, size, overlap):
    refuse(size, overlap)
    return (
        [text[i : i + size] for i in range(0, max(1, len(text) - overlap), size - overlap)]
        if text.split()
        else []
    )


@wrong("chunk_words", "overlap ignored", says="The chunks do not overlap")
def chunk_words(text, size, overlap):
    refuse(size, overlap)
    words = text.split()
    return [" ".join(words[i : i + size]) for i in range(0, len(words), size)]


@wrong("chunk_words", "a step of overlap", says="a step of `overlap`")
def chunk_words(text, size, overlap):
    refuse(size, overlap)
    words = text.split()
    return (
        [
            " ".join(words[i : i + size])
            for i in range(0, max(1, len(words) - size + overlap), overlap)
        ]
        if words
        else []
    )


@wrong("chunk_words", "an extra chunk inside the last", says="lies wholly in the one before")
def chunk_words(text, size, overlap):
    refuse(size, overlap)
    words = text.split()
    return [" ".join(words[i : i + size]) for i in range(0, len(words), size - overlap)]


@wrong("chunk_words", "full chunks only", says="The tail is lost")
def chunk_words(text, size, overlap):
    refuse(size, overlap)
    words = text.split()
    if len(words) <= size:
        return [" ".join(words)] if words else []
    return [" ".join(words[i : i + size]) for i in range(0, len(words) - size + 1, size - overlap)]


@wrong("chunk_words", "the last chunk moved back", says="moved back to be full")
def chunk_words(text, size, overlap):
    refuse(size, overlap)
    words, chunks = text.split(), []
    for i in range(0, max(1, len(words) - overlap), size - overlap):
        start = max(0, min(i, len(words) - size))
        chunks.append(" ".join(words[start : start + size]))
    return chunks if words else []


@wrong("chunk_words", "an empty chunk at the end", says="no empty one after it")
def chunk_words(text, size, overlap):
    refuse(size, overlap)
    words, chunks = text.split(), []
    while len(words) > overlap:
        chunks.append(" ".join(words[:size]))
        words = words[size - overlap :]
    if len(text.split()) == size and not overlap:
        chunks.append(" ".join(words))
    return chunks


@wrong("chunk_words", "a short text has no chunk", says="is empty here")
def chunk_words(text, size, overlap):
    refuse(size, overlap)
    words = text.split()
    return [" ".join(words[i : i + size]) for i in range(0, len(words) - overlap, size - overlap)]


@wrong("chunk_words", "split at single blanks", says="make no empty word")
def chunk_words(text, size, overlap):
    refuse(size, overlap)
    words = text.split(" ")
    return (
        [
            " ".join(words[i : i + size])
            for i in range(0, max(1, len(words) - overlap), size - overlap)
        ]
        if words
        else []
    )


@wrong("chunk_words", "an empty chunk for an empty text", says="An empty text has no words")
def chunk_words(text, size, overlap):
    refuse(size, overlap)
    words = text.split()
    return [
        " ".join(words[i : i + size])
        for i in range(0, max(1, len(words) - overlap), size - overlap)
    ]


@wrong("chunk_words", "arguments not looked at: an endless loop", says="a loop that never ends")
def chunk_words(text, size, overlap):
    words, chunks, start = text.split(), [], 0
    while start == 0 and words or start < len(words) - overlap:
        chunks[:] = [*chunks[:99], " ".join(words[start : start + size])]
        start += size - overlap
    return chunks


@wrong("chunk_words", "arguments left to range", says="larger than the chunk")
def chunk_words(text, size, overlap):
    words = text.split()
    starts = range(0, max(1, len(words) - overlap), size - overlap)
    return [" ".join(words[i : i + size]) for i in starts] if words else []


@wrong("chunk_words", "a negative overlap let through", says="leaves words out")
def chunk_words(text, size, overlap):
    if overlap >= size:
        raise ValueError("overlap must be smaller than size")
    words = text.split()
    starts = range(0, max(1, len(words) - overlap), size - overlap)
    return [" ".join(words[i : i + size]) for i in starts] if words else []


@wrong("chunk_words", "empty text before the arguments", says="whatever the text is")
def chunk_words(text, size, overlap):
    words = text.split()
    if not words:
        return []
    refuse(size, overlap)
    return [
        " ".join(words[i : i + size])
        for i in range(0, max(1, len(words) - overlap), size - overlap)
    ]


def right_chunks(text, size, overlap):
    """Right chunks, to be made wrong."""
    words = text.split()
    return (
        [
            " ".join(words[i : i + size])
            for i in range(0, max(1, len(words) - overlap), size - overlap)
        ]
        if words
        else []
    )


@wrong("chunk_words", "each chunk once", says="a chunk that comes twice is there twice")
def chunk_words(text, size, overlap):
    refuse(size, overlap)
    return list(dict.fromkeys(right_chunks(text, size, overlap)))


@wrong("chunk_words", "the rest added to the last chunk", says="The last chunk has four words")
def chunk_words(text, size, overlap):
    refuse(size, overlap)
    chunks = right_chunks(text, size, overlap)
    if len(chunks) > 1 and len(chunks[-1].split()) < size:
        rest = chunks.pop().split()[overlap:]
        chunks[-1] = " ".join([chunks[-1], *rest])
    return chunks


@wrong("chunk_words", "the overlap added to the size", says="These chunks have four words")
def chunk_words(text, size, overlap):
    refuse(size, overlap)
    words = text.split()
    return [" ".join(words[i : i + size + overlap]) for i in range(0, len(words), size)]


@wrong("chunk_words", "cut at the ends of sentences", says="may run over the end of a sentence")
def chunk_words(text, size, overlap):
    refuse(size, overlap)
    return [
        chunk for sentence in text.split(". ") for chunk in right_chunks(sentence, size, overlap)
    ]


@wrong("chunk_words", "nothing for arguments that make no sense", says="refuse with ValueError")
def chunk_words(text, size, overlap):
    return right_chunks(text, size, overlap) if 0 <= overlap < size else []


@right("chunk_words", "a loop that ends when a chunk reaches the last word")
def chunk_words(text, size, overlap):
    if size < 1 or overlap < 0 or size <= overlap:
        raise ValueError("sizes that make no sense")
    words, chunks, start = text.split(), [], 0
    while words:
        chunks.append(" ".join(words[start : start + size]))
        if start + size >= len(words):
            break
        start += size - overlap
    return chunks


@right("chunk_words", "the number of chunks counted first, a tuple")
def chunk_words(text, size, overlap):
    refuse(size, overlap)
    words, step = np.array(text.split(), dtype=object), size - overlap
    count = 1 + max(0, math.ceil((len(words) - size) / step)) if len(words) else 0
    return tuple(" ".join(words[n * step : n * step + size]) for n in range(count))


equivalent(
    "chunk_words",
    "if not 0 <= overlap < size: -> if not 0 <= overlap <= size:",
    reason="Where overlap equals size, the range refuses its step of 0 with a ValueError, too.",
)

# --- embed_long -----------------------------------------------------------------------------------


def windows(text, size, overlap):
    """Right chunks."""
    words = text.split()
    if not words:
        raise ValueError("no words")
    return [
        " ".join(words[i : i + size])
        for i in range(0, max(1, len(words) - overlap), size - overlap)
    ]


@wrong("embed_long", "the whole text at once", says="the vector of the whole text")
def embed_long(text, encode, size, overlap):
    return encode(text)


@wrong("embed_long", "the first chunk alone", says="the first chunk alone")
def embed_long(text, encode, size, overlap):
    return encode(windows(text, size, overlap))[0]


@wrong("embed_long", "a loop that keeps the last vector", says="the last chunk alone")
def embed_long(text, encode, size, overlap):
    for chunk in windows(text, size, overlap):
        vector = encode(chunk)
    return vector / np.linalg.norm(vector)


@wrong("embed_long", "full chunks only", says="The last chunk is not in it")
def embed_long(text, encode, size, overlap):
    words = text.split()
    chunks = [
        " ".join(words[i : i + size]) for i in range(0, len(words) - size + 1, size - overlap)
    ]
    mean = encode(chunks or [text]).mean(axis=0)
    return mean / np.linalg.norm(mean)


@wrong("embed_long", "not normalised", says="This is the mean, but not of length 1")
def embed_long(text, encode, size, overlap):
    return encode(windows(text, size, overlap)).mean(axis=0)


@wrong("embed_long", "the sum", says="This is the sum")
def embed_long(text, encode, size, overlap):
    return sum(encode(chunk) for chunk in windows(text, size, overlap))


@wrong("embed_long", "the largest number in each place", says="This takes the largest number")
def embed_long(text, encode, size, overlap):
    largest = encode(windows(text, size, overlap)).max(axis=0)
    return largest / np.linalg.norm(largest)


@wrong("embed_long", "divided by the largest number", says="Its largest number is 1")
def embed_long(text, encode, size, overlap):
    mean = encode(windows(text, size, overlap)).mean(axis=0)
    return mean / np.abs(mean).max()


@wrong(
    "embed_long", "divided by the number of dimensions", says="Divide the mean by its own length"
)
def embed_long(text, encode, size, overlap):
    mean = encode(windows(text, size, overlap)).mean(axis=0)
    return mean / np.sqrt(len(mean))


@wrong("embed_long", "the mean over the wrong axis", says="Its shape is")
def embed_long(text, encode, size, overlap):
    mean = encode(windows(text, size, overlap)).mean(axis=1)
    return mean / np.linalg.norm(mean)


@wrong("embed_long", "an empty text embedded", says="There is no word to embed")
def embed_long(text, encode, size, overlap):
    mean = encode(windows(text, size, overlap) if text.split() else [text]).mean(axis=0)
    return mean / np.linalg.norm(mean)


@wrong("embed_long", "five chunks and no more", says="the chunks of the last plot count")
def embed_long(text, encode, size, overlap):
    mean = encode(windows(text, size, overlap)[:5]).mean(axis=0)
    return mean / np.linalg.norm(mean)


@wrong(
    "embed_long",
    "the course's model, whatever was passed",
    says="This call was given another model",
)
def embed_long(text, encode, size, overlap):
    mean = embedding.encode(windows(text, size, overlap), progress=False).mean(axis=0)
    return mean / np.linalg.norm(mean)


@wrong("embed_long", "weighted by words", says="in which long chunks weigh more")
def embed_long(text, encode, size, overlap):
    chunks = windows(text, size, overlap)
    mean = np.average(encode(chunks), axis=0, weights=[len(chunk.split()) for chunk in chunks])
    return mean / np.linalg.norm(mean)


@wrong("embed_long", "the beginning weighs more", says="in which earlier chunks weigh more")
def embed_long(text, encode, size, overlap):
    vectors = encode(windows(text, size, overlap))
    mean = np.average(vectors, axis=0, weights=1 / np.arange(1, len(vectors) + 1))
    return mean / np.linalg.norm(mean)


@wrong("embed_long", "the end weighs more", says="in which later chunks weigh more")
def embed_long(text, encode, size, overlap):
    vectors = encode(windows(text, size, overlap))
    mean = np.average(vectors, axis=0, weights=np.arange(1, len(vectors) + 1))
    return mean / np.linalg.norm(mean)


@wrong("embed_long", "the median", says="This is the median")
def embed_long(text, encode, size, overlap):
    median = np.median(encode(windows(text, size, overlap)), axis=0)
    return median / np.linalg.norm(median)


@wrong("embed_long", "the smallest number in each place", says="the smallest number")
def embed_long(text, encode, size, overlap):
    smallest = encode(windows(text, size, overlap)).min(axis=0)
    return smallest / np.linalg.norm(smallest)


@wrong("embed_long", "the first and the last chunk", says="Those between them have to count")
def embed_long(text, encode, size, overlap):
    chunks = windows(text, size, overlap)
    mean = encode([chunks[0], chunks[-1]]).mean(axis=0)
    return mean / np.linalg.norm(mean)


@wrong("embed_long", "a running mean of two", says="weighs as much as all others")
def embed_long(text, encode, size, overlap):
    first, *others = encode(windows(text, size, overlap))
    for other in others:
        first = (first + other) / 2
    return first / np.linalg.norm(first)


@wrong("embed_long", "no overlap", says="These chunks do not overlap")
def embed_long(text, encode, size, overlap):
    mean = encode(windows(text, size, 0)).mean(axis=0)
    return mean / np.linalg.norm(mean)


@wrong("embed_long", "the chunks joined again", says="The chunks were put together again")
def embed_long(text, encode, size, overlap):
    return encode(" ".join(windows(text, size, overlap)))


@wrong("embed_long", "single words", says="vectors of single words")
def embed_long(text, encode, size, overlap):
    if not text.split():
        raise ValueError("no words")
    mean = encode(text.split()).mean(axis=0)
    return mean / np.linalg.norm(mean)


@wrong("embed_long", "punctuation thrown away first", says="with all of its signs")
def embed_long(text, encode, size, overlap):
    mean = encode([re.sub(r"[^\w\s]", "", chunk) for chunk in windows(text, size, overlap)]).mean(
        axis=0
    )
    return mean / np.linalg.norm(mean)


@right("embed_long", "one chunk after another, a list")
def embed_long(text, encode, size, overlap):
    total, chunks = np.zeros(384), windows(text, size, overlap)
    for chunk in chunks:
        total += encode(chunk)
    mean = total / len(chunks)
    return (mean / (mean @ mean) ** 0.5).tolist()


@right("embed_long", "the sum, normalised: the number of chunks cancels")
def embed_long(text, encode, size, overlap):
    total = np.sum(encode(windows(text, size, overlap)), axis=0)
    return total / np.sqrt(np.sum(total**2))
