import { create } from "zustand";
import { persist } from "zustand/middleware";

export type Theme = "system" | "dark" | "light";
export type Palette = "teal-coral" | "blue-orange";
export type Market = "green-up" | "red-up";
export type Density = "compact" | "normal" | "relaxed";

/** Seconds of a bar. */
export type Timeframe = 60 | 300 | 900 | 3600 | 86_400;

interface Layout {
  watch: number;
  ticket: number;
  tables: number;
}

interface PreferenceValues {
  theme: Theme;
  palette: Palette;
  market: Market;
  density: Density;
  railOpen: boolean;
  workspace: string | null;
  symbol: string | null;
  timeframe: Timeframe;
  tab: string;
  layout: Layout;
}

interface Preferences extends PreferenceValues {
  set: (values: Partial<PreferenceValues>) => void;
}

export const DEFAULT_LAYOUT: Layout = { watch: 264, ticket: 320, tables: 252 };

/** How this person likes the screen: kept in this browser, never on the desk. */
export const usePreferences = create<Preferences>()(
  persist(
    (set) => ({
      theme: "system",
      palette: "teal-coral",
      market: "green-up",
      density: "normal",
      railOpen: false,
      workspace: null,
      symbol: null,
      timeframe: 300,
      tab: "working",
      layout: DEFAULT_LAYOUT,
      set: (values) => set(values),
    }),
    { name: "bidwell.preferences", version: 1 },
  ),
);
