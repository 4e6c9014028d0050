"""The checks of exercise 02. The task defines what a tag is; entities are those of
`html.unescape`.
"""

import functools
import html
import re
import unicodedata

import numpy as np

from vdbcourse.grading import Answer, Data, Handle, Reply, check, rounded
from vdbcourse.grading.calls import handles

# --- separation -----------------------------------------------------------------------------------


@check("separation")
def check_separation(separation: Answer, data: Data) -> None:
    """`separation(same, different)` with pairs of shape (n, 2, dim) and (m, 2, dim) -> float."""
    reply = separation([[[3, 4], [6, 8]]], [[[1, 0], [0, 2]]])
    reply.number()
    reply.equals(
        1.0,
        "[3, 4] and [6, 8] have the same direction (cosine 1), [1, 0] and [0, 2] are at a right"
        " angle (cosine 0).",
        mistakes={
            0.5: (
                "That is half of the right value. Each group has its own mean, over its own pairs:"
                " do not divide by the number of all pairs. And do not map cosines to 0 to 1: they"
                " are between -1 and 1."
            ),
            10: (
                "A cosine is the inner product divided by the lengths of both vectors. Here it was"
                " divided by one of them."
            ),
            2: (
                "A cosine is the inner product divided by the lengths of both vectors, each once,"
                " and nothing is subtracted from the vectors first."
            ),
            0: (
                "These pairs have cosines 1 and 0, and 1 - 0 is 1. Divide without `//` and without"
                " rounding."
            ),
            np.pi / 2: "That is the angle between the vectors. Return its cosine.",
            50: (
                "50 is the inner product of [3, 4] and [6, 8]. A cosine is the inner product"
                " divided by both lengths."
            ),
            5 - 5**0.5: (
                "That comes from distances (5 and 2.24), which depend on the lengths. Compare"
                " directions: use cosines."
            ),
            -1: (
                "The sign is reversed: use cosines, not cosine distances, and `same` minus"
                " `different`."
            ),
        },
    )
    separation([[[1, 0], [5, 0]]], [[[1, 0], [-3, 0]]]).equals(
        2.0,
        "Opposite directions have cosine -1, and 1 - (-1) is 2. A pair with opposite directions"
        " must count, so keep the sign.",
        mistakes={
            1: (
                "The pair of `different` has opposite directions: its cosine is -1, and 1 - (-1) is"
                " 2. Do not leave it out or replace it by 0."
            ),
        },
    )
    separation([[[1, 0], [1, 0]], [[0, 1], [0, 1]]], [[[1, 0], [0, 1]]]).equals(
        1.0,
        "Only the two vectors of a pair are compared, not each with the vectors of the other"
        " pairs.",
        mistakes={
            2: (
                "Both pairs of `same` have cosine 1, and so has their mean. A sum would grow with"
                " the number of pairs."
            )
        },
    )
    separation([[[1, 0], [0, 1]], [[0, 1], [1, 0]]], [[[1, 0], [0, 1]]]).equals(
        0.0,
        "Every pair is at a right angle and has cosine 0. Take the mean of the cosines, not the"
        " cosine of mean vectors.",
    )
    separation([[[1, 0], [2, 0]], [[1, 0], [0, 1]]], [[[1, 0], [0, 1]]]).equals(
        0.5,
        "The two pairs of `same` have cosines 1 and 0, so their mean is 1/2.",
        mistakes={
            1: "Both pairs of `same` count, with 1 and 0, even if `different` has only one.",
            0: "The pairs of `same` have cosines 1 and 0. Use their mean, not the smallest.",
            2 / 3: (
                "That gives long vectors more weight. Compute one cosine for each pair, and then"
                " their mean."
            ),
        },
    )
    separation([[[1, 0], [2, 0]]], [[[1, 0], [0, 1]], [[0, 1], [3, 0]], [[4, 0], [4, 0]]]).equals(
        2 / 3,
        "One pair belongs together (mean 1), three do not (mean 1/3). Each mean divides by its own"
        " number of pairs.",
        mistakes={
            1: (
                "One of the three pairs of `different` has cosine 1, the others 0. Their mean is"
                " 1/3; their median, 0, hides it."
            ),
            **rounded(2 / 3),
        },
    )
    same, different = pairs(data, 12), pairs(data, 30)
    expected = mean_cosine(same) - mean_cosine(different)
    separation.on_data(same, different).equals(
        expected, "Vectors of 384 numbers and different lengths, as arrays.", within=1e-5
    )
    separation.on_data(same.tolist(), different.tolist()).equals(
        expected, "The same vectors as lists.", within=1e-5
    )


