/** Places temporaries in one arena by when they live. */

export interface Lifetime {
  readonly bytes: number;
  /** First and last command that touches it. */
  first: number;
  last: number;
}

export interface Plan {
  /** One per lifetime. */
  readonly offsets: readonly number[];
  readonly bytes: number;
}

const alignment = 64;

/** Above this many temporaries, comparing each with all others takes longer than it saves memory. */
const mostCompared = 2048;

export function planMemory(lifetimes: readonly Lifetime[]): Plan {
  return lifetimes.length > mostCompared ? placeInTime(lifetimes) : placeBySize(lifetimes);
}

/** Greedy by size: the largest first, each at the lowest offset that is free during its life. */
export function placeBySize(lifetimes: readonly Lifetime[]): Plan {
  const offsets = new Array<number>(lifetimes.length).fill(0);
  const order = lifetimes
    .map((_, i) => i)
    .sort((a, b) => lifetimes[b].bytes - lifetimes[a].bytes || lifetimes[a].first - lifetimes[b].first);
  const placed: number[] = [];
  let total = 0;
  for (const i of order) {
    const { first, last, bytes } = lifetimes[i];
    const rivals = placed
      .filter((j) => lifetimes[j].first <= last && first <= lifetimes[j].last)
      .sort((a, b) => offsets[a] - offsets[b]);
    let at = 0;
    for (const j of rivals) {
      if (offsets[j] >= at + bytes) break;
      at = Math.max(at, align(offsets[j] + lifetimes[j].bytes));
    }
    offsets[i] = at;
    placed.push(i);
    total = Math.max(total, align(at + bytes));
  }
  return { offsets, bytes: total };
}

interface Gap {
  at: number;
  bytes: number;
}

/** In the order of commands, each in the smallest gap that what ended before left: near-linear for long programs. */
export function placeInTime(lifetimes: readonly Lifetime[]): Plan {
  const offsets = new Array<number>(lifetimes.length).fill(0);
  const order = lifetimes
    .map((_, i) => i)
    .sort((a, b) => lifetimes[a].first - lifetimes[b].first || lifetimes[b].bytes - lifetimes[a].bytes);
  const ending = [...order].sort((a, b) => lifetimes[a].last - lifetimes[b].last);
  const gaps: Gap[] = [];
  let total = 0;
  let ended = 0;
  for (const i of order) {
    const { first, last } = lifetimes[i];
    const bytes = align(lifetimes[i].bytes);
    // What no command touches needs no place of its own.
    if (last < first) {
      total = Math.max(total, bytes);
      continue;
    }
    for (; ended < ending.length && lifetimes[ending[ended]].last < first; ended++) {
      const old = lifetimes[ending[ended]];
      if (old.last >= old.first) release(gaps, offsets[ending[ended]], align(old.bytes));
    }
    let best = -1;
    for (let k = 0; k < gaps.length; k++)
      if (gaps[k].bytes >= bytes && (best < 0 || gaps[k].bytes < gaps[best].bytes)) best = k;
    if (best >= 0) {
      const gap = gaps[best];
      offsets[i] = gap.at;
      gap.at += bytes;
      gap.bytes -= bytes;
      if (gap.bytes === 0) gaps.splice(best, 1);
      continue;
    }
    // A gap at the end grows.
    const top = gaps.at(-1);
    offsets[i] = top !== undefined && top.at + top.bytes === total ? top.at : total;
    if (offsets[i] !== total) gaps.pop();
    total = offsets[i] + bytes;
  }
  return { offsets, bytes: total };
}

/** Adds a gap to a list that is sorted by place, and unites it with its neighbours. */
function release(gaps: Gap[], at: number, bytes: number): void {
  if (bytes === 0) return;
  let low = 0;
  for (let high = gaps.length; low < high; ) {
    const middle = (low + high) >> 1;
    if (gaps[middle].at < at) low = middle + 1;
    else high = middle;
  }
  const before = gaps[low - 1];
  const after = gaps[low];
  const joinsAfter = after !== undefined && at + bytes === after.at;
  if (before !== undefined && before.at + before.bytes === at) {
    before.bytes += bytes;
    if (joinsAfter) {
      before.bytes += after.bytes;
      gaps.splice(low, 1);
    }
  } else if (joinsAfter) {
    after.at = at;
    after.bytes += bytes;
  } else gaps.splice(low, 0, { at, bytes });
}

const align = (n: number): number => Math.ceil(n / alignment) * alignment;
