/** Training steps that are written in other ways, each either exported as what it is, or refused with the reason. */
import * as torch from "cresset";
import { beforeEach, describe, expect, test } from "vitest";
import * as onnx from "./index.ts";
import { numbersOf, Session, toEngine } from "./testing/onnxruntime.ts";

const { nn, optim } = torch;
type Tensor = torch.Tensor;
type Step = (x: Tensor, y: Tensor) => Tensor;

beforeEach(() => {
  torch.setDefaultDevice("cpu");
  torch.manualSeed(0);
});

const makeModel = (): torch.nn.Sequential => new nn.Sequential(new nn.Linear(4, 8), new nn.Tanh(), new nn.Linear(8, 1));
const makeBatch = (): [Tensor, Tensor] => [torch.randn([6, 4]), torch.randn([6, 1])];
const mse = nn.functional.mseLoss;

interface Training {
  readonly module: torch.nn.Module;
  readonly optimizer: torch.optim.Optimizer<object>;
  readonly step: Step;
}

const exported = ({ module, optimizer, step }: Training): Promise<onnx.TrainingStep> =>
  onnx.exportTrainingStep(step, makeBatch(), undefined, { module, optimizer, inputNames: ["x", "y"] });

/** Does some steps in both engines, whose losses must agree. */
async function expectSame(training: Training): Promise<void> {
  const { model, state } = await exported(training);
  const session = await Session.open(model);
  let states = Object.fromEntries(
    await Promise.all(state.map(async ({ input, initial }) => [input, await toEngine(initial)] as const)),
  );
  for (let t = 0; t < 6; t++) {
    const [x, y] = makeBatch();
    const outputs = await session.run({ x, y, ...states });
    states = Object.fromEntries(state.map(({ input, output }) => [input, outputs[output]]));
    const loss = await training.step(x, y).item();
    expect(Math.abs(numbersOf(outputs.loss)[0] - loss)).toBeLessThan(1e-5 * (1 + loss));
  }
}

/** The program of most people, with something done before the step, or after it. */
function training({
  forward,
  after,
}: {
  forward?: (model: torch.nn.Sequential, x: Tensor) => Tensor;
  after?: (t: Training) => void;
} = {}): Training {
  const module = makeModel();
  const optimizer = new optim.SGD(module.parameters(), { lr: 0.1, momentum: 0.9 });
  const self: Training = {
    module,
    optimizer,
    step: (x, y) => {
      const loss = mse(forward?.(module, x) ?? module(x), y);
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();
      after?.(self);
      return loss;
    },
  };
  return self;
}

describe("follows the same loss curve", () => {
  const clearsAfter = (): Training => {
    const { module, optimizer } = training();
    const step: Step = (x, y) => {
      const loss = mse((module as torch.nn.Sequential)(x), y);
      loss.backward();
      optimizer.step();
      optimizer.zeroGrad();
      return loss;
    };
    return { module, optimizer, step };
  };

  test("gradients that are cleared at the end of the step", async () => {
    await expectSame(clearsAfter());
  });

  test("but for gradients that are there when it is exported: the first step would add to them", async () => {
    const late = clearsAfter();
    const [x, y] = makeBatch();
    mse((late.module as torch.nn.Sequential)(x), y).backward();
    await expect(exported(late)).rejects.toThrow("is added to that of the step before: call optimizer.zeroGrad()");
    late.optimizer.zeroGrad();
    await expectSame(late);
  });

  test("a checkpoint, which an engine has no use for", async () => {
    await expectSame(
      training({ forward: (model, x) => torch.utils.checkpoint.checkpoint((given: Tensor) => model(given), x) }),
    );
  });

  test("what was computed from the parameters before, and not read yet, stays as it was", async () => {
    const made = training({
      forward: (model, x) => model(x).add(model.parameters()[0].sub(first).sum().mul(0.1)),
    });
    const first = made.module.parameters()[0].detach().mul(2);
    await expectSame(made);
  });

  test("what the first call keeps for the next ones, if it is the same in all of them", async () => {
    let weights: Tensor | null = null;
    await expectSame(
      training({
        forward: (model, x) => {
          weights ??= torch.linspace(0, 1, 6).unsqueeze(1).mul(2);
          return model(x).mul(weights);
        },
      }),
    );
  });

  test("a mean of the parameters in buffers of the module", async () => {
    const made = training({
      after: ({ module }) => {
        const weight = module.parameters()[0].detach();
        torch.noGrad(() => mean.mul_(0.9).add_(weight.mul(0.1)));
      },
    });
    const mean = torch.zeros([8, 4]);
    made.module.registerBuffer("mean", mean);
    const { state } = await exported(made);
    expect(state.map(({ input }) => input)).toContain("mean");
    await expectSame(made);
  });
});

describe("is refused", () => {
  const refusal = async (made: Training): Promise<string> => {
    const error = await exported(made).then(
      () => new Error("it was exported"),
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(onnx.OnnxExportError);
    return (error as Error).message;
  };

  test.each<[string, number[], (total: Tensor) => Training]>([
    [
      "a sum of losses",
      [],
      (total) =>
        training({
          forward: (model, x) => {
            const y = model(x);
            total.add_(y.detach().mean());
            return y;
          },
        }),
    ],
    [
      "a mean of parameters",
      [8, 4],
      (mean) =>
        training({
          after: ({ module }) => {
            torch.noGrad(() => mean.lerp_(module.parameters()[0], 0.1));
          },
        }),
    ],
  ])("%s in a tensor of which the graph does not know", async (_, shape, make) => {
    const outside = torch.zeros(shape);
    expect(await refusal(make(outside))).toContain(
      `the step writes to a tensor of shape [${shape.join(", ")}] that the graph would not carry on`,
    );
    expect(await outside.sum().item()).toBe(0);
  });

  test("what one iteration leaves to the next in a variable", async () => {
    let last: Tensor | null = null;
    const made = training({
      forward: (model, x) => {
        const y = model(x);
        const result = last === null ? y : y.add(last);
        last = y.detach();
        return result;
      },
    });
    expect(await refusal(made)).toContain("uses of the iteration before a tensor of shape [6, 1]");
  });

  test("a step that returns a promise", async () => {
    const made = training();
    const step = (async (x: Tensor, y: Tensor) => made.step(x, y)) as unknown as Step;
    expect(await refusal({ ...made, step })).toContain("returns a promise");
  });

  test("LBFGS, before it changes anything", async () => {
    const module = makeModel();
    const optimizer = new optim.LBFGS(module.parameters());
    const step = (() => optimizer.step(() => mse(module(torch.ones([1, 4])), torch.ones([1, 1])))) as unknown as Step;
    const before = await module.parameters()[0].data();
    expect(await refusal({ module, optimizer, step })).toContain("LBFGS decides by values");
    expect(await module.parameters()[0].data()).toEqual(before);
  });
});
