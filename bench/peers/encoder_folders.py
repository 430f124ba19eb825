"""Encoder folders with files and options that `transformers` writes or reads, with its outputs for each.

Writes src/encoders/folder/fixtures/folders.json: a base folder, and cases that change files of it. `python` has the ids and
offsets of TEXTS, the first hidden state of the first text and the logits of its [MASK]; or the error if it does not load.
"""

import base64
import json
import pathlib
import tempfile
import warnings

import numpy as np
import torch
import transformers
from safetensors.numpy import load_file, save
from transformers import AutoModelForMaskedLM, AutoTokenizer, BertConfig, BertForMaskedLM

warnings.filterwarnings("ignore")
transformers.logging.set_verbosity_error()
TARGET = pathlib.Path(__file__).parents[2] / "src/encoders/folder/fixtures/folders.json"
TOKENS = "[PAD] [UNK] [CLS] [SEP] [MASK] 头 痛 é e E c t ct CT C T ##t ##ct ##T , ！ a b ##b <m> 咳".split(" ")
TEXTS = ["头痛[MASK]CT, Éé ab", "咳 a ctt <m>\u3000[SEP]头！", "CT e\u0301 痛痛 b"]
SIZES = dict(hidden_size=8, num_hidden_layers=1, num_attention_heads=2, intermediate_size=8, max_position_embeddings=24)
TOKENIZER_FILES = ("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json")


def make_base(folder):
    torch.manual_seed(3)
    config = BertConfig(vocab_size=len(TOKENS) + 2, initializer_range=0.5, **SIZES)
    model = BertForMaskedLM(config)
    with torch.no_grad():
        model.cls.predictions.bias.normal_()
    model.save_pretrained(folder)
    (folder / "vocab.txt").write_text("\n".join(TOKENS) + "\n", encoding="utf-8")
    AutoTokenizer.from_pretrained(folder).save_pretrained(folder)


def read(folder):
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file()}


def rounded(tensor):
    return [round(float(x), 5) if np.isfinite(x) else None for x in tensor]


def what_python_reads(files):
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for file, content in files.items():
            (folder / file).write_bytes(content)
        try:
            tokenizer = AutoTokenizer.from_pretrained(folder)
            model = AutoModelForMaskedLM.from_pretrained(folder, dtype=torch.float32).eval()
            encoded = [tokenizer(text, return_offsets_mapping=True) for text in TEXTS]
            mask = tokenizer.mask_token_id
            with torch.no_grad():
                ids = torch.tensor([encoded[0]["input_ids"]])
                out = model(input_ids=ids, output_hidden_states=True)
            at = encoded[0]["input_ids"].index(mask) if mask in encoded[0]["input_ids"] else 0
            return {
                "ids": [one["input_ids"] for one in encoded],
                "offsets": [one["offset_mapping"] for one in encoded],
                "hidden": rounded(out.hidden_states[-1][0, 0]),
                "masked": at,
                "logits": rounded(out.logits[0, at]),
            }
        except Exception as error:  # noqa: BLE001: whatever it is, Python does not read the folder
            return {"error": f"{type(error).__name__}: {str(error).splitlines()[0]}"[:160]}


