import { Figure, PlaneChart } from "../../chart/index.ts";
import { measured } from "../../state/progress.ts";
import { configured } from "../../state/session.ts";
import { boundarySize } from "../../worker/protocol.ts";

/** Where the network draws the line, for two features. */
export function Boundary() {
  const run = configured.value;
  const plane = run?.plane ?? null;
  if (plane === null)
    return (
      <Figure title="Decision boundary">
        <div class="plot blank">
          <p class="empty">
            {run === null
              ? ""
              : `Drawn where the network has two inputs. It has ${run.inputs.length}: leave just two columns chosen to see it.`}
          </p>
        </div>
      </Figure>
    );
  const [xLabel, yLabel] = plane.names;
  return (
    <PlaneChart
      title="Decision boundary"
      description={`What the network takes points of ${xLabel} and ${yLabel} for. Rings mark test rows.`}
      xLabel={xLabel}
      yLabel={yLabel}
      xDomain={plane.xDomain}
      yDomain={plane.yDomain}
      x={plane.x}
      y={plane.y}
      labels={plane.labels}
      rings={plane.tests}
      field={measured.value?.boundary ?? null}
      cells={boundarySize}
    />
  );
}
