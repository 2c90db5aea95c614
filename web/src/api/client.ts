import createClient, { type Middleware } from "openapi-fetch";
import { Problem, UNREACHABLE } from "./problem";
import { afterRefusal } from "./session-check";
import { sessionToken } from "./session-token";
import type { paths } from "./schema";

const UNSAFE = new Set(["POST", "PUT", "PATCH", "DELETE"]);

/** Sends the synchroniser token with what changes something, and turns every failure into a Problem. */
const manners: Middleware = {
  onRequest({ request }) {
    const token = sessionToken();
    if (token && UNSAFE.has(request.method)) {
      request.headers.set("X-CSRF-Token", token);
    }
    return request;
  },
  async onResponse({ request, response: first }) {
    const response = first.status === 401 ? await afterRefusal(request, first) : first;
    if (response.ok) {
      return response;
    }
    let body: unknown = null;
    try {
      body = await response.json();
    } catch {
      body = null;
    }
    throw new Problem(response.status, body);
  },
  onError() {
    return new Problem(0, UNREACHABLE);
  },
};

export const api = createClient<paths>({ credentials: "same-origin" });
api.use(manners);

/** The body of an answer that is known to have succeeded: failures were thrown on the way. */
export async function body<Data>(answer: Promise<{ data?: Data }>): Promise<NonNullable<Data>> {
  const { data } = await answer;
  if (data === undefined || data === null) {
    throw new Problem(0, { title: "The desk sent an empty answer", code: "empty_answer" });
  }
  return data;
}

/** A fresh idempotency key: the same key with the same body gets the first answer again. */
export function idempotencyKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
