/** For phones that are to keep nothing: the same boxes and the same outbox, in this keeper's memory and nowhere else. */

import { type Boxes, type Changes, NEW_LIST, NEW_STANDING, type Read, type ScopeBox } from "./boxes.ts";
import { type Device, forked, type Kept, new_device, type Outbox, settled } from "./outbox.ts";

export function memory_boxes(): Boxes {
  const boxes = new Map<string, ScopeBox>();
  let state: Read = { stamp: undefined, standing: NEW_STANDING, holds: {}, list: NEW_LIST };
  let inflight: string | null = null;
  return {
    ready: () => Promise.resolve(),
    read: () => Promise.resolve(state),
    scope: scope => Promise.resolve(boxes.get(scope) ?? null),
    scopes: scopes => Promise.resolve(new Map(scopes.flatMap(scope => boxes.has(scope) ? [[scope, boxes.get(scope) as ScopeBox]] : []))),
    begin(rid) {
      inflight = rid;
      return Promise.resolve(state);
    },
    commit(rid: string, { drop, put, standing, holds, list }: Changes) {
      if (inflight !== rid) return Promise.resolve(false);
      inflight = null;
      for (const scope of drop) boxes.delete(scope);
      for (const box of put) boxes.set(box.scope, box);
      state = { stamp: rid, standing, holds: holds ?? state.holds, list: list ?? state.list };
      return Promise.resolve(true);
    },
    renumbered() {
      state = { ...state, standing: { ...state.standing, last_n: 0, cursor: null } };
      return Promise.resolve();
    },
    erase() {
      boxes.clear();
      state = { stamp: undefined, standing: NEW_STANDING, holds: {}, list: NEW_LIST };
      return Promise.resolve();
    },
  };
}

export function memory_outbox(): Outbox {
  let items: Kept[] = [];
  let device: Device = new_device();
  const drafts = new Map<string, string>();
  const change = (work: () => void): Promise<void> => { work(); return Promise.resolve(); };
  return {
    device: () => Promise.resolve(device),
    items: () => Promise.resolve(items.slice()),
    add(mutation) {
      const stored = items.find(item => item.id === mutation.id);
      if (stored) return Promise.resolve(stored);
      const made: Kept = { n: device.next_n, ...mutation };
      items.push(made);
      device = { ...device, next_n: device.next_n + 1 };
      return Promise.resolve(made);
    },
    settle: (done, seen_n) => change(() => { items = settled(items, done, seen_n); }),
    registered: () => change(() => { device = { ...device, registered: true }; }),
    set_aside: id => change(() => {
      items = items.map(item => item.id === id && !item.done ? { ...item, done: { n: item.n, outcome: "parked", code: "unfit", at: new Date().toISOString() } } : item);
    }),
    fork: lost => change(() => { [device, items] = forked(device, items, lost); }),
    forget_lost: () => change(() => { const { id, next_n, registered } = device; device = { id, next_n, registered }; }),
    discard: id => change(() => { items = items.filter(item => item.id !== id || !item.done); }),
    drafts: () => Promise.resolve(new Map(drafts)),
    keep_draft: (where, text) => change(() => { if (text) drafts.set(where, text); else drafts.delete(where); }),
    erase: () => change(() => { items = []; drafts.clear(); }),
  };
}
