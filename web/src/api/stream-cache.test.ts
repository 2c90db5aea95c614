import { QueryClient } from "@tanstack/react-query";
import { describe, expect, it } from "vitest";
import { keys } from "./keys";
import { continued, type RunLine, type StrategyRun, strategyRunLogKey, strategyRunsKey } from "./strategy-runs";
import { PATCHES, upsert } from "./stream-cache";
import type { Order } from "./types";

const order = (client_order_id: string, status: Order["status"] = "WORKING", created_at = "2026-01-01T00:00:00Z"): Order =>
  ({ client_order_id, status, created_at, intent: null }) as Order;

const WORKSPACE = "wsp_demo";

function desk(orders: Order[]) {
  const client = new QueryClient();
  client.setQueryData(keys.orders(WORKSPACE, "open"), orders);
  const patch = (data: unknown, whole = false): string[] => {
    PATCHES["orders"]?.(client, WORKSPACE, data, whole);
    return (client.getQueryData<Order[]>(keys.orders(WORKSPACE, "open")) ?? []).map((each) => each.client_order_id);
  };
  return { client, patch };
}

describe("patches of the query cache", () => {
  it("put a new order first and leave the others where they stood", () => {
    expect(desk([order("A"), order("B")]).patch(order("C"))).toEqual(["C", "A", "B"]);
  });
  it("drop an order that closed, and do not list one that came closed", () => {
    const { patch } = desk([order("A"), order("B")]);
    expect(patch(order("A", "FILLED"))).toEqual(["B"]);
    expect(patch(order("X", "DENIED"))).toEqual(["B"]);
  });
  it("keep an order that is in doubt", () => {
    expect(desk([order("A")]).patch(order("A", "ABSENT"))).toEqual(["A"]);
  });
  it("take a snapshot as all there is", () => {
    const { patch } = desk([order("A"), order("B")]);
    expect(patch([order("D", "WORKING", "2026-01-01"), order("E", "WORKING", "2026-01-02")], true)).toEqual(["E", "D"]);
  });
  it("leave alone what no page has asked for yet", () => {
    const client = new QueryClient();
    PATCHES["fills"]?.(client, WORKSPACE, { execution_id: "1" }, false);
    expect(client.getQueryData(keys.fills(WORKSPACE))).toBeUndefined();
  });
});

describe("strategies at work", () => {
  const run = (id: string, status: string, positions: Record<string, string> = {}): StrategyRun => ({ id, status, positions }) as StrategyRun;
  const line = (number: number): RunLine => ({ number, at: "2026-01-01T00:00:00Z", level: "info", text: `line ${number}` });
  const told = (client: QueryClient, ...news: unknown[]): void => PATCHES["strategy_runs"]?.(client, WORKSPACE, news, false);

  it("are listed as they stand, with their log, until they are removed", () => {
    const client = new QueryClient();
    client.setQueryData(strategyRunsKey(WORKSPACE), [run("a", "running")]);
    client.setQueryData(strategyRunLogKey(WORKSPACE, "a"), [line(0)]);
    told(client, { id: "a", removed: false, run: run("a", "failed", { ACME: "2" }), lines: [line(0), line(1)] }, { id: "b", removed: false, run: run("b", "running"), lines: [] });
    expect(client.getQueryData<StrategyRun[]>(strategyRunsKey(WORKSPACE))).toEqual([run("b", "running"), run("a", "failed", { ACME: "2" })]);
    expect(client.getQueryData<RunLine[]>(strategyRunLogKey(WORKSPACE, "a"))).toEqual([line(0), line(1)]);
    told(client, { id: "a", removed: true, run: null, lines: [] });
    expect(client.getQueryData<StrategyRun[]>(strategyRunsKey(WORKSPACE))?.map(({ id }) => id)).toEqual(["b"]);
    expect(client.getQueryData(strategyRunLogKey(WORKSPACE, "a"))).toBeUndefined();
  });
  it("have a log without holes, or fetch it", () => {
    expect(continued([line(3)], [line(3), line(4)])).toEqual([line(3), line(4)]);
    expect(continued([line(3)], [line(5)])).toBeNull();
    expect(continued([], [line(0)])).toEqual([line(0)]);
  });
});

describe("upsert", () => {
  it("replaces by identity and adds what is new in front", () => {
    expect(upsert([{ id: 1, text: "a" }], [{ id: 1, text: "b" }, { id: 2, text: "c" }], ({ id }) => String(id))).toEqual([
      { id: 2, text: "c" },
      { id: 1, text: "b" },
    ]);
  });
});
