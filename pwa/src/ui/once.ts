/** What a tap begins is begun once, however often it is tapped before it has ended. */
import { useRef, useState } from "preact/hooks";

export function useOnce(): { busy: boolean; once: (work: () => Promise<void>) => Promise<void> } {
  const ref = useRef(false); // under way
  const [busy, work_on] = useState(false);
  const once = async (work: () => Promise<void>) => {
    if (ref.current) return;
    ref.current = true;
    work_on(true);
    await work().finally(() => { ref.current = false; work_on(false); });
  };
  return { busy, once };
}
