import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { SetUp } from "~/features/identity/set-up";
import { SignIn } from "~/features/identity/sign-in";
import { usePageTitle } from "~/lib/use-page-title";

export function SignInRoute() {
  usePageTitle("Sign in");
  const navigate = useNavigate();
  return <SignIn onSignedIn={() => void navigate({ to: "/desk" })} />;
}

/** The link's secret is its fragment, which no server log or referrer ever sees. */
export function SetUpRoute() {
  usePageTitle("Set up");
  const navigate = useNavigate();
  const [token] = useState(() => decodeURIComponent(location.hash.slice(1)));
  return <SetUp token={token} onDone={() => void navigate({ to: "/desk" })} />;
}
