"""PyTorch on the machine's GPU: `python3 pytorch.py RESULT [WORK …]`, with the inputs and networks of the other contenders."""

import json
import statistics
import sys
import time

try:
    import torch
    from torch import nn
except ImportError:
    print("PyTorch is not installed", file=sys.stderr)
    sys.exit(0)
if not torch.cuda.is_available():
    print("PyTorch has no GPU here", file=sys.stderr)
    sys.exit(0)

RATE, HEADS, LOSSES = 1e-3, 4, 5
result_file, only = sys.argv[1], sys.argv[2:]
# float32 products in float32, as WebGPU computes them.
torch.backends.cuda.matmul.allow_tf32 = False
torch.backends.cudnn.allow_tf32 = False


def uniform(shape, seed, low=-1.0, high=1.0):
    """The mulberry32 generator of inputs.ts, for all elements at once."""
    n = 1
    for size in shape:
        n *= size
    i = torch.arange(1, n + 1, dtype=torch.int64)
    mask = 0xFFFFFFFF
    state = (seed + i * 0x6D2B79F5) & mask

    def product(a, b):
        # Modulo 2^32, in halves, so that nothing overflows 63 bits.
        return ((a * (b & 0xFFFF)) + (((a * (b >> 16)) & 0xFFFF) << 16)) & mask

    mixed = product(state ^ (state >> 15), state | 1)
    mixed = mixed ^ ((mixed + product(mixed ^ (mixed >> 7), mixed | 61)) & mask)
    whole = (mixed ^ (mixed >> 14)) & mask
    return (low + (high - low) * whole.double() / 2**32).float().reshape(shape)


def layer(shape, seed):
    size = 1
    for n in shape[1:]:
        size *= n
    bound = size**-0.5
    return uniform(shape, seed, -bound, bound), uniform([shape[0]], seed + 1, -bound, bound)


def classifier(rows):
    x = uniform([rows, 20], 1, -2, 2)
    signs = torch.tensor([1.0 if i % 3 == 0 else -0.5 for i in range(20)], dtype=torch.float64)
    y = ((x.double() * signs).sum(1, keepdim=True) > 0).float()
    model = nn.Sequential(nn.Linear(20, 100), nn.ELU(), nn.Linear(100, 1), nn.Sigmoid())
    first, second = 20**-0.5, 100**-0.5
    values = [uniform([100, 20], 2, -first, first), uniform([100], 3, -first, first), uniform([1, 100], 4, -second, second), uniform([1], 5, -second, second)]
    return model, values, nn.BCELoss(), x, y


def cnn():
    x = uniform([32, 1, 28, 28], 1, 0, 1)
    y = torch.tensor([(i * 7) % 10 for i in range(32)])
    model = nn.Sequential(
        nn.Conv2d(1, 8, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(8, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(784, 10)
    )
    return model, [*layer([8, 1, 3, 3], 2), *layer([16, 8, 3, 3], 4), *layer([10, 784], 6)], nn.CrossEntropyLoss(), x, y


def transformer():
    x, y = uniform([8, 64, 64], 1, -1.5, 1.5), uniform([8, 64, 64], 2, -1.5, 1.5)
    model = nn.TransformerEncoderLayer(64, HEADS, 256, 0.0, "gelu", batch_first=True)
    ones, zeros = torch.ones(64), torch.zeros(64)
    values = [*layer([192, 64], 3), *layer([64, 64], 5), *layer([256, 64], 7), *layer([64, 256], 9), ones, zeros, ones, zeros]
    return model, values, nn.MSELoss(), x, y


def training(make):
    model, values, loss_function, x, y = make()
    with torch.no_grad():
        for parameter, value in zip(model.parameters(), values):
            parameter.copy_(value)
    model, x, y = model.cuda(), x.cuda(), y.cuda()
    optimizer = torch.optim.Adam(model.parameters(), lr=RATE)

    def step():
        loss = loss_function(model(x), y)
        value = loss.item()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return value

    return [step() for _ in range(LOSSES)], lambda count: [step() for _ in range(count)]


def matmul(size):
    a, b = uniform([size, size], 1).cuda(), uniform([size, size], 2).cuda()

    def steps(count):
        for _ in range(count):
            last = a @ b
        last[0, 0].item()

    return (a @ b)[1, :4].tolist(), steps


works = {f"matmul-{n}": (lambda n=n: matmul(n)) for n in (1024, 2048, 4096, 8192)}
works |= {f"classifier-{n}": (lambda n=n: training(lambda: classifier(n))) for n in (1000, 32)}
works |= {"cnn": lambda: training(cnn), "transformer": lambda: training(transformer)}
print(f"pytorch-gpu: PyTorch {torch.__version__} on {torch.cuda.get_device_name()}", file=sys.stderr)
records = []
for name, prepare in works.items():
    if only and name not in only:
        continue
    result, steps = prepare()

    def timed(count):
        start = time.perf_counter()
        steps(count)
        return time.perf_counter() - start

    count, spent = 1, 0.0
    while spent < 1:
        seconds = max(1e-6, timed(count))
        spent += seconds
        count = max(1, round(count * min(8, 0.25 / seconds)))
    times = [timed(count) / count for _ in range(11)]
    records.append({"work": name, "contender": "pytorch-gpu", "threads": 1, "medianSeconds": statistics.median(times), "minSeconds": min(times), "result": result})
    print(f"  {name}: {1000 * statistics.median(times):.3f} ms", file=sys.stderr)
    with open(result_file, "w") as file:
        json.dump(records, file)
