import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Command } from "cmdk";
import { useMemo, useState } from "react";
import { accountsQuery } from "~/api/accounts";
import { receivingGroupsQuery } from "~/api/groups";
import { instrumentsQuery } from "~/api/market";
import { mayTrade } from "~/api/session";
import type { Workspace } from "~/api/types";
import { type Draft, readDraft, useDraft } from "~/features/ticket/draft";
import { OrderPreview } from "~/features/ticket/order-preview";
import { type OrderContext, parseOrderText } from "~/features/ticket/order-text";
import { usePreferences } from "~/lib/preferences";
import { Button } from "~/ui/button";
import { Dialog } from "~/ui/dialog";
import { PLACES } from "../shell/navigation";

interface PaletteProps {
  workspace: Workspace;
  live: boolean;
  onClose: () => void;
}

interface Entry {
  group: "Pages" | "Instruments" | "Accounts" | "Actions";
  label: string;
  words: string;
  run: () => void;
}

const GROUPS = ["Actions", "Pages", "Instruments", "Accounts"] as const;
const ITEM =
  "flex h-9 cursor-pointer items-center justify-between gap-3 rounded-sm px-2.5 data-[selected=true]:bg-raised data-[selected=true]:text-accent";

function useEntries(workspace: string, onClose: () => void): Entry[] {
  const navigate = useNavigate();
  const { theme, set } = usePreferences();
  const { data: instruments = [] } = useQuery(instrumentsQuery(workspace));
  const { data: accounts = [] } = useQuery(accountsQuery(workspace));
  return useMemo(() => {
    const then = (run: () => void) => (): void => {
      run();
      onClose();
    };
    return [
      { group: "Actions", label: "New group", words: "create", run: then(() => void navigate({ to: "/groups/$id", params: { id: "new" } })) },
      { group: "Actions", label: "New backtest", words: "run strategy sweep", run: then(() => void navigate({ to: "/backtests/new", search: {} })) },
      {
        group: "Actions",
        label: theme === "light" ? "Dark theme" : "Light theme",
        words: "appearance",
        run: then(() => set({ theme: theme === "light" ? "dark" : "light" })),
      },
      ...PLACES.map(({ to, label }): Entry => ({ group: "Pages", label, words: "go to page", run: then(() => void navigate({ to })) })),
      ...instruments.map(
        ({ id, symbol, name }): Entry => ({
          group: "Instruments",
          label: symbol,
          words: name,
          run: then(() => {
            set({ symbol: id });
            void navigate({ to: "/desk" });
          }),
        }),
      ),
      ...accounts.map(
        ({ id, name, currency }): Entry => ({
          group: "Accounts",
          label: name,
          words: currency,
          run: then(() => void navigate({ to: "/accounts/$id", params: { id } })),
        }),
      ),
    ];
  }, [instruments, accounts, theme, navigate, set, onClose]);
}

function useOrderContext(workspace: string): OrderContext {
  const { data: instruments = [] } = useQuery(instrumentsQuery(workspace));
  const { data: accounts = [] } = useQuery(accountsQuery(workspace));
  const { data: groups = [] } = useQuery(receivingGroupsQuery(workspace));
  const receiver = useDraft((draft) => draft.receiver);
  const first = groups[0] ? `group:${groups[0].id}` : accounts[0] ? `account:${accounts[0].id}` : "";
  return { instruments, accounts, groups, receiver: receiver || first };
}

interface TypedOrderProps {
  workspace: Workspace;
  live: boolean;
  instrument: string;
  draft: Draft;
  onClose: () => void;
}

/** The same preview as the ticket's, and the way into the ticket. */
function TypedOrder({ workspace, live, instrument, draft, onClose }: TypedOrderProps) {
  const navigate = useNavigate();
  const edit = useDraft((store) => store.edit);
  const set = usePreferences((preferences) => preferences.set);
  const { request, missing } = readDraft(draft, instrument);
  return (
    <div className="grid grid-cols-1 gap-3 p-3">
      <OrderPreview workspace={workspace.id} request={request} missing={missing} live={live} mayTrade={mayTrade(workspace.role)} />
      <Button
        tone="quiet"
        size="small"
        className="justify-self-start"
        onClick={() => {
          edit(draft);
          set({ symbol: instrument });
          void navigate({ to: "/desk" });
          onClose();
        }}
      >
        Put it on the ticket instead
      </Button>
    </div>
  );
}

/** Pages, instruments, accounts, actions, and orders as text, from anywhere. */
export function Palette({ workspace, live, onClose }: PaletteProps) {
  const [text, setText] = useState("");
  const entries = useEntries(workspace.id, onClose);
  const order = parseOrderText(text, useOrderContext(workspace.id));
  return (
    <Dialog title="Command palette" open bare top width="medium" onClose={onClose}>
      <Command label="Command palette" shouldFilter={order.kind === "none"}>
        <Command.Input
          value={text}
          onValueChange={setText}
          placeholder="Go to, or write an order: buy 10 aapl limit 98.5 @all"
          className="h-11 w-full border-b border-line bg-transparent px-4 text-14 text-text outline-none placeholder:text-text-3"
        />
        <Command.List className={order.kind === "none" ? "max-h-[50dvh] overflow-auto p-1.5" : "hidden"}>
          <Command.Empty className="px-2.5 py-3 text-text-2">Nothing is called that.</Command.Empty>
          {(order.kind === "none" ? GROUPS : []).map((group) => (
            <Command.Group key={group} heading={<span className="px-2.5 text-11 text-text-3">{group}</span>}>
              {entries
                .filter((entry) => entry.group === group)
                .map((entry) => (
                  <Command.Item key={`${group} ${entry.label}`} value={`${entry.label} ${entry.words}`} className={ITEM} onSelect={entry.run}>
                    {entry.label}
                    <span className="truncate text-12 text-text-3">{entry.words}</span>
                  </Command.Item>
                ))}
            </Command.Group>
          ))}
        </Command.List>
      </Command>
      {/* Beside the list, not in it: there Enter always means the chosen entry. */}
      {order.kind === "problem" && <p className="px-4 py-3 text-text-2">{order.problem}</p>}
      {order.kind === "order" && (
        <TypedOrder workspace={workspace} live={live} instrument={order.instrument} draft={order.draft} onClose={onClose} />
      )}
    </Dialog>
  );
}
