"""A reporter that remembers what it was told."""

from spinegen.progress import SilentReporter


class Heard(SilentReporter):
    """Every line said or warned, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def say(self, text: str) -> None:
        self.lines.append(text)

    def warn(self, text: str) -> None:
        super().warn(text)
        self.lines.append(text)

    def once(self, part: str) -> bool:
        """Whether exactly one line holds this."""
        return sum(part in line for line in self.lines) == 1
