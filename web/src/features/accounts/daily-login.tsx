import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useBrokerTitle } from "~/api/brokers";
import { keys } from "~/api/keys";
import { logIn, loginsQuery } from "~/api/logins";
import { Problem } from "~/api/problem";
import { mayAdminister, stepUp } from "~/api/session";
import type { Login, Workspace } from "~/api/types";
import { dateTime } from "~/lib/time";
import { capital } from "~/lib/words";
import { Badge } from "~/ui/badge";
import { Button, buttonClass } from "~/ui/button";
import { Empty } from "~/ui/empty";
import { Field, Input } from "~/ui/field";
import { Card, Page } from "~/ui/panel";
import { ProblemBox } from "~/ui/problem";
import { Skeleton } from "~/ui/skeleton";
import { toast } from "~/ui/toast";
import { LIVES } from "./lives";
import { brokerOf, follow, followed, receiverOf } from "./returned-login";

interface Brought {
  broker: string;
  address: string;
}

/** The address that a broker's login led here, taken out of the address bar; null where nobody was sent here. */
function takeBrought(): Brought | null {
  const { href, pathname, search } = window.location;
  const broker = brokerOf(search);
  if (broker === null) {
    return null;
  }
  window.history.replaceState(window.history.state, "", pathname);
  return { broker, address: href };
}

interface LoginCardProps {
  workspace: string;
  login: Login;
  password: string;
  brought: string;
}

function LoginCard({ workspace, login, password, brought }: LoginCardProps) {
  const titleOf = useBrokerTitle(workspace);
  const client = useQueryClient();
  const [entered, setEntered] = useState<Record<string, string>>({});
  const first = login.fields[0]?.name;
  const value = (name: string): string => entered[name] ?? (name === first ? brought : "");
  const work = useMutation({
    mutationFn: async () => {
      await stepUp(password);
      return logIn(workspace, login.account, Object.fromEntries(login.fields.map(({ name }) => [name, value(name).trim()])));
    },
    onSuccess: async () => {
      setEntered(Object.fromEntries(login.fields.map(({ name }) => [name, ""])));
      toast(`${login.name} is logged in`);
      await client.invalidateQueries({ queryKey: keys.workspace(workspace) });
    },
  });
  const problem = work.error ? Problem.from(work.error) : null;
  const life = LIVES[login.life];
  const ready = password !== "" && login.fields.every(({ name, optional }) => optional || value(name).trim() !== "");
  return (
    <Card title={login.name} aside={<Badge tone={life.tone}>{life.text}</Badge>}>
      <form
        aria-label={login.name}
        className="grid grid-cols-1 gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          work.mutate();
        }}
      >
        <p className="text-12 text-text-2">
          {titleOf(login.broker)} <span className="font-mono">{login.number}</span>
          {login.reason && ` · ${capital(login.reason)}`}
          {login.until && ` · until ${dateTime(login.until)}`}
        </p>
        {login.login_url && (
          <span>
            <a className={buttonClass()} href={login.login_url} target="_blank" rel="noreferrer" onClick={() => follow(login.account)}>
              1. Log in at {titleOf(login.broker)}
            </a>
          </span>
        )}
        {login.fields.map((field) => (
          <Field key={field.name} label={field.label} hint={field.where} problem={problem?.fields.get(field.name)}>
            {({ id, describedBy, invalid }) => (
              <Input
                id={id}
                describedBy={describedBy}
                invalid={invalid}
                type={field.secret ? "password" : "text"}
                value={value(field.name)}
                maxLength={2048}
                onChange={(event) => setEntered({ ...entered, [field.name]: event.target.value })}
              />
            )}
          </Field>
        ))}
        {problem && <ProblemBox problem={problem} />}
        <span className="flex justify-end">
          <Button type="submit" tone="primary" disabled={!ready} busy={work.isPending}>
            Bring it to the desk
          </Button>
        </span>
      </form>
    </Card>
  );
}

/** The logins that brokers want each day, of all accounts on one page. */
export function DailyLoginPage({ workspace }: { workspace: Workspace }) {
  const { data, error, refetch } = useQuery(loginsQuery(workspace.id));
  const [password, setPassword] = useState("");
  const [brought] = useState(takeBrought);
  if (error) {
    return (
      <Page title="Daily login">
        <ProblemBox problem={Problem.from(error)} onRetry={() => void refetch()} />
      </Page>
    );
  }
  if (!data) {
    return (
      <Page title="Daily login">
        <Skeleton className="h-64 w-full" />
      </Page>
    );
  }
  if (data.length === 0) {
    return (
      <Page title="Daily login">
        <Empty
          action={
            <Link to="/accounts" className={buttonClass()}>
              To the accounts
            </Link>
          }
        >
          No connected account wants a login each day. Once an account at an Indian broker is connected, its login of the day waits here.
        </Empty>
      </Page>
    );
  }
  const receiver = brought && receiverOf(data, brought.broker, followed());
  const named = data.find((login) => login.account === receiver)?.name;
  return (
    <Page title="Daily login">
      <Card>
        <div className="grid grid-cols-1 gap-3">
          <p className="text-text-2">
            These brokers end a login after a day or a week, and want a person to log in again. Log in there, and bring back the address that your
            browser was sent to. {named && `You came from such a login: what it brought stands at ${named} below.`}
          </p>
          {mayAdminister(workspace.role) ? (
            <Field label="Your password" hint="Once for all accounts below">
              {({ id, describedBy }) => (
                <Input
                  id={id}
                  describedBy={describedBy}
                  type="password"
                  autoComplete="current-password"
                  value={password}
                  onChange={(event) => setPassword(event.target.value)}
                />
              )}
            </Field>
          ) : (
            <p className="text-text-2">An owner or admin of the workspace logs in.</p>
          )}
        </div>
      </Card>
      {data.map((login) => (
        <LoginCard
          key={login.account}
          workspace={workspace.id}
          login={login}
          password={password}
          brought={login.account === receiver ? (brought?.address ?? "") : ""}
        />
      ))}
    </Page>
  );
}
