import { beforeAll, expect, test } from "vitest";
import * as m from "../graph/math.ts";
import { operation } from "../graph/operation.ts";
import * as torch from "../index.ts";
import { setEvaluation } from "../runtime/mode.ts";
import { call } from "../tensor/call.ts";
import { useCpu } from "../testing/cpu.ts";

beforeAll(useCpu);

const finite = operation("finite", ([x]) =>
  m.check(x, m.lt(m.abs(x), Number.POSITIVE_INFINITY), { error: "ValueError", message: "not finite" }),
);

// A check stores nothing itself: its operand is what has to be given out.
test.each(["lazy", "eager"] as const)("a result that is a checked value, evaluated %s", (evaluation) => {
  setEvaluation(evaluation);
  const x = torch.tensor([1, 2, 3]);
  expect(call(finite, [x]).tolistSync()).toEqual([1, 2, 3]);
  expect(call(finite, [x.sum()]).tolistSync()).toBe(6);
  expect(
    call(finite, [torch.amin(x)])
      .add(1)
      .tolistSync(),
  ).toBe(2);
  expect(() => call(finite, [x.div(0)]).tolistSync()).toThrow("not finite");
  setEvaluation("lazy");
});
