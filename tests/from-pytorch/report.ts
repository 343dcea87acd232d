/** Runs rows and writes their outcomes to stdout, encoded as outcomes.py does. */
import { format } from "node:util";
import { nn, optim, Tensor } from "cresset";
import type { Encoded, Outcome } from "./page.ts";

async function encode(given: unknown): Promise<Encoded> {
  const value = await given;
  if (value instanceof Tensor) {
    const plain = value instanceof nn.Parameter ? value.detach() : value;
    return { tensor: await plain.repr() };
  }
  if (value instanceof nn.Module || value instanceof optim.Optimizer) return { text: String(value) };
  if (typeof value === "bigint") return Number(value);
  if (typeof value === "number" && !Number.isFinite(value))
    return { number: Number.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf" };
  if (value === null || value === undefined) return null;
  if (typeof value === "boolean" || typeof value === "number" || typeof value === "string") return value;
  if (Symbol.iterator in Object(value)) return encodeList(value as Iterable<unknown>);
  const entries: Record<string, Encoded> = {};
  for (const [key, entry] of Object.entries(value)) entries[key] = await encode(entry);
  return { entries };
}

async function encodeList(values: Iterable<unknown>): Promise<Encoded[]> {
  const encoded: Encoded[] = [];
  for (const value of values) encoded.push(await encode(value));
  return encoded;
}

async function outcome(row: () => Promise<unknown>): Promise<Outcome> {
  let printed = "";
  const { log } = console;
  console.log = (...values: unknown[]) => {
    printed += `${format(...values)}\n`;
  };
  try {
    const value = await row();
    return { ...(value !== undefined && { value: await encode(value) }), ...(printed !== "" && { printed }) };
  } catch (error) {
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    return { error: { name, message: message.split("\n")[0] }, ...(printed !== "" && { printed }) };
  } finally {
    console.log = log;
  }
}

export async function report(rows: readonly (() => Promise<unknown>)[]): Promise<void> {
  const outcomes: Outcome[] = [];
  for (const row of rows) outcomes.push(await outcome(row));
  console.log(JSON.stringify(outcomes));
}
