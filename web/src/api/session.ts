import { queryOptions, useQuery } from "@tanstack/react-query";
import { usePreferences } from "~/lib/preferences";
import { api, body } from "./client";
import { keys } from "./keys";
import { Problem } from "./problem";
import { renewing } from "./session-check";
import { setSessionToken } from "./session-token";
import type { ApiKey, IssuedApiKey, NewApiKey, NewUser, Role, Session, SessionRow, User, Workspace } from "./types";

function remember(session: Session): Session {
  setSessionToken(session.csrf);
  return session;
}

/** The present session, or null when nobody is signed in. */
export const sessionQuery = queryOptions({
  queryKey: keys.session,
  staleTime: 60_000,
  queryFn: async (): Promise<Session | null> => {
    try {
      return remember(await body(api.GET("/api/v1/session")));
    } catch (error) {
      if (error instanceof Problem && error.status === 401) {
        return null;
      }
      throw error;
    }
  },
});

export const needsOwnerQuery = queryOptions({
  queryKey: keys.needsOwner,
  queryFn: async (): Promise<boolean> => (await body(api.GET("/api/v1/setup"))).needs_owner,
});

export async function signIn(credentials: { email: string; password: string }): Promise<Session> {
  return remember(await body(api.POST("/api/v1/session", { body: credentials })));
}

export async function setUp(owner: { token: string; name: string; email: string; password: string }): Promise<Session> {
  return remember(await body(api.POST("/api/v1/setup", { body: owner })));
}

export async function signOut(): Promise<void> {
  await api.DELETE("/api/v1/session");
  setSessionToken(null);
}

export async function stepUp(password: string): Promise<void> {
  await renewing(api.POST("/api/v1/session/step-up", { body: { password } }));
}

export async function changePassword(change: { current: string; new: string }): Promise<void> {
  await renewing(api.POST("/api/v1/session/password", { body: change }));
}

export const sessionsQuery = queryOptions({
  queryKey: keys.sessions,
  queryFn: async (): Promise<SessionRow[]> => (await body(api.GET("/api/v1/sessions"))).items,
});

export async function endSession(id: string): Promise<void> {
  await api.DELETE("/api/v1/sessions/{id}", { params: { path: { id } } });
}

export const apiKeysQuery = queryOptions({
  queryKey: keys.apiKeys,
  queryFn: async (): Promise<ApiKey[]> => (await body(api.GET("/api/v1/api-keys"))).items,
});

export async function createApiKey(request: NewApiKey): Promise<IssuedApiKey> {
  return body(api.POST("/api/v1/api-keys", { body: request }));
}

export async function revokeApiKey(id: string): Promise<void> {
  await api.DELETE("/api/v1/api-keys/{id}", { params: { path: { id } } });
}

export const usersQuery = (workspace: string) =>
  queryOptions({
    queryKey: keys.users(workspace),
    queryFn: async (): Promise<User[]> =>
      (await body(api.GET("/api/v1/w/{workspace}/users", { params: { path: { workspace } } }))).items,
  });

export async function addUser(workspace: string, user: NewUser): Promise<User> {
  return body(api.POST("/api/v1/w/{workspace}/users", { params: { path: { workspace } }, body: user }));
}

export async function setRole(workspace: string, id: string, role: Role): Promise<void> {
  await api.PATCH("/api/v1/w/{workspace}/users/{id}", { params: { path: { workspace, id } }, body: { role } });
}

export async function removeUser(workspace: string, id: string): Promise<void> {
  await api.DELETE("/api/v1/w/{workspace}/users/{id}", { params: { path: { workspace, id } } });
}

/** The workspace that the person looks at. Pages are only shown to somebody who is signed in and has one. */
export function useWorkspace(): Workspace {
  const { data: session } = useQuery(sessionQuery);
  const wanted = usePreferences((preferences) => preferences.workspace);
  const workspace = session?.workspaces.find(({ id }) => id === wanted) ?? session?.workspaces[0];
  if (!workspace) {
    throw new Problem(403, {
      title: "No workspace",
      code: "no_workspace",
      detail: "This user belongs to no workspace.",
      hint: "Ask an owner to add you to one.",
    });
  }
  return workspace;
}

const TRADING: ReadonlySet<Role> = new Set<Role>(["owner", "admin", "trader"]);
const ADMINISTERING: ReadonlySet<Role> = new Set<Role>(["owner", "admin"]);

export const mayTrade = (role: Role): boolean => TRADING.has(role);
export const mayAdminister = (role: Role): boolean => ADMINISTERING.has(role);
