import { Choice } from "../../parts/fields.tsx";
import { backends } from "../../state/choices.ts";
import { device } from "../../state/progress.ts";
import { moveTo, movingTo } from "../../state/session.ts";
import type { BackendName, BackendState } from "../../worker/protocol.ts";

const expected: readonly BackendState[] = (["cpu", "wasm", "webgpu"] as const).map((name) => ({
  name,
  unavailable: null,
  detail: "",
}));

/** Where it trains. Switching moves the weights; the curve goes on. */
export function Backends() {
  const known = backends.value.length > 0 ? backends.value : expected;
  const missing = known.filter(({ unavailable }) => unavailable !== null);
  return (
    <div class="backends">
      <Choice
        label="Backend"
        value={(movingTo.value ?? device.value) as BackendName}
        options={known.map(({ name, unavailable }) => ({ value: name, text: name, unavailable }))}
        onChoose={moveTo}
      />
      <p class="small soft" aria-live="polite">
        {missing.length > 0
          ? missing
              .map(({ name, unavailable }) => `${name} is unavailable: ${unavailable?.replace(/\.?$/, ".")}`)
              .join(" ")
          : movingTo.value !== null
            ? `Moving to ${movingTo.value} …`
            : detailOf(known)}
      </p>
    </div>
  );
}

function detailOf(known: readonly BackendState[]): string {
  const detail = known.find(({ name }) => name === device.value)?.detail;
  return detail ? `Runs on ${detail}.` : "";
}
