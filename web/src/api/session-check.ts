import { expireSession } from "./session-token";

/** What renews the session or asks for it speaks for itself. */
const OF_THE_SESSION = /^\/api\/v1\/session(\/|$)/u;
let renewal: Promise<unknown> = Promise.resolve();
let question: Promise<boolean> | null = null;

/** Marks a request that gives the session another cookie: what was asked with the old one meanwhile is refused. */
export function renewing<Answer>(answer: Promise<Answer>): Promise<Answer> {
  renewal = answer.catch(() => undefined);
  return answer;
}

async function ask(): Promise<boolean> {
  await renewal;
  const answer = await fetch("/api/v1/session", { credentials: "same-origin" });
  return answer.status !== 401;
}

/** Asked once for all that were refused together. A desk that cannot be reached has ended no session. */
function stillSignedIn(): Promise<boolean> {
  question ??= ask()
    .catch(() => true)
    .finally(() => {
      question = null;
    });
  return question;
}

/** A 401 ends the session, unless it only met the old cookie of one that was renewed meanwhile: then a read asks again. */
export async function afterRefusal(request: Request, response: Response): Promise<Response> {
  if (OF_THE_SESSION.test(new URL(request.url).pathname)) {
    return response;
  }
  if (!(await stillSignedIn())) {
    expireSession();
    return response;
  }
  if (request.method !== "GET") {
    return response;
  }
  return await fetch(request.url, { headers: request.headers, credentials: "same-origin" });
}
