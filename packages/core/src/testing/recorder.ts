import type { Backend } from "../backend/backend.ts";
import { nullBackend } from "../backend/null.ts";
import type { Command, Program } from "../backend/program.ts";
import { registerBackendSync, setDefaultDevice } from "../runtime/device.ts";

/** A device that computes nothing and keeps the programs it was given. */
export class Recorder {
  readonly programs: Program[] = [];

  /** Registers itself as the default device. */
  constructor(name = "recorder", traits: Pick<Backend, "cutsLoops"> = {}) {
    const backend: Backend = {
      ...nullBackend(),
      ...traits,
      name,
      compile: (program) => {
        this.programs.push(program);
        return { program };
      },
    };
    registerBackendSync(backend);
    setDefaultDevice(name);
  }

  /** The programs compiled while `fn` runs. */
  during(fn: () => void): Program[] {
    const before = this.programs.length;
    fn();
    return this.programs.slice(before);
  }

  /** The commands of the one program compiled while `fn` runs. */
  commands(fn: () => void): readonly Command[] {
    const programs = this.during(fn);
    if (programs.length !== 1) throw new Error(`${programs.length} programs instead of one`);
    return programs[0].commands;
  }
}

export const temporaries = (program: Program): number => program.buffers.filter((b) => b.role === "temporary").length;
