import { describe, expect, test } from "vitest";
import { Generator } from "../generator.ts";
import { bernoulli, bernoulliEach, cauchy, exponential, geometric, multinomial, rreluSlopes } from "./distributions.ts";
import { rand } from "./uniform.ts";

// The numbers are recorded from PyTorch 1.13 on the cpu, without MKL.

test("bernoulli draws 53 bits, also where the answer is known", () => {
  const generator = new Generator(0);
  expect(bernoulli(generator, "float32", 10, 0.5)).toEqual(Float32Array.of(0, 0, 1, 0, 0, 0, 1, 1, 0, 1));
  expect(bernoulli(generator, "int64", 4, 0.2)).toEqual(BigInt64Array.of(0n, 1n, 0n, 0n));
  expect(bernoulli(generator, "bool", 6, 0.2)).toEqual(new Uint8Array(6));
  expect(bernoulli(generator, "float32", 10, 0.9)).toEqual(new Float32Array(10).fill(1));
  expect(bernoulli(generator, "float32", 10, 0)).toEqual(new Float32Array(10));
  expect(bernoulli(generator, "float32", 10, 1)).toEqual(new Float32Array(10).fill(1));
  expect(rand(generator, "float32", 1)).toEqual(Float32Array.of(0.9703746438026428));
  expect(() => bernoulli(generator, "bool", 1, 2)).toThrow("bernoulli_ expects p to be in [0, 1], but got p=2");
});

test("bernoulliEach draws as many bits as the probabilities' dtype has", () => {
  const generator = new Generator(0);
  const single = Float32Array.of(0.0994, 0.2856, 0.8632, 0.407, 0.4263, 0.5248, 0.0869, 0.3032, 0.4948);
  expect(bernoulliEach(generator, "float32", single)).toEqual(Float32Array.of(0, 0, 1, 1, 1, 0, 0, 0, 1));
  const double = Float64Array.of(0.2531258165836334, 0.7400324940681458, 0.185700461268425, 0.3350386321544647);
  expect(bernoulliEach(generator, "float64", double, "float64")).toEqual(Float64Array.of(1, 1, 0, 1));
  const more = Float32Array.of(0.424, 0.4053, 0.3367, 0.7768, 0.5764, 0.4364);
  expect(bernoulliEach(generator, "bool", more)).toEqual(Uint8Array.of(0, 1, 1, 1, 0, 1));
  expect(rand(generator, "float32", 1)).toEqual(Float32Array.of(0.8741558790206909));
  expect(() => bernoulliEach(generator, "bool", [0.5, -0.1])).toThrow("but got p=-0.1");
});

test("exponential", () => {
  const generator = new Generator(0);
  expect(exponential(generator, "float32", 6)).toEqual(
    Float32Array.of(
      ...[3.508326292037964, 1.2303847074508667, 0.615044116973877],
      ...[2.535118579864502, 1.0357054471969604, 1.5661288499832153],
    ),
  );
  expect(exponential(generator, "float32", 4, 2.5)).toEqual(
    Float32Array.of(0.07870104163885117, 0.17299535870552063, 0.34827932715415955, 0.1360034942626953),
  );
  expect(() => exponential(generator, "float32", 1, -1)).toThrow("lambda=-1");
  expect(() => exponential(generator, "int32", 1)).toThrow("\"exponential_cpu\" not implemented for 'Int'");
});

test("geometric", () => {
  expect(geometric(new Generator(0), "float32", 8, 0.3)).toEqual(Float32Array.of(1, 1, 3, 1, 2, 1, 5, 3));
  expect(geometric(new Generator(3), "int8", 6, 0.4)).toEqual(Int8Array.of(7, 3, 1, 4, 1, 1));
  expect(() => geometric(new Generator(0), "float32", 1, 1)).toThrow("to be in (0, 1), but got p=1");
  expect(() => geometric(new Generator(0), "bool", 1, 0.5)).toThrow("\"geometric_cpu\" not implemented for 'Bool'");
});

