/** The next of a series, where asking does not wait for what was asked for before. */
export type Ask<T> = () => Promise<IteratorResult<T, undefined>>;

/**
 * A series in its order, with up to `factor` more in flight while one is being used. An error is thrown where its place in
 * the order is, and ends the series.
 */
export async function* inFlight<T>(ask: Ask<T>, factor: number): AsyncGenerator<Awaited<T>, undefined> {
  const asked: Promise<IteratorResult<T, undefined>>[] = [];
  while (true) {
    while (asked.length <= factor) {
      const next = ask();
      // It is thrown when its turn comes, or dropped with the rest; until then nobody listens.
      next.catch(() => {});
      asked.push(next);
    }
    const next = await asked.shift();
    if (next === undefined || next.done) return;
    yield await next.value;
  }
}
