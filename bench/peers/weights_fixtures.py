"""Writes the PyTorch and safetensors fixtures of src/encoders/weights/fixtures with the peers' own writers.

python bench/peers/weights_fixtures.py        (torch, safetensors)
"""

import shutil

import torch
from huggingface_hub import save_torch_state_dict
from safetensors.torch import save_file

from tiny_bert import CONFIG, FIXTURES, describe, values, write_json

arrays = values()
tensors = {name: torch.from_numpy(array) for name, array in arrays.items()}


def hugging_face(name):
    """With the prefix that BertForPreTraining saves."""
    return name if name.startswith("cls.") else f"bert.{name}"


def old_style(name):
    """As in files converted from TensorFlow years ago."""
    head, _, tail = name.rpartition(".")
    renamed = {"weight": "gamma", "bias": "beta"}[tail] if head.endswith("LayerNorm") else tail
    return hugging_face(f"{head}.{renamed}")


def folder(name, expected):
    path = FIXTURES / name
    shutil.rmtree(path, ignore_errors=True)
    write_json(path / "config.json", CONFIG)
    write_json(path / "expected.json", describe(expected))
    return path


state = {hugging_face(name): tensor for name, tensor in tensors.items()}

save_file(state, folder("safetensors-f32", arrays) / "model.safetensors", {"format": "pt"})
for name, dtype in (("f16", torch.float16), ("bf16", torch.bfloat16), ("f64", torch.float64)):
    cast = {key: tensor.to(dtype) for key, tensor in tensors.items()}
    back = {key: tensor.float().numpy() for key, tensor in cast.items()}
    save_file(cast, folder(f"safetensors-{name}", back) / "model.safetensors")
    torch.save(cast, folder(f"torch-{name}", back) / "pytorch_model.bin")

# What transformers wrote for years: old names, the position buffer, tied weights, the `_metadata` attribute.
model = torch.nn.Module()
old = torch.nn.Module.state_dict(model)
for name, tensor in tensors.items():
    old[old_style(name)] = tensor
old["bert.embeddings.position_ids"] = torch.arange(CONFIG["max_position_embeddings"]).expand((1, -1))
old["cls.predictions.decoder.weight"] = old["bert.embeddings.word_embeddings.weight"]
expected = {**arrays, "cls.predictions.decoder.weight": arrays["embeddings.word_embeddings.weight"]}
torch.save(old, folder("torch-old-names", expected) / "pytorch_model.bin")

# A training checkpoint of a wrapped model: parameters, views of shared and of transposed storage.
wrapped = {}
for name, tensor in tensors.items():
    if name.endswith("query.weight"):
        tensor = tensor.t().contiguous().t()
    elif name.endswith("key.weight"):
        tensor = torch.cat([torch.zeros_like(tensor), tensor])[tensor.shape[0] :]
    elif name.endswith("value.weight"):
        tensor = torch.stack([tensor, -tensor], dim=-1)[..., 0]
    wrapped[f"module.{hugging_face(name)}"] = torch.nn.Parameter(tensor)
torch.save({"epoch": 3, "state_dict": wrapped}, folder("torch-checkpoint", arrays) / "pytorch_model.bin")

torch.save(state, folder("torch-legacy", arrays) / "pytorch_model.bin", _use_new_zipfile_serialization=False)

# Shards as transformers writes them: numbered files and an index.
for name, safe in (("safetensors-sharded", True), ("torch-sharded", False)):
    save_torch_state_dict(
        {key: tensor.clone() for key, tensor in state.items()},
        folder(name, arrays),
        filename_pattern=None if safe else "pytorch_model{suffix}.bin",
        max_shard_size=6000,
        safe_serialization=safe,
    )
