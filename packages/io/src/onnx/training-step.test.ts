import * as torch from "cresset";
import { beforeEach, describe, expect, test } from "vitest";
import * as onnx from "./index.ts";
import { numbersOf, Session, toEngine } from "./testing/onnxruntime.ts";

const { nn, optim } = torch;
type Tensor = torch.Tensor;
type Model = torch.nn.Module<[Tensor], Tensor>;

beforeEach(() => {
  torch.setDefaultDevice("cpu");
  torch.manualSeed(0);
});

const axes = { x: { 0: "batch" }, y: { 0: "batch" } };

/** A model with batches for it. */
interface Program {
  readonly model: Model;
  readonly batch: (n: number) => [x: Tensor, y: Tensor];
  readonly loss: (prediction: Tensor, y: Tensor) => Tensor;
}

function classifier(): Program {
  const model = new nn.Sequential(new nn.Linear(4, 100), new nn.ELU(), new nn.Linear(100, 1), new nn.Sigmoid());
  const loss = new nn.BCELoss();
  return {
    model,
    batch: (n) => {
      const x = torch.randn([n, 4]);
      return [x, x.sum(1, true).gt(0).to("float32")];
    },
    loss: (prediction, y) => loss(prediction, y),
  };
}

const classes = new nn.CrossEntropyLoss();

function network(): Program {
  const model = new nn.Sequential(
    new nn.Conv2d(1, 4, 3, { padding: 1, stride: 2 }),
    new nn.BatchNorm2d(4),
    new nn.ReLU(),
    new nn.MaxPool2d(2),
    new nn.Flatten(),
    new nn.Linear(16, 3),
  );
  return {
    model,
    batch: (n) => [torch.randn([n, 1, 8, 8]), torch.randint(0, 3, [n])],
    loss: (prediction, y) => classes(prediction, y),
  };
}

class Recurrent extends nn.Module<[Tensor], Tensor> {
  embedding = new nn.Embedding(7, 6);
  rnn = new nn.LSTM(6, 5, { batchFirst: true });
  linear = new nn.Linear(5, 3);

  forward(x: Tensor): Tensor {
    const [states] = this.rnn(this.embedding(x)) as [Tensor, unknown];
    return this.linear(states.select(1, -1));
  }
}

class Encoder extends nn.Module<[Tensor], Tensor> {
  embedding = new nn.Embedding(7, 8);
  layer: torch.nn.TransformerEncoderLayer;
  linear = new nn.Linear(8, 3);

  constructor(dropout = 0) {
    super();
    this.layer = new nn.TransformerEncoderLayer(8, 2, 16, { dropout, batchFirst: true });
  }

  forward(x: Tensor): Tensor {
    return this.linear(this.layer(this.embedding(x)).mean(1));
  }
}

const sequences = (model: Model): Program => ({
  model,
  batch: (n) => [torch.randint(0, 7, [n, 5]), torch.randint(0, 3, [n])],
  loss: (prediction, y) => classes(prediction, y),
});

function stepOf({ model, loss }: Program, optimizer: torch.optim.Optimizer<object>): (x: Tensor, y: Tensor) => Tensor {
  return (x, y) => {
    const value = loss(model(x), y);
    optimizer.zeroGrad();
    value.backward();
    optimizer.step();
    return value;
  };
}

/** The losses of both engines over the same batches. */
async function curves(
  program: Program,
  optimizer: torch.optim.Optimizer<object>,
  steps: number,
  given: Partial<onnx.TrainingStepOptions> = {},
  rate?: (t: number) => number,
): Promise<{ here: number[]; there: number[] }> {
  const step = stepOf(program, optimizer);
  const options = { module: program.model, optimizer, inputNames: ["x", "y"], dynamicAxes: axes, ...given };
  const { model, state } = await onnx.exportTrainingStep(step, program.batch(4), undefined, options);
  const session = await Session.open(model);
  let states = Object.fromEntries(
    await Promise.all(state.map(async ({ input, initial }) => [input, await toEngine(initial)] as const)),
  );
  const here: number[] = [];
  const there: number[] = [];
  for (let t = 0; t < steps; t++) {
    const [x, y] = program.batch(t % 2 === 0 ? 6 : 9);
    const lr = rate?.(t);
    if (lr !== undefined) (optimizer.paramGroups[0] as unknown as { lr: number }).lr = lr;
    const numbers: Record<string, Tensor> = lr === undefined ? {} : { lr: torch.tensor(lr, { dtype: "float64" }) };
    const outputs = await session.run({ x, y, ...numbers, ...states });
    states = Object.fromEntries(state.map(({ input, output }) => [input, outputs[output]]));
    there.push(numbersOf(outputs.loss)[0]);
    here.push(await step(x, y).item());
  }
  return { here, there };
}

