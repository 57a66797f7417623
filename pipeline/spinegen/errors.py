"""The one error tree: everything a user can cause ends in a `SpinegenError` whose text is one clear sentence."""


class SpinegenError(Exception):
    """Base of all errors shown to users without a traceback; the CLI exits with `exit_code`."""

    exit_code = 1


class UsageError(SpinegenError):
    """The command line itself is wrong: exit code 2."""

    exit_code = 2


class ConfigError(SpinegenError):
    """A YAML file, or a value in it, is not usable; the text names the file, the field, the value and what is allowed."""


class WorkspaceError(SpinegenError):
    """The workspace cannot be written, is held by another process, or was made with another config."""


class ClipError(SpinegenError):
    """A motion-capture file is missing, unreadable, or holds nothing that can be fitted."""


class MarkerSetError(ClipError):
    """No marker set fits the clip, or too few markers are there for a segment."""


class CalibrationError(SpinegenError):
    """A calibration of cameras is missing, of no known kind, or does not belong to the videos."""


class ModelError(SpinegenError):
    """An OpenSim model does not load or lacks something that is needed."""


class FitError(SpinegenError):
    """A clip could not be fitted."""


class EngineError(SpinegenError):
    """The rendering engine is not reachable, answered with an error, or has no GL."""


class DatasetError(SpinegenError):
    """A rendered or annotated set is missing, empty or inconsistent."""


class TrainingError(SpinegenError):
    """Training, export or validation could not be done or did not reach what it must."""
