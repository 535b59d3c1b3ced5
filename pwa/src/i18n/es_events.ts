/** Español para los hechos importantes de un caso: qué pasó, por qué y qué se puede hacer. */
import type { CodeWords } from "./codes.ts";
import type { EventWords } from "./en_events.ts";

const happened = (title: string, why: string, can = ""): EventWords => ({ title, why, can });

const opening = {
  application_received: happened("Solicitud recibida", "Alguien pidió ayuda con la manutención, o un programa lo hizo por la familia."),
  case_opened: happened("Caso abierto", "La oficina abrió un caso para fijar, pagar y contar la manutención en un solo lugar.", "Avise al equipo de su caso si cambia su dirección o teléfono."),
  case_reopened: happened("Caso abierto otra vez", "Llegaron datos nuevos y la oficina vuelve a trabajar en este caso.", "Cuente al equipo de su caso qué cambió."),
  case_transferred: happened("El caso pasó a otro equipo", "Los casos cambian cuando la gente se muda o para repartir bien el trabajo. Nada empieza de cero.", "No tiene que hacer nada. Los mensajes van al equipo nuevo."),
  documents_requested: happened("Se pidieron papeles", "La oficina necesita papeles de usted para dar el siguiente paso.", "Escriba al equipo de su caso si no puede conseguirlos."),
  documents_received: happened("Papeles recibidos", "La oficina ya tiene los papeles que usted mandó."),
};

const finding = {
  locate_started: happened("Empezó la búsqueda", "Los papeles solo se pueden entregar en una dirección conocida, por eso se buscan registros del estado y del país.", "Si sabe algo nuevo, escriba al equipo de su caso."),
  locate_found: happened("Se encontró al padre o madre", "La búsqueda encontró cómo entregar los papeles."),
  parent_located: happened("Se encontró al padre o madre", "La búsqueda encontró cómo entregar los papeles."),
  locate_failed: happened("Búsqueda sin resultado", "Los registros no mostraron dónde entregar los papeles. La búsqueda se repite cada pocos meses.", "Si sabe algo nuevo, escriba al equipo de su caso."),
  papers_served: happened("Papeles de la corte entregados", "La ley dice que los papeles se entregan de forma oficial antes de que la corte decida.", "Léalos y anote todas las fechas. Puede traer a alguien que le ayude."),
  service_completed: happened("Papeles de la corte entregados", "La ley dice que los papeles se entregan de forma oficial antes de que la corte decida.", "Léalos y anote todas las fechas. Puede traer a alguien que le ayude."),
  service_failed: happened("No se pudieron entregar los papeles", "La persona no estaba en la dirección. La oficina lo intenta otra vez."),
};

const parentage = {
  genetic_test_set: happened("Prueba de ADN programada", "Una muestra de la boca muestra quiénes son los padres legales. Es rápida y no duele.", "Escriba al equipo de su caso si ese día no le conviene."),
  genetic_test_scheduled: happened("Prueba de ADN programada", "Una muestra de la boca muestra quiénes son los padres legales. Es rápida y no duele.", "Escriba al equipo de su caso si ese día no le conviene."),
  genetic_test_result: happened("Llegó el resultado de la prueba de ADN", "El resultado ayuda a la corte a nombrar a los padres legales.", "Puede preguntar al equipo de su caso qué significa para usted."),
  parentage_established: happened("Padres legales nombrados", "La ley ya nombra a los padres legales. Eso abre la puerta a la manutención, al seguro médico y a más."),
  paternity_established: happened("Padres legales nombrados", "La ley ya nombra a los padres legales. Eso abre la puerta a la manutención, al seguro médico y a más."),
};

const ordering = {
  petition_filed: happened("Papeles presentados en la corte", "La oficina pidió a la corte que decida.", "Aquí verá la fecha de la audiencia."),
  order_entered: happened("Orden de manutención hecha", "Un juez o funcionario fijó cuánta manutención se debe y cuándo.", "Si su ingreso o su familia cambian mucho, puede pedir una revisión."),
  order_modified: happened("Orden de manutención cambiada", "La corte cambió la cantidad o las condiciones.", "Vea la cantidad nueva en «La orden en palabras sencillas»."),
  order_ended: happened("La orden de manutención terminó", "Desde ese día ya no se debe manutención por esta orden. Puede quedar manutención atrasada."),
  medical_support_ordered: happened("Cobertura médica ordenada", "La orden ya dice quién da la cobertura médica o ayuda a pagarla."),
  emancipation: happened("Un hijo o hija llegó a la mayoría de edad", "La manutención de cada hijo termina a la edad que fija la ley. No afecta a los demás.", "Pregunte al equipo de su caso si la cantidad le parece equivocada."),
  child_emancipated: happened("Un hijo o hija llegó a la mayoría de edad", "La manutención de cada hijo termina a la edad que fija la ley. No afecta a los demás.", "Pregunte al equipo de su caso si la cantidad le parece equivocada."),
};

