/** Ways to write the same kernel between which the backend has chosen, to measure what each is worth on a GPU. */

/** One way to do it: what of `in` becomes `out`, both in this way's own layout. */
export interface Way {
  readonly name: string;
  readonly code: string;
  readonly input: (count: number) => ArrayBufferView<ArrayBuffer>;
  /** Bytes of the result, and its elements as numbers. */
  readonly outputBytes: (count: number) => number;
  readonly output: (bytes: ArrayBuffer, count: number) => ArrayLike<number>;
  readonly workgroups: (count: number) => number;
}

export interface Choice {
  readonly name: string;
  /** The first is what the backend does. */
  readonly ways: readonly Way[];
}

const small = (i: number): number => (Math.imul(i, 0x9e3779b1) >>> 24) - 128;
const bytes = (count: number): Int8Array<ArrayBuffer> => Int8Array.from({ length: count }, (_, i) => small(i));
const words = (count: number): Int32Array<ArrayBuffer> => Int32Array.from({ length: count }, (_, i) => small(i));
const floats = (count: number): Float32Array<ArrayBuffer> =>
  Float32Array.from({ length: count }, (_, i) => small(i) / 8);

const bindings = (element: string, result = element): string => `
@group(0) @binding(0) var<storage, read> x: array<${element}>;
@group(0) @binding(1) var<storage, read_write> y: array<${result}>;
@group(0) @binding(2) var<uniform> parameters: array<vec4u, 16>;
`;

/** A thread for each item; items fill whole workgroups. */
const forEach = (body: string, before = ""): string => `
@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) ids: vec3u, @builtin(local_invocation_index) thread: u32) {
  ${before}let i = (id.x + id.y * ids.x) * 64u + thread;
  ${body}
}
`;

const widened = { input: words, outputBytes: (n: number) => 4 * n, output: (b: ArrayBuffer) => new Int32Array(b) };
const packed = { input: bytes, outputBytes: (n: number) => n, output: (b: ArrayBuffer) => new Int8Array(b) };
const single = { input: floats, outputBytes: (n: number) => 4 * n, output: (b: ArrayBuffer) => new Float32Array(b) };
const items = (each: number) => (count: number) => count / each / 64;

/** int8: a word each, or four to a word. Each thread has a whole word of the result, so that none needs atomics. */
const smallIntegers: Choice = {
  name: "int8: y = 3 x + 1",
  ways: [
    {
      name: "widened",
      ...widened,
      code: `${bindings("i32")}${forEach("y[i] = ((3 * x[i] + 1) << 24u) >> 24u;")}`,
      workgroups: items(1),
    },
    {
      name: "widened, four at a time",
      ...widened,
      code: `${bindings("vec4i")}${forEach("y[i] = ((3 * x[i] + 1) << vec4u(24u)) >> vec4u(24u);")}`,
      workgroups: items(4),
    },
    {
      name: "packed",
      ...packed,
      code: `${bindings("u32")}${forEach(`let word = x[i];
  let v = (vec4i(vec4u(word) << vec4u(24u, 16u, 8u, 0u)) >> vec4u(24u)) * 3 + 1;
  let b = vec4u(v) & vec4u(255u);
  y[i] = b.x | (b.y << 8u) | (b.z << 16u) | (b.w << 24u);`)}`,
      workgroups: items(4),
    },
  ],
};

/** Elements of a row that a workgroup sums. */
const row = 4096;
const sums = {
  outputBytes: (n: number) => (4 * n) / row,
  output: (b: ArrayBuffer) => new Int32Array(b),
  workgroups: (n: number) => n / row,
};

const sumRows = (element: string, perItem: number, term: string): string => `${bindings(element, "i32")}
var<workgroup> parts: array<i32, 256>;

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) ids: vec3u, @builtin(local_invocation_index) thread: u32) {
  let flat = id.x + id.y * ids.x;
  var sum = 0;
  for (var k = thread; k < ${row / perItem}u; k += 256u) {
    let item = x[flat * ${row / perItem}u + k];
    sum += ${term};
  }
  parts[thread] = sum;
  workgroupBarrier();
  for (var half = 128u; half > 0u; half /= 2u) {
    if (thread < half) { parts[thread] += parts[thread + half]; }
    workgroupBarrier();
  }
  if (thread == 0u) { y[flat] = parts[0]; }
}
`;

const smallSums: Choice = {
  name: "int8: sums of rows of 4096",
  ways: [
    { name: "widened", ...sums, input: words, code: sumRows("i32", 1, "item") },
    {
      name: "widened, four at a time",
      ...sums,
      input: words,
      code: sumRows("vec4i", 4, "item.x + item.y + item.z + item.w"),
    },
    {
      name: "packed",
      ...sums,
      input: bytes,
      code: sumRows("u32", 4, "dot(vec4i(vec4u(item) << vec4u(24u, 16u, 8u, 0u)) >> vec4u(24u), vec4i(1))"),
    },
  ],
};

const fours: Choice = {
  name: "float32: y = x / 2 + 1",
  ways: [
    {
      name: "four at a time",
      ...single,
      code: `${bindings("vec4f")}${forEach("y[i] = x[i] * 0.5 + 1.0;")}`,
      workgroups: items(4),
    },
    {
      name: "one at a time",
      ...single,
      code: `${bindings("f32")}${forEach("y[i] = x[i] * 0.5 + 1.0;")}`,
      workgroups: items(1),
    },
  ],
};

/** Parameters as kernels find them: of one call it is known where they are, of several the call is looked for. The first one is 3. */
const calls: Choice = {
  name: "float32: y = p x, p among the parameters of a call",
  ways: [
    {
      name: "one call",
      ...single,
      code: `${bindings("f32")}${forEach("y[i] = x[i] * f32(parameters[record].y);", "const record = 1u;\n  ")}`,
      workgroups: items(1),
    },
    {
      name: "one of several",
      ...single,
      code: `${bindings("f32")}${forEach(
        "y[i] = x[i] * f32(parameters[record].y);",
        `var record = 1u;
  for (var call = 1u; call < parameters[0].x; call++) {
    if (id.x < parameters[1u + call].x) { break; }
    record = 1u + call;
  }
  `,
      )}`,
      workgroups: items(1),
    },
  ],
};

/** Number of calls, then of each call its first workgroup and a factor. */
export const parameters = Uint32Array.of(1, 0, 0, 0, 0, 3, 0, 0, ...new Array<number>(56).fill(0));

export const choices: readonly Choice[] = [smallIntegers, smallSums, fours, calls];
