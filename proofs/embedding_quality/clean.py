"""Answers that prove the check of `clean` in exercise 02_embedding_quality."""

import html
import re
import unicodedata
from html.parser import HTMLParser

from vdbcourse.authoring.proof.answers import right, wrong

INVISIBLE = "\u200b\u2060\ufeff\u00ad"


def tidied(
    text, tag=r"</?[a-zA-Z][^>]*>", space=" ", rounds=9, end=lambda text: " ".join(text.split())
):
    """A right cleaning with one part that can be made wrong."""
    for _ in range(rounds):
        text = html.unescape(re.sub(tag, space, text))
        text = "".join(
            c
            for c in text
            if c.isspace() or (c not in INVISIBLE and unicodedata.category(c) != "Cc")
        )
        text = end(text)
    return text


@wrong("lower-cased", says="Capitals carry meaning")
def clean(text):
    return tidied(text).lower()


@wrong("not ASCII thrown away", says="Letters of every script stay")
def clean(text):
    return tidied(text).encode("ascii", "ignore").decode()


@wrong("digits thrown away", says="Digits and commas")
def clean(text):
    return re.sub(r"\d+", "", tidied(text))


@wrong("symbols thrown away", says="C++ and C# are one language")
def clean(text):
    return re.sub(r"[^\w\s,]", "", tidied(text))


@wrong("NFKC, to repair the encoding", says="mm² becomes mm2")
def clean(text):
    return unicodedata.normalize("NFKC", tidied(text))


@wrong("the whole category Cf deleted", says="U+200D is not in INVISIBLE")
def clean(text):
    return "".join(c for c in tidied(text) if unicodedata.category(c) != "Cf")


@wrong("tags vanish without a space", says="glues words together")
def clean(text):
    return tidied(text, space="")


@wrong("from the first < to the last >", says="not at the last one")
def clean(text):
    return tidied(text, tag=r"<.*>")


@wrong("tags on one line only", says="over several lines")
def clean(text):
    return tidied(text, tag=r"</?[a-zA-Z].*?>", rounds=1)


@wrong("every < begins a tag", says="Here `<` is no tag")
def clean(text):
    return tidied(text, tag=r"<[^>]+>")


@wrong("small letters only in tags", says="written in capitals")
def clean(text):
    return tidied(text, tag=r"</?[a-z][^>]*>")


@wrong("white space first, tags later", says="collapsed before the tags")
def clean(text):
    text = " ".join(text.split())
    text = html.unescape(re.sub(r"</?[a-zA-Z][^>]*>", " ", text))
    return "".join(
        c for c in text if c not in INVISIBLE and unicodedata.category(c) != "Cc"
    ).strip()


@wrong("spaces left at the ends", says="left its space there")
def clean(text):
    return tidied(text, end=lambda text: re.sub(r"\s+", " ", text))


@wrong("entities thrown away", says="what they stand for with them")
def clean(text):
    return tidied(re.sub(r"&#?\w+;", " ", text))


@wrong("only blanks are white space", says="looks like any other")
def clean(text):
    return tidied(text, end=lambda text: re.sub("[ \n\t]+", " ", text).strip(" \n\t"))


@wrong("one round: escaped tags stay", says="escaped on their way")
def clean(text):
    return tidied(text, rounds=1)


@wrong("two rounds", says="escaped three times")
def clean(text):
    return tidied(text, rounds=2)


@wrong("line ends deleted as control characters", says="Deleted, they glue words")
def clean(text):
    text = "".join(c for c in text if c not in INVISIBLE and unicodedata.category(c) != "Cc")
    return tidied(text)


@wrong("a space for an invisible character", says="tear it apart")
def clean(text):
    return tidied(re.sub(f"[{INVISIBLE}\x00-\x08\x0e-\x1b\x7f]", " ", html.unescape(text)))


@wrong("invisible characters looked for before entities", says="delete after that")
def clean(text):
    def without(text):
        return "".join(
            c
            for c in text
            if c.isspace() or (c not in INVISIBLE and unicodedata.category(c) != "Cc")
        )

    before = None
    text = without(text)
    while text != before:
        before = text
        text = " ".join(html.unescape(re.sub(r"</?[a-zA-Z][^>]*>", " ", text)).split())
    return text


@wrong("control characters forgotten", says="PostgreSQL refuses")
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
            c
            for c in text
            if c.isspace() or (c not in INVISIBLE and unicodedata.category(c) != "Cc")
        )
        text = " ".join(text.split())
    return text


@wrong("a table of entities of one's own", says="A table of your own never has them all")
def clean(text):
    return repeated(text, decode=decoded)


@wrong("entities only with their semicolon", says="without their semicolon as well")
def clean(text):
    return repeated(
        text, decode=lambda text: re.sub(r"&#?\w+;", lambda found: html.unescape(found[0]), text)
    )


@wrong("scripts thrown away with what is in them", says="what stands between two tags stays")
def clean(text):
    return repeated(re.sub(r"(?is)<script.*?</script>", " ", text))


@wrong("a tag without an end is a tag", says="so it is no tag")
def clean(text):
    return repeated(text, tag=r"</?[a-zA-Z][^>]*(?:>|$)")


@wrong("only the tags one knows", says="Any letter from a to z")
def clean(text):
    return repeated(text, tag=r"(?i)</?(?:a|b|i|p|br|div|h\d|img|script)\b[^>]*>")


@wrong("NFC", says="normalise nothing")
def clean(text):
    return unicodedata.normalize("NFC", repeated(text))


@wrong("control characters of ASCII only", says="beyond ASCII")
def clean(text):
    before = None
    while text != before:
        before, text = text, html.unescape(re.sub(r"</?[a-zA-Z][^>]*>", " ", text))
        text = re.sub(f"[{INVISIBLE}\x00-\x08\x0e-\x1b\x7f]", "", text)
        text = " ".join(text.split())
    return text


@wrong("quotation marks and dashes made plain", says="nobody asked for plainer ones")
def clean(text):
    return repeated(text).translate(str.maketrans("“”’–", '""\'-'))


@wrong("punctuation squeezed", says="only white space is put in order")
def clean(text):
    return re.sub(r"([.!?])\1+", r"\1", repeated(text))


@wrong("addresses thrown away", says="An address is text as well")
def clean(text):
    return repeated(re.sub(r"https?://\S+", " ", text))


@right("entities first, a translation table")
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


@right("recursion, a scan for tags")
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


@right("html.parser")
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