def cases(base):
    config = json.loads(base["config.json"])
    tokenizer = json.loads(base["tokenizer.json"])
    settings = json.loads(base["tokenizer_config.json"])
    bare = {name: None for name in TOKENIZER_FILES}
    vocabulary = base["vocab.txt"].decode()

    def text(value):
        return json.dumps(value, ensure_ascii=False).encode()

    def with_config(**change):
        return {"config.json": text({**config, **change})}

    def with_settings(**change):
        return {"tokenizer_config.json": text({**settings, **change})}

    def with_tokenizer(change):
        copy = json.loads(base["tokenizer.json"])
        change(copy)
        return {"tokenizer.json": text(copy)}

    with tempfile.NamedTemporaryFile(suffix=".safetensors") as file:
        file.write(base["model.safetensors"])
        file.flush()
        weights = load_file(file.name)
    random = np.random.default_rng(5)
    shape = weights["bert.embeddings.word_embeddings.weight"].shape
    decoder = random.normal(size=shape).astype(np.float32)

    def with_weights(change, **more):
        return {"model.safetensors": save({**weights, **change}, {"format": "pt"}), **more}

    def spoilt(value, dtype=np.float32):
        name = "bert.encoder.layer.0.output.dense.bias"
        return with_weights({name: np.full(weights[name].shape, value, dtype)})

    yield "as written", {}
    yield "vocab.txt alone", bare
    yield "no vocab.txt", {"vocab.txt": None}
    bias = {"cls.predictions.decoder.bias": random.normal(size=shape[0]).astype(np.float32)}
    own = {"cls.predictions.decoder.weight": decoder, **bias}
    yield "untied decoder", with_weights(own, **with_config(tie_word_embeddings=False))
    yield "untied decoder without a bias", with_weights(
        {"cls.predictions.decoder.weight": decoder}, **with_config(tie_word_embeddings=False)
    )
    yield "bias of its own that the configuration ties", with_weights(bias)
    yield "decoder of its own that the configuration ties", with_weights(own)
    yield "weight of its own that the configuration ties", with_weights({"cls.predictions.decoder.weight": decoder})
    yield "untied decoder that is missing", with_config(tie_word_embeddings=False)
    yield "NaN", spoilt(np.nan)
    yield "infinity", spoilt(np.inf)
    yield "float64 beyond float32", spoilt(1e300, np.float64)
    yield "float64 within float32", spoilt(0.1, np.float64)
    for field, value in [
        ("hidden_act", "silu"),
        ("hidden_act", "relu"),
        ("hidden_act", "gelu_new"),
        ("hidden_act", "gelu_pytorch_tanh"),
        ("layer_norm_eps", 0.1),
        ("is_decoder", True),
        ("position_embedding_type", "relative_key"),
        ("chunk_size_feed_forward", 2),
        ("pad_token_id", None),
        ("tie_word_embeddings", True),
        ("quantization_config", {"quant_method": "bitsandbytes", "load_in_8bit": True}),
    ]:
        yield f"config.json {field} {json.dumps(value)}", with_config(**{field: value})
    for field, value in [
        ("do_lower_case", False),
        ("do_lower_case", True),
        ("strip_accents", False),
        ("strip_accents", True),
        ("tokenize_chinese_chars", False),
        ("tokenizer_class", "BertTokenizerFast"),
        ("tokenizer_class", "PreTrainedTokenizerFast"),
        ("tokenizer_class", "RobertaTokenizer"),
        ("mask_token", "<m>"),
        ("unk_token", "a"),
        ("do_basic_tokenize", False),
        ("never_split", ["ct"]),
        ("additional_special_tokens", ["<m>"]),
        ("extra_special_tokens", ["<m>"]),
        ("model_max_length", 4),
        ("truncation_side", "left"),
        ("added_tokens_decoder", {"24": {"content": "<m>", "special": True}}),
    ]:
        yield f"tokenizer_config.json {field} {json.dumps(value)}", with_settings(**{field: value})
        alone = {**bare, "tokenizer_config.json": text({"tokenizer_class": "BertTokenizer", field: value})}
        yield f"vocab.txt, tokenizer_config.json {field} {json.dumps(value)}", alone
    yield "tokenizer.json without tokenizer_config.json", {"tokenizer_config.json": None}
    yield "special_tokens_map.json alone", {**bare, "special_tokens_map.json": text({"mask_token": "<m>"})}
    yield "special_tokens_map.json beside tokenizer.json", {"special_tokens_map.json": text({"mask_token": "<m>"})}
    yield "added_tokens.json alone", {**bare, "added_tokens.json": text({"ctt": len(TOKENS)})}
    yield "added_tokens.json beside tokenizer.json", {"added_tokens.json": text({"ctt": len(TOKENS)})}
    yield "added_tokens.json of tokens that exist", {**bare, "added_tokens.json": text({"[MASK]": 4})}
    yield "vocabulary with an empty line", {**bare, "vocab.txt": vocabulary.replace("\nct\n", "\n\n").encode()}
    yield "vocabulary with a token twice", {**bare, "vocab.txt": vocabulary.replace("\nct\n", "\n痛\n").encode()}
    yield "vocabulary with \\r\\n", {**bare, "vocab.txt": vocabulary.replace("\n", "\r\n").encode()}
    yield "vocabulary with a lone \\r", {**bare, "vocab.txt": vocabulary.replace("\nct\n", "\nc\rct\n").encode()}
    yield "vocabulary with a byte order mark", {**bare, "vocab.txt": b"\xef\xbb\xbf" + vocabulary.encode()}
    yield "vocabulary with a space after a token", {**bare, "vocab.txt": vocabulary.replace("\nct\n", "\nct \n").encode()}
    yield "vocabulary with an ideographic space", {**bare, "vocab.txt": vocabulary.replace("\n痛\n", "\n痛\u3000\n").encode()}
    yield "vocabulary without an end of line", {**bare, "vocab.txt": vocabulary.rstrip("\n").encode()}
    yield "vocabulary with an empty last line", {**bare, "vocab.txt": (vocabulary + "\n").encode()}
    yield "vocabulary with a line separator", {**bare, "vocab.txt": vocabulary.replace("\nct\n", "\nct\u2028\n").encode()}
    yield "tokenizer.json lowercase false", with_tokenizer(lambda t: t["normalizer"].update(lowercase=False))
    yield "tokenizer.json lowercase false alone", {
        **with_tokenizer(lambda t: t["normalizer"].update(lowercase=False)),
        "tokenizer_config.json": None,
    }
    yield "tokenizer.json strip_accents false", with_tokenizer(lambda t: t["normalizer"].update(strip_accents=False))
    yield "tokenizer.json clean_text false", with_tokenizer(lambda t: t["normalizer"].update(clean_text=False))
    yield "tokenizer.json handle_chinese_chars false", with_tokenizer(
        lambda t: t["normalizer"].update(handle_chinese_chars=False)
    )
    yield "tokenizer.json max_input_chars_per_word 2", with_tokenizer(
        lambda t: t["model"].update(max_input_chars_per_word=2)
    )
    yield "tokenizer.json truncation", with_tokenizer(
        lambda t: t.update(
            truncation={"direction": "Right", "max_length": 5, "strategy": "LongestFirst", "stride": 0}
        )
    )
    yield "tokenizer.json another prefix", with_tokenizer(lambda t: t["model"].update(continuing_subword_prefix="@@"))
    yield "tokenizer.json another unknown token", with_tokenizer(lambda t: t["model"].update(unk_token="a"))
    yield "tokenizer.json with a gap in the ids", with_tokenizer(lambda t: t["model"]["vocab"].pop("ct"))
    yield "tokenizer.json with two tokens of one id", with_tokenizer(lambda t: t["model"]["vocab"].update(ct=6))
    yield "tokenizer.json added token", with_tokenizer(
        lambda t: t["added_tokens"].append({**t["added_tokens"][0], "id": 26, "content": "ctt"})
    )
    yield "tokenizer.json mask that takes spaces", with_tokenizer(
        lambda t: [one.update(lstrip=True) for one in t["added_tokens"] if one["content"] == "[MASK]"]
    )
    yield "tokenizer.json no post-processor", with_tokenizer(lambda t: t.update(post_processor=None))
    yield "tokenizer.json no normalizer", with_tokenizer(lambda t: t.update(normalizer=None))
    assert tokenizer["model"]["type"] == "WordPiece"


def main():
    with tempfile.TemporaryDirectory() as name:
        make_base(pathlib.Path(name))
        base = read(pathlib.Path(name))

    def packed(content):
        if content is None:
            return None
        try:
            return content.decode()
        except UnicodeDecodeError:
            return {"base64": base64.b64encode(content).decode()}

    listed = []
    for name, change in cases(base):
        files = {file: content for file, content in {**base, **change}.items() if content is not None}
        found = what_python_reads(files)
        changed = {file: packed(content) for file, content in change.items()}
        listed.append({"name": name, "files": changed, "python": found})
        print(name, "|", found.get("error") or [found["ids"], found["logits"][:2]])
    TARGET.parent.mkdir(exist_ok=True)
    about = f"made by bench/peers/encoder_folders.py with transformers {transformers.__version__}"
    lines = ",\n".join(json.dumps(one, ensure_ascii=False) for one in listed)
    head = json.dumps({name: packed(content) for name, content in base.items()}, ensure_ascii=False)
    body = f'{{"about":{json.dumps(about)},"texts":{json.dumps(TEXTS, ensure_ascii=False)},\n"base":{head},\n"cases":[\n{lines}\n]}}\n'
    TARGET.write_text(body, encoding="utf-8")


main()
