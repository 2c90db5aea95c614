import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { overviewQuery } from "~/api/market";
import { mayTrade, sessionQuery } from "~/api/session";
import type { Workspace } from "~/api/types";
import { ReplaySpeed } from "~/features/market/replay-speed";
import { usePreferences } from "~/lib/preferences";
import { Badge } from "~/ui/badge";
import { Icon } from "~/ui/icon";
import { Figure } from "~/ui/number";
import { FeedLight } from "./feed-light";

interface TopBarProps {
  workspace: Workspace;
  halt: ReactNode;
  onPalette: () => void;
}

function WorkspaceName({ workspace }: { workspace: Workspace }) {
  const { data: session } = useQuery(sessionQuery);
  const set = usePreferences((preferences) => preferences.set);
  const others = session?.workspaces ?? [];
  if (others.length < 2) {
    return <span className="truncate text-text-2 max-sm:hidden">{workspace.name}</span>;
  }
  return (
    <select
      aria-label="Workspace"
      className="max-w-40 truncate bg-transparent text-text-2"
      value={workspace.id}
      onChange={(event) => set({ workspace: event.target.value })}
    >
      {others.map(({ id, name }) => (
        <option key={id} value={id}>
          {name}
        </option>
      ))}
    </select>
  );
}

const MAC = /Mac|iPhone|iPad/.test(navigator.userAgent);

/** Which workspace, which mode, how old the data is, what it is worth, and the brake: never out of sight. */
export function TopBar({ workspace, halt, onPalette }: TopBarProps) {
  const { data } = useQuery(overviewQuery(workspace.id));
  const mode = data?.workspace.mode;
  const steers = mayTrade(workspace.role) && typeof data?.feed.speed === "string";
  return (
    <header className="flex h-10 shrink-0 items-center gap-3 border-b border-line bg-panel px-3.5 lg:gap-4">
      <span className="font-semibold max-sm:hidden">Bidwell</span>
      <WorkspaceName workspace={workspace} />
      {mode && <Badge tone={mode === "live" ? "live" : "paper"}>{mode.toUpperCase()}</Badge>}
      <FeedLight workspace={workspace.id} withSpeed={!steers} />
      {steers && data?.feed.speed && <ReplaySpeed workspace={workspace.id} speed={data.feed.speed} />}
      <span className="flex-1" />
      <span className="flex items-baseline gap-2 whitespace-nowrap max-md:hidden">
        <span className="text-text-2 max-lg:hidden">Equity</span>
        <Figure value={data?.equity} currency={workspace.currency} className="font-semibold" why="There is no price or rate for something that is held" />
        <span className="text-12">
          <Figure value={data?.day_pnl} currency={workspace.currency} tone="change" why="The session has no opening equity yet" />{" "}
          {data?.day_pnl && <span className="text-text-3">today</span>}
        </span>
      </span>
      <button
        type="button"
        aria-label={`${MAC ? "⌘ K" : "Ctrl K"}: command palette`}
        aria-keyshortcuts="Control+K Meta+K"
        className="rounded-sm bg-raised px-1.5 py-px text-11 text-text-2 hover:text-text max-md:bg-transparent"
        onClick={onPalette}
      >
        <span className="md:hidden">
          <Icon name="search" />
        </span>
        <span className="max-md:hidden">{MAC ? "⌘ K" : "Ctrl K"}</span>
      </button>
      <span className="max-sm:hidden">{halt}</span>
    </header>
  );
}
