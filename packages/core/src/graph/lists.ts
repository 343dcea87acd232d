/** What a map of lists can do, a WeakMap too. */
interface Lists<K, T> {
  get(key: K): T[] | undefined;
  set(key: K, list: T[]): unknown;
}

/** The list of a key in a map of lists; a new one at first. */
export function listOf<K, T>(lists: Lists<K, T>, key: K): T[] {
  let list = lists.get(key);
  if (list === undefined) {
    list = [];
    lists.set(key, list);
  }
  return list;
}
