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
    """A correct cleaning, with parameters that make one part wrong."""
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


@wrong("everything but ASCII removed", says="Keep letters of every script")
def clean(text):
    return tidied(text).encode("ascii", "ignore").decode()


@wrong("digits removed", says="Digits and commas")
def clean(text):
    return re.sub(r"\d+", "", tidied(text))


@wrong("symbols removed", says="C++ and C# are the same language")
def clean(text):
    return re.sub(r"[^\w\s,]", "", tidied(text))


@wrong("NFKC, to repair the encoding", says="mm² becomes mm2")
def clean(text):
    return unicodedata.normalize("NFKC", tidied(text))


@wrong("the whole category Cf deleted", says="U+200D is not in INVISIBLE")
def clean(text):
    return "".join(c for c in tidied(text) if unicodedata.category(c) != "Cf")


@wrong("tags deleted without a space", says="Deleting a tag joins words")
def clean(text):
    return tidied(text, space="")


@wrong("from the first < to the last >", says="not at the last one")
def clean(text):
    return tidied(text, tag=r"<.*>")


@wrong("tags on one line only", says="over several lines")
def clean(text):
    return tidied(text, tag=r"</?[a-zA-Z].*?>", rounds=1)


@wrong("every < begins a tag", says="Here `<` does not start a tag")
def clean(text):
    return tidied(text, tag=r"<[^>]+>")


@wrong("lower case only in tags", says="may be in capitals")
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


@wrong("entities removed", says="so is what they stand for")
def clean(text):
    return tidied(re.sub(r"&#?\w+;", " ", text))


@wrong("only blanks are white space", says="looks like a normal space")
def clean(text):
    return tidied(text, end=lambda text: re.sub("[ \n\t]+", " ", text).strip(" \n\t"))


@wrong("one round: escaped tags stay", says="escaped on the way")
def clean(text):
    return tidied(text, rounds=1)


@wrong("two rounds", says="escaped three times")
def clean(text):
    return tidied(text, rounds=2)


@wrong("line ends deleted as control characters", says="Deleting them joins words")
def clean(text):
    text = "".join(c for c in text if c not in INVISIBLE and unicodedata.category(c) != "Cc")
    return tidied(text)


@wrong("a space for an invisible character", says="spaces split it")
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
    """Some entities decoded, with a table."""
    for entity, character in table:
        text = text.replace(entity, character)
    return text


def repeated(text, tag=r"</?[a-zA-Z][^>]*>", decode=html.unescape):
    """A correct cleaning, with parameters that make tags or decoding wrong."""
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


@wrong("a table of some entities", says="Your own table never has them all")
def clean(text):
    return repeated(text, decode=decoded)


@wrong("entities only with their semicolon", says="some entities without their semicolon")
def clean(text):
    return repeated(
        text, decode=lambda text: re.sub(r"&#?\w+;", lambda match: html.unescape(match[0]), text)
    )


@wrong("scripts removed with their content", says="keep what is between two tags")
def clean(text):
    return repeated(re.sub(r"(?is)<script.*?</script>", " ", text))


@wrong("a tag without an end is a tag", says="so it is not a tag")
def clean(text):
    return repeated(text, tag=r"</?[a-zA-Z][^>]*(?:>|$)")


@wrong("only some tags", says="any letter from a to z")
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


@wrong("quotation marks and dashes made plain", says="does not ask for plainer ones")
def clean(text):
    return repeated(text).translate(str.maketrans("“”’–", '""\'-'))


@wrong("repeated punctuation shortened", says="only white space is cleaned up")
def clean(text):
    return re.sub(r"([.!?])\1+", r"\1", repeated(text))


@wrong("addresses removed", says="An address is text as well")
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
        self.parts = []

    def handle_starttag(self, tag, attributes):
        """A space."""
        self.parts.append(" ")

    def handle_endtag(self, tag):
        """A space."""
        self.parts.append(" ")

    def handle_data(self, text):
        """The text, entities decoded."""
        self.parts.append(text)


@right("html.parser")
def clean(text):
    parser = Words()
    parser.feed(text)
    parser.close()
    seen = "".join(
        c
        for c in "".join(parser.parts)
        if c not in INVISIBLE and (c.isspace() or unicodedata.category(c) != "Cc")
    )
    seen = " ".join(seen.split())
    return clean(seen) if seen != text else seen
