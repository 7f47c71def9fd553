"""What stdout and stderr get of a turn."""

from __future__ import annotations

from io import StringIO

from pycode.cli.render import Renderer
from pycode.core.events import PartDelta, PartUpdated
from pycode.core.parts import TextPart


def test_a_note_in_the_middle_does_not_break_an_answer_that_goes_elsewhere() -> None:
    out, err = StringIO(), StringIO()
    renderer = Renderer(out, err, {})
    part = TextPart(text="half whole").placed("ses", "msg")
    for piece in ("half ", "whole"):
        renderer.show(
            PartDelta(
                session_id="ses", message_id="msg", part_id=part.id, part_type="text", text=piece
            )
        )
        renderer.note("by the way")
    renderer.show(PartUpdated(session_id="ses", seq=1, part=part))
    assert out.getvalue() == "half whole\n"
    assert err.getvalue() == "by the way\n" * 2