/** Rounding differs between engines, and fifty steps amplify it. */
function expectSame({ here, there }: { here: number[]; there: number[] }): void {
  expect(here.some((loss) => loss < here[0])).toBe(true);
  for (const [t, loss] of here.entries()) expect(Math.abs(there[t] - loss)).toBeLessThan(1e-4 * loss + 1e-5);
}

describe("an exported training step follows the same loss curve for 50 steps", () => {
  type Params = Iterable<torch.Tensor>;
  const optimizers: Readonly<Record<string, (p: Params) => torch.optim.Optimizer<object>>> = {
    SGD: (p) => new optim.SGD(p, { lr: 0.1 }),
    "SGD with momentum": (p) => new optim.SGD(p, { lr: 0.05, momentum: 0.9, nesterov: true, weightDecay: 1e-3 }),
    Adam: (p) => new optim.Adam(p, { lr: 1e-2 }),
    "AdamW with amsgrad": (p) => new optim.AdamW(p, { lr: 1e-2, amsgrad: true }),
    Adamax: (p) => new optim.Adamax(p),
    RMSprop: (p) => new optim.RMSprop(p, { lr: 1e-3, momentum: 0.5, centered: true }),
    Adadelta: (p) => new optim.Adadelta(p),
    Adagrad: (p) => new optim.Adagrad(p, { lrDecay: 0.1 }),
    NAdam: (p) => new optim.NAdam(p, { lr: 1e-2 }),
    // Its first five steps are others than those that follow.
    RAdam: (p) => new optim.RAdam(p, { lr: 1e-2 }),
    "RAdam that never knows the variance": (p) => new optim.RAdam(p, { betas: [0.9, 0.5] }),
    // The step is the smaller of the rate and what falls with their number, and here soon is the latter.
    Adafactor: (p) => new optim.Adafactor(p, { lr: 0.3, weightDecay: 1e-3 }),
    "ASGD that averages from step 10 on": (p) => new optim.ASGD(p, { lr: 0.1, t0: 10, lambd: 1e-2 }),
  };
  test.each(Object.keys(optimizers))("the classifier with %s", async (name) => {
    const program = classifier();
    expectSame(await curves(program, optimizers[name](program.model.parameters()), 50));
  });

  const later = ["Adam", "NAdam", "RAdam", "ASGD that averages from step 10 on"];
  test.each(later)("the classifier with %s, exported in the middle of a training", async (name) => {
    const program = classifier();
    const optimizer = optimizers[name](program.model.parameters());
    const step = stepOf(program, optimizer);
    const [x, y] = program.batch(6);
    for (let t = 0; t < 7; t++) step(x, y);
    expectSame(await curves(program, optimizer, 20));
  });

  test("numbers that an optimizer carries along are those of PyTorch's names, by group", async () => {
    const program = classifier();
    const [first, ...rest] = [...program.model.parameters()];
    const optimizer = new optim.ASGD([{ params: [first], lr: 0.2 }, { params: rest }], { lr: 0.1, t0: 3, lambd: 1e-2 });
    const step = stepOf(program, optimizer);
    const options = { module: program.model, optimizer, learningRate: "input", dynamicAxes: {} } as const;
    const [x, y] = program.batch(5);
    const { model, state } = await onnx.exportTrainingStep(step, [x, y], undefined, options);
    const names = state.map(({ input }) => input).filter((input) => /eta|mu$|mu_/.test(input));
    expect(names).toEqual(["optimizer.eta_0", "optimizer.mu_0", "optimizer.eta_1", "optimizer.mu_1"]);
    const session = await Session.open(model);
    let states = Object.fromEntries(
      await Promise.all(state.map(async ({ input, initial }) => [input, await toEngine(initial)] as const)),
    );
    const rates = [0.2, 0.1].map((lr, i) => [`lr_${i}`, torch.tensor(lr, { dtype: "float64" })] as const);
    for (let t = 0; t < 8; t++) {
      const outputs = await session.run({ input_0: x, input_1: y, ...Object.fromEntries(rates), ...states });
      states = Object.fromEntries(state.map(({ input, output }) => [input, outputs[output]]));
      step(x, y);
    }
    const own = optimizer.state.get(first) as unknown as { eta: number; mu: number; ax: Tensor };
    expect(numbersOf(states["optimizer.eta_0"])).toEqual([own.eta]);
    expect(numbersOf(states["optimizer.mu_0"])).toEqual([own.mu]);
    expect(own.mu).toBeCloseTo(1 / 5, 6);
    const average = numbersOf(states["optimizer.0.weight.ax"]);
    for (const [i, want] of Array.from(await own.ax.data(), Number).entries()) expect(average[i]).toBeCloseTo(want, 5);
  });

  test("the classifier with Rprop, whose steps go by signs, so that rounding soon decides", async () => {
    const program = classifier();
    expectSame(await curves(program, new optim.Rprop(program.model.parameters()), 5));
  });

  test.each([
    ["a convolutional network with batch normalisation", network],
    ["an LSTM", () => sequences(new Recurrent())],
    ["a transformer's layer", () => sequences(new Encoder())],
  ])("%s", async (_, make) => {
    const program = make();
    expectSame(await curves(program, new optim.Adam(program.model.parameters(), { lr: 1e-2 }), 50));
  });

  test("with a learning rate that the engine is given", async () => {
    const program = classifier();
    const optimizer = new optim.AdamW(program.model.parameters(), { lr: 1e-2 });
    expectSame(await curves(program, optimizer, 50, { learningRate: "input" }, (t) => 1e-2 / (1 + t)));
  });

  test("from an optimizer that has done some steps", async () => {
    const program = classifier();
    const optimizer = new optim.Adam(program.model.parameters(), { lr: 1e-2 });
    for (let i = 0; i < 3; i++) stepOf(program, optimizer)(...program.batch(5));
    expectSame(await curves(program, optimizer, 50));
  });

  test("with dropout, which the engine draws: the curves differ, but both go down", async () => {
    const program = sequences(new Encoder(0.1));
    const batch = program.batch(16);
    const fixed = { ...program, batch: () => batch };
    const optimizer = new optim.Adam(program.model.parameters(), { lr: 1e-2 });
    const { here, there } = await curves(fixed, optimizer, 50);
    for (const losses of [here, there]) expect(losses[49]).toBeLessThan(0.6 * losses[0]);
    expect(Math.abs(here[1] - there[1])).toBeGreaterThan(1e-5);
  });

  test("with clipped gradients", async () => {
    const program = classifier();
    const optimizer = new optim.SGD(program.model.parameters(), { lr: 1 });
    const clipping = {
      ...program,
      loss: (prediction: Tensor, y: Tensor) => {
        const loss = program.loss(prediction, y);
        const backward = loss.backward.bind(loss);
        loss.backward = () => {
          backward();
          nn.utils.clipGradNorm_(program.model.parameters(), 0.1);
        };
        return loss;
      },
    };
    expectSame(await curves(clipping, optimizer, 50));
  });
});

