"""Writes the fixtures of src/encoders/weights/onnx/fixtures: one tiny encoder per model type, and one BERT as PyTorch and ONNX Runtime export, quantise
and fuse it. Every exporter's own operators are kept; names and documentation that only make files larger are not.

python bench/peers/onnx_fixtures.py        (torch, transformers, onnx, onnxscript, onnxruntime)
"""

import pathlib
import shutil
import tempfile
import warnings

import onnx
import torch
from onnx import TensorProto
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_dynamic, quantize_static
from onnxruntime.transformers.float16 import convert_float_to_float16
from onnxruntime.transformers.optimizer import optimize_model
from transformers import AutoConfig, AutoModel, BertConfig, BertForMaskedLM, BertForSequenceClassification, BertForTokenClassification, BertModel

warnings.filterwarnings("ignore")
TARGET = pathlib.Path(__file__).parents[2] / "src/encoders/weights/onnx/fixtures"
INPUTS = ["input_ids", "attention_mask", "token_type_ids"]
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
VOCABULARY = SPECIAL + list("患者头痛三天伴恶心呕吐高血压能吃阿司匹林吗提示左肺下叶占位建议，。")
CONFIG = BertConfig(
    vocab_size=len(VOCABULARY),
    hidden_size=16,
    num_hidden_layers=2,
    num_attention_heads=4,
    intermediate_size=24,
    max_position_embeddings=16,
    initializer_range=0.3,
    layer_norm_eps=1e-7,
)


class Encoder(torch.nn.Module):
    """Named outputs in a tuple, for the exporter that traces."""

    def __init__(self, model, fields, inputs):
        super().__init__()
        self.model, self.fields, self.inputs = model, fields, inputs

    def forward(self, *given):
        found = self.model(**dict(zip(self.inputs, given)))
        return tuple(found[field] for field in self.fields)


def randomised(cls, **changes):
    """No parameter keeps the value that transformers begins with: equal ones would be stored once."""
    torch.manual_seed(1)
    config = {key: value for key, value in CONFIG.to_dict().items() if key not in ("id2label", "label2id")}
    model = cls(BertConfig(**{**config, **changes})).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.dim() == 1:
                parameter.add_(torch.randn_like(parameter) * 0.2)
    return model


def sample():
    ids = torch.randint(5, CONFIG.vocab_size, (2, 9))
    return ids, torch.ones_like(ids), torch.zeros_like(ids)


def traced(model, fields, file, attention="eager", opset=14, inputs=INPUTS):
    model.set_attn_implementation(attention)
    torch.onnx.export(
        Encoder(model, fields, inputs), sample()[: len(inputs)], str(file), dynamo=False, opset_version=opset, input_names=inputs,
        output_names=fields, dynamic_axes={name: {0: "batch_size", 1: "sequence_length"} for name in inputs},
    )


def dynamo(model, fields, file):
    model.set_attn_implementation("sdpa")
    free = torch.export.Dim.DYNAMIC
    torch.onnx.export(
        model, (), str(file), kwargs=dict(zip(INPUTS, sample())), dynamo=True, external_data=False,
        dynamic_shapes={name: {0: free, 1: free} for name in INPUTS}, output_names=fields,
    )


def lean(model):
    """Without documentation, metadata and shapes of values."""
    del model.metadata_props[:]
    del model.graph.value_info[:]
    model.graph.doc_string = model.doc_string = ""
    for node in model.graph.node:
        node.doc_string = ""
        del node.metadata_props[:]
    return model


def bare(model):
    """Without names of nodes, and with numbers for names of values and initializers: only the structure is left."""
    graph = model.graph
    kept = {value.name for value in [*graph.input, *graph.output]}
    names = {"": ""}

    def short(name):
        return name if name in kept else names.setdefault(name, f"v{len(names)}")

    for tensor in graph.initializer:
        tensor.name = short(tensor.name)
    for node in graph.node:
        node.name = ""
        node.input[:] = [short(name) for name in node.input]
        node.output[:] = [short(name) for name in node.output]
    return model


def of_type(name):
    """A tiny encoder of this model type with the names of its inputs and outputs."""
    torch.manual_seed(2)
    usual = {key: getattr(CONFIG, key) for key in (
        "vocab_size", "hidden_size", "num_attention_heads", "intermediate_size", "initializer_range", "max_position_embeddings")}
    usual["num_hidden_layers"] = 1
    changes = {
        "ernie": {"use_task_id": True, "task_type_vocab_size": 3},
        "electra": {"embedding_size": 8},
        "distilbert": {"hidden_dim": CONFIG.intermediate_size},
        "xlm-roberta": {"type_vocab_size": 1, "max_position_embeddings": 18, "pad_token_id": 1},
        "roberta": {"type_vocab_size": 1, "max_position_embeddings": 18, "pad_token_id": 1},
        "modernbert": {"num_hidden_layers": 3, "pad_token_id": 0, "bos_token_id": 2, "cls_token_id": 2, "eos_token_id": 3, "sep_token_id": 3},
    }
    config = AutoConfig.for_model(name, **{**usual, **changes.get(name, {})})
    model = AutoModel.from_config(config).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.dim() == 1:
                parameter.add_(torch.randn_like(parameter) * 0.2)
    inputs = INPUTS if name in ("ernie", "electra", "roformer") else INPUTS[:2]
    fields = ["last_hidden_state", "pooler_output"] if name in ("ernie", "xlm-roberta", "roberta") else ["last_hidden_state"]
    return model, inputs, fields


