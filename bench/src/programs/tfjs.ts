import {
  layers,
  losses as lossFunctions,
  randomUniform,
  round,
  type Scalar,
  sequential,
  setBackend,
  type Tensor,
  train,
} from "@tensorflow/tfjs";

/** The binary classifier's training in TensorFlow.js, with its layers. */
export async function* losses(backend: "cpu" | "wasm"): AsyncGenerator<number, never> {
  await setBackend(backend);
  const x = randomUniform([32, 20]);
  const y = round(randomUniform([32, 1]));
  const model = sequential({
    layers: [
      layers.dense({ units: 100, activation: "elu", inputShape: [20] }),
      layers.dense({ units: 1, activation: "sigmoid" }),
    ],
  });
  const optimizer = train.adam(1e-4);
  const lossOf = (): Scalar => lossFunctions.logLoss(y, model.apply(x) as Tensor).asScalar();
  while (true) {
    // One call gives the loss and applies the gradients.
    const loss = optimizer.minimize(lossOf, true);
    if (loss === null) throw new Error("minimize returned no loss");
    const [value] = await loss.data();
    loss.dispose();
    yield value;
  }
}
