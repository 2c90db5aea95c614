import { queryOptions } from "@tanstack/react-query";
import { api, body } from "./client";
import { keys } from "./keys";
import type { components } from "./schema";
import type { IntentReceipt, Preview } from "./types";

type Schemas = components["schemas"];

export type Convergence = Schemas["Convergence"];
export type ConvergencePart = Schemas["ConvergencePart"];
export type GroupStanding = Schemas["GroupStanding"];
export type Follower = Schemas["Follower"];

type Tone = "good" | "busy" | "doubt" | "bad" | "off";

/** How an account stands to what was wanted of it: a word, a sign without colour, and a tone. */
export const STANDINGS: Readonly<Record<ConvergencePart["standing"], { word: string; sign: string; tone: Tone }>> = {
  converged: { word: "converged", sign: "●", tone: "good" },
  waiting: { word: "waiting", sign: "○", tone: "off" },
  working: { word: "working", sign: "◐", tone: "busy" },
  in_doubt: { word: "in doubt", sign: "?", tone: "doubt" },
  undoing: { word: "being undone", sign: "↺", tone: "busy" },
  denied: { word: "denied", sign: "✕", tone: "bad" },
  ended: { word: "ended short", sign: "◌", tone: "off" },
  drifted: { word: "drifted", sign: "▲", tone: "bad" },
};

export const FOLLOWING: Readonly<Record<Follower["following"], { word: string; sign: string; tone: Tone }>> = {
  in_line: { word: "in line", sign: "●", tone: "good" },
  copying: { word: "copying", sign: "◐", tone: "busy" },
  behind: { word: "behind", sign: "▼", tone: "doubt" },
  ahead: { word: "ahead", sign: "▲", tone: "bad" },
  unlisted: { word: "cannot trade it", sign: "✕", tone: "bad" },
};

export const groupStandingsQuery = (workspace: string) =>
  queryOptions({
    queryKey: [...keys.groups(workspace), "standing"] as const,
    refetchInterval: 3_000,
    queryFn: async (): Promise<GroupStanding[]> =>
      (await body(api.GET("/api/v1/w/{workspace}/groups/standing", { params: { path: { workspace } } }))).items,
  });

/** What a recorded intent would become in a paper account now. */
export const replayPreviewQuery = (workspace: string, intent: string, account: string) =>
  queryOptions({
    queryKey: [...keys.preview(workspace), "replay", intent, account] as const,
    enabled: account !== "",
    retry: false,
    queryFn: ({ signal }): Promise<Preview> =>
      body(api.POST("/api/v1/w/{workspace}/intents/replay/preview", { params: { path: { workspace } }, body: { intent, account }, signal })),
  });

export async function replayIntent(workspace: string, key: string, intent: string, account: string): Promise<IntentReceipt> {
  return body(
    api.POST("/api/v1/w/{workspace}/intents/replay", {
      params: { path: { workspace }, header: { "Idempotency-Key": key } },
      body: { intent, account },
    }),
  );
}
