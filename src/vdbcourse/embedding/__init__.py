"""Text to vectors: one model, and a cache on disk.

    vectors = embedding.encode(["a heist goes wrong", "a robbery fails"])  # (2, 384) float32
    query = embedding.encode("a robbery fails")                            # (384,), length 1

The model is loaded when a text is met that is not in the cache yet.
"""

import re
from collections.abc import Sequence

import numpy as np

from vdbcourse import progress_bar
from vdbcourse.embedding.cache import Cache
from vdbcourse.embedding.model import Model, current_model

__all__ = ["current_model", "encode"]

CHUNK = 256  # texts between two saves: what is done survives a crash or a full disk
SURROGATE = re.compile(r"[\ud800-\udfff]")
BATCH = 32  # faster than 128 on a CPU: less padding


def encode(texts: str | Sequence[str], progress: bool = True) -> np.ndarray:
    """Embed one text, shape (dim,), or several, shape (n, dim): float32, each vector of length 1.

    Text beyond the model's limit (256 word pieces for all-MiniLM-L6-v2) is ignored by the model.
    Vectors come from the cache where the same model met the same text before; work of more than two
    seconds shows its progress.

    Raises `TypeError` if something is not a string, `ValueError` for a string that holds half a
    character, each naming which; `CourseError` if the model or the cache cannot be used.
    """
    if isinstance(texts, str):
        vector: np.ndarray = encode([texts], progress)[0]
        return vector
    texts = list(texts)
    for position, text in enumerate(texts):
        if not isinstance(text, str):
            raise TypeError(
                f"texts[{position}] is {text!r} ({type(text).__name__}); encode takes strings"
            )
        if (half := SURROGATE.search(text)) is not None:
            raise ValueError(
                f"texts[{position}] holds {half[0]!a} at position {half.start()}: half a character,"
                " which no model reads. Read its file with the right encoding, or drop such"
                " halves: text.encode('utf-8', 'ignore').decode()"
            )
    model = current_model()
    cache = Cache(model.name, model.fingerprint)
    vectors = cache.read(set(texts))
    # texts of about one length, so that a batch needs little padding
    new = dict.fromkeys(text for text in texts if text not in vectors)
    missing = sorted(new, key=len, reverse=True)
    vectors |= _compute(model, missing, cache, progress)
    if not texts:
        return np.empty((0, model.dimension), dtype=np.float32)
    return np.stack([vectors[text] for text in texts])


def _compute(model: Model, texts: list[str], cache: Cache, progress: bool) -> dict[str, np.ndarray]:
    """Embed `texts` and save them chunk by chunk."""
    done: dict[str, np.ndarray] = {}
    if not texts:
        return done
    cache.check_writable()
    with progress_bar.bar(len(texts), "text", "embedding", shown=progress) as bar:
        for start in range(0, len(texts), CHUNK):
            chunk = texts[start : start + CHUNK]
            vectors = dict(zip(chunk, model.encode(chunk, BATCH), strict=True))
            cache.write(vectors)
            done |= vectors
            bar.update(len(chunk))
    return done
