"""Peers of bench/datasets/import.ts: import_peer.py datasets|pandas|read FILE, or write FILE ROWS. Prints its resource use."""

import json
import os
import resource
import sys
import tempfile

what, path = sys.argv[1:3]


def with_datasets():
    """Reads into Arrow and divides as `data import` does, without looking at offsets or twins."""
    import datasets

    datasets.disable_progress_bars()
    with tempfile.TemporaryDirectory() as cache:
        data = datasets.load_dataset("json", data_files=path, split="train", cache_dir=cache)
        parts = data.train_test_split(test_size=0.3, seed=0)
        for name, part in parts.items():
            part.to_json(os.path.join(cache, name), force_ascii=False)
    return datasets.__version__


def with_pandas():
    import pandas

    data = pandas.read_json(path, lines=True)
    with tempfile.TemporaryDirectory() as folder:
        shuffled = data.sample(frac=1, random_state=0)
        cut = int(len(data) * 0.7)
        for name, part in (("train", shuffled[:cut]), ("test", shuffled[cut:])):
            part.to_json(os.path.join(folder, name), orient="records", lines=True, force_ascii=False)
    return pandas.__version__


def write_predictions():
    import pandas

    rows = int(sys.argv[3])
    table = {"id": [str(i) for i in range(rows)], "label": ["abc"[i % 3] for i in range(rows)]}
    pandas.DataFrame(table).to_parquet(path)
    return pandas.__version__


def read_predictions():
    import pandas

    pandas.read_parquet(path).to_dict("records")
    return pandas.__version__


start = os.times()
does = {"datasets": with_datasets, "pandas": with_pandas, "write": write_predictions, "read": read_predictions}
version = does[what]()
end = os.times()
cpu = sum(getattr(end, name) - getattr(start, name) for name in ("user", "system", "children_user", "children_system"))
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
print(json.dumps({"version": version, "cpuSeconds": cpu, "peakMegabytes": peak}))
