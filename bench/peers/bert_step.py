"""Writes the fixture of src/encoders/training/step.test.ts: one training step of a small BERT in PyTorch and transformers.

Usage: python bench/peers/bert_step.py src/encoders/training/fixtures/step.json
"""

import base64
import json
import sys

import numpy
import torch
import transformers
from transformers import BertConfig, BertForSequenceClassification

RATE, DECAY, STEPS = 1e-3, 0.01, 3

torch.manual_seed(7)
config = BertConfig(
    vocab_size=60, hidden_size=24, num_hidden_layers=2, num_attention_heads=3, intermediate_size=40,
    max_position_embeddings=16, hidden_dropout_prob=0, attention_probs_dropout_prob=0, num_labels=3,
    initializer_range=0.3, pad_token_id=0,
)
model = BertForSequenceClassification(config).train()
# transformers keeps the gradient of the padding row at zero; so that every rule is exercised, no parameter keeps its initial value
model.bert.embeddings.word_embeddings.padding_idx = None
with torch.no_grad():
    for name, parameter in model.named_parameters():
        if "LayerNorm" in name or name.endswith("bias"):
            parameter.add_(torch.randn_like(parameter) * 0.1)

ids = torch.tensor([[1, 5, 9, 13, 2, 7, 11, 2], [1, 40, 41, 5, 2, 0, 0, 0], [1, 59, 2, 30, 31, 32, 2, 0]])
types = torch.tensor([[0, 0, 0, 0, 0, 1, 1, 1], [0, 0, 0, 0, 0, 0, 0, 0], [0, 0, 0, 1, 1, 1, 1, 0]])
mask = torch.tensor([[1] * 8, [1] * 5 + [0] * 3, [1] * 7 + [0]])
labels = torch.tensor([2, 0, 1])

plain = {True: [], False: []}
for name, parameter in model.named_parameters():
    plain[name.endswith("bias") or "LayerNorm" in name].append(parameter)
optimizer = torch.optim.AdamW(
    [{"params": plain[False], "weight_decay": DECAY}, {"params": plain[True], "weight_decay": 0.0}], lr=RATE
)


def pack(tensor):
    return base64.b64encode(tensor.detach().numpy().astype(numpy.float32).tobytes()).decode()


def snapshot(read):
    return {name.removeprefix("bert."): pack(read(parameter)) for name, parameter in model.named_parameters()}


before = snapshot(lambda parameter: parameter)
losses, gradients = [], None
for step in range(STEPS):
    output = model(input_ids=ids, token_type_ids=types, attention_mask=mask, labels=labels)
    optimizer.zero_grad()
    output.loss.backward()
    losses.append(output.loss.item())
    if step == 0:
        gradients = snapshot(lambda parameter: parameter.grad)
        logits = output.logits.tolist()
    optimizer.step()
    if step == 0:
        after = snapshot(lambda parameter: parameter)

with open(sys.argv[1], "w") as file:
    json.dump(
        {
            "made by": f"bench/peers/bert_step.py, torch {torch.__version__}, transformers {transformers.__version__}",
            "config": json.loads(config.to_json_string()),
            "rate": RATE, "decay": DECAY,
            "input_ids": ids.flatten().tolist(), "token_type_ids": types.flatten().tolist(),
            "attention_mask": mask.flatten().tolist(), "labels": labels.tolist(), "shape": list(ids.shape),
            "logits": logits, "losses": losses,
            "before": before, "gradients": gradients, "after": after, "last": snapshot(lambda parameter: parameter),
        },
        file,
    )
