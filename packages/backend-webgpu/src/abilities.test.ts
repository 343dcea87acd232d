/** Features are used only where the device does what results rest on. */
import { expect, test } from "vitest";
import { abilitiesOf } from "./abilities.ts";
import { faultyDevice } from "./faulty-device.ts";

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
