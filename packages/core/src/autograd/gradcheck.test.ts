import { beforeAll, expect, test, vi } from "vitest";
import * as torch from "../index.ts";
import { useCpu } from "../testing/cpu.ts";

beforeAll(useCpu);

const { gradcheck, gradgradcheck } = torch.autograd;
const x = () =>
  torch.tensor(
    [
      [0.5, -1.5],
      [2, 0.25],
    ],
    { dtype: "float64", requiresGrad: true },
  );

test("right derivatives pass", async () => {
  expect(await gradcheck((a) => a.sin().mul(a), x())).toBe(true);
  expect(await gradgradcheck((a) => a.sin().mul(a), x())).toBe(true);
  const two: [torch.Tensor, torch.Tensor] = [x(), x()];
  expect(await gradcheck((a, b) => [a.matmul(b), a.mul(b).sum()], two)).toBe(true);
  expect(await gradgradcheck((a, b) => [a.matmul(b), a.mul(b).sum()], two)).toBe(true);
});

class Wrong extends torch.autograd.Function {
  static forward(_ctx: torch.autograd.FunctionContext, a: torch.Tensor) {
    return a.mul(a);
  }
  static backward(_ctx: torch.autograd.FunctionContext, grad: torch.Tensor) {
    return grad.mul(3);
  }
}

test("wrong ones do not, and the error names the element", async () => {
  await expect(gradcheck((a) => Wrong.apply(a), x())).rejects.toThrow(
    /Jacobian mismatch for output 0 with respect to input 0: of element 0 .* element 0 .*\nnumerical: (?:0\.9999|1\.0000).*\nanalytical: 3/s,
  );
  expect(await gradcheck((a) => Wrong.apply(a), x(), { raiseException: false })).toBe(false);
});

/** Its first derivative is right, and recorded as a constant. */
class Flat extends torch.autograd.Function {
  static forward(ctx: torch.autograd.FunctionContext, a: torch.Tensor) {
    ctx.saveForBackward(a);
    return a.mul(a);
  }
  static backward(ctx: torch.autograd.FunctionContext, grad: torch.Tensor) {
    return grad.mul(ctx.savedTensors[0].detach().mul(2));
  }
}

test("gradgradcheck finds what gradcheck cannot", async () => {
  expect(await gradcheck((a) => Flat.apply(a), x())).toBe(true);
  expect(await gradgradcheck((a) => Flat.apply(a), x(), { raiseException: false })).toBe(false);
});

test("an input that requires grad is needed", async () => {
  await expect(gradcheck((a) => a, x().detach())).rejects.toThrow(
    "expects at least one input tensor to require gradient",
  );
});

test("fewer digits are warned of, or refused", async () => {
  const warned = vi.spyOn(console, "warn").mockImplementation(() => undefined);
  const single = torch.tensor([0.5], { requiresGrad: true });
  expect(await gradcheck((a) => a.mul(a), single, { eps: 1e-2, atol: 1e-2 })).toBe(true);
  expect(warned).toHaveBeenCalledWith(expect.stringContaining("Input #0 requires gradient and is not a double"));
  warned.mockRestore();
  const half = torch.tensor([0.5], { dtype: "float16", requiresGrad: true });
  await expect(gradcheck((a) => a.mul(a), half)).rejects.toThrow("too few digits");
});
