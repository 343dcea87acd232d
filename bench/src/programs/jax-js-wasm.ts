import {
  defaultDevice,
  init,
  type Array as JaxArray,
  jit,
  nn,
  numpy as np,
  random,
  tree,
  valueAndGrad,
} from "@jax-js/jax";

type Weights = { w1: JaxArray; b1: JaxArray; w2: JaxArray; b2: JaxArray };

function lossOf({ w1, b1, w2, b2 }: Weights, x: JaxArray, y: JaxArray): JaxArray {
  const p = nn.sigmoid(np.matmul(nn.elu(np.matmul(x, w1).add(b1)), w2).add(b2));
  const positive = y.ref.mul(np.log(p.ref));
  return positive
    .add(np.subtract(1, y).mul(np.log(np.subtract(1, p))))
    .mean()
    .neg();
}

/** The binary classifier's training in jax-js: a compiled step with Adam over trees. */
export default async function* start(): AsyncGenerator<number, never> {
  await init("wasm");
  defaultDevice("wasm");
  const [kx, ky, k1, k2] = random.split(random.key(0), 4);
  const x = random.uniform(kx, [32, 20]);
  const y = np.greater(random.uniform(ky, [32, 1]), 0.5).astype(np.float32);
  let weights: Weights = {
    w1: random.uniform(k1, [20, 100], { minval: -0.22, maxval: 0.22 }),
    b1: np.zeros([100]),
    w2: random.uniform(k2, [100, 1], { minval: -0.1, maxval: 0.1 }),
    b2: np.zeros([1]),
  };
  const zeros = (): Weights => tree.map((array: JaxArray) => np.zeros(array.shape), weights) as Weights;
  let [m, v, t] = [zeros(), zeros(), np.array(0)];
  const update = jit((weights: Weights, m: Weights, v: Weights, t: JaxArray, x: JaxArray, y: JaxArray) => {
    const [loss, gradients] = valueAndGrad(lossOf)(tree.ref(weights), x, y);
    const count = t.add(1);
    const c1 = np.subtract(1, np.power(0.9, count.ref));
    const c2 = np.subtract(1, np.power(0.999, count.ref));
    const mean = (m: JaxArray, g: JaxArray): JaxArray => m.mul(0.9).add(g.mul(0.1));
    const square = (v: JaxArray, g: JaxArray): JaxArray => v.mul(0.999).add(np.square(g).mul(0.001));
    const m1 = tree.map(mean, m, tree.ref(gradients)) as Weights;
    const v1 = tree.map(square, v, gradients) as Weights;
    const next = (w: JaxArray, m: JaxArray, v: JaxArray): JaxArray =>
      w.sub(
        m
          .div(c1.ref)
          .mul(1e-4)
          .div(np.sqrt(v.div(c2.ref)).add(1e-8)),
      );
    const updated = tree.map(next, weights, tree.ref(m1), tree.ref(v1)) as Weights;
    c1.dispose();
    c2.dispose();
    return [updated, m1, v1, count, loss] as [Weights, Weights, Weights, JaxArray, JaxArray];
  });
  while (true) {
    let loss: JaxArray;
    [weights, m, v, t, loss] = update(weights, m, v, t, x.ref, y.ref);
    const [value] = await loss.data();
    yield value;
  }
}
