import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { listInstruments } from "~/api/brokers";
import { keys } from "~/api/keys";
import { Button } from "~/ui/button";
import { toast } from "~/ui/toast";

/** The desk lists so many at once. */
export const MOST_LISTED = 50;

/** What was picked of a broker's list, in the order of picking; a second turn puts one back. */
export function usePicked(): { picked: readonly string[]; turn: (pick: string) => void } {
  const [picked, setPicked] = useState<readonly string[]>([]);
  const turn = (pick: string): void => setPicked((known) => (known.includes(pick) ? known.filter((each) => each !== pick) : [...known, pick]));
  return { picked, turn };
}

/** Brings symbols of the account's broker into the workspace's list, and says which instruments they became. */
export function useListing(workspace: string, account: string, onDone: () => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (symbols: string[]) => {
      const listed = await listInstruments(workspace, account, symbols);
      await client.invalidateQueries({ queryKey: keys.workspace(workspace) });
      toast(`Listed ${listed.join(", ")}`);
    },
    onSuccess: onDone,
  });
}

/** What was picked, each with a button that puts it back. */
export function Picked({ picked, onTurn }: { picked: readonly string[]; onTurn: (pick: string) => void }) {
  if (picked.length === 0) {
    return null;
  }
  return (
    <ul aria-label="Picked" className="flex flex-wrap gap-1">
      {picked.map((pick) => (
        <li key={pick} className="min-w-0">
          <Button size="small" aria-label={`Put ${pick} back`} onClick={() => onTurn(pick)}>
            {pick} <span aria-hidden="true">×</span>
          </Button>
        </li>
      ))}
    </ul>
  );
}
