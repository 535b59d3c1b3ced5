/** What these screens have in common: something is asked of the server, shown, done, and asked again. Online only. */
import { useEffect, useState } from "preact/hooks";
import { with_proof } from "../account/Prove.tsx";
import { ask, type Told } from "../account/server.ts";

interface Asking<T> {
  /** Null until the first answer. */
  found: T | null;
  refusal: string | null;
  /** Do something, with a proof of who one is where the server wants one, and ask anew. Answers whether it was done. */
  act: (work: () => Promise<Told<unknown>>) => Promise<boolean>;
  look: () => Promise<void>;
}

export function useAsking<T>(path: string): Asking<T> {
  const [found, find] = useState<T | null>(null);
  const [refusal, refuse] = useState<string | null>(null);
  const look = async () => {
    const answer = await ask<T>("GET", path);
    if ("body" in answer) find(answer.body);
    else refuse(answer.refusal);
  };
  const act = async (work: () => Promise<Told<unknown>>) => {
    refuse(null);
    const answer = await with_proof(work);
    const done = !("refusal" in answer);
    if (!done && answer.refusal !== "cancelled") refuse(answer.refusal);
    if (done || answer.refusal !== "network") await look();
    return done;
  };
  useEffect(() => { void look(); }, [path]);
  return { found, refusal, act, look };
}
