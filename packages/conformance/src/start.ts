import { registerBackend, setDefaultDevice } from "cresset";
import type { BackendOptions, BackendUnderTest } from "./backends.ts";
import { describeError } from "./compare/error.ts";

/**
 * Creates and registers a backend and makes it the default device.
 *
 * @returns the device's name.
 * @throws Error if it does not start: that is never a reason to skip anything.
 */
export async function startBackend(
  name: string,
  underTest: BackendUnderTest,
  options: BackendOptions,
): Promise<string> {
  try {
    const backend = await underTest.create(options);
    await registerBackend(backend);
    setDefaultDevice(backend.name);
    return backend.name;
  } catch (error) {
    throw new Error(`the backend "${name}" could not be started: ${describeError(error)}`);
  }
}