test("cauchy", () => {
  const generator = new Generator(0);
  expect(cauchy(generator, "float32", 5)).toEqual(
    Float32Array.of(
      10.597729682922363,
      0.7647672891616821,
      -0.12829934060573578,
      3.9330732822418213,
      0.48998892307281494,
    ),
  );
  expect(cauchy(generator, "float32", 3, 1, 2)).toEqual(
    Float32Array.of(3.5976738929748535, -2.182210683822632, -0.010300193913280964),
  );
});

test("rreluSlopes draws only where the input is not positive", () => {
  const input = Float32Array.of(0.5, 1.2, -1.2358890771865845, 0.5, 0.4, -0.6513419151306152, -1.0382479429244995);
  const slopes = rreluSlopes(new Generator(0), "float32", input, 0.1, 0.3);
  const activated = input.map((value, i) => value * Number(slopes[i]));
  expect(activated.slice(2)).toEqual(
    Float32Array.of(-0.36336448788642883, 0.5, 0.4, -0.15734073519706726, -0.19921547174453735),
  );
  const double = rreluSlopes(new Generator(3), "float64", [-1, 2, -3], 1 / 8, 1 / 3);
  expect(double).toEqual(Float64Array.of(0.13210587409385843, 1, 0.5542126417008169 / 3));
});

describe("multinomial", () => {
  const row = Float32Array.of(
    ...[0.2627410292625427, 0.6971619129180908, 0.12466584146022797],
    ...[0.6997631192207336, 0.6765483617782593, 0.48091596364974976],
  );

  test("with replacement", () => {
    const generator = new Generator(0);
    expect(multinomial(generator, "float32", row, 6, 12, true)).toEqual(
      BigInt64Array.of(5n, 4n, 3n, 5n, 4n, 4n, 1n, 2n, 3n, 1n, 3n, 1n),
    );
    const rows = Float32Array.of(
      ...[0.7090234756469727, 0.06380362808704376, 0.016658447682857513, 0.15517494082450867, 0.461417019367218],
      ...[0.5726976990699768, 0.7169860601425171, 0.8481605052947998, 0.5865592956542969, 0.7058063745498657],
    );
    expect(multinomial(generator, "float32", rows, 5, 4, true)).toEqual(
      BigInt64Array.of(0n, 3n, 0n, 0n, 2n, 1n, 3n, 3n),
    );
  });

  test("without replacement", () => {
    const generator = new Generator(0);
    expect(multinomial(generator, "float32", row, 6, 4)).toEqual(BigInt64Array.of(4n, 1n, 5n, 3n));
    const rows = Float32Array.of(
      ...[0.6283963322639465, 0.4851674735546112, 0.4537420868873596, 0.0830819383263588, 0.736807107925415],
      ...[0.05479041486978531, 0.4334487318992615, 0.12929487228393555, 0.5804370641708374, 0.6452671885490417],
    );
    expect(multinomial(generator, "float32", rows, 5, 3)).toEqual(BigInt64Array.of(0n, 4n, 1n, 4n, 1n, 3n));
    expect(multinomial(generator, "float32", row, 6, 1)).toEqual(BigInt64Array.of(1n));
  });

  test("one sample with replacement draws one uniform, not one exponential a category", () => {
    const generator = new Generator(3);
    multinomial(generator, "float32", [0.1, 0.5, 0.2, 0.2].map(Math.fround), 4, 1, true);
    expect(rand(generator, "float32", 1)).toEqual(Float32Array.of(0.2858424782752991));
  });

  test("bad arguments are refused", () => {
    const generator = new Generator(0);
    const draw = (weights: number[], samples: number, replacement: boolean) => () =>
      multinomial(generator, "float32", weights, 2, samples, replacement);
    expect(draw([1, 0], 0, true)).toThrow("cannot sample n_sample <= 0 samples");
    expect(draw([1, 0], 3, false)).toThrow("cannot sample n_sample > prob_dist.size(-1) samples without replacement");
    expect(draw([-1, 2], 2, false)).toThrow("probability tensor contains either `inf`, `nan` or element < 0");
    expect(draw([-1, 2], 2, true)).toThrow("(encountering probability entry < 0)");
    expect(draw([1, Number.POSITIVE_INFINITY], 2, true)).toThrow("(encountering probability entry = infinity or NaN)");
    expect(draw([1, 1, 0, 0], 2, false)).toThrow("(sum of probabilities <= 0)");
  });
});