const paying = {
  withholding_sent: happened("Se pidió al empleador descontar del sueldo", "Casi toda la manutención se paga así, para que nadie tenga que recordarla.", "Hasta el primer sueldo con descuento, pague como antes."),
  iwo_sent: happened("Se pidió al empleador descontar del sueldo", "Casi toda la manutención se paga así, para que nadie tenga que recordarla.", "Hasta el primer sueldo con descuento, pague como antes."),
  withholding_started: happened("La manutención ya sale del sueldo", "El empleador la descuenta de cada pago y la envía."),
  withholding_ended: happened("La manutención ya no sale del sueldo", "El empleador avisó que el trabajo terminó, o la orden cambió.", "Si usted paga: avísenos de un trabajo nuevo o pida una revisión si gana menos."),
  employment_ended: happened("El trabajo terminó", "El empleador avisó que el trabajo terminó. Ya no se puede descontar de ese sueldo.", "Si usted paga: avísenos de un trabajo nuevo o pida una revisión si gana menos."),
  employer_ended: happened("El trabajo terminó", "El empleador avisó que el trabajo terminó. Ya no se puede descontar de ese sueldo.", "Si usted paga: avísenos de un trabajo nuevo o pida una revisión si gana menos."),
  new_employer: happened("Trabajo nuevo", "Se informó de un empleador nuevo. La oficina le pide que descuente la manutención."),
  first_payment: happened("Primer pago", "Llegó el primer pago de esta orden."),
  payment_missed: happened("Un pago no llegó", "Se debía un pago y no llegó.", "Si usted paga y algo cambió, escriba al equipo de su caso. Es mejor preguntar pronto."),
  payments_stopped: happened("Los pagos se detuvieron", "Hace tiempo que no llega ningún pago.", "Si usted paga y algo cambió, escriba al equipo de su caso. Es mejor preguntar pronto."),
  payments_resumed: happened("Los pagos empezaron otra vez", "Los pagos están llegando de nuevo."),
  payment_resumed: happened("Los pagos empezaron otra vez", "Los pagos están llegando de nuevo."),
  lump_sum: happened("Llegó un pago más grande", "Se recibió un pago mucho más grande que los de siempre.", "Se reparte como dice la ley. Pregunte al equipo de su caso cómo."),
  payment_reversed: happened("Un pago fue retirado", "Un banco o empleador retiró un pago, así que ya no cuenta.", "Pregunte al equipo de su caso si no sabe por qué."),
  payment_held: happened("Un pago está detenido", "El centro de pagos está revisando algo antes de enviar el dinero.", "Vea el motivo en el pago."),
  tax_notice: happened("Se envió un aviso", "Se mandó por correo un aviso sobre manutención atrasada. Dice qué puede seguir y cómo oponerse.", "Léalo pronto: los días para oponerse cuentan desde su fecha."),
  enforcement_notice: happened("Se envió un aviso", "Se mandó por correo un aviso sobre manutención atrasada. Dice qué puede seguir y cómo oponerse.", "Léalo pronto: los días para oponerse cuentan desde su fecha."),
  license_notice: happened("Se envió un aviso sobre una licencia", "Cuando la manutención está muy atrasada, la ley permite al estado retener una licencia.", "Un plan de pagos puede evitarlo. Escriba al equipo de su caso."),
  license_warning: happened("Se envió un aviso sobre una licencia", "Cuando la manutención está muy atrasada, la ley permite al estado retener una licencia.", "Un plan de pagos puede evitarlo. Escriba al equipo de su caso."),
  credit_notice: happened("Se envió un aviso sobre el crédito", "La manutención atrasada se puede informar a las agencias de crédito, pero solo después de darle la oportunidad de oponerse.", "Lea pronto el aviso si cree que la cantidad está mal."),
  payment_plan: happened("Plan de pagos acordado", "La manutención atrasada se paga en partes acordadas.", "Si una parte es demasiado, pregunte antes de la fecha."),
  ability_to_pay_review: happened("Se ve cuánto se puede pagar de verdad", "Antes de pedir a la corte que intervenga, la oficina debe ver cuánto puede pagar la persona.", "Mande al equipo de su caso lo que muestre sus ingresos y gastos."),
  contempt_filed: happened("Se pidió a la corte que intervenga", "La oficina pidió a la corte que vea por qué no se cumplió la orden.", "Vaya a la audiencia. La pregunta principal es si la persona puede pagar."),
};

