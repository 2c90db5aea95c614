import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import { armAccount, brokersQuery, changeCredential, connectionQuery, forgetCredential, reconnect, useBrokerTitle } from "~/api/brokers";
import { keys } from "~/api/keys";
import { loginsQuery } from "~/api/logins";
import { Problem } from "~/api/problem";
import { mayAdminister, stepUp } from "~/api/session";
import type { AccountDetail, Connection, Workspace } from "~/api/types";
import { UNKNOWN } from "~/lib/format";
import { dateTime } from "~/lib/time";
import { capital, sentence } from "~/lib/words";
import { Badge } from "~/ui/badge";
import { Button, buttonClass } from "~/ui/button";
import { Dialog } from "~/ui/dialog";
import { Field, Input } from "~/ui/field";
import { Card } from "~/ui/panel";
import { ProblemBox } from "~/ui/problem";
import { toast } from "~/ui/toast";
import { CredentialFields, type Entered, complete, requestOf } from "./credential-form";
import { InstrumentsDialog } from "./list-instruments";
import { LIVES } from "./lives";
import { OptionChainDialog } from "./option-chain";

interface ActProps {
  workspace: string;
  account: AccountDetail;
  connection: Connection;
  onClose: () => void;
}

function useRefresh(workspace: string): () => Promise<void> {
  const client = useQueryClient();
  return () => client.invalidateQueries({ queryKey: keys.workspace(workspace) });
}

function Password({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  return (
    <Field label="Your password">
      {({ id }) => <Input id={id} type="password" autoComplete="current-password" value={value} onChange={(event) => onChange(event.target.value)} />}
    </Field>
  );
}

function ActDialog(props: { title: string; act: string; ready: boolean; work: () => Promise<unknown>; onClose: () => void; children: (problem: Problem | null) => ReactNode }) {
  const acting = useMutation({ mutationFn: props.work, onSuccess: props.onClose });
  const problem = acting.error ? Problem.from(acting.error) : null;
  return (
    <Dialog title={props.title} open width="small" onClose={props.onClose}>
      <form
        className="grid grid-cols-1 gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          acting.mutate();
        }}
      >
        {props.children(problem)}
        {problem && <ProblemBox problem={problem} />}
        <span className="flex justify-end gap-2">
          <Button onClick={props.onClose}>Cancel</Button>
          <Button type="submit" tone="primary" disabled={!props.ready} busy={acting.isPending}>
            {props.act}
          </Button>
        </span>
      </form>
    </Dialog>
  );
}

function ArmDialog({ workspace, account, connection, onClose }: ActProps) {
  const refresh = useRefresh(workspace);
  const [number, setNumber] = useState("");
  const [password, setPassword] = useState("");
  const work = async (): Promise<void> => {
    await stepUp(password);
    await armAccount(workspace, account.id, number.trim());
    await refresh();
    toast(`${account.name} is armed: its orders move real money`);
  };
  return (
    <ActDialog title={`Arm ${account.name}`} act="Arm live trading" ready={number.trim() !== "" && password !== ""} work={work} onClose={onClose}>
      {(problem) => (
        <>
          <p className="text-text-2">From then on orders to this account move real money. Type its number at the broker, {connection.number}, to say that you mean it.</p>
          <Field label="Account number" problem={problem?.fields.get("number")}>
            {({ id, describedBy, invalid }) => (
              <Input id={id} describedBy={describedBy} invalid={invalid} value={number} onChange={(event) => setNumber(event.target.value)} />
            )}
          </Field>
          <Password value={password} onChange={setPassword} />
        </>
      )}
    </ActDialog>
  );
}

function CredentialDialog({ workspace, account, connection, onClose }: ActProps) {
  const refresh = useRefresh(workspace);
  const { data: brokers } = useQuery(brokersQuery(workspace));
  const broker = brokers?.find((each) => each.broker === account.broker);
  const [entered, setEntered] = useState<Entered>({ environment: connection.environment, fields: {}, twin: "", proxy: "" });
  const [password, setPassword] = useState("");
  const work = async (): Promise<void> => {
    await stepUp(password);
    await changeCredential(workspace, account.id, requestOf(entered));
    await refresh();
  };
  const ready = broker !== undefined && complete(broker, entered) && password !== "";
  return (
    <ActDialog title={`New credential for ${account.name}`} act="Try it and keep it" ready={ready} work={work} onClose={onClose}>
      {(problem) => (
        <>
          {broker && <CredentialFields broker={broker} entered={entered} problems={problem?.fields ?? new Map()} onChange={setEntered} />}
          <Password value={password} onChange={setPassword} />
        </>
      )}
    </ActDialog>
  );
}

function ForgetDialog({ workspace, account, onClose }: ActProps) {
  const refresh = useRefresh(workspace);
  const [password, setPassword] = useState("");
  const work = async (): Promise<void> => {
    await stepUp(password);
    await forgetCredential(workspace, account.id);
    await refresh();
    toast(`The credential of ${account.name} is gone`);
  };
  return (
    <ActDialog title={`Remove the credential of ${account.name}`} act="Remove it" ready={password !== ""} work={work} onClose={onClose}>
      {() => (
        <>
          <p className="text-text-2">The session ends and the account is switched off. Orders that work at the broker stay there. Connect the account again to go on with it.</p>
          <Password value={password} onChange={setPassword} />
        </>
      )}
    </ActDialog>
  );
}

