import { expect, test } from "vitest";
import { list_item } from "../../src/cases/rules.ts";
import { case_rows, type Filter, find_cases } from "../../src/caseload/rules.ts";
import { make_case, make_hearing, make_line, make_message, MASKS, NOON, TODAY } from "../make_case.ts";

const person = (id: string, role: "CP" | "NCP", name: string, changes: object = {}) => {
  const [first_name = "", last_name = ""] = name.split(" ");
  return { id, role, first_name, last_name, ...changes };
};
const make = (scope: string, receiving: string, paying: string, changes: object = {}) =>
  list_item(make_case({ scope, mask: MASKS.staff, participants: [person("cp", "CP", receiving), person("ncp", "NCP", paying)], ...changes }));
const ITEMS = [
  make("a", "Inés Núñez", "Bao Kim", { messages: [make_message()] }),
  make("b", "Grace Álvarez", "Tyler O'Brien", { hearings: [make_hearing("2026-12-01T09:30")] }),
  make("c", "Olga Rossi", "José Nunez", { obligations: [make_line()] }),
  make("d", "Ruth Pope", "Lin Haddad", { participants: [person("cp", "CP", "Ruth Pope", { family_violence: true }), person("ncp", "NCP", "Lin Haddad")] }),
];
const rows = case_rows(ITEMS, NOON, TODAY);
const found = (query: string, ...filters: Filter[]) => find_cases(rows, query, new Set(filters)).map(row => row.item.scope);

test("cases stand in the order of the receiving parent's last name", () => {
  expect(found("")).toEqual(["b", "a", "d", "c"]);
});

test("a name is found without its accents, in capitals, and by either side", () => {
  expect(found("NUNEZ")).toEqual(["a", "c"]);
  expect(found("núñez")).toEqual(["a", "c"]);
});

test("every word typed must be there, in any order", () => {
  expect(found("kim ines")).toEqual(["a"]);
  expect(found("kim olga")).toEqual([]);
});

test("a case is found by part of its number", () => {
  expect(found("0241042")).toHaveLength(4);
});

test("each filter keeps only its cases, and two keep what has both", () => {
  expect(found("", "reply")).toEqual(["a"]);
  expect(found("", "hearing")).toEqual(["b"]);
  expect(found("", "stopped")).toEqual(["c"]);
  expect(found("", "violence")).toEqual(["d"]);
  expect(found("", "reply", "violence")).toEqual([]);
});

test("a keystroke over 500 cases costs little", () => {
  const many = case_rows(Array.from({ length: 500 }, (_, at) => make(`s${at}`, `Inés Núñez${at}`, `Bao Kim${at}`)), NOON, TODAY);
  const start = performance.now();
  for (const query of ["n", "nu", "nun", "nune", "nunez", "nunez4", "nunez49"]) find_cases(many, query, new Set());
  expect(performance.now() - start).toBeLessThan(100);
});
