import type { ComponentChildren } from "preact";
import { useId, useState } from "preact/hooks";

export interface Option<T extends string | number> {
  readonly value: T;
  readonly text: string;
  /** Why it cannot be chosen. */
  readonly unavailable?: string | null;
}

export interface SelectProps<T extends string | number> {
  readonly label: string;
  readonly value: T;
  readonly options: readonly Option<T>[];
  readonly onChoose: (value: T) => void;
}

/** A choice of one from a list. */
export function Select<T extends string | number>({ label, value, options, onChoose }: SelectProps<T>) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <select
        id={id}
        value={String(value)}
        onChange={({ currentTarget }) => {
          const chosen = options.find((option) => String(option.value) === currentTarget.value);
          if (chosen !== undefined) onChoose(chosen.value);
        }}
      >
        {options.map((option) => (
          <option key={option.value} value={String(option.value)}>
            {option.text}
          </option>
        ))}
      </select>
    </div>
  );
}

/** A choice of one from a few, all of them to be seen. */
export function Choice<T extends string>({ label, value, options, onChoose }: SelectProps<T>) {
  const name = useId();
  return (
    <fieldset class="choice">
      <legend>{label}</legend>
      <div class="options">
        {options.map((option) => (
          <label key={option.value} title={option.unavailable ?? undefined}>
            <input
              type="radio"
              name={name}
              value={option.value}
              checked={option.value === value}
              disabled={typeof option.unavailable === "string"}
              onChange={() => onChoose(option.value)}
            />
            {option.text}
          </label>
        ))}
      </div>
    </fieldset>
  );
}

export interface NumberFieldProps {
  readonly label: string;
  readonly value: number;
  readonly least: number;
  readonly most: number;
  readonly onChoose: (value: number) => void;
}

/** A whole number. What is out of range is marked, and not taken. */
export function NumberField({ label, value, least, most, onChoose }: NumberFieldProps) {
  const id = useId();
  const [wrong, setWrong] = useState(false);
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input
        id={id}
        type="number"
        inputMode="numeric"
        step={1}
        min={least}
        max={most}
        value={value}
        aria-invalid={wrong}
        aria-describedby={wrong ? `${id}-wrong` : undefined}
        onChange={({ currentTarget }) => {
          const number = currentTarget.valueAsNumber;
          const right = Number.isSafeInteger(number) && number >= least && number <= most;
          setWrong(!right);
          if (right && number !== value) onChoose(number);
        }}
      />
      {wrong && (
        <span class="wrong" id={`${id}-wrong`} role="alert">
          {`A whole number from ${least} to ${most.toLocaleString("en")}.`}
        </span>
      )}
    </div>
  );
}

export interface CheckProps {
  readonly checked: boolean;
  readonly onChoose: (checked: boolean) => void;
  readonly children: ComponentChildren;
}

export function Check({ checked, onChoose, children }: CheckProps) {
  return (
    <label class="check">
      <input type="checkbox" checked={checked} onChange={({ currentTarget }) => onChoose(currentTarget.checked)} />
      <span>{children}</span>
    </label>
  );
}

export interface FileButtonProps {
  /** What files it takes, as `accept` of an input has it. */
  readonly accept: string;
  readonly onChoose: (file: File) => void;
  readonly disabled?: boolean;
  readonly children: ComponentChildren;
}

/** A button that lets a file be chosen. */
export function FileButton({ accept, onChoose, disabled = false, children }: FileButtonProps) {
  return (
    <label class="button file">
      {children}
      <input
        type="file"
        accept={accept}
        disabled={disabled}
        onChange={({ currentTarget }) => {
          const [file] = currentTarget.files ?? [];
          // So that the same file can be chosen again.
          currentTarget.value = "";
          if (file !== undefined) onChoose(file);
        }}
      />
    </label>
  );
}
