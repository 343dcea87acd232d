import { deviceInfo } from "cresset";
import { builtInBackends } from "./backends.ts";
import { dataFolder, folderSource } from "./command/folder.ts";
import type { Configuration } from "./configurations.ts";
import type { CaseResult } from "./result.ts";
import { startBackend } from "./start.ts";
import { runSuite, type SuiteResult } from "./suite.ts";

/**
 * Runs the shipped data in one configuration.
 *
 * @param every of each area, every how manieth case; 1 for all.
 * @throws Error if the engine does not give what the configuration asks for.
 */
export async function runConfiguration(
  { name, backend, options, info }: Configuration,
  every: number,
  onResult?: (result: CaseResult) => void,
): Promise<SuiteResult> {
  const underTest = builtInBackends[backend];
  if (underTest === undefined) throw new Error(`no built-in backend ${backend}`);
  const device = await startBackend(backend, underTest, options);
  const found = deviceInfo(device);
  for (const [key, wanted] of Object.entries(info))
    if (found[key] !== wanted) throw new Error(`${name}: ${key} is ${found[key]} here, not ${wanted}`);
  const source = await folderSource(dataFolder());
  return await runSuite({ source, shipped: true, every, exceptions: underTest.exceptions, onResult });
}
