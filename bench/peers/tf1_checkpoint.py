"""Writes the TensorFlow 1 checkpoint of src/encoders/weights/fixtures with TensorFlow's own Saver.

python bench/peers/tf1_checkpoint.py        (tensorflow-cpu==2.21.0, in a separate environment)
"""

import os
import re
import shutil

os.environ["CUDA_VISIBLE_DEVICES"] = ""
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import numpy as np
import tensorflow.compat.v1 as tf

from tiny_bert import CONFIG, FIXTURES, describe, values, write_json


def variable_name(name):
    """Google's name of a parameter, and whether its values are transposed there."""
    special = {
        "cls.predictions.bias": "cls/predictions/output_bias",
        "cls.seq_relationship.weight": "cls/seq_relationship/output_weights",
        "cls.seq_relationship.bias": "cls/seq_relationship/output_bias",
    }
    if name in special:
        return special[name], False
    parts = re.sub(r"layer\.(\d+)", r"layer_\1", name).split(".")
    last = parts.pop()
    if parts[-1].endswith("_embeddings"):
        return "/".join(["bert", *parts]), False
    if parts[-1] == "LayerNorm":
        last = {"weight": "gamma", "bias": "beta"}[last]
    kernel = last == "weight"
    root = [] if parts[0] == "cls" else ["bert"]
    return "/".join([*root, *parts, "kernel" if kernel else last]), kernel


def write(folder, arrays, dtype, shards):
    path = FIXTURES / folder
    shutil.rmtree(path, ignore_errors=True)
    write_json(path / "bert_config.json", {key: value for key, value in CONFIG.items() if key != "model_type"})
    tf.reset_default_graph()
    expected = {}
    for name, array in arrays.items():
        variable, transposed = variable_name(name)
        value = (array.T if transposed else array).astype(dtype)
        expected[name] = array.astype(dtype).astype(np.float32)
        tf.get_variable(variable, initializer=value)
        if shards == 1:
            for slot in ("adam_m", "adam_v"):
                tf.get_variable(f"{variable}/{slot}", initializer=np.zeros(3, np.float32))
    tf.get_variable("global_step", initializer=np.int64(100_000))
    write_json(path / "expected.json", describe(expected))
    prefix = str(path / "bert_model.ckpt")
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        if shards == 1:
            tf.train.Saver(write_version=tf.train.SaverDef.V2).save(session, prefix, write_meta_graph=False, write_state=False)
        else:
            variables = tf.global_variables()
            parts = [f"{prefix}.part{shard}" for shard in range(shards)]
            for shard, part in enumerate(parts):
                chosen = variables[shard::shards]
                names = [variable.op.name for variable in chosen]
                session.run(tf.raw_ops.SaveV2(prefix=part, tensor_names=names, shape_and_slices=[""] * len(names), tensors=chosen))
            session.run(tf.raw_ops.MergeV2Checkpoints(checkpoint_prefixes=parts, destination_prefix=prefix))


tf.disable_eager_execution()
write("tensorflow", values(), np.float32, 1)
write("tensorflow-f16-sharded", values(), np.float16, 2)
print(f"TensorFlow {tf.__version__}")
