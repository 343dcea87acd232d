import type { Tensor } from "@cresset/core";
import { classAt, functionAt } from "../api/library.ts";
import { apply, backward, detached, layer, load, lossOf, optimizer, type TrainingProgram } from "./program.ts";

/** The binary classifier: probabilities and BCELoss, whole table in each iteration. */
export const seedProgram: TrainingProgram = async ({ data, state, config, log }) => {
  const { X, y } = data;
  const model = layer(
    "Sequential",
    layer("Linear", X.shape[1], 100),
    layer("ELU"),
    layer("Linear", 100, 1),
    layer("Sigmoid"),
  );
  load(model, state);
  const lossFunction = layer("BCELoss");
  const adam = optimizer("Adam", model, { lr: config.lr });
  for (let it = 0; it < config.steps; it++) {
    const loss = lossFunction(model(X), y) as Tensor;
    adam.zeroGrad();
    backward(loss);
    await log(it, loss, model);
    await adam.step();
  }
  return { model, outputs: { pred: detached(model(X)) } };
};

/** Everything random comes from the seed: weights and the order of the rows. */
export const seededTraining: TrainingProgram = async ({ data, state, config, log }) => {
  functionAt("manualSeed")(config.seed);
  const { X, y } = data;
  const model = layer("Sequential", layer("Linear", X.shape[1], 12), layer("ReLU"), layer("Linear", 12, 1));
  if (X.dtype !== "float32") load(model, state);
  const dataset = new (classAt("data.TensorDataset"))(X, y);
  const loader = new (classAt("data.DataLoader"))(dataset, { batchSize: config.batch, shuffle: true });
  const adam = optimizer("Adam", model, { lr: config.lr });
  let it = 0;
  for (let epoch = 0; epoch < config.epochs; epoch++) {
    for await (const [xb, yb] of loader as AsyncIterable<[Tensor, Tensor]>) {
      const loss = lossOf("binary_cross_entropy_with_logits", model(xb), yb);
      adam.zeroGrad();
      backward(loss);
      await log(it, loss, model);
      await adam.step();
      it++;
    }
  }
  return { model, outputs: { pred: detached(apply("torch.sigmoid", [model(X)])) } };
};
