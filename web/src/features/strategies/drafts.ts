import { create } from "zustand";
import { createJSONStorage, persist } from "zustand/middleware";

/** A source that somebody is writing, and the version that it started from (0: a new file). */
interface SourceDraft {
  source: string;
  base: number;
  name: string;
}

interface Drafts {
  drafts: Readonly<Record<string, SourceDraft>>;
  write: (id: string, draft: SourceDraft) => void;
  drop: (id: string) => void;
}

/** Half-written sources, kept for as long as the tab lives: leaving the page loses nothing. */
export const useDrafts = create<Drafts>()(
  persist(
    (set) => ({
      drafts: {},
      write: (id, draft) => set(({ drafts }) => ({ drafts: { ...drafts, [id]: draft } })),
      drop: (id) => set(({ drafts }) => ({ drafts: Object.fromEntries(Object.entries(drafts).filter(([key]) => key !== id)) })),
    }),
    { name: "bidwell.strategy-drafts", version: 1, storage: createJSONStorage(() => sessionStorage) },
  ),
);
