import { wasm } from "@cresset/backend-wasm/lean";
import { registerBackendSync } from "@cresset/core/functions";
import { losses } from "./classifier.ts";

export default function start(): AsyncGenerator<number, never> {
  registerBackendSync(wasm());
  return losses();
}
