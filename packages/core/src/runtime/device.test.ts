import { expect, test } from "vitest";
import { nullBackend } from "../backend/null.ts";
import type { Node } from "../graph/node.ts";
import { Device } from "./device.ts";

test("what was not computed for long costs later evaluations nothing: nobody looks at it", () => {
  const device = new Device(nullBackend(), null);
  const looked: number[] = [];
  const nodes = Array.from({ length: 1000 }, (_, id) => ({ id, heldBytes: id % 3 }) as Node);
  device.journal = [...nodes];
  device.pendingBytes = nodes.reduce((bytes, { heldBytes }) => bytes + heldBytes, 0);
  device.strike(990, ({ id }) => {
    looked.push(id);
    return id % 2 === 0;
  });
  expect(looked).toEqual([990, 991, 992, 993, 994, 995, 996, 997, 998, 999]);
  const left = nodes.filter(({ id }) => id < 990 || id % 2 === 1);
  expect(device.journal).toEqual(left);
  expect(device.pendingBytes).toBe(left.reduce((bytes, { heldBytes }) => bytes + heldBytes, 0));
});
