import { useMutation, useQueryClient } from "@tanstack/react-query";
import { keys } from "~/api/keys";
import { setMarketSpeed } from "~/api/market";
import { Problem } from "~/api/problem";
import type { Overview } from "~/api/types";
import { toast } from "~/ui/toast";

const SPEEDS = [0, 1, 10, 60, 300, 600] as const;

const label = (speed: number): string => (speed === 0 ? "Paused" : `${speed}×`);

interface ReplaySpeedProps {
  workspace: string;
  /** Market seconds per second, as the feed says. */
  speed: string;
}

/** How fast the replayed market runs: a choice in the top bar, for everybody who looks at this desk. */
export function ReplaySpeed({ workspace, speed }: ReplaySpeedProps) {
  const client = useQueryClient();
  const change = useMutation({
    mutationFn: (wanted: number) => setMarketSpeed(workspace, wanted),
    onSuccess: (inForce) => {
      client.setQueryData<Overview>(keys.overview(workspace), (overview) => overview && { ...overview, feed: { ...overview.feed, speed: inForce } });
    },
    onError: (error) => toast(Problem.from(error).title, { tone: "danger" }),
  });
  const present = Number(speed);
  const choices = [...new Set([...SPEEDS, present])].toSorted((one, two) => one - two);
  return (
    <select
      aria-label="Speed of the replayed market"
      title="Speed of the replayed market"
      className="h-6 shrink-0 rounded-sm bg-raised px-1 text-11 text-text-2 hover:text-text"
      value={String(present)}
      disabled={change.isPending}
      onChange={(event) => change.mutate(Number(event.target.value))}
    >
      {choices.map((each) => (
        <option key={each} value={String(each)}>
          {label(each)}
        </option>
      ))}
    </select>
  );
}
