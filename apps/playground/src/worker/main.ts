/** The worker: holds the table and trains. */
import { Backends } from "./backends.ts";
import type { Api } from "./protocol.ts";
import { serve } from "./rpc.ts";
import { Session } from "./session.ts";

serve<Api>(self, (report) => {
  const backends = new Backends();
  const session = new Session(backends, report);
  return {
    backends: () => backends.states(),
    open: (source) => session.open(source),
    configure: (choices, training) => session.configure(choices, training),
    programs: (epochs) => session.programs(epochs),
    start: (epochs) => session.start(epochs),
    pause: () => session.pause(),
    step: () => session.step(),
    moveTo: (backend) => session.moveTo(backend),
    saveWeights: (format) => session.saveWeights(format),
    readWeights: (file) => session.readWeights(file),
    useWeights: (training) => session.useWeights(training),
    predictions: (other) => session.predictions(other),
    table: () => session.table(),
  };
});
