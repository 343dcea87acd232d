"""Records the losses of the binary classifier of bench/src/programs/classifier.ts from PyTorch: prints pytorch-losses.json."""

import json

import torch
from torch import nn

torch.manual_seed(0)
x = torch.rand(32, 20)
y = torch.rand(32, 1).round()
model = nn.Sequential(nn.Linear(20, 100), nn.ELU(), nn.Linear(100, 1), nn.Sigmoid())
loss_func = nn.BCELoss()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-4)
losses = []
for _ in range(25):
    loss = loss_func(model(x), y)
    losses.append(loss.item())
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
print(json.dumps({"pytorch": torch.__version__.split("+")[0], "losses": losses}))
