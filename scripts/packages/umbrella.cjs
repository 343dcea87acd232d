const torch = require("cresset");

const { nn, optim } = torch;

async function main() {
  torch.manualSeed(0);
  const nInputs = 3;
  const x = torch.rand(16, nInputs);
  const y = torch.rand(16, 1).round();

  const model = new nn.Sequential(new nn.Linear(nInputs, 100), new nn.ELU(), new nn.Linear(100, 1), new nn.Sigmoid());
  const lossFunc = new nn.BCELoss();
  const optimizer = new optim.Adam(model.parameters(), { lr: 1e-4 });

  const losses = [];
  for (let i = 0; i < 500; i++) {
    const yPred = model(x);
    const loss = lossFunc(yPred, y);
    losses.push(Number(await loss.item()));
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
  }
  console.log(losses.length, "losses, falling:", losses[499] < losses[0]);
  console.log(String(model));
}

main();
