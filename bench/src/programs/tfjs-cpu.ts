import { losses } from "./tfjs.ts";

export default function start(): AsyncGenerator<number, never> {
  return losses("cpu");
}