function Facts({ connection }: { connection: Connection }) {
  const facts = [
    ["Where", `${sentence(connection.environment)} · ${connection.number}`],
    ["Key", connection.hint || UNKNOWN],
    ["Last heard", connection.data_age === null ? "never" : `${connection.data_age} s ago`],
    ["Requests left", connection.requests_left === null ? UNKNOWN : `${connection.requests_left} of ${connection.requests_limit}`],
    ["Their clock", connection.clock_skew === null ? UNKNOWN : `${connection.clock_skew} s from ours`],
  ] as const;
  return (
    <dl className="grid gap-x-6 gap-y-1 text-12 sm:grid-cols-2">
      {facts.map(([name, value]) => (
        <div key={name} className="flex justify-between gap-2">
          <dt className="text-text-2">{name}</dt>
          <dd className="tabular-nums">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Troubles({ connection }: { connection: Connection }) {
  if (connection.troubles.length === 0) {
    return <p className="text-12 text-text-2">Nothing has gone wrong since the desk started.</p>;
  }
  return (
    <ul aria-label="Last troubles" className="grid gap-1 text-12">
      {connection.troubles.slice(0, 5).map((trouble) => (
        <li key={`${trouble.at} ${trouble.what}`}>
          <span className="text-text-3">{dateTime(trouble.at)}</span> <b className="font-semibold">{trouble.what}</b> {trouble.sentence}
        </li>
      ))}
    </ul>
  );
}

type Act = "arm" | "credential" | "forget" | "instruments";
const DIALOGS = { arm: ArmDialog, credential: CredentialDialog, forget: ForgetDialog, instruments: InstrumentsDialog } as const;

/** How an account at a broker is connected, and what a person can do about it. */
export function ConnectionCard({ workspace, account }: { workspace: Workspace; account: AccountDetail }) {
  const { data: connection, error } = useQuery(connectionQuery(workspace.id, account.id));
  const { data: logins } = useQuery(loginsQuery(workspace.id));
  const { data: brokers } = useQuery(brokersQuery(workspace.id));
  const titleOf = useBrokerTitle(workspace.id);
  const refresh = useRefresh(workspace.id);
  const [act, setAct] = useState<Act | null>(null);
  const [chained, setChained] = useState(false);
  const renewing = useMutation({ mutationFn: () => reconnect(workspace.id, account.id), onSettled: refresh });
  if (error && Problem.from(error).status === 404) {
    return (
      <Card title="Connection">
        <p className="text-text-2">This account has no credential. Connect it again on the Accounts page to go on with it.</p>
      </Card>
    );
  }
  if (error || !connection) {
    return error ? (
      <Card title="Connection">
        <ProblemBox problem={Problem.from(error)} />
      </Card>
    ) : null;
  }
  const life = LIVES[connection.life];
  const Opened = act ? DIALOGS[act] : null;
  const administers = mayAdminister(workspace.role);
  const chains = brokers?.some((each) => each.broker === account.broker && each.chains) && (
    <Button size="small" onClick={() => setChained(true)}>
      Option chain…
    </Button>
  );
  const buttons = administers ? (
    <span className="flex flex-wrap gap-2">
      {account.mode === "live" && !connection.armed && (
        <Button size="small" tone="primary" onClick={() => setAct("arm")}>
          Arm…
        </Button>
      )}
      {logins?.some((each) => each.account === account.id) && (
        <Link to="/logins" className={buttonClass("plain", "small")}>
          Daily login…
        </Link>
      )}
      <Button size="small" onClick={() => setAct("instruments")}>
        List instruments…
      </Button>
      {chains}
      <Button size="small" onClick={() => setAct("credential")}>
        New credential…
      </Button>
      <Button size="small" onClick={() => setAct("forget")}>
        Remove…
      </Button>
      <Button size="small" busy={renewing.isPending} onClick={() => renewing.mutate()}>
        Reconnect
      </Button>
    </span>
  ) : (
    chains
  );
  return (
    <Card title="Connection" aside={buttons}>
      <div className="grid gap-3">
        <p className="flex flex-wrap items-center gap-2">
          <Badge tone={life.tone}>{life.text}</Badge>
          {connection.reason && <span className="text-text-2">{capital(connection.reason)}</span>}
          {connection.login_url && (
            <a className="text-accent underline" href={connection.login_url} target="_blank" rel="noreferrer">
              Log in at {titleOf(account.broker)}
            </a>
          )}
        </p>
        <Facts connection={connection} />
        <Troubles connection={connection} />
        {renewing.error && <ProblemBox problem={Problem.from(renewing.error)} />}
      </div>
      {chained && <OptionChainDialog workspace={workspace.id} account={account} lists={administers} onClose={() => setChained(false)} />}
      {Opened && <Opened workspace={workspace.id} account={account} connection={connection} onClose={() => setAct(null)} />}
    </Card>
  );
}
