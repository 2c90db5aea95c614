import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { keys } from "~/api/keys";
import { Problem } from "~/api/problem";
import { onSessionExpired } from "~/api/session-token";
import "~/design/base.css";
import { followTheme } from "~/design/theme";
import { makeRouter } from "./router";

const RETRIES = 2;

const client = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      refetchOnWindowFocus: false,
      // What the desk has refused it refuses again; what did not arrive may arrive.
      retry: (failures, error) => Problem.from(error).status === 0 && failures < RETRIES,
    },
  },
});

const router = makeRouter(client);

onSessionExpired(() => {
  client.setQueryData(keys.session, null);
  void router.navigate({ to: "/sign-in" });
});

followTheme();

const container = document.querySelector("#root");
if (container) {
  createRoot(container).render(
    <StrictMode>
      <QueryClientProvider client={client}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </StrictMode>,
  );
}