def pairs(data: Data, n: int) -> np.ndarray:
    """n pairs of vectors of any length, (n, 2, 384) float32; the two of a pair are related."""
    first, noise = data.rng.normal(size=(2, n, 384))
    both = np.stack([first, first * data.rng.uniform(0, 1, (n, 1)) + noise], axis=1)
    return (both * data.rng.uniform(0.2, 5, (n, 2, 1))).astype(np.float32)


def mean_cosine(pairs: np.ndarray) -> float:
    """The mean cosine of pairs, from unit vectors."""
    unit = pairs / np.linalg.norm(pairs, axis=2, keepdims=True)
    return float((unit[:, 0] * unit[:, 1]).sum(axis=1).mean())


# --- clean ----------------------------------------------------------------------------------------

INVISIBLE = "\u200b\u2060\ufeff\u00ad"


@check("clean")
def check_clean(clean: Answer, data: Data) -> None:
    """`clean(text)` -> str."""
    clean("A heist in Paris").text()
    for text, expected, why, mistakes in (*KEPT, *TAGS, *ENTITIES, *CHARACTERS):
        clean(text).equals(expected, why, mistakes=mistakes)
    for plot in plots(data, 4):
        clean.on_data(plot).equals(
            reference_clean(plot), "A plot that is clean already: change nothing."
        )
        messy = made_messy(plot, data)
        clean.on_data(messy).equals(
            reference_clean(messy),
            "A plot from a web page: tags, entities and stray characters together.",
        )


