import { beforeAll, expect, test } from "vitest";
import * as torch from "../../index.ts";
import { useCpu } from "../../testing/cpu.ts";

beforeAll(useCpu);

const { fft } = torch;

// As PyTorch 1.13.
test("frequencies", () => {
  const near = (values: readonly number[]) => values.map((value) => expect.closeTo(value, 6));
  expect(fft.fftfreq(5).tolistSync()).toEqual(near([0, 0.2, 0.4, -0.4, -0.2]));
  expect(fft.fftfreq(4, 0.5).tolistSync()).toEqual([0, 0.5, -1, -0.5]);
  expect(fft.fftfreq(1).tolistSync()).toEqual([0]);
  expect(fft.rfftfreq(5, { d: 2, dtype: "float64" }).tolistSync()).toEqual(near([0, 0.1, 0.2]));
  expect(fft.rfftfreq(4).tolistSync()).toEqual([0, 0.25, 0.5]);
  expect(() => fft.fftfreq(0)).toThrow("n must be a positive integer");
});

test("shifts", () => {
  const x = torch.arange(10).reshape(2, 5);
  expect(fft.fftshift(x).tolistSync()).toEqual([
    [8, 9, 5, 6, 7],
    [3, 4, 0, 1, 2],
  ]);
  expect(fft.fftshift(x, 0).tolistSync()).toEqual(x.flip(0).tolistSync());
  expect(fft.ifftshift(fft.fftshift(x, [-1]), { dim: 1 }).tolistSync()).toEqual(x.tolistSync());
});

test("transforms say that there are no complex numbers", () => {
  expect(() => fft.rfft(torch.ones(4))).toThrow(torch.DTypeError);
  expect(() => fft.fft(torch.ones(4))).toThrow("fft.fft: Fourier transforms have complex numbers");
});
