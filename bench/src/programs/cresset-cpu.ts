import { cpu } from "@cresset/backend-cpu";
import { registerBackendSync } from "@cresset/core/functions";
import { losses } from "./classifier.ts";

export default function start(): AsyncGenerator<number, never> {
  registerBackendSync(cpu());
  return losses();
}