# text, expected result, why, known mistakes
TAGS = (
    (
        "<p>A heist<br>goes wrong</p>",
        "A heist goes wrong",
        "`<p>`, `<br>` and `</p>` are tags, and each becomes a space.",
        {
            " A heist goes wrong ": (
                "A tag at the beginning or end left its space there. Clean up white space last."
            ),
            "A heistgoes wrong": (
                "Deleting a tag joins words: `heistgoes` is not a word. Replace the tag by a space."
            ),
            "": (
                "Everything from the first `<` to the last `>` is gone. A tag ends at the next `>`,"
                " not at the last one."
            ),
        },
    ),
    (
        "A <b>silent</b> film",
        "A silent film",
        "`<b>` and `</b>` become spaces, and a run of white space becomes one.",
        {
            "A  silent  film": (
                "The white space was collapsed before the tags became spaces: swap the two steps."
            )
        },
    ),
    (
        'See <a\nhref="/films/7">the film</a>',
        "See the film",
        (
            "A tag may extend over several lines, and `.` in a regular expression does not match a"
            " line end. `[^>]` does."
        ),
        None,
    ),
    (
        "<H2 class='a'>Ran</H2><img/>",
        "Ran",
        "Tags may be in capitals, have attributes, or end with `/>`.",
        None,
    ),
    (
        "ages <18 and >65, I <3 it, a < b",
        "ages <18 and >65, I <3 it, a < b",
        (
            "Here `<` does not start a tag: a tag has a letter after `<` or `</`. What looks like a"
            " comparison is text."
        ),
        None,
    ),
    (
        "a <z1> b <Z> c </a> d",
        "a b c d",
        "A tag name may start with any letter from a to z, in lower or upper case.",
        None,
    ),
    (
        "<script>Ran</script> on DVD",
        "Ran on DVD",
        "Remove tags, but keep what is between two tags, whatever their names are.",
        None,
    ),
    (
        "Ran, I <b it",
        "Ran, I <b it",
        "This `<b` has no `>` after it, so it is not a tag: keep what follows it.",
        None,
    ),
)
ENTITIES = (
    (
        "Thelma &amp; Louise&#39;s&nbsp;car",
        "Thelma & Louise's car",
        (
            "`&amp;`, `&#39;` and `&nbsp;` are entities: they stand for `&`, `'` and a space."
            " `html.unescape` decodes them all."
        ),
        {
            "Thelma & Louise's\xa0car": (
                "`&nbsp;` became U+00A0, which looks like a normal space but is not equal to it. It"
                " is white space, too: `str.split()` handles it."
            ),
            "Thelma Louise s car": (
                "The entities are gone, and so is what they stand for. Decode them:"
                " `html.unescape`."
            ),
        },
    ),
    (
        "caf&eacute; &copy; 8&frac12; &#x41;&#66;",
        "café © 8½ AB",
        (
            "HTML has more than two thousand entities, and one for any character by its number,"
            " decimal or hexadecimal. Your own table never has them all: `html.unescape` does."
        ),
        None,
    ),
    (
        "Thelma &amp Louise",
        "Thelma & Louise",
        (
            "`html.unescape` also decodes some entities without their semicolon, as browsers do."
            " Pass it the whole text."
        ),
        None,
    ),
    (
        "&lt;b&gt;bold&lt;/b&gt; type",
        "bold type",
        (
            "The decoded text contains tags, as in feeds that were escaped on the way. After one"
            " round, look again."
        ),
        {
            "<b>bold</b> type": (
                "The tags appeared when entities were decoded, after tags had been removed. Feeds"
                " have such texts, escaped on the way: repeat until nothing changes."
            )
        },
    ),
    (
        "&amp;amp;lt;p&amp;amp;gt;Ran&amp;amp;nbsp;(1985)",
        "Ran (1985)",
        (
            "This was escaped three times. Repeat until nothing changes, however many rounds that"
            " takes; then cleaning a clean text changes nothing."
        ),
        None,
    ),
)
CHARACTERS = (
    (
        "one\ntwo\tthree\u3000four",
        "one two three four",
        "Line ends, tabs and the wide space U+3000 are white space: a run of white space becomes"
        " one space.",
        {
            "onetwothree four": (
                "Line ends and tabs are control characters, but also white space. Deleting them"
                " joins words: what is white space for `str.isspace` becomes a space."
            ),
        },
    ),
    (
        "  <i> Ran </i>  \n ",
        "Ran",
        "Leave no white space at either end, even where a tag was.",
        None,
    ),
    ("a   b", "a b", "A run of white space becomes one space.", None),
    (
        "f\u200bi\u2060l\u00adm\ufeff",
        "film",
        (
            "There are invisible characters between these letters (all four of INVISIBLE). For"
            " `==`, for a keyword search and for a cache this is a different word from `film`."
        ),
        {
            "f i l m": (
                "The invisible characters are inside a word, and spaces split it. Delete them"
                " without a space."
            )
        },
    ),
    (
        "unfor&shy;get&shy;table",
        "unforgettable",
        (
            "`&shy;` stands for U+00AD, one of INVISIBLE. It appears only when entities are"
            " decoded: delete after that."
        ),
        None,
    ),
    (
        "fi\x00lm\x07 Ran\x7f",
        "film Ran",
        (
            "Delete control characters (category Cc) that are not white space. PostgreSQL refuses a"
            " text with \\x00 in it."
        ),
        None,
    ),
    (
        "fi\x80lm\x9f",
        "film",
        (
            "U+0080 to U+009F are control characters as well (category Cc), beyond ASCII."
            " `unicodedata.category` recognises them all."
        ),
        None,
    ),
    (
        "<\u200bb>Ran",
        "Ran",
        "With the invisible character gone, `<b>` is a tag. Repeat until nothing changes.",
        None,
    ),
    ("", "", "An empty text stays empty.", None),
    ("<br>&nbsp;\u200b", "", "This contains no text: the result is empty.", None),
)
KEPT = (
    (
        "US and us",
        "US and us",
        "Capitals carry meaning: `US` is not `us`. A model that ignores case does so by itself.",
        None,
    ),
    (
        "12 Angry Men, 1957",
        "12 Angry Men, 1957",
        "Digits and commas are part of the text: without 12 and 1957 this is another film.",
        None,
    ),
    (
        "C++ or C#?",
        "C++ or C#?",
        "Symbols and punctuation carry meaning: without them C++ and C# are the same language.",
        None,
    ),
    (
        "羅生門, Мир, लगान, Amélie",
        "羅生門, Мир, लगान, Amélie",
        (
            "Keep letters of every script, with their accents. Removing what is not ASCII leaves"
            " nothing of a Japanese title."
        ),
        None,
    ),
    (
        "8½ at 35 mm²",
        "8½ at 35 mm²",
        (
            "Keep the characters for one half and for squared. NFKC and NFKD decompose them: mm²"
            " becomes mm2."
        ),
        None,
    ),
    (
        "\U0001f469\u200d\U0001f680",
        "\U0001f469\u200d\U0001f680",
        (
            "U+200D is not in INVISIBLE: it joins two emoji into one, and letters in Hindi. Delete"
            " only what is listed, and category Cc, not all of Cf."
        ),
        None,
    ),
    (
        "$5 or £4, a_b",
        "$5 or £4, a_b",
        "Currency signs and underscores are part of the text, too.",
        None,
    ),
    (
        "What?! … “Ran” – it’s",
        "What?! … “Ran” – it’s",
        "Keep quotation marks and dashes as they are: the task does not ask for plainer ones.",
        None,
    ),
    (
        "Wait... what ? No !!",
        "Wait... what ? No !!",
        "Keep punctuation as it is, repeated or after a space: only white space is cleaned up.",
        None,
    ),
    (
        "see https://a.org/?q=1#x",
        "see https://a.org/?q=1#x",
        "An address is text as well, and the task does not ask you to remove it.",
        None,
    ),
    (
        "Ame\u0301lie \u2764 \u200e\u202a",
        "Ame\u0301lie \u2764 \u200e\u202a",
        (
            "Keep an accent that is a separate character, and symbols and marks that are not"
            " listed: delete INVISIBLE and category Cc, and normalise nothing."
        ),
        None,
    ),
)