describe("states", () => {
  test("are named as in the state dict, with where each goes", async () => {
    const program = classifier();
    const optimizer = new optim.Adam(program.model.parameters());
    const options = { module: program.model, optimizer };
    const { state } = await onnx.exportTrainingStep(stepOf(program, optimizer), program.batch(4), undefined, options);
    const names = ["0.weight", "0.bias", "2.weight", "2.bias"];
    const ofOptimizer = names.flatMap((name) => [`optimizer.${name}.exp_avg`, `optimizer.${name}.exp_avg_sq`]);
    expect(state.map(({ input }) => input)).toEqual([...names, ...ofOptimizer, "optimizer.step"]);
    expect(state.map(({ output }) => output)).toEqual(state.map(({ input }) => `${input}.next`));
  });

  test("of model and optimizer stay as they are", async () => {
    const programs = [network(), network()];
    for (const [i, program] of programs.entries()) {
      torch.manualSeed(1);
      for (const tensor of program.model.parameters()) torch.noGrad(() => tensor.uniform_(-0.1, 0.1));
      const optimizer = new optim.Adam(program.model.parameters());
      const step = stepOf(program, optimizer);
      const [x, y] = program.batch(4);
      step(x, y);
      if (i === 0) await onnx.exportTrainingStep(step, [x, y], undefined, { module: program.model, optimizer });
      step(x, y);
    }
    const [exported, plain] = programs.map(({ model }) => model.stateDict());
    for (const [name, tensor] of Object.entries(exported))
      expect(await tensor.data()).toEqual(await plain[name].data());
  });
});

