import type { KernelTiming } from "../backend/backend.ts";
import { deviceNamed, deviceNames } from "./device.ts";

/** One kernel that ran. */
export interface ProfileEvent {
  readonly device: string;
  /** What it computes, such as "contract_add_where". */
  readonly name: string;
  readonly kind: "loop" | "contraction" | "scatter" | "scan" | "sort";
  /** Uses of the kernel that were timed together, such as the update of each parameter. */
  readonly calls: number;
  /** Milliseconds on the clock of `performance.now()`. */
  readonly start: number;
  /** Milliseconds. */
  readonly duration: number;
}

/** All events of one kernel on one device together. */
export interface KernelAverage {
  readonly device: string;
  readonly name: string;
  readonly kind: ProfileEvent["kind"];
  readonly calls: number;
  /** Milliseconds: of all calls, and of one. */
  readonly total: number;
  readonly average: number;
  /** Part of the time of all kernels, 0 … 1. */
  readonly share: number;
}

/** What `profile` saw. */
export class Profile {
  /** In the order in which the kernels were told of. */
  readonly events: readonly ProfileEvent[];

  constructor(events: readonly ProfileEvent[]) {
    this.events = events;
  }

  /** Milliseconds that kernels took, all together. */
  get total(): number {
    return this.events.reduce((sum, event) => sum + event.duration, 0);
  }

  /** Kernels of one name, kind and device together, those that took longest first. */
  keyAverages(): KernelAverage[] {
    const groups = new Map<string, ProfileEvent[]>();
    for (const event of this.events) {
      const key = `${event.device} ${event.kind} ${event.name}`;
      const group = groups.get(key);
      if (group) group.push(event);
      else groups.set(key, [event]);
    }
    const all = this.total;
    const averages = [...groups.values()].map((group): KernelAverage => {
      const { device, name, kind } = group[0];
      const calls = group.reduce((sum, event) => sum + event.calls, 0);
      const total = group.reduce((sum, event) => sum + event.duration, 0);
      return { device, name, kind, calls, total, average: total / calls, share: all > 0 ? total / all : 0 };
    });
    return averages.sort((a, b) => b.total - a.total);
  }

  /**
   * The averages as text, one kernel a line.
   *
   * @param options.rowLimit the most lines. Default: 100.
   */
  table({ rowLimit = 100 }: { readonly rowLimit?: number } = {}): string {
    const averages = this.keyAverages();
    const rows = averages
      .slice(0, rowLimit)
      .map(({ name, kind, device, calls, total, average, share }) => [
        name,
        kind,
        device,
        `${calls}`,
        total.toFixed(3),
        (average * 1000).toFixed(1),
        `${(share * 100).toFixed(1)}%`,
      ]);
    const header = ["kernel", "kind", "device", "calls", "total ms", "average µs", "share"];
    const widths = header.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i].length)));
    const line = (cells: readonly string[]): string =>
      cells.map((cell, i) => (i < 3 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join("  ");
    const left = averages.length - rows.length;
    const last = `${this.events.length} kernels ran in ${this.total.toFixed(3)} ms`;
    return [line(header), ...rows.map(line), left > 0 ? `and ${left} more; ${last}` : last].join("\n");
  }

  /** The events as a Chrome trace file's JSON, to be opened in `chrome://tracing` or Perfetto: one row for each device. */
  exportChromeTrace(): string {
    const devices = [...new Set(this.events.map(({ device }) => device))];
    const names = devices.map((name, tid) => ({ name: "thread_name", ph: "M", pid: 0, tid, args: { name } }));
    const kernels = this.events.map(({ device, name, kind, calls, start, duration }) => ({
      name,
      cat: kind,
      ph: "X",
      pid: 0,
      tid: devices.indexOf(device),
      // Microseconds.
      ts: start * 1000,
      dur: duration * 1000,
      args: { calls },
    }));
    return JSON.stringify({ traceEvents: [...names, ...kernels], displayTimeUnit: "ms" });
  }
}

/**
 * Runs `fn` and times each kernel that runs meanwhile, on every registered device that can tell. Programs may take longer as
 * a whole than without, and run on one thread. What `fn` leaves pending is not computed: read what you want to see.
 *
 * @param fn may return a promise, which is awaited.
 * @returns the timings: a table of kernels, a Chrome trace.
 * @throws what `fn` throws. Error if another profile is being taken.
 * @example
 * const seen = await profile(async () => {
 *   for (let i = 0; i < 10; i++) await trainingStep();
 * });
 * console.log(seen.table());
 */
export async function profile(fn: () => unknown): Promise<Profile> {
  if (isProfiling) throw new Error("profile: another profile is being taken; await that one first");
  isProfiling = true;
  const events: ProfileEvent[] = [];
  const backends = deviceNames().map((name) => deviceNamed(name).backend);
  try {
    for (const backend of backends)
      backend.profile?.(({ kernel: { name, kind }, calls, start, duration }: KernelTiming) => {
        events.push({ device: backend.name, name, kind, calls, start, duration });
      });
    await fn();
  } finally {
    for (const backend of backends) await backend.profile?.(undefined);
    isProfiling = false;
  }
  return new Profile(events);
}

let isProfiling = false;