def plots(data: Data, n: int) -> list[str]:
    """n film plots of this run's half."""
    return [halves()[data.hidden][i] for i in data.rng.permutation(300)[:n]]


@functools.cache
def halves() -> tuple[list[str], list[str]]:
    """Film plots for the notebook's checks, and others for graded runs."""
    from vdbcourse import datasets  # noqa: PLC0415

    texts = datasets.film_plots()["plot"].tolist()
    return texts[0::2], texts[1::2]


def made_messy(plot: str, data: Data) -> str:
    """The plot as it might be in the source of a web page."""
    separators = [
        " ",
        "&nbsp;",
        "\n\t",
        "<br>",
        " <b>",
        "</b> ",
        "\u00a0 ",
        " \u200b",
        "&amp;nbsp;",
    ]
    stray = ["", "", "", "", "\u00ad", "\x07", "\u200b", "&shy;"]
    words = [str(data.rng.choice(stray)).join([word[:1], word[1:]]) for word in plot.split()]
    text = "".join(word + str(data.rng.choice(separators)) for word in words)
    return f'<div class="plot" id="f{data.rng.integers(10, 99)}">{text}</div>'


def reference_clean(text: str) -> str:
    """The right answer, computed character by character until nothing changes."""
    after = html.unescape(re.sub(r"<(?:/[a-z]|[a-z])[^>]*>", " ", text, flags=re.IGNORECASE))
    kept = [
        c for c in after if c.isspace() or (c not in INVISIBLE and unicodedata.category(c) != "Cc")
    ]
    after = re.sub(r"\s+", " ", "".join(kept)).strip()
    return after if after == text else reference_clean(after)


# --- with_context ---------------------------------------------------------------------------------


