"""Delivery failures as sentences: why a message was not sent, for the manager who has to act on it."""

import re

from hub.text.languages import N_, sentence_gap, translator

# Prefixes of the stored error; the first match wins. A code after the prefix is shown after the text.
_WORDS: tuple[tuple[str, str], ...] = (
    (r"recipient refused: 5\d\d 5\.1\.", N_("The address does not exist. Ask the customer for the right one.")),
    (r"recipient refused: \d\d\d [45]\.2\.2", N_("The customer's mailbox is full.")),
    (r"(recipient|message) refused: 5\d\d 5\.7\.",
     N_("The customer's mail server does not accept our mail. Its operator may hold it for spam.")),
    (r"recipient refused: 5", N_("The customer's mail server does not accept mail for this address.")),
    (r"recipient refused: 4", N_("The customer's mail server asks us to come back later.")),
    (r"message refused: 5", N_("The mail server refused this message.")),
    (r"message refused: 4", N_("The mail server asks us to come back later.")),
    (r"sender refused", N_("The mail server does not let us send from our address. Check HUB_SMTP_URL.")),
    (r"sign-in refused", N_("The mail server does not accept our user name and password. Check HUB_SMTP_URL.")),
    (r"server refused", N_("The mail server refused the connection.")),
    (r"provider refused: (401|\d+ (20003|20005|21606|21659|21660))",
     N_("The text message provider does not accept our account or number. Check HUB_SMS_URL.")),
    (r"provider refused: \d+ 21610", N_("The customer has asked not to get text messages from us.")),
    (r"provider refused: \d+ (21211|21217|21614)", N_("This number cannot get text messages.")),
    (r"provider refused: 429", N_("The text message provider asks us to send more slowly.")),
    (r"provider refused: 4", N_("The text message provider refused this message.")),
    (r"provider refused", N_("The text message provider has a fault.")),
    (r"webhook forbidden", N_("The webhook's address is not one the hub may call.")),
    (r"webhook refused", N_("The webhook's server did not accept the call.")),
    (r"webhook gone", N_("The venue no longer names this webhook.")),
    (r"not set: HUB_SMTP_URL", N_("No mail server is set up. Set HUB_SMTP_URL and start the hub again.")),
    (r"not set: HUB_SMS_URL", N_("No text message provider is set up. Set HUB_SMS_URL and start the hub again.")),
    (r"no connection", N_("The server that sends our messages cannot be reached.")),
    (r"line broke", N_("The connection broke while the message was being sent.")),
    (r"mailbox not writable", N_("The development mailbox cannot be written to.")),
    (r"address not readable", N_("This is not an address that mail can be sent to.")),
    (r"address not supported", N_("The mail server cannot send to an address in this script.")),
    (r"(obsolete: )?too late", N_("It would have arrived too late.")),
    (r"obsolete: cancelled", N_("The reservation was cancelled before the message went out.")),
    (r"obsolete: confirmed", N_("The booking was confirmed before the message went out.")),
    (r"obsolete: moved", N_("The visit was moved before the message went out.")),
    (r"obsolete: used", N_("The visitor had come in before the message went out.")),
    (r"obsolete: gone", N_("The reservation no longer exists.")),
    (r"discarded", N_("Discarded by staff.")),
    (r"token gone", N_("What this message links to is no longer kept.")),
    (r"unknown kind|unreadable|error", N_("The message cannot be written. This is a fault of the hub: please report it.")),
)  # fmt: skip
_PATTERNS = tuple((re.compile(pattern), words) for pattern, words in _WORDS)
_CODE = re.compile(r": ([0-9]{3}(?: [0-9.]+)?)$")


def failure_text(error: str, language: str) -> str:
    """Return one or two sentences for the stored `error`, with the server's code if there is one: `... (550 5.1.1)`."""
    _ = translator(language).gettext
    words = next((words for pattern, words in _PATTERNS if pattern.match(error)), N_("The message was not accepted."))
    code = _CODE.search(error)
    return f"{_(words)}{sentence_gap(language)}({code[1]})" if code else _(words)
