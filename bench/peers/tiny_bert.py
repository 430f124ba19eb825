"""The tiny BERT of the fixtures: its configuration, and values for each parameter derived from its name."""

import json
import pathlib
import zlib

import numpy as np

FIXTURES = pathlib.Path(__file__).parents[2] / "src/encoders/weights/fixtures"

CONFIG = {
    "model_type": "bert",
    "vocab_size": 40,
    "hidden_size": 8,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 16,
    "max_position_embeddings": 16,
    "type_vocab_size": 2,
    "hidden_act": "gelu",
    "hidden_dropout_prob": 0.1,
    "attention_probs_dropout_prob": 0.1,
    "initializer_range": 0.02,
    "layer_norm_eps": 1e-12,
    "pad_token_id": 0,
}


def shapes():
    """Canonical names: Hugging Face's without the `bert.` prefix."""
    hidden, inner = CONFIG["hidden_size"], CONFIG["intermediate_size"]
    found = {
        "embeddings.word_embeddings.weight": (CONFIG["vocab_size"], hidden),
        "embeddings.position_embeddings.weight": (CONFIG["max_position_embeddings"], hidden),
        "embeddings.token_type_embeddings.weight": (CONFIG["type_vocab_size"], hidden),
    }

    def linear(name, ins, outs):
        found[f"{name}.weight"] = (outs, ins)
        found[f"{name}.bias"] = (outs,)

    def norm(name):
        found[f"{name}.weight"] = found[f"{name}.bias"] = (hidden,)

    norm("embeddings.LayerNorm")
    for layer in range(CONFIG["num_hidden_layers"]):
        name = f"encoder.layer.{layer}"
        for part in ("query", "key", "value"):
            linear(f"{name}.attention.self.{part}", hidden, hidden)
        linear(f"{name}.attention.output.dense", hidden, hidden)
        norm(f"{name}.attention.output.LayerNorm")
        linear(f"{name}.intermediate.dense", hidden, inner)
        linear(f"{name}.output.dense", inner, hidden)
        norm(f"{name}.output.LayerNorm")
    linear("pooler.dense", hidden, hidden)
    linear("cls.predictions.transform.dense", hidden, hidden)
    norm("cls.predictions.transform.LayerNorm")
    found["cls.predictions.bias"] = (CONFIG["vocab_size"],)
    linear("cls.seq_relationship", hidden, 2)
    return found


def values():
    """Canonical name to float32 array."""
    return {
        name: np.random.RandomState(zlib.crc32(name.encode())).standard_normal(shape).astype(np.float32)
        for name, shape in shapes().items()
    }


def describe(arrays):
    """What a reader must find: for each tensor its shape and the CRC-32 of its float32 bytes, little-endian."""
    return {
        name: {"shape": list(array.shape), "crc32": zlib.crc32(np.ascontiguousarray(array, "<f4").tobytes())}
        for name, array in arrays.items()
    }


def write_json(path, value):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, indent=1) + "\n")