@check("with_context")
def check_with_context(with_context: Answer, data: Data) -> None:
    """`with_context(text, context, least)` -> str; `context` holds strings, None or NaN."""
    with_context("Boy", ["Comedy", "New Zealand"], 5).text()
    with_context("Boy", ["Comedy", "New Zealand"], 5).equals(
        "Boy. Comedy. New Zealand",
        "One word is fewer than five: the context follows, joined by a full stop and a space.",
        mistakes={
            "Boy. Comedy. New Zealand.": (
                "Put full stops between the parts, and none after the last."
            ),
            "Boy. Comedy": "All entries of the context follow, not only the first.",
            "Comedy. New Zealand": (
                "The text itself is missing: context is added to it and does not replace it."
            ),
            "Comedy. New Zealand. Boy": "The text comes first, the context after it.",
        },
    )
    with_context("Unforgettable", ["Drama"], 8).equals(
        "Unforgettable. Drama",
        "One word of thirteen characters is one word. The number of words decides whether a text is"
        " short.",
    )
    with_context("A long way home", ["Drama", "Japan"], 4).equals(
        "A long way home",
        "Four words are not fewer than four: the text stays unchanged.",
        mistakes={
            "A long way home. Drama. Japan": (
                "Context was added to a text that has enough words. In a long text it only dilutes "
                "what the text says; and exactly `least` words are enough."
            ),
        },
    )
    with_context("One two three four five", ["Drama"], 2).equals(
        "One two three four five",
        "The text has five words, and two are enough: add no context to a long text.",
    )
    with_context("Boy", ["Western", "Comedy", "New Zealand"], 2).equals(
        "Boy. Western. Comedy. New Zealand",
        "`least` decides whether the text is short. If it is, all of the context follows, in its"
        " order.",
        mistakes={
            "Boy. Western": (
                "The text has fewer than two words, so all of the context follows. Do not stop when"
                " there are enough words."
            ),
            "Boy": (
                "The text alone must have `least` words: the words of the context do not count."
            ),
            "Boy. Comedy. New Zealand. Western": (
                "Keep the entries in the order they have in `context`."
            ),
        },
    )
    with_context("Ran", ["Ran", "Drama", "Drama"], 3).equals(
        "Ran. Ran. Drama. Drama",
        "Keep an entry that is there twice: leave out only None, NaN, empty strings and white"
        " space.",
    )
    with_context("Untitled", ["None", "nan", "null"], 4).equals(
        "Untitled. None. nan. null",
        "These three are strings, whatever they say, so keep them. Missing entries are None or NaN:"
        " check the type.",
    )
    with_context("If....", [None, "Drama", float("nan")], 3).equals(
        "If..... Drama",
        "Tables hold None or NaN where a field is missing. Leave these out.",
        mistakes={
            "If..... None. Drama. nan": (
                "`None` and `nan` became words, so every film with a missing field would be a film"
                " about None."
            ),
            "If. Drama": "The text is If...., with its full stops: keep entries as they are.",
            "If... Drama": "The text is If...., with its full stops: keep entries as they are.",
            "If.... Drama": (
                "The text is If...., with its full stops, and one more joins it: keep entries as"
                " they are."
            ),
            "If..... Drama. nan": (
                "You leave out None, but not NaN: where text is missing, pandas has a float. Check"
                " for a str."
            ),
        },
    )
    with_context("Z", ["Drama", "", " \n", "Greece"], 2).equals(
        "Z. Drama. Greece",
        "A field of white space contains no text, and leaves `. . ` in the result: strip it and"
        " check whether anything is left.",
    )
    with_context(" Up ", [" Comedy", "3  D "], 4).equals(
        " Up .  Comedy. 3  D ",
        "Keep an entry as it is, with its white space. Leave out only what is nothing but white"
        " space; cleaning a text is the job of `clean`.",
    )
    with_context(" A long  way home\n", ["Drama"], 4).equals(
        " A long  way home\n",
        "The text is long enough, so return it unchanged: strip nothing and remove no blank.",
    )
    with_context("A  B", ["Drama"], 3).equals(
        "A  B. Drama",
        "Two words, with two blanks between them: words are what `text.split()` returns.",
    )
    with_context("", ["Drama", "Japan"], 1).equals(
        "Drama. Japan", "The text is empty, so leave it out, too: put no full stop at the start."
    )
    with_context("", [None, ""], 5).equals("", "No part contains text: return an empty string.")
    with_context("Up", [], 2).equals("Up", "There is no context: return the text unchanged.")
    with_context("", ["Drama"], 0).equals("", "No text has fewer than 0 words: add nothing.")
    with_context("Up", ("Comedy", "United States"), 5).equals(
        "Up. Comedy. United States", "The context may be a tuple."
    )
    for plot in plots(data, 8):
        words, missing = plot.split(), [None, float("nan"), "", "Drama"][data.rng.integers(4)]
        text, context, least = (
            " ".join(words[:5]),
            [missing, " ".join(words[5:8])],
            int(data.rng.integers(3, 8)),
        )
        added = (
            [entry for entry in context if isinstance(entry, str) and entry] if least > 5 else []
        )
        with_context.on_data(text, context, least).equals(
            ". ".join([text, *added]),
            "The first five words of a plot, and two fields, one of which may be missing.",
        )


# --- chunk_words ----------------------------------------------------------------------------------


