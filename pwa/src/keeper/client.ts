/** The page's side of its keeper. The keeper starts as soon as this module runs: before the rest of the app is ready. */

import { script_url } from "../worker/trusted.ts";
import type { Answered, Asked, Told, Verb, Verbs } from "./protocol.ts";
import keeper_url from "./keeper.ts?worker&url";

interface Waiting {
  resolve: (value: unknown) => void;
  reject: (error: Error) => void;
}

const waiting = new Map<number, Waiting>();
const worker = new Worker(script_url(keeper_url));
let asked = 0;
let hear: (told: Told) => void = () => undefined;

worker.onmessage = (event: MessageEvent<Answered | Told>) => {
  if ("what" in event.data) hear(event.data);
  else answer(event.data);
};
worker.onerror = () => {
  for (const { reject } of waiting.values()) reject(new Error("the keeper does not run"));
  waiting.clear();
};

export function ask<V extends Verb>(verb: V, ...args: Parameters<Verbs[V]>): Promise<ReturnType<Verbs[V]>> {
  const message: Asked<V> = { ask: ++asked, verb, args };
  return new Promise((resolve, reject) => {
    waiting.set(message.ask, { resolve: resolve as (value: unknown) => void, reject });
    worker.postMessage(message);
  });
}

/** Hear what the keeper tells unasked. */
export function listen(heard: (told: Told) => void): void {
  hear = heard;
}

function answer({ ask: number, value, error }: Answered): void {
  const one = waiting.get(number);
  waiting.delete(number);
  if (error === undefined) one?.resolve(value);
  else one?.reject(new Error(error));
}
