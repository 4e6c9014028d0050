"""all-MiniLM-L6-v2 on OpenVINO, from the weights that sentence-transformers reads.

Loading it takes 0.4 s of computing, where sentence-transformers takes 12 to import PyTorch and
Transformers; the texts per second are about the same (OpenVINO 2026.4 and sentence-transformers 6.2
side by side on 2 idle cores, 2026-11-30). The vectors are equal up to float32 rounding, which a
test checks.

The network is BERT (Devlin et al. 2019, https://arxiv.org/abs/1810.04805) with 6 layers. The vector
is the mean of its output over a text's word pieces, scaled to length 1 (Reimers and Gurevych 2019,
https://arxiv.org/abs/1908.10084).
"""

import sys
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file
from tokenizers import Tokenizer

# Each import of openvino is reported to Google Analytics by this package, unless it is not there.
sys.modules["openvino_telemetry"] = None  # type: ignore[assignment]

import openvino  # noqa: E402
import openvino.opset13 as ops  # noqa: E402
from openvino import Node  # noqa: E402

LAYERS, HEADS, HEAD_SIZE = 6, 12, 32
DIMENSION = HEADS * HEAD_SIZE
MAX_TOKENS = 256
EPSILON = 1e-12  # of layer normalisation
FLOAT32 = {"INFERENCE_PRECISION_HINT": "f32"}  # some processors would compute in bfloat16


class MiniLM:
    """The tokenizer and the compiled network."""

    def __init__(self, folder: Path) -> None:
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.tokenizer.enable_truncation(MAX_TOKENS)
        self.tokenizer.enable_padding()
        network = _Network(load_file(folder / "model.safetensors")).model()
        self.compiled = openvino.Core().compile_model(network, "CPU", FLOAT32)

    def encode(self, texts: list[str], batch_size: int) -> np.ndarray:
        """Embed `texts`: (n, 384) float32, each row of length 1.

        A batch is padded to its longest text, so texts of about one length belong together.
        """
        vectors = np.empty((len(texts), DIMENSION), dtype=np.float32)
        for start in range(0, len(texts), batch_size):
            pieces = self.tokenizer.encode_batch(texts[start : start + batch_size])
            ids = np.array([text.ids for text in pieces])
            mask = np.array([text.attention_mask for text in pieces])
            vectors[start : start + batch_size] = self.compiled([ids, mask])[0]
        return vectors


class _Network:
    # the graph; names of weights are those of the file

    def __init__(self, weights: dict[str, np.ndarray]) -> None:
        self.weights = {
            name: ops.constant(weight, shared_memory=True) for name, weight in weights.items()
        }

    def model(self) -> openvino.Model:
        # ids, mask: (texts, word pieces) int64 -> vectors: (texts, 384) float32
        ids = ops.parameter([-1, -1], np.int64, "ids")
        mask = ops.parameter([-1, -1], np.int64, "mask")
        is_text = ops.convert(mask, np.float32)
        # what is padding gets the weight exp(-1e9) = 0 in the attention
        ignored = (is_text - np.array(1, np.float32)) * np.array(1e9, np.float32)
        ignored = ops.unsqueeze(ignored, [1, 2])
        state = self.embedded(ids)
        for number in range(LAYERS):
            layer = f"encoder.layer.{number}"
            attended = self.attention(state, ignored, f"{layer}.attention.self")
            state = self.added(state, attended, f"{layer}.attention.output")
            wide = ops.gelu(self.linear(state, f"{layer}.intermediate.dense"), "erf")
            state = self.added(state, wide, f"{layer}.output")
        weighted = state * ops.unsqueeze(is_text, [2])
        mean = ops.reduce_sum(weighted, [1]) / ops.reduce_sum(is_text, [1], keep_dims=True)
        vectors = ops.normalize_l2(mean, [1], 1e-24, "max")
        return openvino.Model([vectors], [ids, mask])

    def embedded(self, ids: Node) -> Node:
        # the sum of a vector for each piece, one for its place, and one for the only text type
        words, places, kinds = (
            self.weights[f"embeddings.{name}_embeddings.weight"]
            for name in ("word", "position", "token_type")
        )
        length = ops.gather(ops.shape_of(ids), [1], 0)
        first = ops.slice(places, [0], length, [1], [0])
        vectors = ops.gather(words, ids, 0) + first + ops.gather(kinds, 0, 0)
        return self.normalised(vectors, "embeddings.LayerNorm")

    def attention(self, state: Node, ignored: Node, name: str) -> Node:
        # softmax(Q K' / sqrt(32)) V, for each of 12 heads
        query, key, value = (
            self.split(self.linear(state, f"{name}.{part}")) for part in ("query", "key", "value")
        )
        heads = ops.scaled_dot_product_attention(query, key, value, ignored)
        return ops.reshape(ops.transpose(heads, [0, 2, 1, 3]), [0, 0, DIMENSION], True)

    def split(self, state: Node) -> Node:
        # (texts, pieces, 384) -> (texts, heads, pieces, 32)
        heads = ops.reshape(state, [0, 0, HEADS, HEAD_SIZE], True)
        return ops.transpose(heads, [0, 2, 1, 3])

    def added(self, state: Node, change: Node, name: str) -> Node:
        return self.normalised(state + self.linear(change, f"{name}.dense"), f"{name}.LayerNorm")

    def linear(self, state: Node, name: str) -> Node:
        product = ops.matmul(state, self.weights[f"{name}.weight"], False, True)
        return product + self.weights[f"{name}.bias"]

    def normalised(self, state: Node, name: str) -> Node:
        unit = ops.mvn(state, [2], True, EPSILON, "inside_sqrt")
        return unit * self.weights[f"{name}.weight"] + self.weights[f"{name}.bias"]