@check("chunk_words")
def check_chunk_words(chunk_words: Answer, data: Data) -> None:
    """`chunk_words(text, size, overlap)` -> list of strings."""
    reply = chunk_words("one two three four", 9, 1)
    reply.expect(
        set(" ".join(reply.strings()).split()) <= {"one", "two", "three", "four"},
        "The chunks contain parts of words: `size` and `overlap` count words, not characters.",
        "['one two three four']",
    )
    chunk_words("one two three four five six seven", 3, 1).equals(
        ["one two three", "three four five", "five six seven"],
        "Each chunk begins `size - overlap` = 2 words after the previous one, so that it repeats"
        " its last word.",
        mistakes={
            (
                "one two three four",
                "four five six seven",
                "seven",
            ): (
                "These chunks have four words. `size` is the length of a chunk with its overlap,"
                " and each begins `size - overlap` = 2 words after the previous one."
            ),
            (
                "one two three",
                "three four five six",
                "six seven",
            ): (
                "Some chunks have four words. `size` is the length of a chunk with its overlap, and"
                " each begins `size - overlap` = 2 words after the previous one."
            ),
            (
                "one two three",
                "four five six",
                "seven",
            ): (
                "The chunks do not overlap: each must begin with the last word of the previous one."
                " Use a step of `size - overlap` words."
            ),
            (
                "one two three",
                "three four five",
                "five six seven",
                "seven",
            ): (
                "The last chunk is entirely inside the previous one. It costs a vector and adds"
                " nothing."
            ),
            (
                "one two three",
                "two three four",
                "three four five",
                "four five six",
                "five six seven",
            ): (
                "Each chunk begins one word after the previous one: that is a step of `overlap`."
                " The step is `size - overlap`."
            ),
        },
    )
    chunk_words("one two three four five six seven eight", 3, 1).equals(
        ["one two three", "three four five", "five six seven", "seven eight"],
        "The last word must be in a chunk, even if that chunk is shorter than `size`.",
        mistakes={
            (
                "one two three",
                "three four five",
                "five six seven",
            ): "The end is lost: `eight` is in no chunk, and no search will find it.",
            (
                "one two three",
                "three four five",
                "five six seven eight",
            ): (
                "The last chunk has four words, and `size` is 3. The rest gets its own chunk, which"
                " may be short."
            ),
            (
                "one two three",
                "three four five",
                "five six seven",
                "six seven eight",
            ): (
                "The last chunk was moved back to be full. Every chunk begins `size - overlap`"
                " words after the previous one; the last may be short."
            ),
        },
    )
    chunk_words("one two three four five six", 3, 0).equals(
        ["one two three", "four five six"], "Chunks of three words that do not overlap."
    )
    chunk_words("one two three", 3, 0).equals(
        ["one two three"], "Exactly `size` words are one chunk, with no empty chunk after it."
    )
    chunk_words("one two three", 3, 2).equals(
        ["one two three"], "Exactly `size` words are one chunk, whatever the overlap."
    )
    chunk_words("one two three four", 3, 2).equals(
        ["one two three", "two three four"],
        "With one word more than `size` there is a second chunk, one word further on.",
    )
    chunk_words("one two", 5, 3).equals(
        ["one two"],
        "A text shorter than `size` is one chunk; a range up to `len(words) - overlap` is empty"
        " here.",
    )
    chunk_words("one", 5, 3).equals(["one"], "A text shorter than the overlap is one chunk, too.")
    chunk_words("one two", 1, 0).equals(["one", "two"], "Each chunk has one word.")
    chunk_words("  one  two\n\nthree four ", 2, 0).equals(
        ["one two", "three four"],
        "Words are what `text.split()` returns: two blanks or a line end do not make an empty word,"
        " and one space joins a chunk's words.",
    )
    chunk_words("", 3, 1).equals(
        [],
        "An empty text has no words and no chunk. An empty chunk would still get a vector and"
        " appear in search results.",
    )
    chunk_words(" \n ", 3, 1).equals([], "White space contains no words: return an empty list.")
    chunk_words.raises(
        ValueError,
        "With overlap = size the chunks never advance: raise ValueError.",
        "one two",
        2,
        2,
    )
    chunk_words.raises(
        ValueError,
        "An overlap cannot be larger than the chunk: raise ValueError.",
        "one two three",
        2,
        3,
    )
    chunk_words.raises(
        ValueError,
        "A negative overlap leaves words out between chunks: raise ValueError.",
        "one two",
        2,
        -1,
    )
    chunk_words.raises(
        ValueError, "A chunk cannot have 0 words: raise ValueError.", "one two", 0, 0
    )
    chunk_words.raises(
        ValueError,
        "These arguments make no sense whatever the text is: raise ValueError for an empty text,"
        " too.",
        "",
        2,
        2,
    )
    chunk_words("on and on and on and on", 2, 0).equals(
        ["on and", "on and", "on and", "on"],
        "A text may repeat itself, so keep a chunk that occurs twice: together the chunks are the"
        " text.",
    )
    chunk_words("One. Two THREE. four", 2, 0).equals(
        ["One. Two", "THREE. four"],
        "Keep words as they are written; a chunk may extend over the end of a sentence.",
    )
    text = " ".join(plots(data, 5))
    for size in (20, 33):
        for overlap in (0, 7, size - 1):
            chunk_words.on_data(text, size, overlap).equals(
                reference_chunks(text, size, overlap),
                "Five plots, about 170 words: every word is in a chunk, and no chunk is inside"
                " another.",
            )


