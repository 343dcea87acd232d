"""Records what PyTorch's losses are on the table of large-table.ts, with and without scaling.

Writes large-table.json: for each scale the losses of some epochs, and for each how far another correct float32 program may be
from it: 4 times the largest difference among PyTorch's own results when the order of rows changes (another order of
summation) and when every initial weight moves by at most one unit in the last place, plus 1e-5 of the loss. Also the bit
patterns of the initial weights, summed with their places as weights.

    node --conditions=@cresset/source packages/cli/src/testing/large-table.ts FILE
    python3 packages/cli/src/testing/record-losses.py FILE
"""
import csv
import json
import pathlib
import sys

import torch
from torch import nn

SEED, HIDDEN, LEARNING_RATE, EPOCHS, TEST_SPLIT = 0, 100, 0.001, 6, 0.2
torch.set_num_threads(1)

with open(sys.argv[1], newline="") as file:
    header, *rows = csv.reader(file)
table = torch.tensor([[float(cell) for cell in row] for row in rows], dtype=torch.float64)
n_test = round(len(rows) * TEST_SPLIT)


def prepared(scale):
    torch.manual_seed(SEED)
    test, train = torch.randperm(len(rows)).split([n_test, len(rows) - n_test])
    state = torch.get_rng_state()
    x, y = table[train, :-1], table[train, -1:]
    if scale == "standard":
        x = (x - x.mean(0)) / x.std(0)
    return x.float(), y.float(), state


def model_of(width, state):
    torch.set_rng_state(state)
    return nn.Sequential(nn.Linear(width, HIDDEN), nn.ELU(), nn.Linear(HIDDEN, 1), nn.Sigmoid())


def train(x, y, state, change=lambda parameter: None):
    model = model_of(x.shape[1], state)
    with torch.no_grad():
        for parameter in model.parameters():
            change(parameter)
    optimizer = torch.optim.Adam(model.parameters(), lr=LEARNING_RATE)
    losses = []
    for _ in range(EPOCHS):
        loss = nn.BCELoss()(model(x), y)
        losses.append(loss.item())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return losses


def nudge(generator):
    def change(parameter):
        steps = torch.randint(-1, 2, parameter.shape, generator=generator, dtype=torch.int32)
        parameter.copy_((parameter.view(torch.int32) + steps).view(torch.float32))

    return change


def tolerances(x, y, state, losses):
    generator = torch.Generator().manual_seed(1)
    others = []
    for _ in range(2):
        order = torch.randperm(len(x), generator=generator)
        others.append(train(x[order], y[order], state))
    for _ in range(2):
        others.append(train(x, y, state, nudge(generator)))
    differences = (torch.tensor(others, dtype=torch.float64) - torch.tensor(losses, dtype=torch.float64)).abs()
    return [float(f"{4 * d + 1e-5 * loss:.3g}") for d, loss in zip(differences.max(0).values.tolist(), losses)]


def bits(parameter):
    words = parameter.detach().reshape(-1).view(torch.int32).tolist()
    return sum((place + 1) * (word % 2**32) for place, word in enumerate(words)) % 2**32


recorded = {"torch": torch.__version__, "seed": SEED, "hidden": HIDDEN, "learningRate": LEARNING_RATE, "epochs": EPOCHS}
recorded["testSplit"] = TEST_SPLIT
_, _, state = prepared("none")
weights = model_of(len(header) - 1, state)
recorded["initialWeights"] = {name: bits(parameter) for name, parameter in weights.named_parameters()}
for scale in ("standard", "none"):
    x, y, state = prepared(scale)
    losses = train(x, y, state)
    recorded[scale] = {"losses": losses, "tolerance": tolerances(x, y, state, losses)}
out = pathlib.Path(__file__).parent / "large-table.json"
out.write_text(json.dumps(recorded, indent=2) + "\n")
print(json.dumps(recorded, indent=2))
