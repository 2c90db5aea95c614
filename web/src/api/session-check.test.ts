import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { afterRefusal, renewing } from "./session-check";
import { onSessionExpired } from "./session-token";

const OVERVIEW = "http://localhost/api/v1/w/main/overview";
const refused = (): Response => Response.json({ code: "session.missing" }, { status: 401 });
let expired = 0;

/** A desk whose answer to the question for the session, and to what is asked again, is given; tells what was asked. */
function desk(session: () => Response): string[] {
  const asked: string[] = [];
  vi.stubGlobal("fetch", (url: string) => {
    asked.push(url);
    return Promise.resolve(url === "/api/v1/session" ? session() : Response.json({ fresh: true }));
  });
  return asked;
}

beforeEach(() => {
  expired = 0;
  onSessionExpired(() => {
    expired += 1;
  });
});

afterEach(() => {
  vi.unstubAllGlobals();
});

describe("an answer that says that the session has ended", () => {
  it("ends it when the desk says so too", async () => {
    desk(refused);
    const answer = await afterRefusal(new Request(OVERVIEW), refused());
    expect([answer.status, expired]).toEqual([401, 1]);
  });

  it("is asked again once the session was renewed meanwhile", async () => {
    const asked = desk(() => Response.json({ csrf: "new" }));
    let renew: (answer: Response) => void = () => undefined;
    void renewing(
      new Promise<Response>((resolve) => {
        renew = resolve;
      }),
    );
    const answers = [1, 2].map(() => afterRefusal(new Request(OVERVIEW), refused()));
    await Promise.resolve();
    expect(asked).toEqual([]);
    renew(Response.json({}));
    const [first, second] = await Promise.all(answers);
    expect([first?.status, second?.status, expired]).toEqual([200, 200, 0]);
    expect(asked.filter((url) => url === "/api/v1/session")).toHaveLength(1);
  });

  it("is not repeated for what changes something", async () => {
    const asked = desk(() => Response.json({ csrf: "new" }));
    const answer = await afterRefusal(new Request(OVERVIEW, { method: "POST" }), refused());
    expect([answer.status, expired, asked.length]).toEqual([401, 0, 1]);
  });

  it("speaks for itself where the session was asked for", async () => {
    const asked = desk(refused);
    await afterRefusal(new Request("http://localhost/api/v1/session/step-up", { method: "POST" }), refused());
    expect([expired, asked.length]).toEqual([0, 0]);
  });
});
