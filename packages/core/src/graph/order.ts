/** Of so many items insertion is as fast as any way to sort, and allocates nothing. */
const few = 32;

/** Sorts items in place by a number that tells them apart. A training step sorts its few nodes several times. */
export function sortBy<T>(items: T[], keyOf: (item: T) => number): T[] {
  if (items.length > few) return items.sort((a, b) => keyOf(a) - keyOf(b));
  for (let i = 1; i < items.length; i++) {
    const item = items[i];
    const key = keyOf(item);
    let at = i;
    for (; at > 0 && keyOf(items[at - 1]) > key; at--) items[at] = items[at - 1];
    items[at] = item;
  }
  return items;
}

/** For `sortBy`. Functions made at each call would be optimised again and again. */
export const idOf = ({ id }: { readonly id: number }): number => id;

/** Where in a list by age those begin that are not older than number `id`. */
export function firstSince(list: readonly { readonly id: number }[], id: number): number {
  let from = 0;
  for (let end = list.length; from < end; ) {
    const middle = (from + end) >> 1;
    if (list[middle].id < id) from = middle + 1;
    else end = middle;
  }
  return from;
}
