"""The product at a gate: which gates its tickets may enter by, and the question that is asked before an entry.

Twin of web/static/js/models/rules/product_at_gate.js: change both, and the cases with a product in tests/rules/entry_cases.json.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from hub.rules.entry_decision import Verdict
from hub.rules.reasons import Reason
from hub.rules.scan_requests import Answer

_SAID = {"yes": ("yes", "是"), "no": ("no", "否")}


@dataclass(frozen=True, slots=True)
class ProductAtGate:
    """What a product asks of a scan at one venue. `gates` None: all; else the names of those that it may enter by there.

    `name`, `note` and `question` stand where there is no Chinese text.
    """

    product_id: int
    name: str
    name_zh: str = ""
    note: str = ""
    note_zh: str = ""
    attention: bool = False
    question: str = ""
    question_zh: str = ""
    gates: tuple[str, ...] | None = None

    @property
    def asks(self) -> bool:
        return bool(self.question or self.question_zh)

    def admits_at(self, gate: str | None) -> bool:
        """Whether its tickets may enter by this gate. Names are compared without case and blanks around them."""
        return self.gates is None or _plain(gate) in map(_plain, self.gates)

    def as_dict(self, language: str) -> dict[str, Any]:
        """Return the contract's product object in a language of the hub (`en`, `zh_Hans`)."""
        chinese = language.startswith("zh")
        return {
            "product_id": self.product_id,
            "name": _in_language(self.name, self.name_zh, chinese=chinese),
            "note": _in_language(self.note, self.note_zh, chinese=chinese) or None,
            "attention": self.attention,
            "question": _in_language(self.question, self.question_zh, chinese=chinese) or None,
            "gates": None if self.gates is None else list(self.gates),
        }

    def as_listed(self) -> dict[str, Any]:
        """Return the product as the day's list has it, in both languages: a scanner may change its language offline."""
        return {
            "product_id": self.product_id, "name": self.name, "name_zh": self.name_zh, "note": self.note,
            "note_zh": self.note_zh, "attention": self.attention, "question": self.question,
            "question_zh": self.question_zh, "gates": None if self.gates is None else list(self.gates),
        }  # fmt: skip

    def answered(self, answer: Answer, language: str) -> str:
        """Return question and answer as the log keeps them."""
        chinese = language.startswith("zh")
        return f"{_in_language(self.question, self.question_zh, chinese=chinese)} {_SAID[answer][chinese]}"


ProductsAtGate = Mapping[int, ProductAtGate]
"""By product, those that have something to say at a venue."""


def at_gate(verdict: Verdict, product: ProductAtGate, gate: str | None, answer: Answer | None) -> Verdict:
    """Return the verdict on a ticket of this product at this gate, once the rule of entry has given its own.

    A refusal and an entry recorded before stay as they are. A holder who comes back is not asked again.
    """
    if not verdict.can_verify or verdict.reason is Reason.ALREADY_VERIFIED:
        return verdict
    if not product.admits_at(gate):
        detail = gate_words(product.gates or (), has_gate=bool(_plain(gate)))
        return Verdict("RED", Reason.WRONG_GATE, False, "WRONG GATE", detail, verdict.days_from_now)
    if not product.asks or verdict.reason is Reason.MAY_RETURN or answer == "yes":
        return verdict
    if answer == "no":
        return Verdict("RED", Reason.QUESTION_DENIED, False, "DO NOT ADMIT", "The question was answered with no",
                       verdict.days_from_now)  # fmt: skip
    return replace(verdict, result="YELLOW", reason=Reason.QUESTION_UNANSWERED, message="ASK FIRST")


def gate_words(gates: Iterable[str], *, has_gate: bool) -> str:
    """Return where the holder may enter."""
    *others, last = list(gates) or [""]
    words = f"Enter by gate {', '.join(others)} or {last}" if others else f"Enter by gate {last}"
    if not last:
        words = "This ticket enters by no gate of this venue"
    return words if has_gate else f"This scanner has no gate. {words}"


def _plain(gate: str | None) -> str:
    return (gate or "").strip().lower()


def _in_language(text: str, text_zh: str, *, chinese: bool) -> str:
    return (text_zh or text) if chinese else (text or text_zh)
