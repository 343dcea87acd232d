import { useId } from "preact/hooks";

export interface SliderProps {
  readonly label: string;
  /** What the output shows, in a place of fixed width. */
  readonly shown: string;
  /** What is read out; default: what is shown. */
  readonly spoken?: string;
  readonly min: number;
  readonly max: number;
  readonly step: number;
  readonly value: number;
  onChange(value: number): void;
}

/** A slider with its name and its value. */
export function Slider({ label, shown, spoken = shown, min, max, step, value, onChange }: SliderProps) {
  const id = useId();
  return (
    <div class="slider">
      <label for={id}>{label}</label>
      {/* The slider itself says its value. */}
      <output for={id} aria-live="off">
        {shown}
      </output>
      <input
        id={id}
        type="range"
        min={min}
        max={max}
        step={step}
        value={value}
        aria-valuetext={spoken}
        onInput={(event) => onChange(event.currentTarget.valueAsNumber)}
      />
    </div>
  );
}
