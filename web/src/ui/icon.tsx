const PATHS = {
  desk: "M5 4h14a2 2 0 0 1 2 2v12a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2V6a2 2 0 0 1 2-2zM3 10h18M10 10v10",
  alerts: "M6 16V11a6 6 0 0 1 12 0v5l2 2H4zM10 21h4",
  groups: "M12 3a3 3 0 1 1 0 6 3 3 0 0 1 0-6zM5 15a3 3 0 1 1 0 6 3 3 0 0 1 0-6zM19 15a3 3 0 1 1 0 6 3 3 0 0 1 0-6zM10.5 8.5 6.5 15.5M13.5 8.5l4 7",
  accounts: "M4 7h16v12H4zM4 11h16M8 15h3M7 7V5h10v2",
  intents: "M4 6h5M7 10h6M11 14h6M15 18h5M4 4v16",
  strategies: "M8 7l-5 5 5 5M16 7l5 5-5 5M13.5 4.5l-3 15",
  backtests: "M4 4v16h16M7 15l4-5 3 3 6-7",
  risk: "M12 3l8 3v6c0 5-3.5 7.5-8 9-4.5-1.5-8-4-8-9V6zM12 8v5M12 16h.01",
  funded: "M4 18h16M4 18c4 0 4-9 8-9s4 5 8-3M4 21h16",
  journal: "M6 4h12v16H6zM9 8h6M9 12h6M9 16h4",
  reconciliation: "M4 8h12M13 5l3 3-3 3M20 16H8M11 13l-3 3 3 3",
  settings: "M4 7h9M17 7h3M4 17h3M11 17h9M15 5v4M9 15v4",
  search: "M11 4a7 7 0 1 1 0 14 7 7 0 0 1 0-14zM16.5 16.5 21 21",
  close: "M6 6l12 12M18 6 6 18",
  chevron: "M8 10l4 4 4-4",
  copy: "M9 9h11v11H9zM5 15H4V4h11v1",
  check: "M5 12.5 10 17 19 7",
  more: "M5 12h.01M12 12h.01M19 12h.01",
  menu: "M4 7h16M4 12h16M4 17h16",
  plus: "M12 5v14M5 12h14",
  back: "M14 6l-6 6 6 6",
  halt: "M8 3h8l5 5v8l-5 5H8l-5-5V8zM9 12h6",
  user: "M12 4a4 4 0 1 1 0 8 4 4 0 0 1 0-8zM4 21a8 8 0 0 1 16 0",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, size = 18 }: { name: IconName; size?: number }) {
  return (
    <svg
      aria-hidden="true"
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth={1.6}
      strokeLinecap="round"
      strokeLinejoin="round"
      className="shrink-0"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
