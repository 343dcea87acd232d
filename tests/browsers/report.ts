/** What a page could not do, as it reports it. */
export interface Failure {
  readonly error: string;
}

export const failure = (error: unknown): Failure => ({ error: String(error) });

/** Sends a page's result, or its error, to the server, and goes on to the next page. */
export async function report(result: Promise<unknown>): Promise<void> {
  const body = JSON.stringify(await result.catch(failure));
  const answer = await fetch("report", { method: "POST", body });
  const next = await answer.text();
  if (next !== "") location.href = next;
}
