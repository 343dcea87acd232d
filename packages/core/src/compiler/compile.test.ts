/** Which programs come out: kernels, temporaries, and what compiles again. */
import { beforeEach, describe, expect, test } from "vitest";
import type { Program } from "../backend/program.ts";
import * as m from "../graph/math.ts";
import { operation } from "../graph/operation.ts";
import { numelOf } from "../graph/type.ts";
import type { Tensor } from "../index.ts";
import * as torch from "../index.ts";
import { noGrad } from "../runtime/mode.ts";
import { call } from "../tensor/call.ts";
import { fromHost } from "../tensor/creation.ts";
import { insideModule } from "../testing/inside-module.ts";
import { Recorder, temporaries } from "../testing/recorder.ts";

let device: Recorder;
const read = (t: Tensor): void => void t.dataSync();
/** A tensor over host data, so that nothing of it is computed. */
const host = (...shape: number[]): Tensor => fromHost(new Float32Array(numelOf(shape)), shape, "float32");

beforeEach(() => {
  device = new Recorder();
});

/** As inside a module, where intermediate values are not kept for user code. */
const quietly = <T>(fn: () => T): T => noGrad(() => insideModule("net", fn));

describe("fusion", () => {
  test("softmax over rows is one kernel", () => {
    const x = host(32, 100);
    const [program] = device.during(() => read(quietly(() => torch.softmax(x, 1))));
    expect(program.commands.length).toBe(1);
    expect(temporaries(program)).toBeLessThanOrEqual(1);
  });

  test("softmax written out is one kernel", () => {
    const x = host(32, 100);
    const commands = device.commands(() =>
      read(
        quietly(() => {
          const e = x.sub(x.amax(1, true)).exp();
          return e.div(e.sum(1, true));
        }),
      ),
    );
    expect(commands.length).toBe(1);
  });

  test("mean, variance and normalisation are one kernel", () => {
    const [x, weight, bias] = [host(32, 100), host(100), host(100)];
    const commands = device.commands(() =>
      read(
        quietly(() => {
          const centred = x.sub(x.mean(1, true));
          const variance = centred.mul(centred).mean(1, true);
          return centred.mul(variance.add(1e-5).rsqrt()).mul(weight).add(bias);
        }),
      ),
    );
    expect(commands.length).toBe(1);
  });

  test("matmul, bias and activation are one contraction with an epilogue", () => {
    const [x, w, b] = [host(32, 60), host(100, 60), host(100)];
    const [program] = device.during(() => read(quietly(() => torch.tanh(x.matmul(w.t()).add(b)))));
    expect(program.commands.map((c) => c.kernel.kind)).toEqual(["contraction"]);
    expect(temporaries(program)).toBe(0);
  });

  test("the slope of an exponential rectifier is computed where the rectifier is, and read instead of its input", () => {
    const [x, w, v] = [host(32, 60), host(100, 60), host(50, 100)];
    w.requiresGrad_();
    const [program] = device.during(() => {
      const loss = torch.selu(x.matmul(w.t())).matmul(v.t()).square().sum();
      loss.backward();
      read(loss.add(w.grad?.sum() as Tensor));
    });
    const contractions = program.commands.filter(({ kernel }) => kernel.kind === "contraction");
    const operations = contractions.map(({ kernel }) => JSON.stringify(kernel).match(/"(exp|expm1|gt|where)"/g));
    expect(operations.map((ops) => ops?.toSorted())).toEqual([
      ['"exp"', '"expm1"', '"gt"', '"where"', '"where"', '"where"'],
      undefined,
      undefined,
      undefined,
    ]);
  });

  test("a chain of elementwise operations is one loop over all elements", () => {
    const [x, y] = [host(4, 5, 6), host(4, 5, 6)];
    const [command] = device.commands(() => read(quietly(() => x.mul(y).add(1).exp().sub(y))));
    expect([command.kernel.kind, command.calls[0].extents]).toEqual(["loop", [120]]);
  });

  test("a reduction to one number and what follows are one kernel", () => {
    const x = host(32, 100);
    expect(device.commands(() => read(quietly(() => x.mul(x).sum().sqrt().mul(2)))).length).toBe(1);
  });

  test("independent equal kernels become one command with several calls", () => {
    const xs = [host(10), host(20), host(30)];
    const results = quietly(() => xs.map((x) => x.mul(2).add(1)));
    // One program over all three: what nothing consumes is computed by a sum that needs them.
    const commands = device.commands(() => read(quietly(() => torch.cat(results.map((r) => r.cumsum(0))))));
    const scans = commands.filter((c) => c.kernel.kind === "scan");
    expect(scans.map((c) => c.calls.length)).toEqual([3]);
    expect(scans[0].calls.map((c) => c.extents)).toEqual([[10], [20], [30]]);
  });
});

