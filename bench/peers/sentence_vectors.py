"""Folders of `sentence-transformers` with a tiny BERT, and the embeddings that `sentence-transformers` computes with each.

Writes src/encoders/inference/fixtures/sentence.json: a base folder, and cases that add files to it.
"""

import base64
import json
import pathlib
import tempfile
import warnings

import torch
import transformers
from safetensors.torch import save
from sentence_transformers import SentenceTransformer
from transformers import AutoTokenizer, BertConfig, BertModel

warnings.filterwarnings("ignore")
transformers.logging.set_verbosity_error()
TARGET = pathlib.Path(__file__).parents[2] / "src/encoders/inference/fixtures/sentence.json"
TOKENS = "[PAD] [UNK] [CLS] [SEP] [MASK] 头 痛 咳 嗽 查 询 ： c t ct C T CT ##t ##T ##ct ， ！ a b ##b".split(" ")
TEXTS = ["头痛", "咳嗽，CT ct 头痛！ab", "", "痛痛痛头头咳嗽嗽，痛a", "b"]
SIZES = dict(hidden_size=8, num_hidden_layers=2, num_attention_heads=2, intermediate_size=8, max_position_embeddings=24)
MODES = ["cls", "mean", "mean_sqrt_len_tokens", "weightedmean", "max", "lasttoken"]
FLAGS = dict(zip(MODES, ["cls_token", "mean_tokens", "mean_sqrt_len_tokens", "weightedmean_tokens", "max_tokens", "lasttoken"]))


def make_base(folder):
    torch.manual_seed(5)
    BertModel(BertConfig(vocab_size=len(TOKENS), initializer_range=0.5, **SIZES)).save_pretrained(folder)
    (folder / "vocab.txt").write_text("\n".join(TOKENS) + "\n", encoding="utf-8")
    settings = {"tokenizer_class": "BertTokenizer", "do_lower_case": False, "strip_accents": False}
    (folder / "tokenizer_config.json").write_text(json.dumps(settings))
    AutoTokenizer.from_pretrained(folder).save_pretrained(folder)


def modules(*types):
    entries = [("", "Transformer"), *((f"{i + 1}_{name}", name) for i, name in enumerate(types))]
    return json.dumps(
        [{"idx": i, "name": str(i), "path": path, "type": f"sentence_transformers.models.{name}"} for i, (path, name) in enumerate(entries)]
    )


def legacy(*modes, **more):
    return json.dumps({"word_embedding_dimension": 8, **{f"pooling_mode_{FLAGS[m]}": m in modes for m in MODES}, **more})


def dense(seed, size, out, activation, bias=True):
    generator = torch.Generator().manual_seed(seed)
    weights = {"linear.weight": torch.randn(out, size, generator=generator)}
    if bias:
        weights["linear.bias"] = torch.randn(out, generator=generator)
    config = {"in_features": size, "out_features": out, "bias": bias, "activation_function": activation}
    return json.dumps(config), save(weights)


def cases():
    for mode in MODES:
        yield mode, {"modules.json": modules("Pooling"), "1_Pooling/config.json": legacy(mode)}, {}
        files = {"modules.json": modules("Pooling"), "1_Pooling/config.json": legacy(mode, include_prompt=False)}
        yield f"{mode} without the prompt", files, {"prompt": "查询："}
    several = json.dumps({"embedding_dimension": 8, "pooling_mode": ["mean", "cls", "lasttoken"], "include_prompt": True})
    yield "several, as version 5.5 writes them", {"modules.json": modules("Pooling"), "1_Pooling/config.json": several}, {}
    normalized = {"modules.json": modules("Pooling", "Normalize"), "1_Pooling/config.json": legacy("max", "mean")}
    yield "two, normalised", normalized, {}
    yield "none named", {"modules.json": modules("Pooling"), "1_Pooling/config.json": legacy()}, {}
    cls = {"modules.json": modules("Pooling"), "1_Pooling/config.json": legacy("cls")}
    yield "truncated and lowercased", {**cls, "sentence_bert_config.json": '{"max_seq_length": 6, "do_lower_case": true}'}, {}
    prompts = json.dumps({"prompts": {"query": "查询：", "document": ""}, "default_prompt_name": "query"})
    yield "default prompt", {**cls, "config_sentence_transformers.json": prompts}, {}
    yield "named prompt", {**cls, "config_sentence_transformers.json": prompts}, {"prompt_name": "document"}
    config, weights = dense(1, 8, 5, "torch.nn.modules.activation.Tanh")
    second, more = dense(2, 5, 4, "torch.nn.modules.linear.Identity", bias=False)
    files = {
        "modules.json": modules("Pooling", "Dense", "Dense", "Normalize"),
        "1_Pooling/config.json": legacy("mean"),
        "2_Dense/config.json": config,
        "2_Dense/model.safetensors": weights,
        "3_Dense/config.json": second,
        "3_Dense/model.safetensors": more,
    }
    yield "dense layers", files, {}


def packed(content):
    return {"base64": base64.b64encode(content).decode()} if isinstance(content, bytes) else content


def main():
    with tempfile.TemporaryDirectory() as name:
        make_base(pathlib.Path(name))
        base = {path.name: path.read_bytes() for path in sorted(pathlib.Path(name).iterdir())}
    made = []
    for title, files, asked in cases():
        with tempfile.TemporaryDirectory() as name:
            for file, content in {**base, **files}.items():
                path = pathlib.Path(name, file)
                path.parent.mkdir(exist_ok=True)
                path.write_bytes(content if isinstance(content, bytes) else content.encode())
            vectors = SentenceTransformer(name, device="cpu").encode(TEXTS, **asked)
            rounded = [[round(float(x), 6) for x in vector] for vector in vectors]
            made.append({"name": title, "files": {k: packed(v) for k, v in files.items()}, "asked": asked, "vectors": rounded})
    texts = {k: v.decode() if k.endswith((".json", ".txt")) else packed(v) for k, v in base.items()}
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text(json.dumps({"texts": TEXTS, "base": texts, "cases": made}, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    print(f"{len(made)} cases, {TARGET.stat().st_size} bytes")


main()
