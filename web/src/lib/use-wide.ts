import { useSyncExternalStore } from "react";

const WIDE = window.matchMedia("(min-width: 1024px)");

function subscribe(listener: () => void): () => void {
  WIDE.addEventListener("change", listener);
  return () => WIDE.removeEventListener("change", listener);
}

/** Whether there is room for panes side by side. */
export function useWide(): boolean {
  return useSyncExternalStore(subscribe, () => WIDE.matches);
}
