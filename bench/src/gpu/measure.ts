import type { GpuContender, GpuWork, Ready } from "./contender.ts";

const warmUpSeconds = 1;
const turns = 11;
const turnSeconds = 0.25;

export interface Measured {
  readonly medianSeconds: number;
  readonly minSeconds: number;
  readonly result: readonly number[];
}

export async function measure(contender: GpuContender, work: GpuWork): Promise<Measured> {
  return measureReady(await contender.prepare(work));
}

/** Warms up, then times turns of so many steps that the clock and the read at a turn's end do not count. */
export async function measureReady(ready: Ready): Promise<Measured> {
  const time = async (count: number): Promise<number> => {
    const start = performance.now();
    await ready.steps(count);
    return (performance.now() - start) / 1000;
  };
  let count = 1;
  for (let spent = 0; spent < warmUpSeconds; ) {
    const seconds = Math.max(1e-6, await time(count));
    spent += seconds;
    count = Math.max(1, Math.round(count * Math.min(8, turnSeconds / seconds)));
  }
  const times: number[] = [];
  for (let turn = 0; turn < turns; turn++) times.push((await time(count)) / count);
  ready.finish();
  times.sort((a, b) => a - b);
  return { medianSeconds: times[Math.floor(turns / 2)], minSeconds: times[0], result: ready.result };
}
