"""Calls a stub with the client of another harness: NAME ENDPOINT CALLS CONCURRENCY. Prints one line of JSON."""
import json
import resource
import sys
import time
from importlib.metadata import version

name, endpoint, calls, concurrency = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
questions = [f"感冒{i}吃什么药好得快" for i in range(calls)]


def lm_eval_client():
    from lm_eval.api.instance import Instance
    from lm_eval.models.openai_completions import LocalChatCompletion

    model = LocalChatCompletion(
        model="stub", base_url=f"{endpoint}/chat/completions", num_concurrent=concurrency, max_retries=1,
        tokenizer_backend=None, tokenized_requests=False,
    )
    from lm_eval.models.api_models import JsonChatStr

    requests = [
        Instance(
            request_type="generate_until", doc={}, idx=i,
            arguments=(JsonChatStr(json.dumps([{"role": "user", "content": q}])), {"max_gen_toks": 16, "until": []}),
        )
        for i, q in enumerate(questions)
    ]
    return lambda: len(model.generate_until(requests, disable_tqdm=True)), version("lm_eval")


def inspect_client():
    import asyncio
    import os

    os.environ["OPENAI_API_KEY"] = "none"
    from inspect_ai.model import GenerateConfig, get_model

    model = get_model(
        "openai-api/stub/stub", base_url=endpoint, api_key="none", config=GenerateConfig(max_connections=concurrency, max_tokens=16)
    )

    async def ask():
        return await asyncio.gather(*(model.generate(q) for q in questions))

    return lambda: len(asyncio.run(ask())), version("inspect_ai")


run, release = {"lm-eval": lm_eval_client, "inspect-ai": inspect_client}[name]()
before, started = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
answered = run()
after, seconds = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter() - started
cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
assert answered == calls
print(json.dumps({"version": release, "calls": calls, "seconds": seconds, "cpuSeconds": cpu}))
