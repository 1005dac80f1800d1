"""How a parser is trained: every number that decides the outcome, and which the card tells.

The defaults made the parser in `models/parser`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from ...errors import ParameterError
from .pipeline import PipelineShape


@dataclass(frozen=True)
class ParserTraining:
    """How a parser is trained.

    Attributes
    ----------
    shape
        How large the pipeline is.
    n_words
        Words to learn from in all, epoch after epoch; the decay of the learning rate ends here.
    epoch_words
        Words that one treebank gives to an epoch at most.
    single_share
        What part of the sentences stands alone; the others stand in groups of two to four.
    bounded_share
        What part of the sentences and groups is shown with its boundaries, as `Parser` does; in
        the others the parser learns to find them.
    lower_case_share, unclosed_share
        What part of the sentences is shown without capitals, and without its closing mark.
    hiding
        A word that occurs n times is made to look unknown with the odds of `hiding` to n.
    learning_rate
        Reached after `warm_up_steps` updates, held for the first half, then falling to 3 %.
    batch_words
        Words of the first batches, and of those from the middle on.
    dropout, label_smoothing, weight_decay
        Against learning by heart; the second is for tags and lemmas.
    seed
        Decides every random choice.
    """

    shape: PipelineShape = field(default_factory=PipelineShape)
    n_words: int = 10_000_000
    epoch_words: int = 300_000
    single_share: float = 0.6
    bounded_share: float = 0.7
    lower_case_share: float = 0.02
    unclosed_share: float = 0.05
    hiding: float = 0.25
    learning_rate: float = 0.0015
    warm_up_steps: int = 200
    batch_words: tuple[int, int] = (300, 1200)
    dropout: float = 0.1
    label_smoothing: float = 0.05
    weight_decay: float = 0.01
    seed: int = 0

    def __post_init__(self) -> None:
        """Refuse what cannot be trained."""
        shares = {
            "single_share": self.single_share,
            "bounded_share": self.bounded_share,
            "lower_case_share": self.lower_case_share,
            "unclosed_share": self.unclosed_share,
            "dropout": self.dropout,
            "label_smoothing": self.label_smoothing,
        }
        for name, share in shares.items():
            if not 0 <= share <= 1:
                raise ParameterError(f"{name} is {share}; expected a share from 0 to 1")
        counts = {
            "n_words": self.n_words,
            "epoch_words": self.epoch_words,
            "warm_up_steps": self.warm_up_steps,
            "batch_words": min(self.batch_words),
        }
        for name, count in counts.items():
            if count < 1:
                raise ParameterError(f"{name} is {count}; expected at least 1")
