/** Looking at a checked document: pictures are drawn here, papers are saved; and holding one on this device. */
import { useEffect, useState } from "preact/hooks";
import { fill } from "../i18n/fill.ts";
import { more } from "../i18n/language.ts";
import type { HeldDocument } from "../store/model.ts";
import { Button, Buttons } from "../ui/Button.tsx";
import { open_file, pin } from "./actions.ts";
import { pinned } from "./shelf.ts";

interface PagesProps {
  one: HeldDocument;
  scope: string;
  staff: boolean;
}

interface Opened {
  place: number;
  url: string;
  media_type: string;
}

export function Pages({ one, scope, staff }: PagesProps) {
  const { documents: say } = more();
  const [shown, show] = useState<Opened | null>(null);
  const [busy, work] = useState(false);
  const [told, tell] = useState("");
  const places = Array.from({ length: one.files }, (_, n) => n + 1);
  const held = pinned.value.has(one.id);
  useEffect(() => () => { if (shown) URL.revokeObjectURL(shown.url); }, [shown]);
  const look = async (place: number) => {
    work(true);
    const file = await open_file(one.id, place);
    work(false);
    tell(file ? "" : say.not_now_offline);
    if (file) show({ place, url: URL.createObjectURL(file), media_type: file.type });
  };
  const hold = async () => {
    work(true);
    tell(await pin(scope, one, !held).then(done => (done ? "" : say.not_now_offline), () => say.no_room_pinned));
    work(false);
  };
  return (
    <div class="stack-tight">
      <Buttons>
        {places.map(place => <Button key={place} icon="search" busy={busy} onPress={() => { void look(place); }}>{one.files === 1 ? say.open : fill(say.open_page, { n: place })}</Button>)}
        {staff && <Button kind="plain" icon={held ? "check" : "place"} busy={busy} onPress={() => { void hold(); }}>{held ? say.pinned : say.pin}</Button>}
      </Buttons>
      {staff && one.scan === "not_scanned" && <p class="soft">{say.not_scanned}</p>}
      <p role="status" class="soft">{busy ? say.opening : told}</p>
      {shown && <Shown {...shown} />}
    </div>
  );
}

function Shown({ place, url, media_type }: Opened) {
  const { documents: say } = more();
  if (media_type.startsWith("image/")) return <img class="page" src={url} alt={fill(say.page_alt, { n: place })} />;
  return <p><a class="button" data-kind="quiet" href={url} download={`document-${place}.pdf`}>{say.save}</a></p>;
}
