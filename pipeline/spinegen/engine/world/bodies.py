"""Bodies of drawn people, built from their specs: what actors wear is kept as long as they wear it, and the latest besides."""

from collections import deque
from weakref import WeakValueDictionary

from ...errors import EngineError, SpinegenError
from ...humans.person import build_person
from ...humans.spec.person_spec import PersonSpec
from .body import Body
from .body_store import kept
from .heap import trim_heap

SPARE = 1
"""Bodies that are kept though nobody wears them: some 30 MB each."""


class Bodies:
    """The bodies of one world, by the text of their specs."""

    def __init__(self) -> None:
        self._worn: WeakValueDictionary[str, Body] = WeakValueDictionary()
        self._spare: deque[Body] = deque(maxlen=SPARE)

    def body(self, spec_json: str) -> Body:
        """The body of a PersonSpec; one that is still at hand is not built again.

        Raises:
            EngineError: not a PersonSpec, or a person that cannot be built.
        """
        found = self._worn.get(spec_json)
        if found is None:
            try:
                spec = PersonSpec.model_validate_json(spec_json)
            except ValueError as error:
                raise EngineError(f"SetBody: not a PersonSpec: {' '.join(str(error).split())[:300]}") from None
            try:
                found = kept(spec.model_dump_json(), lambda: Body.of(build_person(spec)))
            except SpinegenError as error:
                raise EngineError(f"SetBody: {error}") from error
            self._worn[spec_json] = found
            trim_heap()
        self._spare.append(found)
        return found
