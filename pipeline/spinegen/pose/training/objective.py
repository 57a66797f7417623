"""The weighted sum of the losses that are switched on."""

import torch

from ... import skeleton
from ..assembly import Architecture
from ..data.batches import Batch
from ..nets.head import FIELD_STRIDE
from ..peaks import person_px
from ..settings import LossSettings
from . import losses
from .teacher import open_teacher

FACE = tuple(skeleton.INDEX[name] for name in ("nose", "left_eye", "right_eye", "left_ear", "right_ear"))


class Objective:
    """The weighted sum of the losses that are switched on."""

    def __init__(
        self, settings: LossSettings, architecture: Architecture, teacher: str | None, device: torch.device
    ) -> None:
        height, width = architecture.input_hw
        self.settings, self.split_ratio, self.extent = settings, architecture.split_ratio, float(height)
        self.bins = (round(width * self.split_ratio), round(height * self.split_ratio))
        self.sigmas = tuple(settings.label_sigma * (size / 8) ** 0.5 for size in (width, height))
        faces = torch.tensor([settings.face if i in FACE else 1.0 for i in range(skeleton.COUNT)], device=device)
        self.weights = torch.tensor(skeleton.LOSS_WEIGHTS, device=device) * faces
        self.near_weights = faces
        self.near_px = 2 * torch.tensor(skeleton.SIGMAS, device=device) * person_px(architecture.input_hw)
        self.smoother = losses.spine_smoother(settings.spine_degree).to(device)
        use_teacher = teacher is not None and settings.distillation > 0
        self.teacher = open_teacher(teacher, self.bins, device) if use_teacher and teacher else None

    def __call__(
        self, logits: tuple[torch.Tensor, torch.Tensor], field: torch.Tensor, batch: Batch
    ) -> dict[str, torch.Tensor]:
        """Each loss before its weight, and `loss`, their weighted sum.

        Args:
            logits: x and y, (N, 37, bins).
            field: (N, 37, h / 4, w / 4), the head's.
        """
        settings, labels = self.settings, batch.keypoints_input_px
        parts: dict[str, torch.Tensor] = {}
        total = logits[0].new_zeros(())
        if settings.position > 0:
            targets = (
                losses.simcc_targets(labels[..., 0], self.bins[0], self.split_ratio, self.sigmas[0]),
                losses.simcc_targets(labels[..., 1], self.bins[1], self.split_ratio, self.sigmas[1]),
            )
            parts["position"] = losses.position_loss(logits, targets, batch.weights, self.weights)
            total = total + settings.position * parts["position"]
        if settings.nearness > 0:
            parts["nearness"] = losses.nearness_loss(
                logits, labels, batch.weights, self.near_weights, widths_px=self.near_px, split_ratio=self.split_ratio
            )
            total = total + settings.nearness * parts["nearness"]
        if settings.field > 0:
            parts["field"] = losses.field_loss(
                field, labels, batch.weights, self.weights, stride=FIELD_STRIDE, sigma_cells=settings.field_sigma
            )
            total = total + settings.field * parts["field"]
        if self.teacher is not None:
            parts["distillation"] = losses.distillation_loss(
                logits, self.teacher.distributions(batch.inputs), self.teacher.keypoints
            )
            total = total + settings.distillation * parts["distillation"]
        if settings.structure > 0 or settings.spine > 0:
            points = losses.expected_points(logits, self.split_ratio)
            if settings.structure > 0:
                parts["structure"] = losses.structure_loss(points, labels, batch.weights > 0)
                total = total + settings.structure * parts["structure"]
            if settings.spine > 0:
                parts["spine"] = losses.spine_loss(points, self.smoother, self.extent)
                total = total + settings.spine * parts["spine"]
        parts["loss"] = total
        return parts
