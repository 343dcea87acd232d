import { cpu } from "@cresset/backend-cpu";
import { wasm } from "@cresset/backend-wasm";
import { deviceInfo, deviceNames, registerBackend, setDefaultDevice } from "@cresset/core/functions";
import { CommandError } from "./files.ts";

export const devices = ["wasm", "cpu", "webgpu"] as const;
export type DeviceName = (typeof devices)[number];

/** Starts a device, if that has not been done, and makes it the default. @throws CommandError that says why it cannot be had. */
export async function useDevice(name: DeviceName): Promise<void> {
  if (!deviceNames().includes(name)) {
    try {
      await registerBackend(await backend(name));
    } catch (error) {
      throw new CommandError(`the device ${name} cannot be used here: ${reason(error, name)}`, { cause: error });
    }
  }
  setDefaultDevice(name);
}

async function backend(name: DeviceName) {
  if (name === "cpu") return cpu();
  if (name === "wasm") return wasm();
  const { webgpu } = await import("@cresset/backend-webgpu");
  return webgpu();
}

function reason(error: unknown, name: string): string {
  const text = error instanceof Error ? error.message : String(error);
  return (text.startsWith(`${name}: `) ? text.slice(name.length + 2) : text).replaceAll(/\s+/g, " ");
}

/** A device with what is known about it, or why it cannot be used. */
export interface DeviceDescription {
  readonly name: DeviceName;
  readonly available: boolean;
  readonly info: Readonly<Record<string, string | number | boolean>>;
  readonly why: string | null;
}

export async function describeDevices(): Promise<DeviceDescription[]> {
  const described: DeviceDescription[] = [];
  for (const name of devices) {
    try {
      await useDevice(name);
      described.push({ name, available: true, info: deviceInfo(name), why: null });
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      described.push({ name, available: false, info: {}, why: error.message });
    }
  }
  return described;
}
