import { cpu } from "@cresset/backend-cpu";
import { deviceNames, registerBackend, setDefaultDevice } from "../runtime/device.ts";

/** Makes the cpu backend the default device of a test. */
export async function useCpu(): Promise<void> {
  if (!deviceNames().includes("cpu")) await registerBackend(cpu());
  setDefaultDevice("cpu");
}
