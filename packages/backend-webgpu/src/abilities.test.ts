/** Features are used only where the device does what results rest on. */
import { axis, load, loop, reads, reduce, register, single, store, writes } from "@cresset/conformance/kernels";
import { expect, test } from "vitest";
import { abilitiesOf } from "./abilities.ts";
import { faultyDevice } from "./faulty-device.ts";
import { webgpu } from "./index.ts";
import { started } from "./testing.ts";

const cooperative = { cooperative: true };

test("subgroups, unless an option says otherwise or no thread shares memory", async () => {
  const { device } = await faultyDevice();
  expect(device.features.has("subgroups")).toBe(true);
  expect((await abilitiesOf(device, cooperative)).subgroups).toBe(true);
  expect((await abilitiesOf(device, { ...cooperative, subgroups: false })).subgroups).toBe(false);
  expect((await abilitiesOf(device, { cooperative: false })).subgroups).toBe(false);
});

test.each([
  ["shuffles to the wrong invocation", (code: string) => code.replaceAll("subgroupShuffleDown", "subgroupShuffleUp")],
  ["broadcasts from the wrong one", (code: string) => code.replaceAll("subgroupBroadcastFirst", "subgroupMax")],
  ["does not know the size", (code: string) => code.replaceAll("i32(subgroup_size)", "i32(2u * subgroup_size)")],
  ["runs half of its threads", (code: string) => code.replace("@workgroup_size(256)", "@workgroup_size(128)")],
  ["takes no such kernel", (code: string) => code.replace("enable subgroups;", "")],
])("no subgroups on a device that %s", async (_, misread) => {
  const { device, faults } = await faultyDevice();
  faults.misread = misread;
  expect((await abilitiesOf(device, cooperative)).subgroups).toBe(false);
});

test("16-bit floats where the adapter has them: those of software in Node have none", async () => {
  const { device } = await faultyDevice();
  expect((await abilitiesOf(device, {})).half).toBe(device.features.has("shader-f16"));
});

test("a driver that ends loops early: threads share rows, and what takes more steps is refused", async () => {
  const { device, faults } = await faultyDevice();
  expect(await abilitiesOf(device, {})).toMatchObject({ cooperative: false, loopSteps: Number.POSITIVE_INFINITY });
  faults.misread = (code) => code.replace("i < count", "i < min(count, 65535u)");
  expect(await abilitiesOf(device, {})).toMatchObject({ cooperative: true, loopSteps: 65_535 });
  const sum = loop([...reads("float32"), writes("float32")], 2, 1, [
    reduce([1], 0, "sum", load("float32", 0, axis(1))),
    store(1, axis(0), register("float32", 0)),
  ]);
  const program = single(sum, [100_000, 3], [3, 100_000]);
  const [shared, alone] = [await started(webgpu({ device })), await started(webgpu({ device, cooperative: false }))];
  shared.compile(program);
  expect(() => alone.compile(program)).toThrow(
    /the kernel test \(loop\) takes up to 100000 steps in a thread, and the driver of .* ends loops after 65535 of them/,
  );
});
