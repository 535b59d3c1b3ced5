/** Español, las palabras de las primeras pantallas. Trato de usted, frases cortas, sin culpar a nadie. */
import type { Part } from "../cases/box.ts";
import type { Headline } from "../cases/rules.ts";
import { money } from "../ui/Money.tsx";
import type { Day } from "../ui/when.ts";
import type { Words } from "./en.ts";
import { es_codes } from "./es_codes.ts";
import { say_count, say_day, say_time } from "./say.ts";

const count = (n: number, one: string, other: string) => say_count("es", n, one, other);
const cash = (cents: number) => money("es", cents);

export const es: Words = {
  codes: es_codes,
  app: {
    name: "Porchlight",
    skip: "Ir a la parte principal",
    leave: "Salir rápido",
    back: "Volver",
    close: "Cerrar",
    cancel: "Cancelar",
    show_more: n => `Mostrar ${n} más`,
    yes: "Sí",
    no: "No",
    main_menu: "Menú principal",
    update_ready: "Hay una versión nueva. No se perderá nada de lo que usted escribió.",
    update_now: "Usar la versión nueva",
    opening: "Abriendo lo que guarda este teléfono…",
    lost_title: "No encontramos esa página",
    lost: "Puede que haya cambiado de lugar o que no sea parte de lo que usted puede ver. No pasa nada malo con su caso.",
    go_home: "Ir a la primera página",
    trouble_title: "Esta página no se abrió",
    trouble: "No se pudo leer una parte de la aplicación. Revise su conexión e intente otra vez. Lo que usted escribió está seguro en este teléfono.",
    try_again: "Intentar otra vez",
  },
  nav: { home: "Inicio", messages: "Mensajes", calendar: "Agenda", more: "Más", caseload: "Casos", inbox: "Buzón" },
  status: {
    label: text => `${text}. Vea lo que guarda este teléfono.`,
    checked: time => `Revisado ${time}`,
    never: "Aún sin revisar",
    starting: "Abriendo…",
    checking: "Revisando…",
    sending: n => count(n, "Enviando #…", "Enviando #…"),
    loading: (held, wanted) => `Cargando ${held} de ${held + wanted}`,
    offline: "Sin conexión",
    unsent: n => count(n, "# sin enviar", "# sin enviar"),
    needs_you: n => count(n, "# le espera", "# le esperan"),
    trouble: "No se pudo revisar",
  },
  fresh: {
    as_of: when => `Datos del estado al ${when}.`,
    no_as_of: "El estado no ha dicho de cuándo son sus datos.",
    checked: when => `Este teléfono revisó: ${when}.`,
    never: "Este teléfono aún no ha revisado.",
    check_now: "Revisar ahora",
  },
  home: {
    title: "Inicio",
    hello: name => `Hola, ${name}`,
    hello_nobody: "Hola",
    support_for: names => `Manutención de ${names}`,
    case_number: number => `Caso ${number}`,
    next_date: "Próxima fecha",
    no_date: "No hay fechas de corte.",
    happens_next: "Qué sigue",
    your_case: "Su caso",
    payments: "Pagos",
    write: "Escribir",
    needs_you: n => count(n, "# cosa necesita de usted.", "# cosas necesitan de usted."),
    needs_you_link: "Vea por qué y qué hacer",
    hear_first: "Entérese primero de pagos y fechas de corte",
    hear_first_why: "Podemos mandarle un aviso corto que nunca dice de qué se trata.",
    hear_first_link: "Elegir avisos",
    empty_title: "Todavía no hay un caso conectado",
    empty: phone => `Cuando la oficina de manutención conecte su caso, estará aquí. Si ya lo esperaba, llame al ${phone}.`,
    loading: "Estamos trayendo su caso por primera vez. Tarda unos segundos y después funciona sin conexión.",
    offline_title: "Su caso todavía no está en este teléfono",
    offline: "Conéctese una vez y su caso se quedará aquí, con señal o sin ella.",
    stale: "Ya vienen datos más nuevos. Estos son los últimos que tenemos.",
    and: "y",
  },
  part: {
    CP: "Usted recibe manutención",
    NCP: "Usted paga manutención",
    AP: "Su nombre figura como posible padre",
    staff: "Equipo del caso",
  } satisfies Record<Part, string>,
  headline,
  caseload: {
    title: "Casos",
    search: "Nombre o número de caso",
    filters: "Mostrar solo",
    filter: { reply: "Espera respuesta", hearing: "Audiencia pronto", stopped: "Pago detenido", violence: "Seguridad" },
    found: (n, all) => (n === all ? count(n, "# caso", "# casos") : `${count(n, "# caso", "# casos")} de ${all}`),
    none_title: "Ningún caso coincide",
    none: "Revise cómo está escrito o quite un filtro.",
    clear: "Borrar búsqueda y filtros",
    empty_title: "No tiene casos asignados",
    empty: "Los casos aparecen aquí cuando el sistema del estado se los asigna.",
    loading: "Cargando sus casos. Ya puede buscar los que están aquí.",
    receiving: "recibe",
    paying: "paga",
    no_name: "Nombre no conocido",
    reply_due: day => `Responder antes del ${day}`,
    hearing_on: day => `Audiencia ${day}`,
    stopped: "Sin pagos recientes",
    safety: "Seguridad",
    closed: "Cerrado",
  },
};

