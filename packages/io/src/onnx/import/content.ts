import { FormatError } from "../../errors.ts";
import { type FileLike, openSource } from "../../source.ts";
import { largestModel } from "../limits.ts";

/** All of a file. @throws FormatError for one that is too large to be a model. */
export async function contentOf(file: FileLike): Promise<Uint8Array> {
  const source = await openSource(file);
  try {
    if (source.size > largestModel)
      throw new FormatError(
        `${source.name} has ${source.size} bytes, and an ONNX file has at most ${largestModel} (2 GiB)`,
      );
    return await source.read(0, source.size);
  } finally {
    await source.close();
  }
}
