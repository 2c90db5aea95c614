import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { api, body } from "./client";
import { keys } from "./keys";
import type { Group, GroupRequest, IntentRequest, Preview } from "./types";

export const groupsQuery = (workspace: string) =>
  queryOptions({
    queryKey: keys.groups(workspace),
    queryFn: async (): Promise<Group[]> =>
      (await body(api.GET("/api/v1/w/{workspace}/groups", { params: { path: { workspace } } }))).items,
  });

const sentOrders = (groups: Group[]): Group[] => groups.filter(({ leader }) => !leader);

/** The groups that orders are sent to: those that follow a leader take none. */
export const receivingGroupsQuery = (workspace: string) => queryOptions({ ...groupsQuery(workspace), select: sentOrders });

export async function saveGroup(workspace: string, id: string | null, group: GroupRequest): Promise<Group> {
  return id === null
    ? body(api.POST("/api/v1/w/{workspace}/groups", { params: { path: { workspace } }, body: group }))
    : body(api.PUT("/api/v1/w/{workspace}/groups/{id}", { params: { path: { workspace, id } }, body: group }));
}

export async function removeGroup(workspace: string, id: string): Promise<void> {
  await api.DELETE("/api/v1/w/{workspace}/groups/{id}", { params: { path: { workspace, id } } });
}

/** What a group that is still being edited would do with a request. */
export const groupPreviewQuery = (workspace: string, group: GroupRequest | null, intent: IntentRequest | null) =>
  queryOptions({
    queryKey: [...keys.preview(workspace), "group", group, intent] as const,
    enabled: group !== null && intent !== null,
    placeholderData: keepPreviousData,
    retry: false,
    queryFn: ({ signal }): Promise<Preview> =>
      body(
        api.POST("/api/v1/w/{workspace}/groups/preview", {
          params: { path: { workspace } },
          body: { group: group as GroupRequest, intent: intent as IntentRequest },
          signal,
        }),
      ),
  });
