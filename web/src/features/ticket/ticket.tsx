import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { accountsQuery } from "~/api/accounts";
import { receivingGroupsQuery } from "~/api/groups";
import { useInstrument, useQuote } from "~/api/market";
import type { AccountSummary, Group, IntentReceipt, Workspace } from "~/api/types";
import { parseDecimal, placesOf } from "~/lib/decimal";
import { formatFigure } from "~/lib/format";
import { Button } from "~/ui/button";
import { Field, Select } from "~/ui/field";
import { Figure } from "~/ui/number";
import { Segmented } from "~/ui/segmented";
import { EMPTY_DRAFT, readDraft, useDraft } from "./draft";
import { OrderPreview } from "./order-preview";
import { SizeHelper } from "./size-helper";
import { TicketFields } from "./ticket-fields";

interface TicketProps {
  workspace: Workspace;
  instrument: string | null;
  live: boolean;
  mayTrade: boolean;
  onSent?: (receipt: IntentReceipt) => void;
}

function receiverChoices(groups: readonly Group[], accounts: readonly AccountSummary[]) {
  return [
    { value: "", label: "Choose…", disabled: true },
    ...(groups.length > 0
      ? [{ group: "Groups", choices: groups.map(({ id, name }) => ({ value: `group:${id}`, label: `Group “${name}”` })) }]
      : []),
    { group: "Accounts", choices: accounts.map(({ id, name, currency }) => ({ value: `account:${id}`, label: `${name} (${currency})` })) },
  ];
}

/** Bid and ask as buttons that take the price into the limit. */
function Quotes({ bid, ask, places, onTake }: { bid: string | null; ask: string | null; places: number | undefined; onTake: (price: string) => void }) {
  return (
    <div className="grid grid-cols-2 gap-1.5">
      {(
        [
          ["Bid", bid],
          ["Ask", ask],
        ] as const
      ).map(([name, price]) => (
        <Button key={name} size="small" disabled={!price} className="justify-between" onClick={() => price && onTake(price)}>
          <span className="font-normal text-text-3">{name}</span>
          <Figure value={price} places={places} flash why="No quote has come yet" />
        </Button>
      ))}
    </div>
  );
}

/** The order ticket: everything about one order, previewed account by account before anything is sent. */
export function Ticket({ workspace, instrument: instrumentId, live, mayTrade, onSent }: TicketProps) {
  const { edit, ...draft } = useDraft();
  const { data: groups = [], isPending: groupsPending } = useQuery(receivingGroupsQuery(workspace.id));
  const { data: accounts = [], isPending: accountsPending } = useQuery(accountsQuery(workspace.id));
  const instrument = useInstrument(workspace.id, instrumentId);
  const quote = useQuote(workspace.id, instrumentId);
  const places = placesOf(instrument?.tick_size);
  const known = [...groups.map(({ id }) => `group:${id}`), ...accounts.map(({ id }) => `account:${id}`)];
  const loading = groupsPending || accountsPending;
  const fallback = loading ? undefined : known[0];
  const receiver = loading || known.includes(draft.receiver) ? draft.receiver : "";
  useEffect(() => {
    if (receiver === "" && fallback) {
      edit({ receiver: fallback });
    }
  }, [receiver, fallback, edit]);

  const { request, problems, missing } = readDraft({ ...draft, receiver }, instrumentId);
  const distance = (price: string): string | undefined => {
    const typed = parseDecimal(price);
    const last = parseDecimal(quote?.last);
    return typed && last ? `${formatFigure(typed.minus(last), { places, signed: true })} from last` : undefined;
  };
  const directed = draft.sizingBy !== "close" && draft.sizingBy !== "target";
  return (
    <form aria-label="Order ticket" className="grid grid-cols-1 gap-2 p-3.5" onSubmit={(event) => event.preventDefault()}>
      {directed ? (
        <Segmented
          label="Side"
          value={draft.side}
          choices={[
            { value: "BUY", label: "Buy", tone: "buy" },
            { value: "SELL", label: "Sell", tone: "sell" },
          ]}
          onChange={(side) => edit({ side })}
        />
      ) : (
        <p className="text-12 text-text-2">
          {draft.sizingBy === "close"
            ? draft.protect
              ? "Attaches these exits to this share of each account’s position; one cancels the other."
              : "Closes this share of each account’s position."
            : "Buys or sells up to this position in each account; below zero is short."}
        </p>
      )}
      <Quotes
        bid={quote?.bid ?? null}
        ask={quote?.ask ?? null}
        places={places}
        onTake={(price) => edit({ limitPrice: price, ...(draft.orderType === "MARKET" ? { orderType: "LIMIT" } : {}) })}
      />
      <Field label="Send to" layout="row">
        {({ id }) => <Select id={id} value={receiver} choices={receiverChoices(groups, accounts)} onChange={(value) => edit({ receiver: value })} />}
      </Field>
      <TicketFields draft={draft} edit={edit} problems={problems} instrument={instrument} distance={distance} />
      {directed && (
        <SizeHelper
          workspace={workspace.id}
          draft={{ ...draft, receiver }}
          instrument={instrument}
          currency={accounts.find(({ id }) => receiver === `account:${id}`)?.currency}
          edit={edit}
        />
      )}
      <div className="pt-1">
        <OrderPreview
          workspace={workspace.id}
          request={request}
          missing={missing ?? (Object.keys(problems).length > 0 ? "a figure that can be read" : null)}
          live={live}
          mayTrade={mayTrade}
          {...(onSent ? { onSent } : {})}
        />
      </div>
      <Button tone="quiet" size="small" className="justify-self-start" onClick={() => edit({ ...EMPTY_DRAFT, receiver, side: draft.side })}>
        Clear
      </Button>
    </form>
  );
}
