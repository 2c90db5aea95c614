/** "1 account", "4 accounts". */
export function count(quantity: number, noun: string, plural = `${noun}s`): string {
  return `${quantity.toLocaleString("en-US")} ${quantity === 1 ? noun : plural}`;
}

/** "DAILY_LOSS" or "daily_loss" as "Daily loss". */
export function sentence(constant: string): string {
  return capital(constant.replaceAll("_", " ").toLowerCase());
}

/** A text as a sentence begins: names within it keep their letters. */
export const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** The middle of a long id left out: 7QK2…F1. */
export function shortId(id: string, head = 4, tail = 3): string {
  return id.length <= head + tail + 1 ? id : `${id.slice(0, head)}…${id.slice(-tail)}`;
}
