import { QueryClient, QueryObserver } from "@tanstack/react-query";
import { describe, expect, it } from "vitest";
import { refresh } from "./refresh";

/** A query whose every fetch is answered by hand, with what the world held when it was asked. */
function world() {
  const client = new QueryClient();
  const open: (() => void)[] = [];
  let state = "old";
  const observer = new QueryObserver(client, {
    queryKey: ["thing"],
    queryFn: () => {
      const seen = state;
      return new Promise<string>((resolve) => {
        open.push(() => resolve(seen));
      });
    },
  });
  const stop = observer.subscribe(() => undefined);
  const answer = async (): Promise<void> => {
    open.shift()?.();
    await new Promise((resolve) => {
      setTimeout(resolve, 0);
    });
  };
  const change = (next: string): void => {
    state = next;
  };
  return { client, answer, change, stop, open, shown: () => client.getQueryData(["thing"]) };
}

describe("refreshing", () => {
  it("asks again when the first answer was already on its way", async () => {
    const { client, answer, change, shown, stop } = world();
    change("new");
    const done = refresh(client, ["thing"]);
    await answer();
    expect(shown()).toBe("old");
    await answer();
    await done;
    expect(shown()).toBe("new");
    stop();
  });
  it("takes calls in between as one more", async () => {
    const { client, answer, change, open, shown, stop } = world();
    await answer();
    const done = refresh(client, ["thing"]);
    change("new");
    void refresh(client, ["thing"]);
    void refresh(client, ["thing"]);
    await answer();
    await answer();
    await done;
    expect(shown()).toBe("new");
    expect(open).toHaveLength(0);
    stop();
  });
});
