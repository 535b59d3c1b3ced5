/** Names as people say them, in the plain words of a sentence. */
export function names_of(children: readonly string[], and: string): string {
  const names = children.map(name => name.split(" ")[0] ?? name);
  return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} ${and} ${names.at(-1) ?? ""}`;
}
