import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useBrokerTitle } from "~/api/brokers";
import { chainQuery, expiriesQuery, isReading } from "~/api/chains";
import { Problem } from "~/api/problem";
import type { AccountDetail, OptionChain } from "~/api/types";
import { cx } from "~/lib/cx";
import { dateText, timeOfDay } from "~/lib/time";
import { useDebounced } from "~/lib/use-debounced";
import { capital } from "~/lib/words";
import { Button } from "~/ui/button";
import { Dialog } from "~/ui/dialog";
import { Empty } from "~/ui/empty";
import { Field, Input, Select } from "~/ui/field";
import { ProblemBox } from "~/ui/problem";
import { Skeleton } from "~/ui/skeleton";
import { ChainTable } from "./chain-table";
import { MOST_LISTED, Picked, useListing, usePicked } from "./picked";

const PAUSE = 400;
const SKELETON_ROWS = 9;

interface ChainProps {
  workspace: string;
  account: AccountDetail;
  /** Whether what is picked may be brought into the workspace's list. */
  lists: boolean;
  onClose: () => void;
}

function Waiting({ reading, broker }: { reading: boolean; broker: string }) {
  return (
    <div className="grid gap-2">
      <p className="text-12 text-text-2">{reading ? `Reading ${broker}'s list: the first time takes a while…` : "Reading the chain…"}</p>
      {Array.from({ length: SKELETON_ROWS }, (_, row) => (
        // oxlint-disable-next-line react/no-array-index-key -- placeholders have no identity
        <Skeleton key={row} className="h-5 w-full" />
      ))}
    </div>
  );
}

/** What the chain is of, how old it is, and what it lacks. */
function Facts({ chain, old }: { chain: OptionChain; old: boolean }) {
  const shown = new Set(chain.rows.map((row) => row.strike)).size;
  return (
    <div role="status" className="grid gap-0.5 text-12 text-text-2">
      <p className="tabular-nums">
        {shown} of {chain.strikes} strikes · prices in {chain.currency} · lot {chain.lot_size}
        {chain.multiplier !== "1" && ` × ${chain.multiplier}`} · <span className={cx(old && "text-warn")}>read {timeOfDay(chain.read_at)}</span>
      </p>
      {chain.reason && <p className="text-warn">{capital(chain.reason)}</p>}
    </div>
  );
}

/** The chain of an underlying at the account's broker: a call or a put is picked by a click, and listed with the others. */
export function OptionChainDialog({ workspace, account, lists, onClose }: ChainProps) {
  const broker = useBrokerTitle(workspace)(account.broker);
  const [text, setText] = useState("");
  const [wanted, setWanted] = useState("");
  const { picked, turn } = usePicked();
  const asked = useDebounced(text.trim().toUpperCase(), PAUSE);
  const expiries = useQuery(expiriesQuery(workspace, account.id, asked));
  const days = expiries.data?.items ?? [];
  const expiry = days.includes(wanted) ? wanted : days[0];
  const chain = useQuery(chainQuery(workspace, account.id, asked, expiry));
  const listing = useListing(workspace, account.id, onClose);
  const error = chain.error ?? expiries.error;
  const reading = isReading(error);
  const none = expiries.data !== undefined && days.length === 0;
  return (
    <Dialog title="Option chain" open top width="large" onClose={onClose}>
      <form
        className="grid grid-cols-1 gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          if (picked.length > 0 && picked.length <= MOST_LISTED) {
            listing.mutate([...picked]);
          }
        }}
      >
        <div className="grid grid-cols-2 items-start gap-3">
          <Field label="Underlying" hint={expiries.data ? expiries.data.underlying : "Symbol or id: NIFTY, AAPL"}>
            {({ id, describedBy }) => (
              <Input
                id={id}
                describedBy={describedBy}
                maxLength={55}
                value={text}
                onChange={(event) => setText(event.target.value)}
                onKeyDown={(event) => event.key === "Enter" && event.preventDefault()}
              />
            )}
          </Field>
          <Field label="Expiry">
            {({ id }) => (
              <Select
                id={id}
                value={expiry ?? ""}
                disabled={days.length === 0}
                choices={days.length === 0 ? [{ value: "", label: "–" }] : days.map((day) => ({ value: day, label: dateText(`${day}T00:00:00Z`, "UTC") }))}
                onChange={setWanted}
              />
            )}
          </Field>
        </div>
        {asked === "" && <Empty>Write an underlying to see the options that {broker} lists on it.</Empty>}
        {none && (
          <Empty>
            {broker} lists no options on {expiries.data?.underlying}.
          </Empty>
        )}
        {asked !== "" && !none && !chain.data && (!error || reading) && <Waiting reading={reading} broker={broker} />}
        {error && !reading && <ProblemBox problem={Problem.from(error)} />}
        {chain.data && (
          <>
            <ChainTable key={`${chain.data.underlying} ${chain.data.expiry}`} chain={chain.data} old={chain.error !== null} picked={picked} onPick={lists ? turn : undefined} />
            <Facts chain={chain.data} old={chain.error !== null} />
          </>
        )}
        <Picked picked={picked} onTurn={turn} />
        {picked.length > MOST_LISTED && <p className="text-12 text-danger">At most {MOST_LISTED} at once</p>}
        {listing.error && <ProblemBox problem={Problem.from(listing.error)} />}
        <span className="flex items-center justify-end gap-2">
          {!lists && <span className="text-12 text-text-2">An admin lists instruments.</span>}
          <Button onClick={onClose}>{lists ? "Cancel" : "Close"}</Button>
          {lists && (
            <Button type="submit" tone="primary" disabled={picked.length === 0 || picked.length > MOST_LISTED} busy={listing.isPending}>
              List
            </Button>
          )}
        </span>
      </form>
    </Dialog>
  );
}
