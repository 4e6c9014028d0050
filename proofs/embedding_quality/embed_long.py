"""Answers that prove the check of `embed_long` in exercise 02_embedding_quality."""

import re

import numpy as np

from vdbcourse import embedding
from vdbcourse.authoring.proof.answers import right, wrong


def windows(text, size, overlap):
    """The right chunks."""
    words = text.split()
    if not words:
        raise ValueError("no words")
    return [
        " ".join(words[i : i + size])
        for i in range(0, max(1, len(words) - overlap), size - overlap)
    ]


@wrong("the whole text at once", says="the vector of the whole text")
def embed_long(text, encode, size, overlap):
    return encode(text)


@wrong("the first chunk alone", says="the first chunk alone")
def embed_long(text, encode, size, overlap):
    return encode(windows(text, size, overlap))[0]


@wrong("a loop that keeps the last vector", says="the last chunk alone")
def embed_long(text, encode, size, overlap):
    for chunk in windows(text, size, overlap):
        vector = encode(chunk)
    return vector / np.linalg.norm(vector)


@wrong("full chunks only", says="The last chunk is not included")
def embed_long(text, encode, size, overlap):
    words = text.split()
    chunks = [
        " ".join(words[i : i + size]) for i in range(0, len(words) - size + 1, size - overlap)
    ]
    mean = encode(chunks or [text]).mean(axis=0)
    return mean / np.linalg.norm(mean)


@wrong("not normalised", says="This is the mean, but not of length 1")
def embed_long(text, encode, size, overlap):
    return encode(windows(text, size, overlap)).mean(axis=0)


@wrong("the sum", says="This is the sum")
def embed_long(text, encode, size, overlap):
    return sum(encode(chunk) for chunk in windows(text, size, overlap))


@wrong("the largest number at each position", says="This takes the largest number")
def embed_long(text, encode, size, overlap):
    largest = encode(windows(text, size, overlap)).max(axis=0)
    return largest / np.linalg.norm(largest)


@wrong("divided by the largest number", says="Its largest number is 1")
def embed_long(text, encode, size, overlap):
    mean = encode(windows(text, size, overlap)).mean(axis=0)
    return mean / np.abs(mean).max()


@wrong("divided by the number of dimensions", says="Divide the mean by its own length")
def embed_long(text, encode, size, overlap):
    mean = encode(windows(text, size, overlap)).mean(axis=0)
    return mean / np.sqrt(len(mean))


@wrong("the mean over the wrong axis", says="Its shape is")
def embed_long(text, encode, size, overlap):
    mean = encode(windows(text, size, overlap)).mean(axis=1)
    return mean / np.linalg.norm(mean)


@wrong("an empty text embedded", says="There is no word to embed")
def embed_long(text, encode, size, overlap):
    mean = encode(windows(text, size, overlap) if text.split() else [text]).mean(axis=0)
    return mean / np.linalg.norm(mean)


@wrong("five chunks and no more", says="the chunks of the last plot count")
def embed_long(text, encode, size, overlap):
    mean = encode(windows(text, size, overlap)[:5]).mean(axis=0)
    return mean / np.linalg.norm(mean)


@wrong(
    "the course's model, whatever was passed",
    says="This call got another model",
)
def embed_long(text, encode, size, overlap):
    mean = embedding.encode(windows(text, size, overlap), progress=False).mean(axis=0)
    return mean / np.linalg.norm(mean)


@wrong("weighted by words", says="in which long chunks have more weight")
def embed_long(text, encode, size, overlap):
    chunks = windows(text, size, overlap)
    mean = np.average(encode(chunks), axis=0, weights=[len(chunk.split()) for chunk in chunks])
    return mean / np.linalg.norm(mean)


@wrong("the beginning has more weight", says="in which earlier chunks have more weight")
def embed_long(text, encode, size, overlap):
    vectors = encode(windows(text, size, overlap))
    mean = np.average(vectors, axis=0, weights=1 / np.arange(1, len(vectors) + 1))
    return mean / np.linalg.norm(mean)


@wrong("the end has more weight", says="in which later chunks have more weight")
def embed_long(text, encode, size, overlap):
    vectors = encode(windows(text, size, overlap))
    mean = np.average(vectors, axis=0, weights=np.arange(1, len(vectors) + 1))
    return mean / np.linalg.norm(mean)


@wrong("the median", says="This is the median")
def embed_long(text, encode, size, overlap):
    median = np.median(encode(windows(text, size, overlap)), axis=0)
    return median / np.linalg.norm(median)


@wrong("the smallest number at each position", says="the smallest number")
def embed_long(text, encode, size, overlap):
    smallest = encode(windows(text, size, overlap)).min(axis=0)
    return smallest / np.linalg.norm(smallest)


@wrong("the first and the last chunk", says="Those between them must count")
def embed_long(text, encode, size, overlap):
    chunks = windows(text, size, overlap)
    mean = encode([chunks[0], chunks[-1]]).mean(axis=0)
    return mean / np.linalg.norm(mean)


@wrong("a running mean of two", says="has as much weight as all others")
def embed_long(text, encode, size, overlap):
    first, *others = encode(windows(text, size, overlap))
    for other in others:
        first = (first + other) / 2
    return first / np.linalg.norm(first)


@wrong("no overlap", says="These chunks do not overlap")
def embed_long(text, encode, size, overlap):
    mean = encode(windows(text, size, 0)).mean(axis=0)
    return mean / np.linalg.norm(mean)


@wrong("the chunks joined again", says="The chunks were joined again")
def embed_long(text, encode, size, overlap):
    return encode(" ".join(windows(text, size, overlap)))


@wrong("single words", says="vectors of single words")
def embed_long(text, encode, size, overlap):
    if not text.split():
        raise ValueError("no words")
    mean = encode(text.split()).mean(axis=0)
    return mean / np.linalg.norm(mean)


@wrong("punctuation removed first", says="with all of its punctuation")
def embed_long(text, encode, size, overlap):
    mean = encode([re.sub(r"[^\w\s]", "", chunk) for chunk in windows(text, size, overlap)]).mean(
        axis=0
    )
    return mean / np.linalg.norm(mean)


@right("one chunk after another, a list")
def embed_long(text, encode, size, overlap):
    total, chunks = np.zeros(384), windows(text, size, overlap)
    for chunk in chunks:
        total += encode(chunk)
    mean = total / len(chunks)
    return (mean / (mean @ mean) ** 0.5).tolist()


@right("the sum, normalised: the number of chunks cancels")
def embed_long(text, encode, size, overlap):
    total = np.sum(encode(windows(text, size, overlap)), axis=0)
    return total / np.sqrt(np.sum(total**2))
