import { useEffect, useRef, useState } from "preact/hooks";

/** Reads a text out when it has changed and then stayed for a while: where a slider stops, not each place on its way. */
export function Settled({ text, milliseconds = 600 }: { readonly text: string; readonly milliseconds?: number }) {
  const [settled, setSettled] = useState("");
  const first = useRef(text);
  useEffect(() => {
    if (text === first.current) return undefined;
    const timer = setTimeout(() => {
      first.current = "";
      setSettled(text);
    }, milliseconds);
    return () => clearTimeout(timer);
  }, [text, milliseconds]);
  return (
    <p role="status" class="visually-hidden">
      {settled}
    </p>
  );
}
