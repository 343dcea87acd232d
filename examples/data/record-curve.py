"""Records what PyTorch's losses are for examples/binary-classifier.ts: the same program, seed and table.

Writes data/pytorch-curve.json: the 500 losses, and for each how far another correct float32 program may be from it. That
is 4 times the largest difference among PyTorch's own results when the order of rows changes (another order of summation)
and when every initial weight moves by at most one unit in the last place, plus 1e-5 of the loss.

Run it with any PyTorch: python3 examples/data/record-curve.py
"""
import csv
import json
import pathlib

import torch
from torch import nn

SEED, LEARNING_RATE, ITERATIONS = 0, 0.0001, 500
here = pathlib.Path(__file__).parent
torch.set_num_threads(1)

with open(here / "subscribers.csv") as file:
    header, *rows = csv.reader(file)
table = torch.tensor([[float(cell) for cell in row] for row in rows])
x_tensor, y_tensor = table[:, :-1].contiguous(), table[:, -1].unsqueeze(1).contiguous()


def train(x, y, change=lambda parameter: None):
    torch.manual_seed(SEED)
    model = nn.Sequential(nn.Linear(x.shape[1], 100), nn.ELU(), nn.Linear(100, 1), nn.Sigmoid())
    with torch.no_grad():
        for parameter in model.parameters():
            change(parameter)
    loss_func = nn.BCELoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=LEARNING_RATE)
    train_loss = []
    for _ in range(ITERATIONS):
        y_pred = model(x)
        loss = loss_func(y_pred, y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        train_loss.append(loss.item())
    accuracy = ((model(x) > 0.5).float() == y).float().mean().item()
    return train_loss, accuracy


losses, accuracy = train(x_tensor, y_tensor)
generator = torch.Generator().manual_seed(1)
others = []
for _ in range(4):
    order = torch.randperm(len(x_tensor), generator=generator)
    others.append(train(x_tensor[order], y_tensor[order])[0])
for _ in range(4):
    def nudge(parameter):
        towards = (torch.randint(0, 3, parameter.shape, generator=generator) - 1) * float("inf")
        towards = torch.where(towards.isnan(), parameter, towards)
        parameter.copy_(torch.nextafter(parameter, towards))
    others.append(train(x_tensor, y_tensor, nudge)[0])

tolerance = [float(f"{4 * max(abs(other[i] - loss) for other in others) + 1e-5 * loss:.3g}") for i, loss in enumerate(losses)]
curve = {
    "torch": torch.__version__,
    "table": "subscribers.csv",
    "seed": SEED,
    "learningRate": LEARNING_RATE,
    "accuracy": accuracy,
    "losses": losses,
    "tolerance": tolerance,
}
(here / "pytorch-curve.json").write_text(json.dumps(curve, indent=None, separators=(",", ":")) + "\n")
print(f"torch {torch.__version__}: {losses[0]} … {losses[-1]}, accuracy {accuracy}, tolerance {min(tolerance)} … {max(tolerance)}")
