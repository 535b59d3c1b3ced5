/** What `preference.set` does to the person's own choices until the server has answered: the last one counts. */
import type { OutboxItem, Own } from "../store/model.ts";
import type { Mutations } from "../wire.ts";

export function preference_set(own: Own, item: OutboxItem): Own {
  const { name, value } = item.args as Mutations["preference.set"]["args"];
  return { ...own, preferences: [...own.preferences.filter(one => one.name !== name), { id: item.id, name, value }] };
}