const reviewing = {
  review_requested: happened("Se pidió una revisión", "Alguien pidió revisar si la cantidad debe cambiar.", "Tenga listos los papeles de sus ingresos."),
  review_started: happened("Empezó la revisión", "La oficina revisa si la cantidad debe cambiar. Debe terminar en 180 días.", "Mande los papeles de sus ingresos cuando se los pidan."),
  review_completed: happened("La revisión terminó", "La oficina terminó de revisar la cantidad. Le llega una carta con el resultado.", "Si no está de acuerdo, la carta dice cómo oponerse."),
  review_due: happened("Se puede pedir una revisión", "Una orden se puede revisar cada tres años o cuando la vida cambia mucho.", "Pida una revisión al equipo de su caso si la quiere."),
  incarceration_notice: happened("Carta sobre tiempo en la cárcel", "Quien va a estar mucho tiempo en la cárcel puede pedir una revisión de la orden.", "Pida una revisión al equipo de su caso."),
};

const courtroom = {
  hearing_set: happened("Fecha de audiencia puesta", "La corte puso día y hora.", "Está en su agenda, con lo que debe llevar."),
  hearing_scheduled: happened("Fecha de audiencia puesta", "La corte puso día y hora.", "Está en su agenda, con lo que debe llevar."),
  hearing_moved: happened("Audiencia cambiada", "La corte eligió otro día u otra hora.", "Vea la hora nueva en su agenda."),
  hearing_held: happened("La audiencia se hizo", "La corte escuchó el caso. Lo que decidió llega por escrito."),
  hearing_missed: happened("Alguien no fue a la audiencia", "La corte puede decidir sin la persona que no está.", "Si fue usted, llame hoy a la oficina. Muchas veces se puede arreglar."),
  hearing_cancelled: happened("Audiencia cancelada", "La corte quitó esta audiencia.", "No tiene que ir."),
};

const elsewhere = {
  interstate_sent: happened("Se pidió ayuda a otro estado", "Un padre, una madre o un empleador está en otro estado, así que ese estado ayuda.", "Siga escribiendo al equipo de su caso de aquí."),
  interstate_received: happened("Otro estado nos pidió ayuda", "Un padre o una madre está en este estado, así que esta oficina ayuda al otro."),
  interstate_response: happened("El otro estado contestó", "El estado que ayuda nos dijo cómo van las cosas."),
};

const closing = {
  closure_notice: happened("Aviso de que el caso puede cerrarse", "La oficina cree que ya no puede hacer más. Usted tiene 60 días para decir lo contrario.", "Escriba al equipo de su caso si quiere que siga abierto."),
  case_closed: happened("Caso cerrado", "La oficina cerró el caso por el motivo de la carta que envió.", "Puede pedir que se abra otra vez."),
};

const team = {
  note: happened("Nota del equipo", "Solo la ve el equipo del caso."),
  safety_review: happened("Revisión de seguridad", "Solo la ve el equipo del caso. Se revisaron otra vez las respuestas de seguridad."),
  address_confirmed: happened("Contacto confirmado", "Solo lo ve el equipo del caso."),
  contact_attempted: happened("Intento de contacto", "Solo lo ve el equipo del caso."),
  locate_hit: happened("Dato nuevo de una búsqueda", "Solo lo ve el equipo del caso."),
  assigned: happened("Asignado", "Solo lo ve el equipo del caso."),
};

export const es_events: CodeWords<EventWords> = {
  ...opening, ...finding, ...parentage, ...ordering, ...paying, ...reviewing, ...courtroom, ...elsewhere, ...closing, ...team,
  other: happened("Un cambio en su caso", "El estado anotó un paso en su caso.", "El equipo de su caso le puede decir más."),
};
