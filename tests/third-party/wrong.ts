/** The same backend with one wrong operation: every maximum is a minimum. The suite must notice. */
import type { Backend, Expression, Kernel, Program, Statement } from "@cresset/core/backend";
import walker from "./backend.ts";

const inExpression = (e: Expression): Expression =>
  e.kind === "apply" ? { ...e, op: e.op === "max" ? "min" : e.op, inputs: e.inputs.map(inExpression) } : e;

function inStatement(s: Statement): Statement {
  if (s.kind === "let" || s.kind === "store") return { ...s, value: inExpression(s.value) };
  return s.kind === "inner" ? { ...s, body: s.body.map(inStatement) } : s;
}

const inKernel = (kernel: Kernel): Kernel =>
  kernel.kind === "loop" ? { ...kernel, body: kernel.body.map(inStatement) } : kernel;

const changed = (program: Program): Program => ({
  ...program,
  commands: program.commands.map((command) => ({ ...command, kernel: inKernel(command.kernel) })),
});

export default function wrong(): Backend {
  const backend = walker();
  return { ...backend, name: "wrong", compile: (program) => backend.compile(changed(program)) };
}
