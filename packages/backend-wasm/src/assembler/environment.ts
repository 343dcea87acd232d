import { Module } from "./module.ts";

const mostPages = 65_536;

/** A module that imports the backend's memory and table of kernels, as all of them do. */
export function moduleOf(shared: boolean): Module {
  const module = new Module();
  module.importMemory("env", "memory", 1, shared ? mostPages : undefined, shared);
  module.importTable("env", "table", 0);
  return module;
}
