import { QueryClient } from "@tanstack/react-query";
import { describe, expect, it } from "vitest";
import { keys } from "./keys";
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

describe("upsert", () => {
  it("replaces by identity and adds what is new in front", () => {
    expect(upsert([{ id: 1, text: "a" }], [{ id: 1, text: "b" }, { id: 2, text: "c" }], ({ id }) => String(id))).toEqual([
      { id: 2, text: "c" },
      { id: 1, text: "b" },
    ]);
  });
});
