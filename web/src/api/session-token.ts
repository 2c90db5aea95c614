let token: string | null = null;
let listener: (() => void) | null = null;

/** The synchroniser token of the present session. It lives in memory: the cookie is the secret that lasts. */
export function sessionToken(): string | null {
  return token;
}

export function setSessionToken(value: string | null): void {
  token = value;
}

/** Called when an answer says that the session has ended. */
export function onSessionExpired(run: () => void): void {
  listener = run;
}

export function expireSession(): void {
  token = null;
  listener?.();
}
