/** Writes parts into a stream, one after the other, and closes it. If anything fails, the stream is aborted. */
export async function writeInto(stream: WritableStream<Uint8Array>, parts: AsyncIterable<Uint8Array>): Promise<void> {
  const writer = stream.getWriter();
  try {
    for await (const part of parts) {
      await writer.ready;
      await writer.write(part);
    }
    await writer.close();
  } catch (error) {
    await writer.abort(error).catch(() => undefined);
    throw error;
  } finally {
    writer.releaseLock();
  }
}