describe("movement", () => {
  test("is free: permute, slice, reshape, expand and flip are index maps of one kernel", () => {
    const x = host(4, 6, 10);
    const [program] = device.during(() =>
      read(
        quietly(() => {
          const part = x.permute(2, 0, 1).narrow(0, 2, 6).reshape(2, 3, 4, 6);
          return part.unsqueeze(0).expand(3, 2, 3, 4, 6).flip(2).mul(2);
        }),
      ),
    );
    expect(program.commands.length).toBe(1);
    expect(temporaries(program)).toBe(0);
  });

  test("an output that reshapes what was computed is stored by the kernel that computed it", () => {
    const x = host(4, 6, 10);
    const [program] = device.during(() => read(quietly(() => x.amax(2).mul(2).exp().reshape(2, 1, 12))));
    const [flattened] = device.during(() => read(quietly(() => x.amax(2).flatten())));
    for (const { commands } of [program, flattened]) expect(commands.length).toBe(1);
    for (const one of [program, flattened]) expect(temporaries(one)).toBe(0);
  });

  test("what was computed in more dimensions is read along memory, without quotients", () => {
    const [a, b] = [host(2, 3, 7), host(2, 7, 4)];
    const commands = device.commands(() => read(quietly(() => a.matmul(b).reshape(6, 4).amax(0))));
    const bodies = JSON.stringify(commands.map(({ kernel }) => kernel.kind === "loop" && kernel.body));
    expect(bodies).toMatch(/product/);
    expect(bodies).not.toMatch(/quotient|remainder/);
  });

  test("transposed operands of a matmul are read in place", () => {
    const [a, b] = [host(60, 32), host(100, 60)];
    const [program] = device.during(() => read(quietly(() => a.t().matmul(b.t()))));
    expect([program.commands.length, temporaries(program)]).toEqual([1, 0]);
  });

  test("cat reads its parts where they are", () => {
    const [program] = device.during(() => read(quietly(() => torch.cat([host(3, 4), host(5, 4)]).mul(2))));
    expect([program.commands.length, temporaries(program)]).toEqual([1, 0]);
  });
});

describe("windows of a contraction's operand", () => {
  interface Spread extends Readonly<Record<string, number>> {
    /** Distance between the elements of x. */
    readonly step: number;
  }
  /** x [H, W] with `step - 1` zeros between its elements and one around them, in windows of 3 × 3, times w [O, 3, 3]. */
  const convolving = operation<Spread>("convolving", ([x, w], _, { step }) => {
    const padded = [0, 1].reduce((t, d) => m.pad(t, d, 1, (x.shape[d] - 1) * step + 3, step), x);
    const windows = [0, 1].reduce((t, d) => m.window(t, d, 3, 1), padded);
    return m.contract(w, windows, 0, 2);
  });
  const programOf = (step: number): Program => {
    const [x, w] = [host(12, 10), host(4, 3, 3)];
    const [program] = device.during(() => read(quietly(() => call(convolving, [x.mul(2), w], [], { step }))));
    return program;
  };
  const guarded = ({ commands }: Program): boolean[] =>
    commands.map(({ kernel }) => JSON.stringify(kernel).includes('"guard"'));

  test("reach into padding that lies in memory: only the copy asks for bounds", () => {
    const program = programOf(1);
    expect(program.commands.map(({ kernel }) => kernel.kind)).toEqual(["loop", "contraction"]);
    expect(guarded(program)).toEqual([true, false]);
  });

  test("find zeros between elements where those would take too much memory", () => {
    const program = programOf(4);
    expect(guarded(program)).toEqual([false, true]);
    expect(Math.max(...program.buffers.map(({ length }) => length))).toBeLessThanOrEqual(4 * 46 * 38);
  });
});

