// Learns to read handwritten digits: a small convolutional network on 1,797 images of 8 × 8 pixels.
// node examples/digits.ts [--epochs 15]
import * as torch from "cresset";
import { numbersFromArguments } from "./lib/arguments.ts";
import { drawImage, readDigits } from "./lib/digits.ts";

const { nn, optim } = torch;
const { DataLoader, TensorDataset, randomSplit } = torch.data;
const { epochs } = numbersFromArguments({ epochs: 15 });

torch.manualSeed(0);
const { images, labels } = await readDigits();
const x = torch.tensor(images).div(16).reshape([-1, 1, 8, 8]);
const y = torch.tensor(labels, { dtype: "int64" });
const [training, testing] = randomSplit(new TensorDataset(x, y), [1500, 297]);

class Net extends nn.Module {
  conv1 = new nn.Conv2d(1, 16, 3, { padding: 1 });
  conv2 = new nn.Conv2d(16, 32, 3, { padding: 1 });
  pool = new nn.MaxPool2d(2);
  drop = new nn.Dropout(0.3);
  fc = new nn.Linear(32 * 2 * 2, 10);

  forward(x: torch.Tensor): torch.Tensor {
    const h = this.pool(this.conv1(x).relu());
    return this.fc(this.drop(this.pool(this.conv2(h).relu()).flatten(1)));
  }
}

const model = new Net();
console.log(String(model));
const lossFunc = new nn.CrossEntropyLoss();
const optimizer = new optim.AdamW(model.parameters(), { lr: 3e-3 });
const scheduler = new optim.lrScheduler.CosineAnnealingLR(optimizer, epochs);

/** The share of images that the model reads right. */
async function accuracy(): Promise<number> {
  model.eval();
  let correct = 0;
  for (const [xb, yb] of new DataLoader(testing, { batchSize: 297 }))
    correct += await torch.noGrad(() => model(xb).argmax(1).eq(yb).sum()).item();
  model.train();
  return correct / testing.length;
}

for (let epoch = 0; epoch < epochs; epoch++) {
  let total = torch.tensor(0);
  for (const [xb, yb] of new DataLoader(training, { batchSize: 50, shuffle: true })) {
    const loss = lossFunc(model(xb), yb);
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    total = total.add(loss.detach().mul(yb.shape[0]));
  }
  scheduler.step();
  const mean = (await total.item()) / training.length;
  console.log(`epoch ${epoch}: loss ${mean.toFixed(4)}, accuracy ${(100 * (await accuracy())).toFixed(1)} %`);
}

// What it makes of an image that it has not seen.
model.eval();
const [image, label] = testing.get(0);
const probabilities = torch.noGrad(() => model(image.unsqueeze(0)).softmax(1)).squeeze(0);
console.log(drawImage((await image.squeeze(0).mul(16).tolist()) as number[][]));
const guess = await probabilities.argmax().item();
console.log(`a ${await label.item()}, read as ${guess}: p = ${(await probabilities.max().item()).toFixed(3)}`);
