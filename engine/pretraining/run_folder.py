"""The folder of a training run: its tokenized text, checkpoints and log.

A checkpoint is one safetensors file that is written beside the last and then takes its place, so a
run that is killed at any moment goes on from a whole one.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import safetensors
import safetensors.torch
import tokenizers
import torch
from torch import Tensor

from ...errors import ArtifactError, ParameterError
from .token_corpus import TokenCorpus

LATEST = "latest.safetensors"
BEFORE_DECAY = "before-decay.safetensors"
_CONFIG = "config.json"
_TOKENIZER = "tokenizer.json"
_LOG = "log.jsonl"
_FREE = frozenset(
    {"total_tokens", "batch_tokens", "evaluation_tokens", "checkpoint_tokens", "patience"}
)
"""Settings that a run may change on its way."""


@dataclass(frozen=True, eq=False)
class Snapshot:
    """The state of a run after some step.

    Attributes
    ----------
    tensors
        Parameters and optimizer states by name.
    progress
        Counts and measurements, as JSON keeps them; ``step`` and ``n_tokens`` among them.
    """

    tensors: Mapping[str, Tensor]
    progress: Mapping[str, float]


@dataclass(frozen=True)
class RunFolder:
    """A training run on disk.

    Attributes
    ----------
    path
        The folder.
    """

    path: Path

    def check_place(self) -> None:
        """Refuse a model folder that holds something else than a run.

        Raises
        ------
        ParameterError
            If it does.
        """
        model = self.path.parent
        if not self.path.is_dir() and model.exists() and not _is_empty(model):
            raise ParameterError(f"{model} holds something else already; give another folder.")

    def prepare(self, settings: Mapping[str, object], sources: Mapping[str, object]) -> bool:
        """Begin a run, or check that the one that began here is the same.

        A run is the same if only its length, the size of its steps, or how often it is measured
        and saved has changed.

        Returns
        -------
        True where the run has begun before, with its text tokenized. Any run may follow one that
        did not come so far.

        Raises
        ------
        ParameterError
            If another run began in this folder.
        ArtifactError
            If it cannot be told which run that was.
        """
        content = {"settings": dict(settings), "sources": dict(sources)}
        has_text = (self.path / _TOKENIZER).is_file()
        if has_text:
            self._check_same(self._read_config(), content)
        self.path.mkdir(parents=True, exist_ok=True)
        self._write_text(_CONFIG, json.dumps(content, indent=2))
        return has_text

    def save_text(
        self, tokenizer: tokenizers.Tokenizer, train: TokenCorpus, held_out: TokenCorpus
    ) -> None:
        """Keep the tokenized text; the tokenizer comes last and says that all is there."""
        train.save(self.path / "train")
        held_out.save(self.path / "held-out")
        self._write_text(_TOKENIZER, tokenizer.to_str())

    def open_text(self) -> tuple[tokenizers.Tokenizer, TokenCorpus, TokenCorpus]:
        """Open the tokenizer, the text to train on, and the text to measure on."""
        return (
            tokenizers.Tokenizer.from_file(str(self.path / _TOKENIZER)),
            TokenCorpus.open(self.path / "train"),
            TokenCorpus.open(self.path / "held-out"),
        )

    def save(self, name: str, snapshot: Snapshot) -> None:
        """Write a checkpoint in place of the last of its name."""
        tensors = {key: value.contiguous() for key, value in snapshot.tensors.items()}
        metadata = {"progress": json.dumps(dict(snapshot.progress))}
        temporary = self.path / f"{name}.new"
        safetensors.torch.save_file(tensors, temporary, metadata=metadata)
        with temporary.open("rb") as file:
            os.fsync(file.fileno())
        temporary.replace(self.path / name)

    def load(self, name: str) -> Snapshot | None:
        """Read a checkpoint; None where there is none.

        Raises
        ------
        ArtifactError
            If it is damaged.
        """
        path = self.path / name
        if not path.is_file():
            return None
        try:
            with safetensors.safe_open(path, framework="pt") as file:
                tensors = {key: file.get_tensor(key) for key in file.keys()}
                progress = json.loads(file.metadata()["progress"])
        except (safetensors.SafetensorError, KeyError, TypeError, ValueError, OSError) as error:
            raise ArtifactError(
                f"{path} cannot be read as a checkpoint ({error}); remove it to start from the "
                "one before, or the whole folder to start again."
            ) from error
        return Snapshot(tensors, progress)

    def log(self, entry: Mapping[str, object]) -> None:
        """Add a line to the log."""
        line = json.dumps(dict(entry)).encode() + b"\n"
        with (self.path / _LOG).open("a+b") as file:
            # A run that was killed may have left half a line.
            file.seek(max(0, file.tell() - 1))
            file.write(line if file.read() in (b"", b"\n") else b"\n" + line)

    def read_log(self) -> list[dict[str, float]]:
        """Read the log, without what a run wrote before it was taken up at an earlier step."""
        path = self.path / _LOG
        if not path.is_file():
            return []
        entries: list[dict[str, float]] = []
        for line in path.read_text(encoding="utf-8").splitlines():
            try:
                entry = json.loads(line)
            except ValueError:
                continue  # the last line of a run that was killed while writing it
            while entries and entries[-1]["step"] >= entry["step"]:
                entries.pop()
            entries.append(entry)
        return entries

    def _read_config(self) -> dict[str, dict[str, object]]:
        """Read what run began here."""
        try:
            content = json.loads((self.path / _CONFIG).read_text(encoding="utf-8"))
            parts = {part: dict(content[part]) for part in ("settings", "sources")}
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise ArtifactError(
                f"{self.path / _CONFIG} does not tell what run began there ({error!r}); remove "
                f"{self.path} to start again."
            ) from error
        return parts

    def _check_same(
        self, known: Mapping[str, dict[str, object]], wanted: Mapping[str, dict[str, object]]
    ) -> None:
        """Refuse to go on with a run of another make."""
        for part in ("settings", "sources"):
            before, now = known[part], wanted[part]
            for name in sorted(before.keys() | now.keys()):
                if name not in _FREE and before.get(name) != now.get(name):
                    raise ParameterError(
                        f"{self.path} holds a run with {name}={before.get(name)!r}, and this one "
                        f"has {now.get(name)!r}. Give another --out, or remove that folder."
                    )

    def _write_text(self, name: str, text: str) -> None:
        """Write a small file so that it is whole or not there."""
        temporary = self.path / f"{name}.new"
        temporary.write_text(text, encoding="utf-8")
        temporary.replace(self.path / name)


def _is_empty(path: Path) -> bool:
    """Tell whether a path is a folder with nothing in it."""
    return path.is_dir() and not any(path.iterdir())


def named_state(
    parameters: Mapping[str, Tensor], optimizers: Mapping[str, torch.optim.Optimizer]
) -> dict[str, Tensor]:
    """Give every tensor that a run goes on from a name."""
    names = {id(parameter): name for name, parameter in parameters.items()}
    tensors = {f"parameter/{name}": value.detach() for name, value in parameters.items()}
    for kind, optimizer in optimizers.items():
        for parameter, state in optimizer.state.items():
            for key, value in state.items():
                tensors[f"{kind}/{key}/{names[id(parameter)]}"] = value
    return tensors


def restore_state(
    tensors: Mapping[str, Tensor],
    parameters: Mapping[str, Tensor],
    optimizers: Mapping[str, torch.optim.Optimizer],
) -> None:
    """Put the tensors of `named_state` back where they were."""
    with torch.no_grad():
        for name, parameter in parameters.items():
            parameter.copy_(tensors[f"parameter/{name}"])
    for kind, optimizer in optimizers.items():
        for group in optimizer.param_groups:
            for parameter in group["params"]:
                name = next(n for n, p in parameters.items() if p is parameter)
                state = {}
                for label, value in tensors.items():
                    start, _, owner = label.rpartition("/")
                    if owner == name and start.startswith(f"{kind}/"):
                        key = start.removeprefix(f"{kind}/")
                        state[key] = value.to(parameter.device).clone()
                optimizer.state[parameter] = state
