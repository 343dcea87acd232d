/**
 * What kernels use of an adapter beyond what every one has. Where WGSL leaves open what a feature does, or where threads exchange
 * values, the device shows by a trial that it does what results rest on; else kernels do without.
 */
import { isSoftware, type WebGpuOptions } from "./adapter.ts";
import { bufferUsage, mapRead } from "./memory/usage.ts";
import { allFunctions } from "./wgsl/functions/index.ts";
import { declarationsOf } from "./wgsl/functions/library.ts";

export interface Abilities {
  /** Whether large float16 values hold two to a word, and the adapter's conversions round to float16. */
  readonly half: boolean;
  readonly cooperative: boolean;
  /** How many steps the loops of a thread may take, all together. */
  readonly loopSteps: number;
  readonly subgroups: boolean;
  /** Whether profiles time each dispatch, not each program. */
  readonly timestamps: boolean;
}

export async function abilitiesOf(device: GPUDevice, options: WebGpuOptions): Promise<Abilities> {
  const has = (option: boolean | undefined, feature: GPUFeatureName): boolean =>
    option !== false && device.features.has(feature);
  const software = isSoftware(device);
  const endsLoops = software && !(await passes(device, loopTrial));
  // Where threads share rows, each has few steps.
  const cooperative = options.cooperative ?? (!software || endsLoops);
  const [half, subgroups] = await Promise.all([
    has(options.half, "shader-f16") && passes(device, halfTrial),
    cooperative && has(options.subgroups, "subgroups") && passes(device, subgroupTrial),
  ]);
  const loopSteps = endsLoops ? stepsOfOldMesa : Number.POSITIVE_INFINITY;
  return { half, cooperative, loopSteps, subgroups, timestamps: has(options.timestamps, "timestamp-query") };
}

/** A kernel whose threads count in `outcome` how many of them ran, and how often something was not as expected. */
interface Trial {
  readonly code: string;
  readonly workgroups: number;
  readonly threads: number;
}

const outcome = "@group(0) @binding(0) var<storage, read_write> outcome: array<atomic<u32>, 2>;";

/** Whether nothing was unexpected. Also false where the device takes no such kernel, or is lost. */
async function passes(device: GPUDevice, { code, workgroups, threads }: Trial): Promise<boolean> {
  const [result, staging] = [
    device.createBuffer({ label: "trial", size: 8, usage: bufferUsage.storage | bufferUsage.copySource }),
    device.createBuffer({ label: "trial", size: 8, usage: bufferUsage.mapRead | bufferUsage.copyTarget }),
  ];
  try {
    device.pushErrorScope("validation");
    const module = device.createShaderModule({ label: "trial", code });
    if ((await device.popErrorScope()) !== null) return false;
    const pipeline = await device.createComputePipelineAsync({
      label: "trial",
      layout: "auto",
      compute: { module, entryPoint: "main" },
    });
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    pass.setPipeline(pipeline);
    const entries = [{ binding: 0, resource: { buffer: result } }];
    pass.setBindGroup(0, device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries }));
    pass.dispatchWorkgroups(workgroups);
    pass.end();
    encoder.copyBufferToBuffer(result, 0, staging, 0, 8);
    device.queue.submit([encoder.finish()]);
    await staging.mapAsync(mapRead);
    const [ran, unexpected] = new Uint32Array(staging.getMappedRange());
    return ran === workgroups * threads && unexpected === 0;
  } catch {
    return false;
  } finally {
    result.destroy();
    staging.destroy();
  }
}

/** Mesa's software driver (llvmpipe) ended loops after so many steps, without a word, in versions that are still in use. */
const stepsOfOldMesa = 65_535;

const loopTrial: Trial = {
  workgroups: 1,
  threads: 1,
  code: `${outcome}

@compute @workgroup_size(1)
fn main() {
  let count = ${stepsOfOldMesa + 1}u + atomicLoad(&outcome[0]);
  var seen = 0u;
  for (var i = 0u; i < count; i++) {
    seen += 1u;
  }
  atomicAdd(&outcome[0], 1u);
  if (seen != count) { atomicAdd(&outcome[1], 1u); }
}
`,
};

