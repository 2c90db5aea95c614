import { describe, expect, it } from "vitest";
import { SequenceTracker, type StreamMessage, backoff } from "./stream-sequence";

const message = (seq: number, type: StreamMessage["type"] = "patch", topic = "orders"): StreamMessage => ({ topic, seq, type, at: "" });

describe("the sequence of a topic", () => {
  it("applies what follows on", () => {
    const tracker = new SequenceTracker();
    expect(tracker.judge(message(7, "snapshot"))).toBe("apply");
    expect(tracker.judge(message(8))).toBe("apply");
    expect(tracker.judge(message(9))).toBe("apply");
  });
  it("drops what came before", () => {
    const tracker = new SequenceTracker();
    tracker.judge(message(7, "snapshot"));
    expect(tracker.judge(message(7))).toBe("duplicate");
    expect(tracker.judge(message(3))).toBe("duplicate");
  });
  it("asks for a refetch on a hole, once, and goes on from there", () => {
    const tracker = new SequenceTracker();
    tracker.judge(message(7, "snapshot"));
    expect(tracker.judge(message(10))).toBe("gap");
    expect(tracker.judge(message(11))).toBe("apply");
  });
  it("asks for a refetch when the server says so", () => {
    const tracker = new SequenceTracker();
    tracker.judge(message(7, "snapshot"));
    expect(tracker.judge(message(40, "gap"))).toBe("gap");
    expect(tracker.judge(message(41))).toBe("apply");
  });
  it("keeps topics apart and ignores heartbeats", () => {
    const tracker = new SequenceTracker();
    tracker.judge(message(7, "snapshot", "orders"));
    tracker.judge(message(2, "snapshot", "fills"));
    expect(tracker.judge(message(99, "heartbeat", "orders"))).toBe("duplicate");
    expect(tracker.judge(message(8, "patch", "orders"))).toBe("apply");
    expect(tracker.judge(message(3, "patch", "fills"))).toBe("apply");
    expect(tracker.positions()).toEqual({ orders: 8, fills: 3 });
  });
  it("finds by a heartbeat that the last messages of a topic were lost, once", () => {
    const tracker = new SequenceTracker();
    tracker.judge(message(7, "snapshot", "orders"));
    tracker.judge(message(2, "snapshot", "fills"));
    expect(tracker.behind({ orders: 9, fills: 2, quotes: 50 })).toEqual(["orders"]);
    expect(tracker.behind({ orders: 9, fills: 2, quotes: 50 })).toEqual([]);
    expect(tracker.judge(message(10, "patch", "orders"))).toBe("apply");
  });
  it("starts anew from a snapshot that is behind, as after a restart of the desk", () => {
    const tracker = new SequenceTracker();
    tracker.judge(message(700, "snapshot"));
    expect(tracker.judge(message(2, "snapshot"))).toBe("apply");
    expect(tracker.judge(message(3))).toBe("apply");
  });
});

describe("backoff", () => {
  it("doubles, is capped and spreads", () => {
    expect(backoff(0, () => 1)).toBe(500);
    expect(backoff(1, () => 1)).toBe(1000);
    expect(backoff(20, () => 1)).toBe(15_000);
    expect(backoff(1, () => 0)).toBe(750);
  });
});
