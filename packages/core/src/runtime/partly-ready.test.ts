import { beforeAll, expect, test } from "vitest";
import { tensor } from "../index.ts";
import { useCpu } from "../testing/cpu.ts";

beforeAll(useCpu);

test("results of one operation read one by one, again and again, in both orders", () => {
  for (let i = 0; i < 6; i++) {
    const a = tensor(
      [
        [1, 2],
        [3, 4 + i],
      ],
      { requiresGrad: true },
    );
    const b = tensor([5, 6], { requiresGrad: true });
    a.matmul(b).sum().backward();
    const reads = [
      () =>
        expect(a.grad?.tolistSync()).toEqual([
          [5, 6],
          [5, 6],
        ]),
      () => expect(b.grad?.tolistSync()).toEqual([4, 6 + i]),
    ];
    if (i % 2 === 1) reads.reverse();
    for (const read of reads) read();
  }
});
