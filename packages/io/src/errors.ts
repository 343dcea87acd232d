import { CressetError } from "@cresset/core/functions";

/** A file that is not what it should be: malformed, truncated, of another format, or with a dtype that Cresset lacks. */
export class FormatError extends CressetError {
  override readonly name: string = "FormatError";
}

/** A file of a web server that cannot be had whole: not there, cut off, or replaced by another one while it was read. */
export class FetchError extends CressetError {
  override readonly name: string = "FetchError";
  /** What the server answered, such as 404; null where the answer did not come, or was not to blame. */
  readonly status: number | null;

  constructor(message: string, status: number | null = null, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
  }
}