describe("what would be wrong in the next step is refused", () => {
  const refused = async (
    make: (program: Program) => [torch.optim.Optimizer<object>, ((x: Tensor, y: Tensor) => Tensor)?],
  ): Promise<string> => {
    const program = classifier();
    const [optimizer, step = stepOf(program, optimizer)] = make(program);
    const exported = onnx.exportTrainingStep(step, program.batch(4), undefined, { module: program.model, optimizer });
    const error = await exported.then(
      () => null,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(torch.CressetError);
    return (error as Error).message;
  };

  test("options of an optimizer that change from step to step", async () => {
    const message = await refused((program) => {
      const optimizer = new optim.SGD(program.model.parameters(), { lr: 0.1, momentum: 0.9 });
      const step = stepOf(program, optimizer);
      return [
        optimizer,
        (x, y) => {
          const loss = step(x, y);
          optimizer.paramGroups[0].momentum *= 0.9;
          return loss;
        },
      ];
    });
    expect(message).toMatch(/sgd takes a number that is 0\.\d+ in this step and 0\.\d+ in the next one/);
  });

  test("gradients that add up over steps", async () => {
    const message = await refused((program) => {
      const optimizer = new optim.SGD(program.model.parameters(), { lr: 0.1 });
      return [
        optimizer,
        (x, y) => {
          const loss = program.loss(program.model(x), y);
          loss.backward();
          optimizer.step();
          return loss;
        },
      ];
    });
    expect(message).toContain("call optimizer.zeroGrad() in the step");
  });

  test("numbers that change from step to step", async () => {
    let t = 0;
    const message = await refused((program) => {
      const optimizer = new optim.SGD(program.model.parameters(), { lr: 0.1 });
      return [optimizer, stepOf({ ...program, loss: (p, y) => program.loss(p, y).mul(++t) }, optimizer)];
    });
    expect(message).toMatch(/mul takes a number that is \d in this step and \d in the next one/);
  });

  test("a learning rate that the step changes, which stays as it was", async () => {
    const kept: torch.optim.SGD[] = [];
    const message = await refused((program) => {
      const optimizer = new optim.SGD(program.model.parameters(), { lr: 0.1 });
      kept.push(optimizer);
      const scheduler = new optim.lrScheduler.ExponentialLR(optimizer, 0.5);
      const step = stepOf(program, optimizer);
      return [
        optimizer,
        (x, y) => {
          const loss = step(x, y);
          scheduler.step();
          return loss;
        },
      ];
    });
    expect(message).toContain("sgd computes its numbers in a way that is not known");
    expect(kept[0].paramGroups[0].lr).toBe(0.1);
  });

  test("values that the step reads", async () => {
    const message = await refused((program) => {
      const optimizer = new optim.SGD(program.model.parameters(), { lr: 0.1 });
      const step = stepOf(program, optimizer);
      return [
        optimizer,
        (x, y) => {
          const loss = step(x, y);
          return loss.itemSync() > 1 ? loss : loss.neg();
        },
      ];
    });
    expect(message).toContain("was read while the program was traced");
  });

  test("the first momentum with dampening", async () => {
    const message = await refused(({ model }) => [
      new optim.SGD(model.parameters(), { lr: 0.1, momentum: 0.9, dampening: 0.5 }),
    ]);
    expect(message).toContain("do one step before exporting");
  });
});
