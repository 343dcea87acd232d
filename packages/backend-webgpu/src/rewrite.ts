import type { BufferSpec, Command, Program } from "@cresset/core/backend";

/** The commands that take a command's place, which may append temporaries to `buffers`; undefined where it stays as it is. */
export type Expand = (command: Command, buffers: BufferSpec[]) => readonly Command[] | undefined;

/** The program with some commands replaced by others; the program itself where none is. */
export function rewriteCommands(program: Program, expand: Expand): Program {
  const buffers: BufferSpec[] = [...program.buffers];
  const commands: Command[] = [];
  let { stateFrom } = program;
  let changed = false;
  for (const [n, command] of program.commands.entries()) {
    if (n === program.stateFrom) stateFrom = commands.length;
    const expanded = expand(command, buffers);
    if (expanded !== undefined) changed = true;
    commands.push(...(expanded ?? [command]));
  }
  if (!changed) return program;
  if (program.stateFrom === program.commands.length) stateFrom = commands.length;
  return { ...program, buffers, commands, stateFrom };
}