class Samples(CalibrationDataReader):
    def __init__(self):
        self.left = 8

    def get_next(self):
        self.left -= 1
        return None if self.left < 0 else dict(zip(INPUTS, (value.numpy() for value in sample())))


def packed_in_blocks(model):
    """The first product as stored by a model with 4-bit blocks."""
    product = next(node for node in model.graph.node if node.op_type == "MatMul")
    product.op_type, product.domain = "MatMulNBits", "com.microsoft"
    return model


def main():
    shutil.rmtree(TARGET, ignore_errors=True)
    TARGET.mkdir(parents=True)
    model = randomised(BertModel)
    model.save_pretrained(TARGET / "reference")
    (TARGET / "reference/vocab.txt").write_text("\n".join(VOCABULARY) + "\n", encoding="utf-8")
    fields = ["last_hidden_state", "pooler_output"]
    with tempfile.TemporaryDirectory() as folder:
        work = pathlib.Path(folder)

        def keep(name, source, change=lambda one: one):
            onnx.save(change(lean(onnx.load(source) if isinstance(source, pathlib.Path) else source)), TARGET / f"{name}.onnx")

        traced(model, fields, work / "traced.onnx")
        keep("traced", work / "traced.onnx")
        keep("bare", work / "traced.onnx", bare)
        keep("blocks", work / "traced.onnx", lambda one: packed_in_blocks(bare(one)))
        traced(model, fields, work / "sdpa.onnx", "sdpa", 17)
        keep("sdpa", work / "sdpa.onnx", bare)
        dynamo(model, fields, work / "dynamo.onnx")
        keep("dynamo", work / "dynamo.onnx")

        external = bare(lean(onnx.load(work / "traced.onnx")))
        (TARGET / "external").mkdir()
        onnx.save(external, TARGET / "external/model.onnx", save_as_external_data=True, location="model.onnx_data", size_threshold=64)

        headed_models = {
            "sequence": (BertForSequenceClassification, {"num_labels": 3}),
            "tokens": (BertForTokenClassification, {"num_labels": 5}),
            "masked": (BertForMaskedLM, {}),
        }
        for name, (cls, changes) in headed_models.items():
            headed = randomised(cls, num_hidden_layers=1, **changes)
            headed.save_pretrained(TARGET / f"reference-{name}")
            traced(headed, ["logits"], work / f"{name}.onnx")
            keep(name, work / f"{name}.onnx", bare)

        for name in ("ernie", "electra", "distilbert", "xlm-roberta", "roberta", "roformer", "modernbert"):
            typed, inputs, fields = of_type(name)
            traced(typed, fields, work / f"{name}.onnx", opset=17, inputs=inputs)
            (TARGET / name).mkdir()
            keep(f"{name}/model", work / f"{name}.onnx", bare)
            typed.save_pretrained(TARGET / name / "reference")
            if name == "modernbert":
                quantize_dynamic(work / f"{name}.onnx", work / f"{name}-int8.onnx", weight_type=QuantType.QUInt8)
                keep(f"{name}/int8", work / f"{name}-int8.onnx", bare)

        for name, kind, channels in [("int8", QuantType.QUInt8, False), ("int8-channels", QuantType.QInt8, True)]:
            quantize_dynamic(work / "traced.onnx", work / f"{name}.onnx", weight_type=kind, per_channel=channels)
            keep(name, work / f"{name}.onnx", bare)
        quantize_static(
            work / "traced.onnx", work / "qdq.onnx", Samples(), quant_format=QuantFormat.QDQ, per_channel=True,
            weight_type=QuantType.QInt8, op_types_to_quantize=["MatMul", "Gather", "Gemm"],
        )
        keep("qdq", work / "qdq.onnx", bare)

        keep("fp16", convert_float_to_float16(onnx.load(work / "traced.onnx"), keep_io_types=True), bare)

        heads, hidden = CONFIG.num_attention_heads, CONFIG.hidden_size
        fused = optimize_model(str(work / "traced.onnx"), "bert", num_heads=heads, hidden_size=hidden, opt_level=0)
        fused.save_model_to_file(str(work / "fused.onnx"))
        keep("fused", work / "fused.onnx", bare)
        quantize_dynamic(
            work / "fused.onnx", work / "fused-int8.onnx", weight_type=QuantType.QUInt8,
            extra_options={"DefaultTensorType": TensorProto.FLOAT},
        )
        keep("fused-int8", work / "fused-int8.onnx", bare)
    for path in sorted(TARGET.rglob("*")):
        if path.is_file():
            path.chmod(0o644)
            print(path.relative_to(TARGET), path.stat().st_size)


main()
