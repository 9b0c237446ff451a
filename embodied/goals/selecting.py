"""Which things of a scene a noun phrase means: by kind and traits, by number, by what was said before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from embodied.english import listed, with_article
from embodied.errors import BadGoal
from embodied.goals.nouns import NounWords, One
from embodied.methods import Vocabulary
from embodied.phrases import Selection, Slot, Thing


@dataclass(frozen=True)
class Complaint:
    """Why words could not be read.

    Attributes:
        end: how far reading came, in words.
        weight: which of several at the same place to tell: the heavier.
    """

    end: int
    weight: int
    error: BadGoal


@dataclass
class Mentions:
    """What was spoken of so far, oldest first.

    Attributes:
        here: things that the same wish names already: "put blue on top of it" does not mean the blue one.
    """

    selections: list[Selection] = field(default_factory=list)
    here: frozenset[str] = frozenset()

    @property
    def names(self) -> frozenset[str]:
        return frozenset(name for selection in self.selections for name in selection.names)


class NounPhrases(NounWords):
    """Reads noun phrases of one text. What cannot be read is kept in `complaints`."""

    def __init__(self, vocabulary: Vocabulary, text: str, verbs: frozenset[str] = frozenset()) -> None:
        super().__init__(vocabulary, text, verbs)
        self.complaints: list[Complaint] = []

    def read(self, at: int, slot: Slot, mentions: Mentions) -> Iterator[tuple[Selection, int]]:
        """What may be meant by the words from `at`, and where it ends; the longest first."""
        ones = self.series(at)
        left_out = self.left_out(ones)
        for count in range(len(ones), 0, -1):
            if count == len(ones) and left_out is not None:
                left, end = self._without(ones, left_out, slot, mentions)
                if left is not None:
                    yield left, end
                continue
            selection = self._together(ones[:count], slot, mentions)
            if selection is not None:
                yield selection, ones[count - 1].end

    def without_words(self, at: int, slot: Slot, mentions: Mentions) -> Selection | None:
        """What a slot that is left out means: what was last spoken of, or the only such thing."""
        for earlier in reversed(mentions.selections):
            fit = tuple(name for name in earlier.names if self._thing(name).kind in slot.kinds)
            if fit and (earlier.count is not None or not mentions.here.issuperset(fit)):
                return replace(earlier, names=fit)
        fit = tuple(thing.name for thing in self.vocabulary.things if thing.kind in slot.kinds)
        if len(fit) == 1:
            return Selection(fit)
        if fit:
            wanted = slot.name if len(slot.name) > 1 else " or ".join(sorted(slot.kinds))
            self._complain(at, 2, f"It is not said which {wanted} is meant.", self._choices(fit))
        return None

    # ------------------------------------------------------------------------ exceptions

    def _without(
        self, ones: list[One], left_out: list[One], slot: Slot, mentions: Mentions
    ) -> tuple[Selection | None, int]:
        anything = replace(slot, least=0, most=0)
        kind = next((one.kind for one in ones if one.kind), "")
        for one in left_out:
            one.kind = one.kind or ("" if one.named else kind)
        whole, gone = self._together(ones, anything, mentions), self._together(left_out, anything, mentions)
        end = left_out[-1].end
        if whole is None or gone is None or whole.count is not None:
            return None, end
        if gone.count is not None:  # "all but two": any two
            many = len(whole.names) - gone.count
            some = set(gone.names) >= set(whole.names) and slot.least <= many and not 0 < slot.most < many
            return (replace(gone, names=whole.names, count=many) if some and many else None), end
        names = tuple(name for name in whole.names if name not in gone.names)
        fits = slot.least <= len(names) and (not slot.most or len(names) <= slot.most)
        return (Selection(names) if names and fits else None), end

    # ------------------------------------------------------------------------ meaning

    def _together(self, ones: list[One], slot: Slot, mentions: Mentions) -> Selection | None:
        """All of a series as one selection; a kind that is left out is that of a neighbour."""
        found: list[Selection] = []
        for number, one in enumerate(ones):
            kinds = [other.kind for other in (*ones[number:], *reversed(ones[:number])) if other.kind]
            selection = self._meant(one, kinds[0] if kinds else "", slot, mentions)
            if selection is None:
                return None
            found.append(selection)
        whole = found[0]
        if any(one.or_ for one in ones):
            return self._either(ones, found)
        if len(found) > 1:
            if any(each.count is not None for each in found):
                return None
            names = dict.fromkeys(name for each in found for name in each.names)
            whole = Selection(tuple(names))
        many = len(whole.names) if whole.count is None else whole.count
        if many == 1 < slot.least:
            return None
        if many < slot.least or (slot.most and many > slot.most):
            wanted = f"{slot.least}" if slot.least == slot.most else f"at most {slot.most}"
            if many < slot.least:
                wanted = f"at least {slot.least}"
            limit = f"and {slot.why}" if slot.why and many > slot.most else f"where {wanted} can be meant"
            message = f"{self.quoted(ones)} are {many} things, {limit}."
            self._complain(ones[-1].end, 1, message, self._choices(whole.names))
            return None
        return whole

    def _either(self, ones: list[One], found: list[Selection]) -> Selection | None:
        """One of those that are named."""
        both = "and" in self.words[ones[0].end : ones[-1].start]
        if both or any(each.count is not None or len(each.names) != 1 for each in found):
            self._complain(ones[-1].end, 2, f"{self.quoted(ones)}: which of them is not clear.", "")
            return None
        names = tuple(dict.fromkeys(each.names[0] for each in found))
        return Selection(names, 1, open=True, ref=ones[0].start)

    def _meant(self, one: One, kind: str, slot: Slot, mentions: Mentions) -> Selection | None:
        if one.pronoun:
            return self.without_words(one.end, slot, mentions)
        kind = one.kind or ("" if one.named or (one.every and not one.kind) else kind)
        pool = [thing for thing in self.vocabulary.things if self._agrees(thing, one, kind)]
        if one.other:
            if not any(self._thing(name).kind in slot.kinds for name in mentions.names):
                message = f"{self.quoted([one])}: other than which is not said."
                self._complain(one.end, 3, message, "Name those that are meant.")
                return None
            pool = self._others(pool, mentions)
        if one.of_them:
            named = {name for each in mentions.selections if each.count is None for name in each.names}
            fitting = [thing for thing in pool if thing.name in named and thing.kind in slot.kinds]
            pool = fitting or pool
        if one.unknown or not pool:
            self._nothing_such(one, kind)
            return None
        fit = tuple(thing.name for thing in pool if thing.kind in slot.kinds)
        if not fit:
            wanted = " or ".join(map(with_article, sorted(slot.kinds)))
            message = f"{self.quoted([one])} cannot be meant here: {wanted} is wanted."
            self._complain(one.end, 0, message, "")
            return None
        if one.other and any(each.count is not None for each in mentions.selections):
            many = one.number if one.number is not None else None if one.plural or one.half else 1
            return Selection(fit, None if "half" in self.bare(one) else many, True, one.start, rest=True)
        return self._counted(one, fit)

    def _others(self, pool: list[Thing], mentions: Mentions) -> list[Thing]:
        """Those that were not named; of what was only counted, others are told when that is chosen."""
        named = {name for each in mentions.selections if each.count is None for name in each.names}
        return [thing for thing in pool if thing.name not in named]

    def _agrees(self, thing: Thing, one: One, kind: str) -> bool:
        if one.named:
            return thing.name == one.named
        return one.traits <= thing.traits and (not kind or thing.kind == kind)

    def _counted(self, one: One, fit: tuple[str, ...]) -> Selection | None:
        number = 2 if one.both else one.number
        if one.half and len(fit) > 1:
            number = len(fit) // 2 if len(fit) % 2 == 0 else len(fit) + 1
        last = one.other and number == 1 and "last" in self.bare(one)
        if last and len(fit) > 1:
            self._complain(one.end, 3, f"More than {self.quoted([one])} is left.", self._choices(fit))
            return None
        if one.decorated and len(fit) > 1:
            self._complain(one.end, 3, f"I cannot tell which {self.quoted([one])} is.", self._choices(fit))
            return None
        if number is not None and (number < 1 or number > len(fit)):
            fewer = f"there {'is' if len(fit) == 1 else 'are'} only {len(fit)}: {self._listed(fit)}"
            asked = "Ask for at least 1." if number < 1 else fewer[0].upper() + fewer[1:] + "."
            self._complain(one.end, 3, f"{self.quoted([one])} cannot be had.", asked)
            return None
        if one.both and len(fit) != 2:
            self._complain(one.end, 3, f"{self.quoted([one])} could be more than two.", self._choices(fit))
            return None
        if number is not None and number < len(fit):
            return Selection(fit, number, open=True, ref=one.start)
        if number is not None or one.every or (one.plural and not one.any):
            return Selection(fit, open=len(fit) > 1)
        if len(fit) == 1:
            return Selection(fit)
        if one.any:
            return Selection(fit, 1, open=True, ref=one.start)
        message = f"{self.quoted([one])} could be {' or '.join(self._spoken(name) for name in fit)}."
        self._complain(one.end, 2, message, f"Say which, or 'any {' '.join(self.bare(one))}'.")
        return None

    def _nothing_such(self, one: One, kind: str) -> None:
        alike = tuple(thing.name for thing in self.vocabulary.things if thing.kind == kind) if kind else ()
        shown = alike or tuple(thing.name for thing in self.vocabulary.things)
        start = one.start
        while start < one.end - 1 and self.words[start] in ("the", "a", "an", "all"):
            start += 1
        what = self.quote(start, one.end)
        found = f"there {'is' if len(shown) == 1 else 'are'} {self._listed(shown)}"
        self._complain(one.end, 3, f"There is no {what}; {found}.", "")

    # ------------------------------------------------------------------------ saying

    def _thing(self, name: str) -> Thing:
        return next(thing for thing in self.vocabulary.things if thing.name == name)

    def _spoken(self, name: str) -> str:
        return f"the {self._thing(name).spoken}"

    def _listed(self, names: Sequence[str]) -> str:
        return listed(tuple(f"a {self._thing(name).spoken}" for name in names))

    def _choices(self, names: Sequence[str]) -> str:
        return f"There are {self._listed(names)}." if names else ""

    def _complain(self, end: int, weight: int, message: str, remedy: str) -> None:
        self.complaints.append(Complaint(end, weight, BadGoal(message, remedy=remedy)))
