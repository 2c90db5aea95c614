const PAUSE_MS = 2000;
const TRIES = 60;

/**
 * A part of the page that is loaded when it is first shown. A desk that is just away is asked again: what failed to come
 * once must not be missing for as long as the page lives.
 */
export async function part<Loaded>(load: () => Promise<Loaded>, pauseMs = PAUSE_MS): Promise<Loaded> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await load();
    } catch (error) {
      if (tried === TRIES) {
        throw error;
      }
    }
    await new Promise((resolve) => {
      setTimeout(resolve, pauseMs);
    });
  }
}
