import type { Term } from "@cresset/core/extend";
import * as m from "@cresset/core/terms";

/** Concatenates along the first dimension by halves: an element then passes few decisions even where the parts are many. */
export function joinRows(parts: readonly Term[]): Term {
  if (parts.length <= 4) return m.cat(parts, 0);
  const half = parts.length >> 1;
  return m.cat([joinRows(parts.slice(0, half)), joinRows(parts.slice(half))], 0);
}