def reference_chunks(text: str, size: int, overlap: int) -> list[str]:
    """The right chunks: cut off the front until the rest fits into one chunk."""
    words, chunks = text.split(), []
    while len(words) > size:
        chunks.append(" ".join(words[:size]))
        words = words[size - overlap :]
    return [*chunks, " ".join(words)] if words else chunks


# --- embed_long -----------------------------------------------------------------------------------

ANOTHER = Handle("encode", "another")  # its vectors differ from those of the course's model
PLAIN_MEAN = (
    "Every chunk of `chunk_words(text, size, overlap)` counts once and equally: return the plain"
    " mean of their vectors, divided by its length."
)
WITH_SYMBOLS = "Run! (The bomb... ticks.) C++, 9:30"
SHORT = (  # eight words, so that the last chunk is a short one
    "A shark hunts swimmers off an island beach"
)


@check("embed_long")
def check_embed_long(embed_long: Answer, data: Data) -> None:
    """`embed_long(text, encode, size, overlap)` -> (384,) vector of length 1."""
    compared(embed_long(SHORT, data.encode, 3, 1), SHORT, 3, 1)
    compared(embed_long(SHORT, ANOTHER, 3, 1), SHORT, 3, 1, another=True)
    compared(
        embed_long("A shark", data.encode, 3, 1),
        "A shark",
        3,
        1,
        "A text that fits into one chunk has the vector of that chunk.",
    )
    compared(
        embed_long(SHORT, data.encode, 4, 0),
        SHORT,
        4,
        0,
        "Two chunks of four words, without overlap.",
    )
    compared(
        embed_long(WITH_SYMBOLS, data.encode, 3, 0),
        WITH_SYMBOLS,
        3,
        0,
        "Embed a chunk as it is, with all of its punctuation.",
    )
    why = (
        "There is no word to embed, so raise ValueError: any vector, even that of an empty text,"
        " appears in search results."
    )
    embed_long.raises(ValueError, why, " \n", data.encode, 3, 1)
    text = " ".join(programmes(data.hidden)[data.seed % 3])
    why = (
        "Eight plots, far more than the model reads at once: the chunks of the last plot count as"
        " much as those of the first."
    )
    compared(embed_long.on_data(text, data.encode, 60, 20), text, 60, 20, why)


def programmes(hidden: bool) -> list[list[str]]:
    """Three lists of eight plots: so few that their chunks are embedded only once."""
    return [halves()[hidden][first : first + 240 : 30] for first in (3, 10, 17)]


def compared(
    reply: Reply,
    text: str,
    size: int,
    overlap: int,
    why: str = PLAIN_MEAN,
    another: bool = False,
) -> None:
    """Is the reply the mean of the chunks' vectors, scaled to length 1? If not, is it a known
    mistake?

    another: did the call get an `encode` that is not the course's?
    """
    vector = reply.array((384,))
    if another:
        reply.expect(
            not near(vector, unit(encoded(reference_chunks(text, size, overlap)).mean(axis=0))),
            "This call got another model as `encode`, but the vector is from the course's model."
            " Call the `encode` that is passed: a function with its own model fills a table with"
            " vectors that cannot be compared.",
            "vectors made by the `encode` of the call",
        )
    chunks = encoded(reference_chunks(text, size, overlap), another)
    mean = chunks.mean(axis=0, dtype=np.float64)
    if near(vector, unit(mean)):
        return
    message = next(
        (
            explanation
            for wrong, explanation in known_mistakes(text, chunks, mean, (size, overlap), another)
            if near(vector, wrong)
        ),
        None,
    )
    if message is None and not np.isclose(np.linalg.norm(vector), 1, atol=1e-3):
        message = "Its length is not 1. Divide the mean by its own length, np.linalg.norm(mean)."
    reply.fail(message or why, expected="the mean of the chunks' vectors, divided by its length")


