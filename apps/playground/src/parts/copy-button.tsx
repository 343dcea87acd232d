import { useRef, useState } from "preact/hooks";

/** Puts a text on the clipboard, and says so for a moment. */
export function CopyButton({ text, what }: { readonly text: string; readonly what: string }) {
  const [state, setState] = useState<"ready" | "copied" | "refused">("ready");
  const timer = useRef(0);
  const copy = async (): Promise<void> => {
    let result: "copied" | "refused" = "copied";
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      result = "refused";
    }
    setState(result);
    clearTimeout(timer.current);
    timer.current = window.setTimeout(() => setState("ready"), 2500);
  };
  return (
    <button type="button" class="copy" onClick={copy} disabled={text === ""}>
      <span aria-live="polite">{{ ready: "Copy", copied: "Copied", refused: "Not allowed" }[state]}</span>
      <span class="visually-hidden"> {what}</span>
    </button>
  );
}
