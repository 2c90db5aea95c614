import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Outlet } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { overviewQuery, useFreshOverview } from "~/api/market";
import { mayTrade, useWorkspace } from "~/api/session";
import { DeskStream, useStream } from "~/api/stream";
import { HaltControl } from "~/features/accounts/halt-controls";
import { cx } from "~/lib/cx";
import { timeOfDay } from "~/lib/time";
import { Palette } from "../palette/palette";
import { PhoneBar } from "./phone-bar";
import { Attention } from "./attention";
import { Rail } from "./rail";
import { StatusBar } from "./status-bar";
import { TopBar } from "./top-bar";

function useDeskStream(workspace: string): void {
  const client = useQueryClient();
  useEffect(() => {
    const stream = new DeskStream(client, workspace);
    stream.open();
    return () => stream.close();
  }, [client, workspace]);
}

function usePaletteKey(open: () => void): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey)) {
        event.preventDefault();
        open();
      }
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [open]);
}

/** Everything around the pages. */
export function Shell() {
  const workspace = useWorkspace();
  const { data, isError, dataUpdatedAt } = useQuery(overviewQuery(workspace.id));
  const streaming = useStream((stream) => stream.state === "open");
  const lost = isError && !streaming;
  const [palette, setPalette] = useState(false);
  useDeskStream(workspace.id);
  useFreshOverview(workspace.id);
  usePaletteKey(() => setPalette(true));
  const live = data?.workspace.mode === "live";
  const state = data?.state ?? { state: "active" as const, reason: "" };
  const halt = mayTrade(workspace.role) && <HaltControl workspace={workspace.id} scope={{ type: "workspace" }} name={workspace.name} state={state} />;
  return (
    <div className={cx("flex h-full flex-col", live && "border-4 border-live")}>
      <a href="#page" className="sr-only focus:not-sr-only focus:absolute focus:z-50 focus:bg-panel focus:p-2">
        Skip to the page
      </a>
      <TopBar workspace={workspace} halt={halt} onPalette={() => setPalette(true)} />
      {state.state !== "active" && (
        <p role="alert" className="shrink-0 border-b border-danger px-3.5 py-1 text-danger tint-danger">
          {state.state === "halted" ? "Halted: nothing that adds risk leaves." : "Reduce only: nothing that adds risk leaves."} {state.reason}
        </p>
      )}
      <Attention workspace={workspace} />
      {lost && (
        <p role="alert" className="shrink-0 border-b border-danger px-3.5 py-1 text-danger tint-danger">
          The desk is not reached. {dataUpdatedAt > 0 && `What you see is as of ${timeOfDay(dataUpdatedAt)}. `}Orders already at the broker go on working; this page comes back by itself.
        </p>
      )}
      <div className="flex min-h-0 flex-1">
        <Rail />
        <main id="page" tabIndex={-1} className={cx("min-h-0 min-w-0 flex-1 outline-none", lost && "opacity-60")}>
          <Outlet />
        </main>
      </div>
      <StatusBar workspace={workspace} />
      <PhoneBar halt={halt} />
      {palette && <Palette workspace={workspace} live={live} onClose={() => setPalette(false)} />}
    </div>
  );
}
