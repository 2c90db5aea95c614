import type { QueryClient } from "@tanstack/react-query";
import { Link, Outlet, createRootRouteWithContext, createRoute, createRouter, redirect } from "@tanstack/react-router";
import { Problem } from "~/api/problem";
import { sessionQuery } from "~/api/session";
import { Empty } from "~/ui/empty";
import { ProblemBox } from "~/ui/problem";
import { Toaster } from "~/ui/toast";
import { DeskPage } from "./pages/desk";
import { SetUpRoute, SignInRoute } from "./pages/outside";
import { FundedRoute, ReadinessRoute, RiskRoute, readRiskPart } from "./pages/risk";
import {
  AccountRoute,
  AccountsRoute,
  AlertsRoute,
  GroupRoute,
  GroupsRoute,
  IntentRoute,
  IntentsRoute,
  JournalRoute,
  LoginsRoute,
  ReconciliationRoute,
  SettingsRoute,
  StrategyRoute,
} from "./pages/routes";
import { BacktestsRoute, CompareRoute, NewRunRoute, RunRoute, StrategiesRoute, StrategyFileRoute, readNewRun } from "./pages/research";
import { Shell } from "./shell/shell";

function Failed({ error, reset }: { error: unknown; reset: () => void }) {
  return <ProblemBox problem={Problem.from(error)} onRetry={reset} />;
}

function Missing() {
  return (
    <Empty
      action={
        <Link to="/desk" className="text-accent underline">
          To the desk
        </Link>
      }
    >
      There is no such page.
    </Empty>
  );
}

const root = createRootRouteWithContext<{ client: QueryClient }>()({
  component: () => (
    <>
      <Outlet />
      <Toaster />
    </>
  ),
  errorComponent: Failed,
  notFoundComponent: Missing,
});

const signIn = createRoute({ getParentRoute: () => root, path: "/sign-in", component: SignInRoute });
const setUp = createRoute({ getParentRoute: () => root, path: "/setup", component: SetUpRoute });

const inside = createRoute({
  getParentRoute: () => root,
  id: "inside",
  component: Shell,
  errorComponent: Failed,
  beforeLoad: async ({ context }) => {
    if ((await context.client.ensureQueryData(sessionQuery)) === null) {
      throw redirect({ to: "/sign-in" });
    }
  },
});

const page = { getParentRoute: () => inside, errorComponent: Failed };

const home = createRoute({
  getParentRoute: () => root,
  path: "/",
  beforeLoad: () => {
    throw redirect({ to: "/desk" });
  },
});

const text = (value: unknown): string | undefined => (typeof value === "string" && value ? value : undefined);

const routes = root.addChildren([
  home,
  signIn,
  setUp,
  inside.addChildren([
    createRoute({ ...page, path: "/desk", component: DeskPage }),
    createRoute({ ...page, path: "/intents", component: IntentsRoute }),
    createRoute({ ...page, path: "/intents/$id", component: IntentRoute }),
    createRoute({ ...page, path: "/groups", component: GroupsRoute }),
    createRoute({ ...page, path: "/groups/$id", component: GroupRoute }),
    createRoute({ ...page, path: "/alerts", component: AlertsRoute }),
    createRoute({ ...page, path: "/alerts/$id", component: StrategyRoute }),
    createRoute({ ...page, path: "/strategies", component: StrategiesRoute }),
    createRoute({
      ...page,
      path: "/strategies/$id",
      component: StrategyFileRoute,
      validateSearch: (search: Record<string, unknown>): { line?: number | undefined } => (Number.isInteger(search["line"]) ? { line: Number(search["line"]) } : {}),
    }),
    createRoute({ ...page, path: "/backtests", component: BacktestsRoute }),
    createRoute({ ...page, path: "/backtests/new", component: NewRunRoute, validateSearch: readNewRun }),
    createRoute({
      ...page,
      path: "/backtests/compare",
      component: CompareRoute,
      validateSearch: (search: Record<string, unknown>): { runs?: string | undefined } => (text(search["runs"]) ? { runs: text(search["runs"]) } : {}),
    }),
    createRoute({ ...page, path: "/backtests/$id", component: RunRoute }),
    createRoute({ ...page, path: "/risk", component: RiskRoute, validateSearch: readRiskPart }),
    createRoute({ ...page, path: "/readiness", component: ReadinessRoute }),
    createRoute({ ...page, path: "/funded", component: FundedRoute }),
    createRoute({ ...page, path: "/accounts", component: AccountsRoute }),
    createRoute({ ...page, path: "/accounts/$id", component: AccountRoute }),
    createRoute({ ...page, path: "/logins", component: LoginsRoute }),
    createRoute({ ...page, path: "/reconciliation", component: ReconciliationRoute }),
    createRoute({
      ...page,
      path: "/journal",
      component: JournalRoute,
      validateSearch: (search: Record<string, unknown>): { kind?: string | undefined; intent?: string | undefined } => ({
        ...(text(search["kind"]) ? { kind: text(search["kind"]) } : {}),
        ...(text(search["intent"]) ? { intent: text(search["intent"]) } : {}),
      }),
    }),
    createRoute({ ...page, path: "/settings", component: SettingsRoute }),
  ]),
]);

export function makeRouter(client: QueryClient) {
  return createRouter({ routeTree: routes, context: { client }, defaultPreload: false });
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof makeRouter>;
  }
}
