/** An index from data kept within [0, extent): what lies outside becomes 0 (a check has failed, or nobody uses the value). */
export function clampIndex(index: number, extent: number): number {
  return index >= 0 && index < extent ? index : 0;
}