/**
 * Conversions to float16 and back against integer arithmetic: all values of float16 and what lies between them and their
 * neighbours, where half the way rounds to even; and numbers of all sizes. A value of float16 is made as the float32 that it is, of
 * sign, exponent and fraction, and tried as it is, just beyond it, just before half the way, there, just after it, and just before the
 * next one; a subnormal one in whole and half units of the least value.
 */
const halfTrial: Trial = {
  workgroups: 256,
  threads: 256,
  code: `enable f16;
${outcome}
${declarationsOf(["round_half", "native_half", "is_nan", "power_of_two"], allFunctions).join("\n")}

fn unexpected(bits: u32) -> u32 {
  let x = bitcast<f32>(bits);
  let expected = round_half(x);
  let got = native_half(x);
  if (is_nan(expected)) { return select(1u, 0u, is_nan(got)); }
  return select(1u, 0u, bitcast<u32>(expected) == bitcast<u32>(got));
}

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let sign = (id.x & 0x8000u) << 16u;
  let exponent = (id.x >> 10u) & 31u;
  let fraction = id.x & 0x3ffu;
  var wrong = unexpected((id.x * 0x9e3779b1u) ^ (id.x >> 3u));
  for (var k = 0u; k < 6u; k++) {
    let beyond = array<u32, 6>(0u, 1u, 0xfffu, 0x1000u, 0x1001u, 0x1fffu)[k];
    if (exponent != 0u) {
      wrong += unexpected(sign | (((exponent + select(112u, 224u, exponent == 31u)) << 23u) | (fraction << 13u)) + beyond);
    } else {
      let units = f32(fraction) + f32(k >> 1u) * 0.5;
      let size = bitcast<u32>(units * power_of_two(-24));
      wrong += unexpected(sign | select(size, size + 1u, (k & 1u) != 0u));
      wrong += unexpected(sign | select(size, size - 1u, size != 0u));
    }
  }
  atomicAdd(&outcome[0], 1u);
  atomicAdd(&outcome[1], wrong);
}
`,
};

/** The tree of `tree.ts` over the threads of a workgroup, with a step in which it matters what comes when. */
const subgroupTrial: Trial = {
  workgroups: 4,
  threads: 256,
  code: `enable subgroups;
${outcome}
var<workgroup> shared_states: array<u32, 256>;
var<workgroup> expected_states: array<u32, 256>;

fn joined(x: u32, y: u32) -> u32 {
  return (x * 31u) ^ (y + 0x9e3779b9u);
}

@compute @workgroup_size(256)
fn main(
  @builtin(workgroup_id) id: vec3u,
  @builtin(local_invocation_index) thread: u32,
  @builtin(subgroup_size) subgroup_size: u32,
  @builtin(subgroup_invocation_id) subgroup_invocation: u32,
) {
  let lane = i32(thread);
  var state = (thread + 256u * id.x) * 2654435761u;
  shared_states[lane] = state;
  expected_states[lane] = state;
  workgroupBarrier();
  for (var half = 128; half > 0; half = half / 2) {
    if (lane < half) { expected_states[lane] = joined(expected_states[lane], expected_states[lane + half]); }
    workgroupBarrier();
  }
  for (var half = 128; half >= i32(subgroup_size); half = half / 2) {
    if (lane < half) { shared_states[lane] = joined(shared_states[lane], shared_states[lane + half]); }
    workgroupBarrier();
  }
  let left = min(256, i32(subgroup_size));
  state = shared_states[min(i32(subgroup_invocation), left - 1)];
  for (var half = left / 2; half > 0; half = half / 2) {
    let other = subgroupShuffleDown(state, u32(half));
    state = joined(state, other);
  }
  let whole = subgroupBroadcastFirst(state);
  atomicAdd(&outcome[0], 1u);
  if (whole != expected_states[0]) { atomicAdd(&outcome[1], 1u); }
}
`,
};
