"""What the waiting room says of a place, on the page without JavaScript. `web/static/js/words/waiting_room.js` says the same."""

from dataclasses import dataclass
from math import ceil

from hub.text.languages import format_number, translator

EXACT = 100
"""Above this number a position is rounded."""
_EXACT_MINUTES = 10
"""Above these, minutes are rounded up to five."""


@dataclass(frozen=True, slots=True)
class WaitWords:
    """The sentences about one place, in one language. `locale` says how its numbers are written."""

    language: str
    locale: str

    def time(self, seconds: float) -> str:
        """Return the time to wait. It is an estimate, so it is rounded up."""
        if seconds < 60:
            return translator(self.language).gettext("Less than a minute")
        minutes = ceil(seconds / 60)
        rounded = minutes if minutes <= _EXACT_MINUTES else ceil(minutes / 5) * 5
        if rounded < 60:
            return self._counted("About one minute", "About {n} minutes", rounded)
        if minutes <= 60:
            return translator(self.language).gettext("About an hour")
        return self._counted("More than an hour", "More than {n} hours", int(seconds // 3600))

    def wait(self, seconds: float | None, rate: int | None) -> str:
        _ = translator(self.language).gettext
        if rate == 0:
            return _("The line is paused")
        return _("Waiting for a space to come free") if seconds is None else self.time(seconds)

    def ahead(self, ahead: int | None) -> str:
        if ahead is None:
            return ""
        if ahead == 0:
            return translator(self.language).gettext("You're next in line.")
        if ahead > EXACT:
            return self._counted("About one person is ahead of you.", "About {n} people are ahead of you.", ahead)
        return self._counted("One person is ahead of you.", "{n} people are ahead of you.", ahead)

    def rate(self, rate: int | None, seconds: float | None) -> str:
        """Return how fast the line moves, or why it does not."""
        _ = translator(self.language).gettext
        if rate == 0:
            return _("The venue has stopped it for a moment. Your place is kept.")
        if seconds is None:
            return _("Every space left is in the hands of somebody whose turn it is.")
        return self._counted("One person is let in each minute.", "Up to {n} people are let in each minute.", rate or 1)

    def _counted(self, one: str, many: str, count: int) -> str:
        text = translator(self.language).ngettext(one, many, count)
        return text.format(n=format_number(count, self.locale))
