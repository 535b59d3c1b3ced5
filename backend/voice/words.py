"""What the line says, in both languages. Short sentences: a listener cannot look back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Final

from backend.voice.wire import Call, CourtDate, Money, OwnCase, Receipt, Step

Words = Mapping[str, str]

EN: Final[Words] = {
    "language": "For English, press 1.",
    "number": "Type your caller number of nine digits. You find it in the app, under signing in. "
    "To talk to a person, press 0, then the pound key.",
    "pin": "Type your PIN of six digits.",
    "wrong": "This number and this PIN do not match.",
    "too_many": "There were too many tries. Wait some minutes, then call again.",
    "menu": "For your last payment, press 1. For your next court date, press 2. To leave a message for your case team, press 3. "
    "To be called back, press 4. To hear this again, press 9. To talk to a person, press 0.",
    "no_case": "You have no case here now.",
    "case": "For case {number}, press {key}.",
    "message": "Say your message now. Then wait.",
    "draft": "We understood: {draft}.",
    "confirm": "To send it, press 1. To say it again, press 2. To send nothing, press 3.",
    "call_back": "To be called at the telephone that you are calling from, press 1. At the number that your case team has, press 2.",
    "call_back_hidden": "To be called at the number that your case team has, press 2.",
    "sent": "Your message has arrived. Its number is {receipt}.",
    "sent_due": "You will have an answer by {day}.",
    "enough": "You cannot send more messages in this call.",
    "strange": "This key does nothing here.",
    "silence": "We heard nothing.",
    "bye": "Goodbye.",
    "agency": "We connect you to {agency}. The telephone is {phone}.",
    "in_case": "Case {number}.",
    "payment": "The last payment was {amount}. It was posted on {day}.",
    "payment_back": "The last payment was {amount}. It was posted on {day}, and was taken back later.",
    "payment_none": "No payment is posted.",
    "processing": "It is being worked on.",
    "held": "It is held. Your case team can tell you why.",
    "sent_on": "It was sent to you on {day}.",
    "available": "It has been yours to use since {day}.",
    "returned": "It came back to us. Please talk to your case team.",
    "hearing": "The next court date is {day}, at {time}, at {court}.",
    "hearing_remote": "It is by video or telephone.",
    "hearing_none": "No court date is set.",
    "callback_body": "Please call me back.",
    "callback_at": "At this telephone: {telephone}",
    "callback_known": "At the number that you have.",
    "by_phone": "(On the phone line.)",
    "spoken": "(Said on the phone line, written down by a machine.)",
    "over": "This call is over. Please call again.",
}
ES: Final[Words] = {
    "language": "Para español, oprima el 2.",
    "number": "Marque su número de llamada de nueve dígitos. Está en la aplicación, en Inicio de sesión. "
    "Para hablar con una persona, oprima el 0 y luego la tecla numeral.",
    "pin": "Marque su clave de seis dígitos.",
    "wrong": "Este número y esta clave no coinciden.",
    "too_many": "Hubo demasiados intentos. Espere unos minutos y llame otra vez.",
    "menu": "Para su último pago, oprima el 1. Para su próxima fecha en la corte, oprima el 2. "
    "Para dejar un mensaje a su equipo, oprima el 3. "
    "Para que le llamen, oprima el 4. Para oír esto otra vez, oprima el 9. Para hablar con una persona, oprima el 0.",
    "no_case": "Usted no tiene ningún caso aquí en este momento.",
    "case": "Para el caso {number}, oprima el {key}.",
    "message": "Diga su mensaje ahora y luego espere.",
    "draft": "Entendimos: {draft}.",
    "confirm": "Para enviarlo, oprima el 1. Para decirlo otra vez, oprima el 2. Para no enviar nada, oprima el 3.",
    "call_back": "Para que le llamen al teléfono desde el que llama, oprima el 1. Al número que tiene su equipo, oprima el 2.",
    "call_back_hidden": "Para que le llamen al número que tiene su equipo, oprima el 2.",
    "sent": "Su mensaje llegó. Su número es {receipt}.",
    "sent_due": "Tendrá respuesta a más tardar el {day}.",
    "enough": "Ya no puede enviar más mensajes en esta llamada.",
    "strange": "Esta tecla no hace nada aquí.",
    "silence": "No oímos nada.",
    "bye": "Adiós.",
    "agency": "Le comunicamos con {agency}. El teléfono es {phone}.",
    "in_case": "Caso {number}.",
    "payment": "El último pago fue de {amount}. Se registró el {day}.",
    "payment_back": "El último pago fue de {amount}. Se registró el {day} y después se anuló.",
    "payment_none": "No hay ningún pago registrado.",
    "processing": "Está en proceso.",
    "held": "Está detenido. Su equipo puede decirle por qué.",
    "sent_on": "Se le envió el {day}.",
    "available": "Puede usarlo desde el {day}.",
    "returned": "Nos fue devuelto. Hable con su equipo, por favor.",
    "hearing": "La próxima fecha en la corte es el {day}, a {time}, en {court}.",
    "hearing_remote": "Es por video o por teléfono.",
    "hearing_none": "No hay ninguna fecha en la corte.",
    "callback_body": "Llámenme, por favor.",
    "callback_at": "A este teléfono: {telephone}",
    "callback_known": "Al número que ustedes tienen.",
    "by_phone": "(Por la línea telefónica.)",
    "spoken": "(Dicho en la línea telefónica, escrito por una máquina.)",
    "over": "Esta llamada terminó. Llame otra vez, por favor.",
}
WORDS: Final[Mapping[str, Words]] = {"en": EN, "es": ES}
DAYS: Final = {
    "en": "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split(),
    "es": "lunes martes miércoles jueves viernes sábado domingo".split(),
}
MONTHS: Final = {
    "en": "January February March April May June July August September October November December".split(),
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre".split(),
}


def ask(call: Call, cases: Sequence[OwnCase]) -> list[str]:
    """What the caller is asked at this step."""
    say = WORDS[call.language]
    if call.step is Step.MENU and not cases:
        return [say["no_case"], say["menu"]]
    if call.step is Step.CASE:
        return [say["case"].format(number=spelled(case.case_number), key=place) for place, case in enumerate(cases, 1)]
    if call.step is Step.CONFIRM:
        return [say["draft"].format(draft=call.draft.rstrip(".")), say["confirm"]]
    if call.step is Step.CALL_BACK:
        return [say["call_back" if call.telephone else "call_back_hidden"]]
    return [say["bye" if call.step is Step.OVER else call.step.value]]


def tell_money(language: str, found: Sequence[Money], cases: Sequence[OwnCase]) -> list[str]:
    """The last payment of each case."""
    say, by_number = WORDS[language], {each.case_number: each for each in found}
    said = []
    for case in cases:
        said += _in_case(language, case, cases)
        last = by_number.get(case.case_number)
        if last is None:
            said.append(say["payment_none"])
            continue
        words = say["payment_back" if last.reversed_by else "payment"]
        said.append(words.format(amount=f"${last.amount_cents // 100:,}.{last.amount_cents % 100:02}", day=day(last.posted_on, language)))
        if last.status and last.status_on and not last.reversed_by:
            became = say["sent_on" if last.status == "sent" else last.status]
            said.append(became.format(day=day(last.status_on, language)))
    return said or [say["no_case"]]


def tell_dates(language: str, found: Sequence[CourtDate], cases: Sequence[OwnCase]) -> list[str]:
    """The next hearing of each case."""
    say, by_number = WORDS[language], {each.case_number: each for each in found}
    said = []
    for case in cases:
        said += _in_case(language, case, cases)
        coming = by_number.get(case.case_number)
        if coming is None:
            said.append(say["hearing_none"])
            continue
        at = datetime.fromisoformat(coming.starts_local)
        said.append(say["hearing"].format(day=day(at.date(), language), time=hour(at, language), court=coming.court))
        said += [say["hearing_remote"]] if coming.remote else []
    return said or [say["no_case"]]


def tell_sent(language: str, made: Receipt) -> list[str]:
    """A message arrived."""
    say = WORDS[language]
    due = [say["sent_due"].format(day=day(made.answer_due_on, language))] if made.answer_due_on else []
    return [say["sent"].format(receipt=spelled(made.receipt)), *due]


def day(on: date, language: str) -> str:
    """A day as people say it."""
    name, month = DAYS[language][on.weekday()], MONTHS[language][on.month - 1]
    return f"{name}, {month} {on.day}" if language == "en" else f"{name} {on.day} de {month}"


def hour(at: datetime, language: str) -> str:
    """A wall time as people say it; in Spanish with its article, and with the part of the day."""
    time = f"{at.hour % 12 or 12}:{at.minute:02}"
    if language == "en":
        return f"{time} {'PM' if at.hour >= 12 else 'AM'}"
    part = "mañana" if at.hour < 12 else "tarde" if at.hour < 19 else "noche"
    return f"{'la' if at.hour % 12 == 1 else 'las'} {time} de la {part}"


def spelled(code: str) -> str:
    """Letter by letter, or a machine would read it as a word or a large number."""
    return ", ".join(letter for letter in code if letter.isalnum())


def _in_case(language: str, case: OwnCase, cases: Sequence[OwnCase]) -> list[str]:
    return [WORDS[language]["in_case"].format(number=spelled(case.case_number))] if len(cases) > 1 else []
