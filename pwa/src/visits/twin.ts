/** What `visit.pin` does to the worker's own pins until the server has answered: the last word counts. */
import type { OutboxItem, Own } from "../store/model.ts";
import type { Mutations } from "../wire.ts";

export function visit_pin(own: Own, item: OutboxItem): Own {
  const { case: case_id, pinned } = item.args as Mutations["visit.pin"]["args"];
  const others = own.pins.filter(pin => pin.case_id !== case_id);
  return { ...own, pins: pinned ? [...others, { id: item.id, case_id }] : others };
}
