/** For the case team: which of the parents it is about. */
import { say_code } from "../i18n/codes.ts";
import { more, words } from "../i18n/language.ts";
import type { CaseBox } from "../store/model.ts";
import { Choice } from "../ui/Field.tsx";
import { adults, full_name } from "./box.ts";

interface WhomProps {
  box: CaseBox;
  legend: string;
  hint: string;
  value: string;
  onChange: (thread: string) => void;
}

export function Whom({ box, legend, hint, value, onChange }: WhomProps) {
  const { brief } = more();
  const options = adults(box).map(person => ({
    value: person.id,
    label: full_name(person),
    hint: [person.role && person.role !== "CH" && words().codes.person[person.role], person.language && say_code(brief.language, person.language)].filter(Boolean).join(" · "),
  }));
  return (
    <div class="stack-tight">
      <Choice legend={legend} name="thread" value={value} options={options} onChange={onChange} />
      <p class="soft">{hint}</p>
    </div>
  );
}
