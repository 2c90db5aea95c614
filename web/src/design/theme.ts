import { create } from "zustand";
import { type Theme, usePreferences } from "~/lib/preferences";

const DARK = window.matchMedia("(prefers-color-scheme: dark)");

function shown(theme: Theme): "dark" | "light" {
  return theme === "system" ? (DARK.matches ? "dark" : "light") : theme;
}

const ROLES = ["panel", "line", "faint", "text-3", "accent", "second", "buy", "sell", "gain", "loss"] as const;

export type RoleColors = Readonly<Record<(typeof ROLES)[number], string>>;

function readColors(): RoleColors {
  const style = getComputedStyle(document.documentElement);
  return Object.fromEntries(ROLES.map((role) => [role, style.getPropertyValue(`--${role}`).trim()])) as RoleColors;
}

/** The present colours of the roles, for canvases that cannot read CSS. */
export const useColors = create<{ colors: RoleColors }>()(() => ({ colors: readColors() }));

function apply(): void {
  const { theme, palette, market, density } = usePreferences.getState();
  Object.assign(document.documentElement.dataset, { theme: shown(theme), palette, market, density });
  const colors = readColors();
  if (ROLES.some((role) => colors[role] !== useColors.getState().colors[role])) {
    useColors.setState({ colors });
  }
}

/** Keeps the document's theme attributes in step with the preferences and the system. */
export function followTheme(): void {
  apply();
  usePreferences.subscribe(apply);
  DARK.addEventListener("change", apply);
}