describe("compiling again", () => {
  const twice = (make: (run: number) => Tensor): number => {
    read(quietly(() => make(0)));
    return device.during(() => read(quietly(() => make(1)))).length;
  };

  test("the same structure over other data: no", () => {
    expect(twice(() => host(4, 5).mul(3).sum(1))).toBe(0);
  });

  test.each([
    [2, 5],
    [0, 1],
    [1, 0],
    [1, 2],
    [-3, 0],
  ])("another number, %d then %d: no", (a, b) => {
    const x = host(4, 5);
    expect(twice((run) => x.mul(run === 0 ? a : b).add(run === 0 ? b : a))).toBe(0);
  });

  test("a number and then a fraction that promotes alike: only what its kind changes", () => {
    const x = host(4, 5);
    expect(twice((run) => x.mul(run === 0 ? 0.5 : 0.25))).toBe(0);
  });

  test("another shape, dtype, dimension or order of operations: yes", () => {
    const x = host(4, 5);
    expect(twice((run) => host(4, 5 + run).mul(2))).toBe(1);
    expect(twice((run) => (run === 0 ? x : x.to("float64")).mul(3))).toBe(1);
    expect(twice((run) => x.sum(run))).toBe(1);
    expect(twice((run) => (run === 0 ? x.mul(2).add(7) : x.add(7).mul(2)))).toBe(1);
  });

  test("another start of a slice or a select: no", () => {
    const x = host(100, 5);
    read(quietly(() => x.narrow(0, 0, 10).mul(2)));
    read(quietly(() => x.select(0, 0).mul(2)));
    const again = device.during(() => {
      for (let i = 1; i < 10; i++) {
        read(quietly(() => x.narrow(0, 10 * i, 10).mul(2)));
        read(quietly(() => x.select(0, i).mul(2)));
      }
    });
    expect(again).toEqual([]);
  });

  test("shared operands are another structure than separate ones", () => {
    const [x, y] = [host(4), host(4)];
    expect(twice((run) => x.mul(run === 0 ? y : x))).toBe(1);
  });

  test("thousands of operands have a key of their own", () => {
    const parts = Array.from({ length: 9000 }, () => torch.tensor([1]));
    const other = parts.with(-1, parts[0]);
    read(quietly(() => torch.cat(parts)));
    expect(device.during(() => read(quietly(() => torch.cat(other)))).length).toBe(1);
  });
});

describe("long chains", () => {
  test.each([
    ["transposes", (x: Tensor) => x.t()],
    ["slices", (x: Tensor) => x.narrow(1, 1, x.shape[1] - 1)],
    ["sums", (x: Tensor) => x.add(1)],
    ["casts", (x: Tensor) => x.to(x.dtype === "float32" ? "float64" : "float32")],
  ])("of %s compile", (_, next) => {
    const program = device.during(() =>
      read(
        quietly(() => {
          let x = host(2, 6000);
          for (let i = 0; i < 5000; i++) x = next(x);
          return x;
        }),
      ),
    );
    expect(program.length).toBe(1);
  });
});

test("a concatenation of many parts is one kernel where that costs nothing, else parts are joined before", () => {
  const kernels = (): number => {
    const parts = Array.from({ length: 20 }, () => host(3, 4));
    return device.commands(() => read(quietly(() => torch.cat(parts)))).length;
  };
  expect(kernels()).toBeGreaterThan(1);
  device = new Recorder("recorder", { cutsLoops: true });
  expect(kernels()).toBe(1);
});

describe("memory", () => {
  test("temporaries of a deep chain share the arena", () => {
    const [x, w] = [host(64, 64), host(64, 64)];
    const [program] = device.during(() =>
      read(
        quietly(() => {
          let h = x;
          for (let i = 0; i < 20; i++) h = h.matmul(w);
          return h;
        }),
      ),
    );
    expect(temporaries(program)).toBe(19);
    expect(program.arenaBytes).toBe(2 * 64 * 64 * 4);
  });

  test("a layer's gradient by its input waits for the one by its weight, and takes the place of the input", () => {
    const [x, v, w] = [host(512, 4), host(4, 64), host(64, 8)];
    for (const weight of [v, w]) weight.requiresGrad_();
    const [program] = device.during(() => {
      x.matmul(v).sin().matmul(w).sin().sum().backward();
      read(torch.cat([v.grad?.flatten() as Tensor, w.grad?.flatten() as Tensor]));
    });
    const large = program.buffers.filter(({ role, length }) => role === "temporary" && length === 512 * 64);
    expect(large.length).toBe(3);
    expect(new Set(large.map(({ offset }) => offset)).size).toBe(2);
  });
});

describe("writes through views", () => {
  test("copy what they are written over once, however many there are", () => {
    const x = host(10, 8);
    const row = host(8);
    const kinds = device
      .commands(() => {
        for (let i = 0; i < 6; i++) x.select(0, i).copy_(row);
        read(x);
      })
      .map(({ kernel }) => kernel.name);
    expect(kinds.filter((name) => name === "copy")).toHaveLength(1);
    expect(kinds.filter((name) => name.startsWith("scatter"))).toHaveLength(6);
  });

  test("copy it again where somebody needs it as it was", () => {
    const x = host(10, 8);
    const row = host(8);
    const kinds = device
      .commands(() => {
        x.select(0, 0).copy_(row);
        const before = x.sum(0);
        x.select(0, 1).copy_(row);
        read(x.add(before));
      })
      .map(({ kernel }) => kernel.name);
    expect(kinds.filter((name) => name === "copy")).toHaveLength(2);
  });
});
