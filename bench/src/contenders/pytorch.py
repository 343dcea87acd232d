"""PyTorch under measurement: `python3 pytorch.py THREADS`. Speaks the protocol of protocol.ts."""

import json
import math
import os
import sys
import time

HEADS = 4
SAMPLE_SIZE = 1009
replies = os.fdopen(3, "w")


def reply(message):
    replies.write(json.dumps(message) + "\n")
    replies.flush()


# OpenBLAS has threads of its own, which torch.set_num_threads reaches only until a backward pass; this limits them for good.
os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = sys.argv[1]

try:
    import torch
    from torch import nn
except ImportError as error:
    reply({"unsupported": f"PyTorch is not installed ({error})"})
    sys.exit(0)


def load(tensor):
    numbers = torch.from_file(tensor["file"], size=max(1, torch.Size(tensor["shape"]).numel()), dtype=torch.float32)
    return numbers.reshape(tensor["shape"]).clone()


def sample(values):
    length = len(values)
    count = min(length, SAMPLE_SIZE)
    picked = [float(values[i * length // count]) for i in range(count)]
    return {"length": length, "values": [value if math.isfinite(value) else None for value in picked]}


def classifier(weights):
    hidden, features = weights["0.weight"].shape
    return nn.Sequential(nn.Linear(features, hidden), nn.ELU(), nn.Linear(hidden, 1), nn.Sigmoid())


def cnn(weights):
    first, channels = weights["0.weight"].shape[:2]
    second = weights["3.weight"].shape[0]
    classes, features = weights["7.weight"].shape
    return nn.Sequential(
        nn.Conv2d(channels, first, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(first, second, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(features, classes),
    )


def transformer(weights):
    hidden, features = weights["linear1.weight"].shape
    return nn.TransformerEncoderLayer(features, HEADS, hidden, dropout=0, activation="gelu", batch_first=True)


# Each with its loss and the type of its targets.
networks = {
    "classifier": (classifier, nn.BCELoss(), torch.float32),
    "cnn": (cnn, nn.CrossEntropyLoss(), torch.int64),
    "transformer": (transformer, nn.MSELoss(), torch.float32),
}


def loaded(network, inputs):
    weights = {name: tensor for name, tensor in inputs.items() if name not in ("x", "y")}
    model = networks[network][0](weights)
    model.load_state_dict(weights)
    return model


def training(task, inputs):
    _, loss_func, dtype = networks[task["network"]]
    x, y = inputs["x"], inputs["y"].to(dtype)
    model = loaded(task["network"], inputs)
    optimizer = torch.optim.Adam(model.parameters(), lr=task["rate"])

    def step():
        y_pred = model(x)
        loss = loss_func(y_pred, y)
        value = loss.item()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return value

    return step, lambda: [step() for _ in range(task["losses"])]


def computing(operation):
    def step():
        with torch.inference_mode():
            return operation()

    return step, lambda: step().flatten().tolist()


def prediction(task, inputs):
    model, x = loaded(task["network"], inputs).eval(), inputs["x"]
    return computing(lambda: model(x))


def matmul(task, inputs):
    a = inputs["a"].t() if task["transposeA"] else inputs["a"]
    b = inputs["b"].t() if task["transposeB"] else inputs["b"]
    return computing(lambda: a @ b)


def elementwise(inputs):
    x, y = inputs["x"], inputs["y"]
    return computing(lambda: torch.tanh(x * y + x) * torch.sigmoid(y) - 0.5 * x)


def layer_norm(inputs):
    x, weight, bias = inputs["x"], inputs["weight"], inputs["bias"]
    return computing(lambda: nn.functional.layer_norm(x, x.shape[-1:], weight, bias, 1e-5))


def reduce(task, inputs):
    x, dim = inputs["x"], task["dim"]
    return computing((lambda: x.sum(dim)) if task["operation"] == "sum" else (lambda: x.amax(dim)))


tasks = {
    "train": training,
    "predict": prediction,
    "matmul": matmul,
    "elementwise": lambda task, inputs: elementwise(inputs),
    "softmax": lambda task, inputs: computing(lambda: torch.softmax(inputs["x"], -1)),
    "layer-norm": lambda task, inputs: layer_norm(inputs),
    "reduce": reduce,
}


def blas():
    """The library that PyTorch's matrix product runs on, as far as the process's memory map tells."""
    torch.ones(64, 64) @ torch.ones(64, 64)
    try:
        with open("/proc/self/maps") as maps:
            loaded = maps.read().lower()
    except OSError:
        return "unknown"
    return next((name for name in ("openblas", "mkl", "libblis") if name in loaded), None)


def main():
    threads = int(sys.argv[1])
    torch.set_num_threads(threads)
    library = blas()
    if library is None:
        reply({"unsupported": "PyTorch runs on the reference BLAS: install OpenBLAS (libopenblas0-pthread) first"})
        return
    reply({"description": f"PyTorch {torch.__version__}, {library}"})
    step = result = None
    for line in sys.stdin:
        request = json.loads(line)
        try:
            if request["ask"] == "prepare":
                task = request["task"]
                if task["kind"] not in tasks:
                    reply({"unsupported": f"has no task {task['kind']}"})
                    continue
                # A backward pass before may have changed it.
                torch.set_num_threads(threads)
                inputs = {name: load(tensor) for name, tensor in request["inputs"].items()}
                step, result = tasks[task["kind"]](task, inputs)
                reply({"result": sample(result())})
            elif request["ask"] == "measure":
                repetitions = request["repetitions"]
                start = time.perf_counter()
                for _ in range(repetitions):
                    step()
                reply({"seconds": time.perf_counter() - start})
            else:
                step = result = None
                reply({})
        except Exception as error:  # The coordinator decides what a failure means.
            reply({"error": f"{type(error).__name__}: {error}"})


main()
