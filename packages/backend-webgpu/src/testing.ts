import { existsSync } from "node:fs";
import type { Backend } from "@cresset/core/backend";

/** SwiftShader as Chromium ships it: a Vulkan driver that needs no GPU. */
const softwareDrivers = [
  "/usr/lib/chromium/vk_swiftshader_icd.json",
  "/usr/lib/chromium-browser/vk_swiftshader_icd.json",
  "/opt/google/chrome/vk_swiftshader_icd.json",
];

/** Where no driver is named, names a software driver if this machine has one: tests then run the same everywhere. */
export function useSoftwareDriver(): void {
  const found = softwareDrivers.find((file) => existsSync(file));
  if (found !== undefined) process.env.VK_DRIVER_FILES ??= found;
}

/** A backend that has started. */
export async function started(backend: Backend): Promise<Backend> {
  useSoftwareDriver();
  await backend.initialize?.();
  return backend;
}