def encoded(texts: str | list[str], another: bool = False) -> np.ndarray:
    """The vectors of texts, from the course's model or from the other one."""
    from vdbcourse import embedding  # noqa: PLC0415

    encode = embedding.encode if not another else handles.another_encode
    return encode(texts, progress=False)


def known_mistakes(
    text: str, chunks: np.ndarray, mean: np.ndarray, cut: tuple[int, int], another: bool
) -> list[tuple[np.ndarray, str]]:
    """Vectors that come from known mistakes, each with its message. cut: size and overlap of the
    chunks.
    """
    words = [len(chunk.split()) for chunk in reference_chunks(text, *cut)]
    positions = np.arange(1, len(chunks) + 1)
    whole = encoded(text, another)
    running = chunks[0]
    for chunk in chunks[1:]:
        running = (running + chunk) / 2
    return [
        (
            whole,
            (
                "This is the vector of the whole text, of which the model reads only 256 word"
                " pieces. Embed its chunks, of `size` words each."
            ),
        ),
        (
            chunks[0],
            (
                "This is the vector of the first chunk alone. The others are not included, so their"
                " content cannot be found."
            ),
        ),
        (chunks[-1], "This is the vector of the last chunk alone. Every chunk must count."),
        (
            unit(chunks[: max(1, len(chunks) - 1)].mean(axis=0)),
            "The last chunk is not included: the end of the text is lost.",
        ),
        (
            mean,
            (
                "This is the mean, but not of length 1. With inner products it would rank below"
                " vectors of length 1."
            ),
        ),
        (
            chunks.sum(axis=0),
            "This is the sum, which grows with the text. Divide it by its length.",
        ),
        (
            unit(chunks.max(axis=0)),
            "This takes the largest number at each position. Take the mean of the chunks' vectors.",
        ),
        (
            mean / np.abs(mean).max(),
            (
                "Its largest number is 1, not its length. The length is the square root of the sum"
                " of squares."
            ),
        ),
        (
            unit(np.average(chunks, axis=0, weights=words)),
            (
                "This is a mean in which long chunks have more weight. Every chunk counts equally,"
                " even a short one at the end: take the plain mean."
            ),
        ),
        *(
            (
                unit(np.average(chunks, axis=0, weights=weights)),
                (
                    f"This is a mean in which {favoured} chunks have more weight. Every chunk"
                    " counts equally, at any position: take the plain mean."
                ),
            )
            for favoured, by_position in (("earlier", positions[::-1]), ("later", positions))
            for weights in (by_position, 1 / by_position[::-1])
        ),
        (
            unit(np.median(chunks, axis=0)),
            "This is the median of the chunks' vectors at each position. Take the mean.",
        ),
        (
            unit(chunks.min(axis=0)),
            "This takes the smallest number at each position. Take the mean of the chunks'"
            " vectors.",
        ),
        (
            unit(chunks[[0, -1]].mean(axis=0)),
            (
                "This is the mean of the first and the last chunk. Those between them must count as"
                " well."
            ),
        ),
        (
            unit(running),
            (
                "This repeatedly takes the mean of the result so far and the next chunk: the last"
                " chunk has as much weight as all others. Add all vectors first, and divide once."
            ),
        ),
        (
            unit(encoded(reference_chunks(text, cut[0], 0), another).mean(axis=0)),
            "These chunks do not overlap: pass `overlap` to `chunk_words`.",
        ),
        (
            encoded(" ".join(reference_chunks(text, *cut)), another),
            (
                "The chunks were joined again and embedded as one text, of which the model reads"
                " only 256 word pieces. Embed each chunk."
            ),
        ),
        (
            unit(encoded(text.split(), another).mean(axis=0)),
            (
                "This is the mean of the vectors of single words. Embed the chunks, which keep"
                " words together."
            ),
        ),
        (
            mean / np.abs(mean).sum(),
            (
                "The absolute values of its numbers add up to 1. The length is the square root of"
                " the sum of squares."
            ),
        ),
    ]


def unit(vector: np.ndarray) -> np.ndarray:
    """The vector scaled to length 1."""
    return np.asarray(vector / np.linalg.norm(vector))


def near(vector: np.ndarray, other: np.ndarray) -> bool:
    """Are they equal, apart from the rounding of batches and float32?"""
    return bool(np.abs(vector - other).max() < 1e-4)
