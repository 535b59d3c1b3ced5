/** What a tap begins is begun once, however often it is tapped before it has ended. */
import { useRef, useState } from "preact/hooks";

export function useOnce(): { busy: boolean; once: (work: () => Promise<void>) => Promise<void> } {
  const under_way = useRef(false);
  const [busy, work_on] = useState(false);
  const once = async (work: () => Promise<void>) => {
    if (under_way.current) return;
    under_way.current = true;
    work_on(true);
    await work().finally(() => { under_way.current = false; work_on(false); });
  };
  return { busy, once };
}
