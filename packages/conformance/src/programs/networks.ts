import { classAt, functionAt } from "../api/library.ts";
import { backward, detached, layer, load, lossOf, optimizer, rows, type TrainingProgram } from "./program.ts";

/** Batch and layer normalisation, Nesterov momentum, a cosine schedule, clipped gradients. */
export const mlpRegression: TrainingProgram = async ({ data, state, config, log }) => {
  const { X, y, order } = data;
  const model = layer(
    "Sequential",
    layer("Linear", X.shape[1], 16),
    layer("BatchNorm1d", 16),
    layer("GELU"),
    layer("Linear", 16, 16),
    layer("LayerNorm", 16),
    layer("Tanh"),
    layer("Linear", 16, 1),
  );
  load(model, state);
  const sgd = optimizer("SGD", model, { lr: config.lr, momentum: 0.9, nesterov: true, weightDecay: 1e-3 });
  const Schedule = classAt("optim.lrScheduler.CosineAnnealingLR");
  const schedule = new Schedule(sgd, config.steps) as { step(): void };
  for (let it = 0; it < config.steps; it++) {
    const index = order.select(0, it);
    sgd.zeroGrad();
    const loss = lossOf("smooth_l1_loss", model(rows(X, index)), rows(y, index));
    backward(loss);
    await log(it, loss, model);
    await functionAt("nn.utils.clipGradNorm_")([...model.parameters()], 1);
    await sgd.step();
    schedule.step();
  }
  model.eval();
  return { model, outputs: { pred_eval: detached(model(X)) } };
};

/** Two convolutions with pooling. */
export const smallCnn: TrainingProgram = async ({ data, state, config, log }) => {
  const { X, y, order } = data;
  const model = layer(
    "Sequential",
    layer("Conv2d", 1, 8, 3, { padding: 1 }),
    layer("ReLU"),
    layer("MaxPool2d", 2),
    layer("Conv2d", 8, 16, 3, { padding: 1 }),
    layer("ReLU"),
    layer("AvgPool2d", 2),
    layer("Flatten"),
    layer("Linear", 64, config.classes),
  );
  load(model, state);
  const sgd = optimizer("SGD", model, { lr: config.lr, momentum: 0.9 });
  for (let it = 0; it < config.steps; it++) {
    const index = order.select(0, it);
    sgd.zeroGrad();
    const loss = lossOf("cross_entropy", model(rows(X, index)), rows(y, index));
    backward(loss);
    await log(it, loss, model);
    await sgd.step();
  }
  return { model, outputs: { logits: detached(model(X)) } };
};
