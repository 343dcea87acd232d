import type { Command } from "@cresset/core/backend";

/** A temporary of a program: which slot it takes. Those that live at the same time have different slots. */
export interface SlotPlan {
  readonly slotOf: ReadonlyMap<number, number>;
  /** Size of each slot. */
  readonly sizes: readonly number[];
}

/** Gives temporaries slots in the order of commands: the smallest free one that fits, else the largest free one grown, else a new one. */
export function planSlots(commands: readonly Command[], sizeOf: ReadonlyMap<number, number>): SlotPlan {
  const last = new Map<number, number>();
  commands.forEach(({ calls }, n) => {
    for (const call of calls) for (const buffer of call.buffers) if (sizeOf.has(buffer)) last.set(buffer, n);
  });
  const slotOf = new Map<number, number>();
  const sizes: number[] = [];
  const free: number[] = [];
  commands.forEach(({ calls }, n) => {
    const touched = new Set(calls.flatMap((call) => call.buffers.filter((buffer) => sizeOf.has(buffer))));
    for (const buffer of touched) {
      if (slotOf.has(buffer)) continue;
      const size = sizeOf.get(buffer) ?? 0;
      let best = -1;
      free.forEach((slot, i) => {
        const fits = sizes[slot] >= size;
        const bestFits = best >= 0 && sizes[free[best]] >= size;
        if (
          best < 0 ||
          (fits && (!bestFits || sizes[slot] < sizes[free[best]])) ||
          (!fits && !bestFits && sizes[slot] > sizes[free[best]])
        )
          best = i;
      });
      const slot = best >= 0 ? free.splice(best, 1)[0] : sizes.push(0) - 1;
      sizes[slot] = Math.max(sizes[slot], size);
      slotOf.set(buffer, slot);
    }
    for (const buffer of touched) {
      const slot = slotOf.get(buffer);
      if (last.get(buffer) === n && slot !== undefined) free.push(slot);
    }
  });
  return { slotOf, sizes };
}
