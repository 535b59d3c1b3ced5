/** A tapped notification: to the thing it was about, or to the list when this phone does not know it (yet). */
import { useEffect } from "preact/hooks";
import { more } from "../i18n/language.ts";
import type { Params } from "../routes.ts";
import { own, session } from "../store/live.ts";
import { go } from "../ui/router.ts";
import { Loading } from "../ui/States.tsx";
import { open_notices } from "./actions.ts";
import { id_of, target_of, unopened } from "./rules.ts";

/** Long enough for the sync that a notification starts, short enough for a person who waits. */
const WAIT_MS = 4000;

export function Opened({ params }: { params: Params }) {
  const found = own.value.notices.find(one => one.id === id_of(params.scope));
  useEffect(() => {
    if (!found) {
      const late = setTimeout(() => { go("/notices", "replace"); }, WAIT_MS);
      return () => { clearTimeout(late); };
    }
    const together = unopened(own.peek().notices);
    void open_notices([found.id]);
    go(together.length > 1 ? "/notices" : target_of(found, session.peek()?.role !== "parent"), "replace");
    return undefined;
  }, [found]);
  return <Loading say={more().told.opening} />;
}
