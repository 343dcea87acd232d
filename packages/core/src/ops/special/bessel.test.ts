import { beforeAll, expect, test } from "vitest";
import * as torch from "../../index.ts";
import { useCpu } from "../../testing/cpu.ts";

beforeAll(useCpu);

const { special } = torch;
const f64 = (values: readonly number[]) => torch.tensor([...values], { dtype: "float64" });
/** To some units in the last place of the greatest values, or relative to large ones. */
const near = (values: readonly number[]) =>
  values.map((value) =>
    Number.isFinite(value) ? expect.closeTo(value, 13 - Math.max(0, Math.log10(Math.abs(value) || 1))) : value,
  );

const at = [0.05, 1, 2, 2.5, 4.5, 7.9, 8, 8.1, 20, 100];

// The numbers are those of mpmath 1.2.1 in 25 digits: PyTorch 1.13's Bessel functions err by up to 7e-7.
test.each<[(x: torch.Tensor) => torch.Tensor, number[]]>([
  [
    special.besselJ0,
    [
      0.9993750976494686, 0.7651976865579666, 0.22389077914123567, -0.048383776468198, -0.32054250898512143,
      0.19436184484127825, 0.1716508071375539, 0.14751745404437766, 0.16702466434058316, 0.019985850304223122,
    ],
  ],
  [
    special.besselJ1,
    [
      0.0249921883137597, 0.4400505857449335, 0.5767248077568734, 0.49709410246427405, -0.23106043192337064,
      0.2191793999217512, 0.23463634685391463, 0.24760776698159287, 0.06683312417585005, -0.07714535201411216,
    ],
  ],
  [
    special.besselY0,
    [
      -1.9793110008172097, 0.08825696421567696, 0.5103756726497451, 0.4980703596152319, -0.19470500862950454,
      0.20652094814437577, 0.22352148938756622, 0.23809132870223482, 0.06264059680938383, -0.07724431336508315,
    ],
  ],
  [
    special.besselY1,
    [
      -12.78985517117497, -0.7812128213002887, -0.10703243154093754, 0.1459181379667858, 0.3009973230696546,
      -0.18172107728057313, -0.1580604617312475, -0.13314879595249593, -0.1655116143625213, -0.020372312002759792,
    ],
  ],
  [
    special.modifiedBesselK0,
    [
      3.11423402947199, 0.42102443824070834, 0.11389387274953344, 0.06234755320036619, 0.006399857243233975,
      0.0001628676676876532, 0.0001464707052228154, 0.00013173427864935836, 5.741237815336525e-10,
      4.656628229175902e-45,
    ],
  ],
  [
    special.modifiedBesselK1,
    [
      19.909674325882506, 0.6019072301972346, 0.13986588181652243, 0.07389081634774707, 0.00707809490896809,
      0.00017288430649238984, 0.00015536921180500115, 0.00013964122894503082, 5.883057969557038e-10,
      4.6798537356369095e-45,
    ],
  ],
  [
    special.scaledModifiedBesselK0,
    [
      3.273904222534542, 1.144463079806895, 0.8415682150707714, 0.7595486903280996, 0.5760967897687883,
      0.4393000819002152, 0.4366230186015861, 0.4339943754308567, 0.27854487665718225, 0.12517562165912657,
    ],
  ],
  [
    special.scaledModifiedBesselK1,
    [
      20.93046515706008, 1.6361534862632583, 1.0334768470686886, 0.900174423907878, 0.6371497987781355,
      0.4663177847368799, 0.4631490928704961, 0.4600435707528057, 0.28542549694072644, 0.12579995047957854,
    ],
  ],
  [
    special.airyAi,
    [
      0.3420943453446107, 0.13529241631288141, 0.03492413042327438, 0.01572592338047049, 0.00033025032351430896,
      6.239640097283934e-8, 4.6922076160992316e-8, 3.5224356235735714e-8, 1.6916728686705404e-27,
      2.6344821520881846e-291,
    ],
  ],
  [
    special.sphericalBesselJ0,
    [
      0.9995833854135666, 0.8414709848078965, 0.45464871341284085, 0.2393888576415826, -0.21722891503668823,
      0.12644827111895848, 0.12366978082792272, 0.11973948282038104, 0.045647262536381385, -0.005063656411097588,
    ],
  ],
])("%o", (fn, values) => {
  expect(fn(f64(at)).tolistSync()).toEqual(near(values));
});

test("Airy's function of negative numbers", () => {
  expect(special.airyAi(f64([-0.5, -2, -3.9, -4, -4.1, -10, -30])).tolistSync()).toEqual(
    near([
      0.4757280916105396, 0.22740742820168558, -0.14741990564074425, -0.07026553294928951, 0.009676979518714048,
      0.04024123848644319, -0.08796818845684216,
    ]),
  );
});

test("float32 is as accurate as its digits", () => {
  const x = torch.tensor([0.05, 2.5, 8.1, 20]);
  const wide = x.to("float64");
  for (const fn of [special.besselJ0, special.besselY1, special.modifiedBesselK0, special.airyAi])
    expect(fn(x).to("float64").sub(fn(wide)).abs().div(fn(wide).abs().add(0.1)).amax().itemSync()).toBeLessThan(5e-7);
});

// As PyTorch 1.13.
test("where they have no value", () => {
  const { POSITIVE_INFINITY: inf, NaN: nan } = Number;
  const ends = torch.tensor([0, -1, inf, -inf, nan]);
  expect(special.besselJ0(ends).tolistSync()).toEqual([1, expect.closeTo(0.76519769, 6), nan, nan, nan]);
  expect(special.besselJ1(ends).tolistSync()).toEqual([0, expect.closeTo(-0.44005057, 6), nan, nan, nan]);
  expect(special.besselY0(ends).tolistSync()).toEqual([-inf, nan, nan, nan, nan]);
  expect(special.besselY1(ends).tolistSync()).toEqual([-inf, nan, nan, nan, nan]);
  expect(special.modifiedBesselK0(ends).tolistSync()).toEqual([inf, nan, 0, nan, nan]);
  expect(special.scaledModifiedBesselK1(ends).tolistSync()).toEqual([inf, nan, 0, nan, nan]);
  expect(special.sphericalBesselJ0(ends).tolistSync()).toEqual([1, expect.closeTo(0.84147098, 6), 0, 0, nan]);
  expect(special.airyAi(ends).tolistSync()).toEqual([
    expect.closeTo(0.35502805, 6),
    expect.closeTo(0.53556088, 6),
    nan,
    nan,
    nan,
  ]);
});
