"""Job: one evaluation, and what stands beside its figure in the README."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Job:
    """One evaluation.

    Attributes
    ----------
    name
        What its results are called.
    script, data, options
        What is run: the script, the data below the data folder, and more options. In these, a part
        that begins with ``@`` is a path below the data folder.
    about
        What the README calls it.
    figure
        The key of the figure that counts, with dots between keys of nested objects.
    baselines
        What stands beside it: names with their keys.
    """

    name: str
    script: str
    data: str
    about: str
    figure: str
    baselines: Mapping[str, str]
    options: tuple[str, ...] = ()

    def arguments(self, root: Path) -> list[str]:
        """Return the arguments of the script on data below a folder."""
        options = [
            str(root / option[1:]) if option.startswith("@") else option for option in self.options
        ]
        return ["--data", str(root / self.data), *options]

    @property
    def shown(self) -> str:
        """The command without the folders of this machine."""
        options = [Path(o).name if o.startswith("@") else o for o in self.options]
        return " ".join([self.script, "--data", Path(self.data).name, *options])
