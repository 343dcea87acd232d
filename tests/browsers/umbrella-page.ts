/** A page that uses the umbrella as it comes. */
import * as torch from "cresset";
import type { Info } from "./classifier-case.ts";
import { report } from "./report.ts";

export interface UmbrellaResult {
  readonly device: string;
  readonly info: Info;
  readonly sum: number;
  /** The error of asking for wasm. */
  readonly wasm: string;
}

async function run(): Promise<UmbrellaResult> {
  const sum = await torch.tensor([1, 2, 3]).mul(2).sum().item();
  let wasm = "";
  try {
    torch.setDefaultDevice("wasm");
  } catch (error) {
    wasm = String(error);
  }
  return { device: torch.tensor(1).device, info: torch.deviceInfo(), sum, wasm };
}

await report(run());
