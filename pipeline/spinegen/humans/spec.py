"""What a person is (`PersonSpec`) and how one is drawn by chance (`sample_person`)."""

from .person_spec import PersonSpec
from .sample import sample_person

__all__ = ["PersonSpec", "sample_person"]
