/** Why something could not be done. Where only the connection was missing, the way on: a button, and by itself once there is one. */
import { useEffect } from "preact/hooks";
import { words } from "../i18n/language.ts";
import { Banner } from "../ui/Banner.tsx";
import { Button } from "../ui/Button.tsx";
import type { Refusal } from "./server.ts";
import { say_refusal } from "./words.ts";

export function Refused({ because, again }: { because: Refusal; again: () => void }) {
  const unreached = because === "network";
  useEffect(() => {
    if (!unreached) return;
    addEventListener("online", again);
    return () => { removeEventListener("online", again); };
  }, [unreached]);
  return (
    <Banner tone={unreached ? "care" : "bad"} live>
      <p>{say_refusal(because)}</p>
      {unreached && <div><Button icon="refresh" onPress={again}>{words().app.try_again}</Button></div>}
    </Banner>
  );
}
