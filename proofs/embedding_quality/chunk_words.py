"""Answers that prove the check of `chunk_words` in exercise 02_embedding_quality."""

import math

import numpy as np

from vdbcourse.authoring.proof.answers import equivalent, right, wrong


def refuse(size, overlap):
    """Raise ValueError for arguments that make no sense."""
    if overlap < 0 or overlap >= size:
        raise ValueError("overlap must be from 0 to size - 1")


@wrong("characters", says="not characters")
def chunk_words(text, size, overlap):
    refuse(size, overlap)
    return (
        [text[i : i + size] for i in range(0, max(1, len(text) - overlap), size - overlap)]
        if text.split()
        else []
    )


@wrong("overlap ignored", says="The chunks do not overlap")
def chunk_words(text, size, overlap):
    refuse(size, overlap)
    words = text.split()
    return [" ".join(words[i : i + size]) for i in range(0, len(words), size)]


@wrong("a step of overlap", says="a step of `overlap`")
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


@wrong("an extra chunk inside the last", says="is entirely inside the previous one")
def chunk_words(text, size, overlap):
    refuse(size, overlap)
    words = text.split()
    return [" ".join(words[i : i + size]) for i in range(0, len(words), size - overlap)]


@wrong("full chunks only", says="The end is lost")
def chunk_words(text, size, overlap):
    refuse(size, overlap)
    words = text.split()
    if len(words) <= size:
        return [" ".join(words)] if words else []
    return [" ".join(words[i : i + size]) for i in range(0, len(words) - size + 1, size - overlap)]


@wrong("the last chunk moved back", says="moved back to be full")
def chunk_words(text, size, overlap):
    refuse(size, overlap)
    words, chunks = text.split(), []
    for i in range(0, max(1, len(words) - overlap), size - overlap):
        start = max(0, min(i, len(words) - size))
        chunks.append(" ".join(words[start : start + size]))
    return chunks if words else []


@wrong("an empty chunk at the end", says="no empty chunk after it")
def chunk_words(text, size, overlap):
    refuse(size, overlap)
    words, chunks = text.split(), []
    while len(words) > overlap:
        chunks.append(" ".join(words[:size]))
        words = words[size - overlap :]
    if len(text.split()) == size and not overlap:
        chunks.append(" ".join(words))
    return chunks


@wrong("a short text has no chunk", says="is empty here")
def chunk_words(text, size, overlap):
    refuse(size, overlap)
    words = text.split()
    return [" ".join(words[i : i + size]) for i in range(0, len(words) - overlap, size - overlap)]


@wrong("split at single blanks", says="do not make an empty word")
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


@wrong("an empty chunk for an empty text", says="An empty text has no words")
def chunk_words(text, size, overlap):
    refuse(size, overlap)
    words = text.split()
    return [
        " ".join(words[i : i + size])
        for i in range(0, max(1, len(words) - overlap), size - overlap)
    ]


@wrong("arguments not checked: an endless loop", says="a loop that never ends")
def chunk_words(text, size, overlap):
    words, chunks, start = text.split(), [], 0
    while (start == 0 and words) or start < len(words) - overlap:
        chunks[:] = [*chunks[:99], " ".join(words[start : start + size])]
        start += size - overlap
    return chunks


@wrong("arguments left to range", says="cannot be larger than the chunk")
def chunk_words(text, size, overlap):
    words = text.split()
    starts = range(0, max(1, len(words) - overlap), size - overlap)
    return [" ".join(words[i : i + size]) for i in starts] if words else []


@wrong("a negative overlap let through", says="leaves words out")
def chunk_words(text, size, overlap):
    if overlap >= size:
        raise ValueError("overlap must be smaller than size")
    words = text.split()
    starts = range(0, max(1, len(words) - overlap), size - overlap)
    return [" ".join(words[i : i + size]) for i in starts] if words else []


@wrong("empty text before the arguments", says="whatever the text is")
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
    """The right chunks, for answers that change them."""
    words = text.split()
    return (
        [
            " ".join(words[i : i + size])
            for i in range(0, max(1, len(words) - overlap), size - overlap)
        ]
        if words
        else []
    )


@wrong("each chunk once", says="keep a chunk that occurs twice")
def chunk_words(text, size, overlap):
    refuse(size, overlap)
    return list(dict.fromkeys(right_chunks(text, size, overlap)))


@wrong("the rest added to the last chunk", says="The last chunk has four words")
def chunk_words(text, size, overlap):
    refuse(size, overlap)
    chunks = right_chunks(text, size, overlap)
    if len(chunks) > 1 and len(chunks[-1].split()) < size:
        rest = chunks.pop().split()[overlap:]
        chunks[-1] = " ".join([chunks[-1], *rest])
    return chunks


@wrong("the overlap added to the size", says="These chunks have four words")
def chunk_words(text, size, overlap):
    refuse(size, overlap)
    words = text.split()
    return [" ".join(words[i : i + size + overlap]) for i in range(0, len(words), size)]


@wrong("cut at the ends of sentences", says="may extend over the end of a sentence")
def chunk_words(text, size, overlap):
    refuse(size, overlap)
    return [
        chunk for sentence in text.split(". ") for chunk in right_chunks(sentence, size, overlap)
    ]


@wrong("nothing for arguments that make no sense", says="raise ValueError")
def chunk_words(text, size, overlap):
    return right_chunks(text, size, overlap) if 0 <= overlap < size else []


@right("a loop that ends when a chunk reaches the last word")
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


@right("the number of chunks counted first, a tuple")
def chunk_words(text, size, overlap):
    refuse(size, overlap)
    words, step = np.array(text.split(), dtype=object), size - overlap
    count = 1 + max(0, math.ceil((len(words) - size) / step)) if len(words) else 0
    return tuple(" ".join(words[n * step : n * step + size]) for n in range(count))


equivalent(
    "if not 0 <= overlap < size: -> if not 0 <= overlap <= size:",
    reason="If overlap equals size, range also raises ValueError, for its step of 0.",
)
