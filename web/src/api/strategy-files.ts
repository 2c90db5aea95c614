import { queryOptions } from "@tanstack/react-query";
import { api, body } from "./client";
import { keys } from "./keys";
import type { StrategyDetail, StrategyFile, StrategyTemplate, StrategyVersion, Validation } from "./types";

const BASE = "/api/v1/w/{workspace}/strategy-files";

export const strategyFilesQuery = (workspace: string) =>
  queryOptions({
    queryKey: keys.strategyFiles(workspace),
    queryFn: async (): Promise<StrategyFile[]> => (await body(api.GET(BASE, { params: { path: { workspace } } }))).items,
  });

export const strategyFileQuery = (workspace: string, id: string) =>
  queryOptions({
    queryKey: keys.strategyFile(workspace, id),
    queryFn: (): Promise<StrategyDetail> => body(api.GET(`${BASE}/{id}`, { params: { path: { workspace, id } } })),
  });

export const strategyVersionsQuery = (workspace: string, id: string) =>
  queryOptions({
    queryKey: keys.strategyVersions(workspace, id),
    queryFn: async (): Promise<StrategyVersion[]> =>
      (await body(api.GET(`${BASE}/{id}/versions`, { params: { path: { workspace, id } } }))).items,
  });

/** A version never changes. */
export const strategyVersionQuery = (workspace: string, id: string, version: number) =>
  queryOptions({
    queryKey: keys.strategyVersion(workspace, id, version),
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: (): Promise<StrategyDetail> =>
      body(api.GET(`${BASE}/{id}/versions/{version}`, { params: { path: { workspace, id, version } } })),
  });

export const strategyTemplatesQuery = (workspace: string) =>
  queryOptions({
    queryKey: keys.strategyTemplates(workspace),
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async (): Promise<StrategyTemplate[]> =>
      (await body(api.GET(`${BASE}/templates`, { params: { path: { workspace } } }))).items,
  });

/** What a source holds and what is wrong with it; the desk reads it and runs nothing. */
export async function checkStrategy(workspace: string, source: string, signal?: AbortSignal): Promise<Validation> {
  return body(api.POST(`${BASE}/check`, { params: { path: { workspace } }, body: { source }, ...(signal ? { signal } : {}) }));
}

export async function createStrategyFile(workspace: string, name: string, source: string, note: string): Promise<StrategyDetail> {
  return body(api.POST(BASE, { params: { path: { workspace } }, body: { name, source, note } }));
}

export async function addStrategyVersion(workspace: string, id: string, version: { source: string; note: string; after: number }): Promise<StrategyDetail> {
  return body(api.POST(`${BASE}/{id}/versions`, { params: { path: { workspace, id } }, body: version }));
}

export async function renameStrategyFile(workspace: string, id: string, name: string): Promise<StrategyFile> {
  return body(api.PATCH(`${BASE}/{id}`, { params: { path: { workspace, id } }, body: { name } }));
}

export async function removeStrategyFile(workspace: string, id: string): Promise<void> {
  await api.DELETE(`${BASE}/{id}`, { params: { path: { workspace, id } } });
}

/** Where the source is downloaded from. */
export const strategyFileAddress = (workspace: string, id: string, version: number): string =>
  `/api/v1/w/${encodeURIComponent(workspace)}/strategy-files/${encodeURIComponent(id)}/file.py?version=${version}`;
