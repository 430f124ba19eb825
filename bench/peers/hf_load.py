"""Loads a folder saved by chineseblue in Python transformers and reports what was loaded.

Reads {"texts": [text or [first, second], …], "max_length": n} from standard input. Writes JSON: the class that
config.json names, missing and unexpected keys, the ids of every text, the CRC-32 of every parameter's
float32 bytes by its name in transformers, id2label, and the output for each text (logits, or the
last hidden state's [CLS] of a bare encoder; of a masked language model only those of [CLS]).

python bench/peers/hf_load.py FOLDER < texts.json        (torch, transformers)
"""

import json
import os
import sys
import zlib

os.environ["HF_HUB_OFFLINE"] = "1"

import torch
import transformers

transformers.logging.set_verbosity_error()
folder = sys.argv[1]
request = json.load(sys.stdin)
config = transformers.AutoConfig.from_pretrained(folder)
architecture = (config.architectures or ["BertModel"])[0]
model, info = getattr(transformers, architecture).from_pretrained(folder, output_loading_info=True)
model.eval()
tokenizer = transformers.AutoTokenizer.from_pretrained(folder)

ids, outputs = [], []
with torch.no_grad():
    for text in request["texts"]:
        texts = text if isinstance(text, list) else [text]
        encoded = tokenizer(
            *texts, truncation="longest_first", max_length=request["max_length"], return_tensors="pt"
        )
        listed = encoded["input_ids"][0].tolist()
        # absent if the model has none
        types = encoded["token_type_ids"][0].tolist() if "token_type_ids" in encoded else None
        ids.append({"ids": listed, "types": types})
        output = model(**encoded)
        values = output.logits if "logits" in output else output.last_hidden_state[:, 0]
        if values.shape[-1] == config.vocab_size:
            values = values[:, 0]  # scores of a masked language model
        outputs.append(values[0].tolist())

json.dump(
    {
        "versions": {"transformers": transformers.__version__, "torch": torch.__version__},
        "architecture": type(model).__name__,
        "tokenizer": type(tokenizer).__name__,
        "missing": sorted(info["missing_keys"]),
        "unexpected": sorted(info["unexpected_keys"]),
        "id2label": {str(key): label for key, label in config.id2label.items()},
        "tensors": {
            name: zlib.crc32(value.detach().float().contiguous().numpy().tobytes())
            for name, value in model.named_parameters()
        },
        "encodings": ids,
        "outputs": outputs,
    },
    sys.stdout,
)
