import "@tensorflow/tfjs-backend-wasm";
import { losses } from "./tfjs.ts";

export default function start(): AsyncGenerator<number, never> {
  return losses("wasm");
}
