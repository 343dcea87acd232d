import { describe, expect, test } from "vitest";
import { halfToFloat } from "../../dtype/half.ts";
import { Generator } from "../generator.ts";
import { logNormal, normal } from "./normal.ts";
import { rand } from "./uniform.ts";

// The numbers are recorded from PyTorch 1.13 on the cpu.

describe("fewer than 16", () => {
  test("share pairs across calls", () => {
    const generator = new Generator(0);
    expect(normal(generator, "float32", 1)).toEqual(Float32Array.of(1.5409960746765137));
    expect(normal(generator, "float32", 1)).toEqual(Float32Array.of(-0.293428897857666));
    expect(normal(generator, "float32", 1)).toEqual(Float32Array.of(-2.1787893772125244));
    expect(normal(generator, "float32", 3)).toEqual(
      Float32Array.of(0.5684312582015991, -1.0845223665237427, -1.3985954523086548),
    );
  });

  test("are scaled in float64", () => {
    expect(normal(new Generator(0), "float32", 5, 2, 3)).toEqual(
      Float32Array.of(6.622988224029541, 1.119713306427002, -4.536368370056152, 3.705293893814087, -1.2535669803619385),
    );
  });
});

describe("16 and more", () => {
  test("fill one block of 16 and draw 16 uniforms", () => {
    const generator = new Generator(0);
    expect(normal(generator, "float32", 16)).toEqual(
      Float32Array.of(
        ...[-1.1258398294448853, -1.152360200881958, -0.2505785822868347, -0.4338788092136383],
        ...[0.8487103581428528, 0.6920091509819031, -0.31601276993751526, -2.1152193546295166],
        ...[0.32227492332458496, -1.2633347511291504, 0.34998318552970886, 0.30813392996788025],
        ...[0.11984150856733322, 1.237657904624939, 1.1167771816253662, -0.2472781538963318],
      ),
    );
    expect(rand(generator, "float32", 2)).toEqual(Float32Array.of(0.6976675987243652, 0.800011396408081));
  });

  test("draw the last 16 afresh, and leave the cached normal alone", () => {
    const generator = new Generator(0);
    expect(normal(generator, "float32", 3)[2]).toBe(-2.1787893772125244);
    expect(normal(generator, "float32", 20)).toEqual(
      Float32Array.of(
        ...[-0.35612836480140686, 0.4372227191925049, 0.4913049638271332, -0.20410172641277313, 0.16645534336566925],
        ...[0.8743818402290344, -0.14347384870052338, -0.1116093322634697, -0.6135830879211426, 0.03159274160861969],
        ...[-0.4926769733428955, 0.2484147548675537, 0.6180566549301147, -0.41280221939086914, -0.8410648107528687],
        ...[-2.316041946411133, -0.10230965167284012, 0.7924439907073975, -0.28966769576072693, 0.05250748619437218],
      ),
    );
    expect(normal(generator, "float32", 1)).toEqual(Float32Array.of(0.5684312582015991));
    expect(normal(generator, "float32", 1)).toEqual(Float32Array.of(0.9398099184036255));
  });

  test("scale in float32", () => {
    const generator = new Generator(0);
    normal(generator, "float32", 5);
    const values = normal(generator, "float32", 18, -1, 0.1);
    expect(values.slice(0, 3)).toEqual(Float32Array.of(-1.0088531970977783, -0.9476116895675659, -1.0143474340438843));
    expect(values.slice(15)).toEqual(Float32Array.of(-0.9947492480278015, -0.9477139711380005, -0.7697794437408447));
  });

  test("are the same however many blocks are computed at once", () => {
    const length = 16 * 150;
    const blocks = new Generator(2);
    const values = normal(new Generator(2), "float32", length, 1, 2);
    for (let i = 0; i < length; i += 16) expect(values.slice(i, i + 16)).toEqual(normal(blocks, "float32", 16, 1, 2));
  });

  test("take one number at a time where the output is not contiguous", () => {
    const values = normal(new Generator(0), "float32", 48, 0, 1, false);
    expect(values.slice(0, 4)).toEqual(
      Float32Array.of(1.5409960746765137, -0.293428897857666, -2.1787893772125244, 0.5684312582015991),
    );
    expect(values[47]).toBe(-0.21902281045913696);
  });

  test("float64 agrees to the last place, where mathematics libraries differ", () => {
    const generator = new Generator(0);
    const small = normal(generator, "float64", 5);
    const expected = [1.5409961082440433, -0.2934289057609464, -2.1787893820745574, 0.5684312772806678];
    expected.forEach((value, i) => {
      expect(Math.abs(Number(small[i]) - value)).toBeLessThanOrEqual(Math.abs(value) * 2 ** -52);
    });
    const large = normal(generator, "float64", 20);
    const blocks = [-0.623224579866079, -0.8664416019125772, -1.1019526768307721, 0.22788178490062633];
    blocks.forEach((value, i) => {
      expect(Math.abs(Number(large[i]) - value)).toBeLessThanOrEqual(Math.abs(value) * 2 ** -52);
    });
  });

  test("float16 rounds every step", () => {
    const values = normal(new Generator(3), "float16", 16) as Uint16Array;
    expect(Array.from(values, halfToFloat)).toEqual([
      -2.287109375, -0.81201171875, 0.81005859375, -1.64453125, -1.1181640625, 0.56005859375, 0.212646484375,
      -0.93359375, 0.02008056640625, 1.677734375, -1.1357421875, 0.81103515625, 0.0251007080078125, -0.982421875,
      -0.470703125, 0.31884765625,
    ]);
    const small = normal(new Generator(3), "float16", 3, 0.3, 1.7) as Uint16Array;
    expect(Array.from(small, halfToFloat)).toEqual([1.666015625, 0.59716796875, 0.451171875]);
  });
});

test("logNormal", () => {
  const generator = new Generator(0);
  expect(logNormal(generator, "float32", 5)).toEqual(
    Float32Array.of(59.2634162902832, 1.5115599632263184, 0.03481946140527725, 8.47281265258789, 0.3106635808944702),
  );
  expect(logNormal(generator, "float32", 3, 0.5, 0.25)).toEqual(
    Float32Array.of(1.1622422933578491, 1.8236440420150757, 2.0329878330230713),
  );
});

test("bad arguments are refused", () => {
  const generator = new Generator(0);
  expect(() => normal(generator, "float32", 3, 0, -1)).toThrow("normal expects std >= 0.0, but found std -1");
  expect(() => normal(generator, "int64", 3)).toThrow("\"normal_kernel_cpu\" not implemented for 'Long'");
  expect(() => logNormal(generator, "float32", 3, 0, 0)).toThrow("log_normal_ expects std > 0.0, but found std=0");
});
