import { beforeAll, expect, test } from "vitest";
import * as torch from "../../index.ts";
import { useCpu } from "../../testing/cpu.ts";

beforeAll(useCpu);

const near = (values: readonly number[]) => values.map((value) => expect.closeTo(value, 4));

/** Of rank 2. */
function matrix(): torch.Tensor {
  torch.manualSeed(0);
  const A = torch.randn(5, 2).matmul(torch.randn(2, 4));
  torch.manualSeed(3);
  return A;
}

// Numbers, and what the generator draws next, are PyTorch 1.13's for the same program.
test("singular values by random projections", () => {
  const A = matrix();
  const { U, S, V } = torch.svdLowrank(A, 3);
  expect(S.tolistSync()).toEqual(near([5.109893798828125, 1.2256821393966675, 0]));
  expect(U.matmul(torch.diag(S)).matmul(V.T).sub(A).abs().amax().itemSync()).toBeLessThan(1e-5);
  expect(torch.rand(1).itemSync()).toBe(0.13936209678649902);
  const centred = torch.svdLowrank(matrix(), { q: 2, M: A.mean(0, true) });
  expect(centred.S.tolistSync()).toEqual(near([4.810749530792236, 1.2254841327667236]));
  expect([centred.U.shape, centred.V.shape]).toEqual([
    [5, 2],
    [4, 2],
  ]);
});

test("principal components", () => {
  const { S, V } = torch.pcaLowrank(matrix(), { q: 2 });
  expect(S.tolistSync()).toEqual(near([4.810749530792236, 1.2254841327667236]));
  expect(V.abs().tolistSync()).toEqual([
    near([0.4960058629512787, 0.8264275193214417]),
    near([0.11844289302825928, 0.013024426996707916]),
    near([0.555607259273529, 0.07574168592691422]),
    near([0.6566963195800781, 0.5577732920646667]),
  ]);
  expect(torch.rand(1).itemSync()).toBe(0.6483104228973389);
  const plain = torch.pcaLowrank(matrix().T.contiguous(), 4, false, 3);
  expect(plain.S.tolistSync()).toEqual(near([5.109892845153809, 1.225682258605957, 0, 0]));
  expect(torch.rand(1).itemSync()).toBe(0.17560523748397827);
  expect(() => torch.pcaLowrank(matrix(), 5)).toThrow(
    "q(=5) must be non-negative integer and not greater than min(m, n)=4",
  );
});
