"""Writes the fixtures of src/encoders/architectures/*/fixtures: reference outputs of transformers for small models.

A fixture has the configuration, a padded batch with token types, the last hidden state, the logits of every head, the
gradient of every parameter, and the names under which each class is saved (layers apart). Weights are not stored: `values`
derives them from the names of the parameters, here and in the tests. The loss is the sum of all logits, each times a number
from `values`.

python bench/peers/architectures.py [NAME…]        (torch, transformers, safetensors; without a NAME, all)
"""

import base64
import json
import math
import pathlib
import re
import sys
import tempfile
import zlib

import numpy as np
import torch
import transformers
from safetensors import safe_open

transformers.logging.set_verbosity_error()
ROOM = pathlib.Path(__file__).parents[2] / "src/encoders/architectures"
CLASSES = 3
SIZES = dict(
    vocab_size=16, hidden_size=8, num_hidden_layers=2, num_attention_heads=2, intermediate_size=12,
    max_position_embeddings=12, hidden_dropout_prob=0, attention_probs_dropout_prob=0,
)
HEADS = {"sequence": "SequenceClassification", "tokens": "TokenClassification", "masked": "MaskedLM"}

# folder of the architecture, name of the fixture, classes, prefix of the parameters, configuration
CASES = [
    (
        "ernie", "tasks", "Ernie", "ernie",
        dict(use_task_id=True, task_type_vocab_size=3, type_vocab_size=4, layer_norm_eps=1e-5, hidden_act="relu"),
    ),
    ("ernie", "plain", "Ernie", "ernie", dict(pad_token_id=3)),
    (
        "distilbert", "plain", "DistilBert", "distilbert",
        dict(hidden_dim=12, dropout=0, attention_dropout=0, seq_classif_dropout=0, activation="relu", pad_token_id=3),
    ),
    ("electra", "projected", "Electra", "electra", dict(embedding_size=6, hidden_act="relu")),
    ("electra", "plain", "Electra", "electra", dict(embedding_size=8, pad_token_id=3, layer_norm_eps=1e-5)),
    ("roformer", "projected", "RoFormer", "roformer", dict(embedding_size=6, hidden_act="relu")),
    ("xlm-roberta", "plain", "XLMRoberta", "roberta", dict(type_vocab_size=1, layer_norm_eps=1e-5)),
    ("xlm-roberta", "types", "XLMRoberta", "roberta", dict(pad_token_id=3, hidden_act="relu")),
    ("xlm-roberta", "roberta", "Roberta", "roberta", dict(type_vocab_size=1)),
    ("xlm-roberta", "camembert", "Camembert", "roberta", dict(type_vocab_size=1, pad_token_id=0)),
    ("modernbert", "plain", "ModernBert", "model", dict(local_attention=4, pad_token_id=0)),
    (
        "modernbert", "mean", "ModernBert", "model",
        dict(
            local_attention=3, pad_token_id=3, classifier_pooling="mean", norm_bias=True, attention_bias=True, mlp_bias=True,
            classifier_bias=True, classifier_activation="relu", layer_types=["sliding_attention", "full_attention"],
            rope_parameters={
                "full_attention": {"rope_type": "default", "rope_theta": 100.0},
                "sliding_attention": {"rope_type": "default", "rope_theta": 7.0},
            },
        ),
    ),
    ("roformer", "rotary-value", "RoFormer", "roformer", dict(rotary_value=True, pad_token_id=3)),
]
IDS = [[1, 5, 9, 13, 2, 7, 11, 2], [1, 4, 6, 5, 2, 0, 0, 0], [1, 15, 2, 10, 12, 14, 2, 0]]
TYPES = [[0, 0, 0, 0, 0, 1, 1, 1], [0, 0, 0, 0, 0, 0, 0, 0], [0, 0, 0, 1, 1, 1, 1, 0]]
MASK = [[1] * 8, [1] * 5 + [0] * 3, [1] * 7 + [0]]


