// The question's program, line by line: a network of three layers learns 0/1 labels from a table of raw numbers.
// npm start runs it; `npm start -- --iterations 100` makes fewer steps.
import * as torch from "cresset";
import { numbersFromArguments } from "./lib/arguments.ts";
import { compareWithPyTorch } from "./lib/curve.ts";
import { createProgress } from "./lib/progress.ts";
import { readTable } from "./lib/table.ts";

const { nn, optim } = torch;

const { features: xTrain, labels: yTrain } = readTable("subscribers.csv", "cancelled");

torch.manualSeed(0);
const nInputDim = xTrain[0].length;
const nHidden = 100; // Number of hidden nodes
const nOutput = 1; // Number of output nodes = for binary classifier

// Build the network
const model = new nn.Sequential(
  new nn.Linear(nInputDim, nHidden),
  new nn.ELU(),
  new nn.Linear(nHidden, nOutput),
  new nn.Sigmoid(),
);

const xTensor = torch.tensor(xTrain);
console.log(await xTensor.repr());
const labels = torch.tensor(yTrain);
console.log(await labels.repr());
// The labels have shape [N], the predictions [N, 1]. BCELoss answers labels of shape [N] with PyTorch's error, "Using a
// target size (torch.Size([1200])) that is different to the input size (torch.Size([1200, 1])) …", and says to write this:
const yTensor = labels.unsqueeze(1);

// Loss Computation
const lossFunc = new nn.BCELoss();
// Optimizer
const learningRate = 0.0001;
const optimizer = new optim.Adam(model.parameters(), { lr: learningRate });

const trainLoss: number[] = [];
const { iterations: iters } = numbersFromArguments({ iterations: 500 });
const progress = createProgress(iters);
const started = performance.now();
for (let i = 0; i < iters; i++) {
  const yPred = model(xTensor);
  const loss = lossFunc(yPred, yTensor);
  progress.show(i, await loss.item());

  optimizer.zeroGrad();
  loss.backward();
  optimizer.step();
  trainLoss.push(await loss.item());
}
const seconds = (performance.now() - started) / 1000;
progress.end();

const correct = torch.noGrad(() => model(xTensor).gt(0.5).eq(yTensor));
const accuracy = await correct.to("float32").mean().item();
console.log(`Accuracy:           ${(100 * accuracy).toFixed(1)} % of ${yTrain.length} rows`);
console.log(
  `Loss:               ${trainLoss[0].toFixed(4)} before the first step, ${trainLoss[iters - 1].toFixed(4)} before the last`,
);
console.log(`Time per iteration: ${((1000 * seconds) / iters).toFixed(2)} ms`);
console.log(`Backend:            ${xTensor.device}`);
compareWithPyTorch(trainLoss);