function headline(fact: Headline, part: Part, today: Day): string {
  const day = (on: Day) => say_day("es", on, today);
  switch (fact.key) {
    case "hearing": return hearing_line(fact, day);
    case "money": return money_line(fact, day);
    case "paid":
      if (part === "CP") return `Se recibió un pago de ${cash(fact.cents)} (${day(fact.on)}). Todavía no se le ha enviado nada de él.`;
      return part === "staff" ? `Se pagaron ${cash(fact.cents)} (${day(fact.on)}).` : `Recibimos su pago de ${cash(fact.cents)} (${day(fact.on)}). Ya está contado.`;
    case "stopped":
      if (part === "NCP" || part === "AP") return fact.last_on ? `No hemos recibido un pago desde ${day(fact.last_on)}. Si cambió su sueldo, puede pedir que revisemos su orden.` : "Todavía no hemos recibido ningún pago. Si no puede pagar, díganos. Puede pedir que revisemos su orden.";
      return fact.last_on ? `No ha llegado ningún pago desde ${day(fact.last_on)}.` : "Todavía no ha llegado ningún pago.";
    case "closed": return fact.on ? `Este caso se cerró (${day(fact.on)}).` : "Este caso está cerrado.";
    case "stage": return "";
  }
}

function hearing_line(fact: Extract<Headline, { key: "hearing" }>, day: (on: Day) => string): string {
  const when = fact.days <= 0 ? "hoy" : fact.days === 1 ? "mañana" : day(fact.local);
  return `Tiene una ${fact.remote ? "audiencia por video o teléfono" : "audiencia en la corte"} ${when} a las ${say_time("es", fact.local)}.`;
}

function money_line(fact: Extract<Headline, { key: "money" }>, day: (on: Day) => string): string {
  const received = fact.paid_on ? ` se recibió (${day(fact.paid_on)})` : " se recibió";
  const place = fact.method ? es_codes.reaches[fact.method] : "llegarle";
  const soon = fact.expected_on ? ` y debe ${place} a más tardar ${day(fact.expected_on)}` : "";
  const sum = `Su pago de ${cash(fact.cents)}`;
  switch (fact.status) {
    case "processing": return fact.expected_on ? `${sum}${received}${soon}.` : `${sum}${received} y se está procesando.`;
    case "sent": return `${sum} se envió (${day(fact.on)})${soon}.`;
    case "available": return `${sum} está disponible desde ${day(fact.on)}.`;
    case "held": return `${sum} está detenido desde ${day(fact.on)}. No lo pierde.`;
    case "returned": return `${sum} nos fue devuelto (${day(fact.on)}). Por favor revise cómo le pagamos.`;
  }
}
