import type { QueryClient } from "@tanstack/react-query";
import { create } from "zustand";
import { api, body } from "./client";
import { keys } from "./keys";
import { expireSession } from "./session-token";
import { PATCHES, TOPICS, isFetching, refetchTopic } from "./stream-cache";
import { SequenceTracker, type StreamMessage, backoff } from "./stream-sequence";

interface StreamStatus {
  state: "connecting" | "open" | "waiting";
  /** Since when the page has heard nothing, in the page's own clock. */
  heardAt: number | null;
  /** Age of the last message on arrival, by the clocks of desk and page. */
  lagMs: number | null;
  /** When the next attempt is made. */
  retryAt: number | null;
}

export const useStream = create<StreamStatus>()(() => ({ state: "connecting", heardAt: null, lagMs: null, retryAt: null }));

const SILENT_MS = 15_000;
const REFETCH_EVERY_MS = 2_000;
const REVOKED = 4401;
const STATUS_EVERY_MS = 500;

/**
 * The live side of a workspace: one socket that patches the query cache. It asks for a one-time ticket, subscribes
 * from where it stood, fetches by HTTP what a gap hides, and comes back by itself.
 */
export class DeskStream {
  readonly #client: QueryClient;
  readonly #workspace: string;
  readonly #tracker = new SequenceTracker();
  readonly #refetched = new Map<string, number>();
  readonly #refetches = new Map<string, ReturnType<typeof setTimeout>>();
  #socket: WebSocket | null = null;
  #attempt = 0;
  #closed = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #watch: ReturnType<typeof setInterval> | undefined;
  #heardAt = 0;
  #shownAt = 0;

  constructor(client: QueryClient, workspace: string) {
    this.#client = client;
    this.#workspace = workspace;
  }

  open(): void {
    this.#watch = setInterval(() => this.#checkSilence(), 1_000);
    void this.#connect();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    clearInterval(this.#watch);
    for (const timer of this.#refetches.values()) {
      clearTimeout(timer);
    }
    this.#socket?.close(1000);
  }

  async #connect(): Promise<void> {
    useStream.setState({ state: "connecting", retryAt: null });
    let ticket: string;
    try {
      ({ ticket } = await body(api.POST("/api/v1/stream/ticket", { body: { workspace: this.#workspace } })));
    } catch {
      this.#comeBack();
      return;
    }
    if (this.#closed) {
      return;
    }
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const socket = new WebSocket(`${scheme}://${location.host}/api/v1/stream?ticket=${encodeURIComponent(ticket)}`);
    this.#socket = socket;
    socket.addEventListener("open", () => this.#onOpen(socket));
    socket.addEventListener("message", (event) => this.#onMessage(socket, event));
    socket.addEventListener("close", (event) => this.#onClose(event));
  }

  #onOpen(socket: WebSocket): void {
    const last = this.#tracker.positions();
    socket.send(JSON.stringify({ op: "subscribe", topics: TOPICS, last }));
    this.#heardAt = Date.now();
    useStream.setState({ state: "open", heardAt: this.#heardAt });
    if (this.#attempt > 0) {
      // What happened while the socket was away is fetched at once; the sequences find what is missed on the way.
      void this.#client.invalidateQueries({ queryKey: keys.workspace(this.#workspace) });
    }
    this.#attempt = 0;
  }

  #onMessage(socket: WebSocket, event: MessageEvent): void {
    this.#heardAt = Date.now();
    // What the desk said at one time comes together, a message to a line.
    for (const line of String(event.data).split("\n")) {
      this.#take(socket, JSON.parse(line) as StreamMessage);
    }
  }

  #take(socket: WebSocket, message: StreamMessage): void {
    this.#showStatus(message);
    if (message.type === "heartbeat") {
      socket.send(JSON.stringify({ op: "pong" }));
      for (const topic of this.#tracker.behind((message.data ?? {}) as Record<string, number>)) {
        this.#refetch(topic);
      }
      return;
    }
    const verdict = this.#tracker.judge(message);
    if (verdict === "apply") {
      PATCHES[message.topic]?.(this.#client, this.#workspace, message.data, message.type === "snapshot");
      if (message.type === "patch" && isFetching(this.#client, this.#workspace, message.topic)) {
        // An answer that was put together before this patch may come after it, and would undo it.
        this.#refetch(message.topic);
      }
    } else if (verdict === "gap") {
      this.#refetch(message.topic);
    }
  }

  /** At most one fetch per topic and interval, and always one after the last gap. */
  #refetch(topic: string): void {
    if (this.#refetches.has(topic)) {
      return;
    }
    const wait = Math.max(0, (this.#refetched.get(topic) ?? 0) + REFETCH_EVERY_MS - Date.now());
    const fetchTopic = (): void => {
      this.#refetches.delete(topic);
      this.#refetched.set(topic, Date.now());
      refetchTopic(this.#client, this.#workspace, topic);
    };
    this.#refetches.set(topic, setTimeout(fetchTopic, wait));
  }

  #showStatus(message: StreamMessage): void {
    if (this.#heardAt - this.#shownAt >= STATUS_EVERY_MS) {
      this.#shownAt = this.#heardAt;
      const lag = this.#heardAt - Date.parse(message.at);
      useStream.setState({ heardAt: this.#heardAt, lagMs: Number.isFinite(lag) ? Math.max(0, lag) : null });
    }
  }

  #onClose(event: CloseEvent): void {
    this.#socket = null;
    if (event.code === REVOKED) {
      this.#closed = true;
      expireSession();
      return;
    }
    this.#comeBack();
  }

  #comeBack(): void {
    if (this.#closed) {
      return;
    }
    const wait = backoff(this.#attempt);
    this.#attempt += 1;
    useStream.setState({ state: "waiting", retryAt: Date.now() + wait });
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#connect(), wait);
  }

  #checkSilence(): void {
    if (this.#socket?.readyState === WebSocket.OPEN && Date.now() - this.#heardAt > SILENT_MS) {
      this.#socket.close(4000, "silent");
    }
  }
}
