/** What tabs and the service worker tell each other. Ids only: a message can be read by every page of this origin. */

export type News =
  /** Boxes changed: read them again. */
  | { what: "applied"; scopes: string[] }
  /** The outbox changed. */
  | { what: "outbox" }
  /** These outbox items are on the wire now; empty when none. */
  | { what: "sending"; ids: string[] }
  /** A tapped notification left a target to open. */
  | { what: "target" }
  /** Field mode was turned on or off. */
  | { what: "field" }
  /** The person locked the app: every tab closes its vault. */
  | { what: "lock" }
  /** Somebody signed in or out. */
  | { what: "person" };

export interface Channel {
  tell(news: News): void;
}

export function channel(heard: (news: News) => void): Channel {
  const wire = new BroadcastChannel("porchlight");
  wire.onmessage = (event: MessageEvent<News>) => { heard(event.data); };
  return { tell(news) { wire.postMessage(news); } };
}
