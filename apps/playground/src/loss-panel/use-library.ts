import type { RefObject } from "preact";
import { useEffect, useState } from "preact/hooks";

/** What the panel has Cresset compute. */
export type Library = typeof import("./library.ts");

export interface LibraryState {
  /** Null until it is there. */
  readonly library: Library | null;
  /** Why it could not be loaded. */
  readonly problem: string | null;
}

/** Cresset, for the panel's own use, loaded when the panel comes near: training has its own in the worker and does not wait for this. */
export function useLibrary(panel: RefObject<Element | null>): LibraryState {
  const [state, setState] = useState<LibraryState>({ library: null, problem: null });
  useEffect(() => {
    if (panel.current === null) return undefined;
    const observer = new IntersectionObserver(
      (entries) => {
        if (!entries.some((entry) => entry.isIntersecting)) return;
        observer.disconnect();
        import("./library.ts").then(
          (library) => setState({ library, problem: null }),
          (error: unknown) =>
            setState({ library: null, problem: error instanceof Error ? error.message : String(error) }),
        );
      },
      { rootMargin: "300px" },
    );
    observer.observe(panel.current);
    return () => observer.disconnect();
  }, [panel]);
  return state;
}
