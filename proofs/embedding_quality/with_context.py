"""Answers that prove the check of `with_context` in exercise 02_embedding_quality."""

import re

from vdbcourse.authoring.proof.answers import right, wrong


@wrong("context alone", says="The text itself is missing")
def with_context(text, context, least):
    if len(text.split()) >= least:
        return text
    return ". ".join(part for part in context if isinstance(part, str) and part.strip())


@wrong("context first", says="The text comes first")
def with_context(text, context, least):
    if len(text.split()) >= least:
        return text
    return ". ".join(part for part in [*context, text] if isinstance(part, str) and part.strip())


@wrong("characters counted", says="thirteen characters")
def with_context(text, context, least):
    if len(text) >= least:
        return text
    return ". ".join(part for part in [text, *context] if isinstance(part, str) and part.strip())


@wrong("always added", says="Context was added")
def with_context(text, context, least):
    return ". ".join(part for part in [text, *context] if isinstance(part, str) and part.strip())


@wrong("missing fields as words", says="a film about None")
def with_context(text, context, least):
    if len(text.split()) >= least:
        return text
    return ". ".join([text] + [str(part) for part in context])


@wrong("only None is missing", says="but not NaN")
def with_context(text, context, least):
    if len(text.split()) >= least:
        return text
    return ". ".join([text] + [str(part) for part in context if part is not None])


@wrong("blank fields kept", says="leaves `. . ` in the result")
def with_context(text, context, least):
    if len(text.split()) >= least:
        return text
    return ". ".join([text] + [part for part in context if isinstance(part, str)])


@wrong("a full stop in front of everything", says="put no full stop at the start")
def with_context(text, context, least):
    if len(text.split()) >= least:
        return text
    for part in context:
        if isinstance(part, str) and part.strip():
            text += ". " + part
    return text


@wrong("context until the text is long enough", says="Do not stop when there are")
def with_context(text, context, least):
    if len(text.split()) >= least:
        return text
    for part in context:
        if isinstance(part, str) and part.strip() and len(text.split()) < least:
            text = f"{text}. {part}" if text.strip() else part
    return text


@wrong("entries stripped", says="Keep an entry as it is, with its white space")
def with_context(text, context, least):
    if len(text.split()) >= least:
        return text
    return ". ".join(
        part.strip() for part in [text, *context] if isinstance(part, str) and part.strip()
    )


@wrong("a long text tidied", says="strip nothing and remove no blank")
def with_context(text, context, least):
    if len(text.split()) >= least:
        return " ".join(text.split())
    return ". ".join(part for part in [text, *context] if isinstance(part, str) and part.strip())


@wrong("words counted with the context", says="the words of the context do not count")
def with_context(text, context, least):
    parts = [part for part in [text, *context] if isinstance(part, str) and part.strip()]
    return text if len(" ".join(parts).split()) >= least else ". ".join(parts)


@wrong("repeated entries left out", says="Keep an entry that is there twice")
def with_context(text, context, least):
    if len(text.split()) >= least:
        return text
    return ". ".join(
        dict.fromkeys(part for part in [text, *context] if isinstance(part, str) and part.strip())
    )


@wrong("entries in alphabetical order", says="in the order they have in `context`")
def with_context(text, context, least):
    if len(text.split()) >= least:
        return text
    parts = sorted(part for part in context if isinstance(part, str) and part.strip())
    return ". ".join([text] * bool(text.strip()) + parts)


@wrong("missing entries recognised by their text", says="check the type")
def with_context(text, context, least):
    if len(text.split()) >= least:
        return text
    return ". ".join(
        str(part)
        for part in [text, *context]
        if str(part).strip() and str(part).lower() not in ("none", "nan")
    )


@wrong("words between single blanks", says="with two blanks between them")
def with_context(text, context, least):
    if len(text.split(" ") if text else []) >= least:
        return text
    return ". ".join(part for part in [text, *context] if isinstance(part, str) and part.strip())


@wrong("a full stop at the end", says="none after the last")
def with_context(text, context, least):
    if len(text.split()) >= least:
        return text
    return (
        ". ".join(part for part in [text, *context] if isinstance(part, str) and part.strip()) + "."
    )


@wrong("full stops of the text removed", says="with its full stops")
def with_context(text, context, least):
    if len(text.split()) >= least:
        return text
    return ". ".join(
        part.rstrip(".") for part in [text, *context] if isinstance(part, str) and part.strip()
    )


@right("a loop")
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


@right("filter")
def with_context(text, context, least):
    def says_something(part):
        return isinstance(part, str) and not part.isspace() and part != ""

    if re.findall(r"\S+", text)[least - 1 : least] or least == 0:
        return text
    return ". ".join(filter(says_something, (text, *tuple(context))))
