import { CressetError } from "@cresset/core/functions";

/** A file that is not what it should be: malformed, truncated, of another format, or with a dtype that Cresset lacks. */
export class FormatError extends CressetError {
  override readonly name: string = "FormatError";
}
