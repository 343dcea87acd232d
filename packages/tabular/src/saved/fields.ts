/** Reading of JSON from a file that may say anything. */
import { FormatError } from "@cresset/io";

/** The members of a JSON object, each of which must be what it is asked for as. */
export class Fields {
  private readonly members: Readonly<Record<string, unknown>>;
  private readonly path: string;

  /** @throws FormatError if `value` is no object. */
  constructor(value: unknown, path: string) {
    if (typeof value !== "object" || value === null || Array.isArray(value))
      throw new FormatError(`${path} is no object`);
    this.members = { ...value };
    this.path = path;
  }

  names(): string[] {
    return Object.keys(this.members);
  }

  fields(name: string): Fields {
    return new Fields(this.members[name], `${this.path}.${name}`);
  }

  number(name: string): number {
    const value = this.members[name];
    if (typeof value !== "number") throw this.refused(name, "a number");
    return value;
  }

  /** A whole number from 0. */
  count(name: string): number {
    const value = this.number(name);
    if (!Number.isSafeInteger(value) || value < 0) throw this.refused(name, "a whole number from 0");
    return value;
  }

  nullOr<T>(name: string, read: (name: string) => T): T | null {
    return this.members[name] === null ? null : read.call(this, name);
  }

  text(name: string): string {
    const value = this.members[name];
    if (typeof value !== "string") throw this.refused(name, "a text");
    return value;
  }

  boolean(name: string): boolean {
    const value = this.members[name];
    if (typeof value !== "boolean") throw this.refused(name, "true or false");
    return value;
  }

  oneOf<T extends string>(name: string, names: readonly T[]): T {
    const value = this.text(name);
    const found = names.find((one) => one === value);
    if (found === undefined) throw this.refused(name, `one of ${names.join(", ")}`);
    return found;
  }

  numbers(name: string): number[] {
    return this.list(name).map((value) => {
      if (typeof value !== "number") throw this.refused(name, "a list of numbers");
      return value;
    });
  }

  texts(name: string): string[] {
    return this.list(name).map((value) => {
      if (typeof value !== "string") throw this.refused(name, "a list of texts");
      return value;
    });
  }

  objects(name: string): Fields[] {
    return this.list(name).map((value, i) => new Fields(value, `${this.path}.${name}[${i}]`));
  }

  private list(name: string): readonly unknown[] {
    const value = this.members[name];
    if (!Array.isArray(value)) throw this.refused(name, "a list");
    return value;
  }

  private refused(name: string, wanted: string): FormatError {
    return new FormatError(`${this.path}.${name} is not ${wanted}`);
  }
}
