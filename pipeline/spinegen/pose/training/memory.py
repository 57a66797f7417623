"""What to say when a batch does not fit into the memory of the device."""

from collections.abc import Callable

import torch


def is_out_of_memory(error: RuntimeError) -> bool:
    """Whether an error is a full memory; a CPU's allocator has no exception class of its own."""
    return isinstance(error, torch.OutOfMemoryError) or "DefaultCPUAllocator: can't allocate memory" in str(error)


def fitting_batch(too_large: int, attempt: Callable[[int], object]) -> str:
    """Halve until `attempt(size)` no longer runs out of memory, and name that batch.

    Nothing of the failed step may be alive any more, or it takes the room of what would fit.
    """
    size = too_large // 2
    while size >= 2:
        if _fits(size, attempt):
            return f"a batch of {size} fits: use --batch {size}"
        size //= 2
    return "not even a batch of 2 fits: use a smaller model"


def _fits(size: int, attempt: Callable[[int], object]) -> bool:
    """In a function of its own: the error, and with it the frames that hold tensors, is gone when it returns."""
    try:
        if torch.cuda.is_available():
            torch.cuda.empty_cache()
        attempt(size)
    except RuntimeError as error:
        if not is_out_of_memory(error):
            raise
        return False
    return True