def values(name, shape):
    """Numbers between -0.5 and 0.5 that follow from the name; gains of layer norms are around 1."""
    seed = zlib.crc32(name.encode()) % 1000
    count = int(np.prod(shape))
    drawn = [(math.sin((i + 1) * 12.9898 + seed) * 43758.5453) % 1 - 0.5 for i in range(count)]
    gain = 1 if name.endswith("LayerNorm.weight") else 0
    return torch.from_numpy((np.array(drawn) + gain).astype(np.float32).reshape(shape))


def pack(tensor):
    return base64.b64encode(tensor.detach().numpy().astype(np.float32).tobytes()).decode()


LAYER = re.compile(r"(?:^|\.)(?:(?:encoder|transformer)\.layer|layers)\.")


def saved_names(model):
    """Without those of the layers, which are the same in all classes."""
    with tempfile.TemporaryDirectory() as folder:
        model.save_pretrained(folder)
        with safe_open(f"{folder}/model.safetensors", "np") as file:
            return sorted(key for key in file.keys() if not LAYER.search(key))


def named(model, prefix):
    """Each parameter once; one that a decoder shares has the name of the embeddings."""
    found = {}
    for key, parameter in model.named_parameters(remove_duplicate=False):
        if id(parameter) not in found or "embeddings." in key:
            found[id(parameter)] = (key.removeprefix(f"{prefix}."), parameter)
    return found.values()


def fixture(classes, prefix, options):
    config = getattr(transformers, f"{classes}Config")(**SIZES, **options, num_labels=CLASSES)
    pad = config.pad_token_id
    # the token with the id of padding, if a text has it, is swapped with 0
    ids = torch.tensor([[pad if token == 0 else 0 if token == pad else token for token in row] for row in IDS])
    mask = torch.tensor(MASK)
    types = torch.tensor(TYPES) % getattr(config, "type_vocab_size", 1)
    inputs = dict(input_ids=ids, attention_mask=mask)
    if hasattr(config, "type_vocab_size"):
        inputs["token_type_ids"] = types

    def build(name):
        model = getattr(transformers, f"{classes}{name}")(config).eval()
        with torch.no_grad():
            for key, parameter in named(model, prefix):
                if parameter.requires_grad:
                    parameter.copy_(values(key, tuple(parameter.shape)))
        return model

    heads = {head: f"For{name}" for head, name in HEADS.items()}
    has_next = hasattr(transformers, f"{classes}ForNextSentencePrediction")
    if has_next:
        heads["next"] = "ForPreTraining"
    encoder = build("Model")
    saved = {f"{classes}Model": saved_names(encoder)}
    hidden = encoder(**inputs).last_hidden_state
    logits, gradients = {}, {}
    for head, name in heads.items():
        model = build(name)
        saved[f"{classes}{name}"] = saved_names(model)
        output = model(**inputs)
        found = output.seq_relationship_logits if head == "next" else output.logits
        counted = values(f"coefficients {head}", tuple(found.shape))
        if found.dim() == 3:
            counted = counted * mask[:, :, None]
        (found * counted).sum().backward()
        logits[head] = pack(found)
        for key, parameter in named(model, prefix):
            if parameter.grad is not None:
                gradients[key] = gradients.get(key, 0) + parameter.grad
    return {
        "made by": f"bench/peers/architectures.py, torch {torch.__version__}, transformers {transformers.__version__}",
        "config": {**config.to_diff_dict(), "model_type": config.model_type},
        "shape": list(ids.shape),
        "classes": CLASSES,
        "input_ids": ids.flatten().tolist(),
        "token_type_ids": types.flatten().tolist(),
        "attention_mask": mask.flatten().tolist(),
        "hidden": pack(hidden),
        "logits": logits,
        "gradients": {key: pack(gradient) for key, gradient in sorted(gradients.items())},
        "saved": saved,
    }


for folder, name, classes, prefix, options in CASES:
    if len(sys.argv) > 1 and folder not in sys.argv[1:]:
        continue
    target = ROOM / folder / "fixtures" / f"{name}.peer.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(fixture(classes, prefix, options)) + "\n")
    print(target.name, target.stat().st_size)
