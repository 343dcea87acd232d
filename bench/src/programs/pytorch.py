"""Time from import to the first loss of the binary classifier, as one JSON line on file descriptor 3."""

import json
import os
import sys
import time

os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = sys.argv[1]
start = time.perf_counter()
import torch  # noqa: E402
from torch import nn  # noqa: E402

torch.set_num_threads(int(sys.argv[1]))
torch.manual_seed(0)
x = torch.rand(32, 20)
y = torch.rand(32, 1).round()
model = nn.Sequential(nn.Linear(20, 100), nn.ELU(), nn.Linear(100, 1), nn.Sigmoid())
loss_func = nn.BCELoss()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-4)
loss = loss_func(model(x), y).item()
seconds = time.perf_counter() - start
with os.fdopen(3, "w") as replies:
    replies.write(json.dumps({"seconds": seconds, "loss": loss}) + "\n")
