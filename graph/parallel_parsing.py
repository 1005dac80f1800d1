"""Parsing on several cores: worker processes, each with its own copy of a pipeline.

spaCy's parser asks for Python's lock at every step, so threads do not help. A worker is a program
of one line that calls `work`: it reads groups from its standard input and writes parsed sentences
to its standard output, so a calling script needs no ``if __name__ == "__main__"`` guard.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import fields
from itertools import islice
from operator import attrgetter
from queue import SimpleQueue
from typing import Any, Self

from ..engine.process_messages import read_message, write_message
from ..errors import ModelError, ParameterError
from .parsing import NounPhrase, ParsedSentence, Parser, check_group

_GROUPS_PER_MESSAGE = 32
_ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


class ParserPool:
    """Worker processes that parse; start them once with ``with``, and ask them many times.

    Parameters
    ----------
    parser : Parser
        Its pipeline is loaded again by each worker, which takes a few seconds and about 300 MB.
    n_workers : int
        Number of processes.

    Raises
    ------
    ParameterError
        `n_workers` is below 1.
    """

    def __init__(self, parser: Parser, n_workers: int):
        if n_workers < 1:
            raise ParameterError(f"n_workers is {n_workers}; expected 1 or more.")
        self.n_workers = n_workers
        self._parser = parser
        self._stack = ExitStack()
        self._idle: SimpleQueue[_Worker] = SimpleQueue()

    def __enter__(self) -> Self:
        for _ in range(self.n_workers):
            self._idle.put(self._stack.enter_context(_Worker(self._parser)))
        self._threads = self._stack.enter_context(ThreadPoolExecutor(self.n_workers))
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def parse(self, groups: Iterable[Sequence[str]]) -> Iterator[list[ParsedSentence]]:
        """Parse groups of sentences; the same parses as `Parser.parse`, in order.

        Parameters
        ----------
        groups
            As for `Parser.parse`; portions of 32 groups go to the workers in turn.

        Yields
        ------
        list of ParsedSentence
            One for each sentence of the group.

        Raises
        ------
        ParameterError
            A group holds more than 8 sentences.
        ModelError
            A worker ended before its work was done.
        """
        pending: deque[Future[list[list[ParsedSentence]]]] = deque()
        stream = iter(groups)
        while part := [check_group(group) for group in islice(stream, _GROUPS_PER_MESSAGE)]:
            pending.append(self._threads.submit(_ask_idle, self._idle, part))
            if len(pending) > 2 * self.n_workers:
                yield from pending.popleft().result()
        while pending:
            yield from pending.popleft().result()


def _ask_idle(
    idle: SimpleQueue[_Worker], groups: list[tuple[str, ...]]
) -> list[list[ParsedSentence]]:
    worker = idle.get()
    try:
        return worker.parse(groups)
    finally:
        idle.put(worker)


class _Worker:
    """A process that parses what it is sent; ends with the ``with`` block that holds it."""

    def __init__(self, parser: Parser):
        program = f"import sys; from {__name__} import work; work(sys.argv[1])"
        if not parser.needs_torch:  # spaCy imports torch wherever it finds it: seconds, 200 MB
            program = f"import sys; sys.modules['torch'] = None; {program}"
        self._process = subprocess.Popen(
            [sys.executable, "-c", program, str(parser.folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=os.environ | _ONE_THREAD | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()

    def parse(self, groups: list[tuple[str, ...]]) -> list[list[ParsedSentence]]:
        """Send groups, wait for their sentences."""
        try:
            write_message(self._process.stdin, groups)
            answer = read_message(self._process.stdout)
        except (BrokenPipeError, EOFError) as error:
            raise ModelError(
                f"A parsing worker ended with exit status {self._process.wait()}; expected it to "
                "parse. What it said stands above; parse with n_workers=1 where memory is short."
            ) from error
        return [[_sentence(plain) for plain in group] for group in answer]


_SENTENCE_FIELDS = [field.name for field in fields(ParsedSentence)]  # noun_phrases is the last
_values_of_sentence = attrgetter(*_SENTENCE_FIELDS)
_values_of_phrase = attrgetter(*(field.name for field in fields(NounPhrase)))


def _plain(sentence: ParsedSentence) -> tuple[Any, ...]:
    """Take a sentence apart into what `marshal` can carry."""
    *values, phrases = _values_of_sentence(sentence)
    return (*values, [_values_of_phrase(phrase) for phrase in phrases])


def _sentence(plain: tuple[Any, ...]) -> ParsedSentence:
    values: dict[str, Any] = dict(zip(_SENTENCE_FIELDS, plain, strict=True))
    values["noun_phrases"] = tuple(NounPhrase(*phrase) for phrase in values["noun_phrases"])
    return ParsedSentence(**values)


def work(folder: str) -> None:
    """Parse what comes in until the other end closes."""
    parser = Parser.from_pretrained(folder)
    while True:
        try:
            groups = read_message(sys.stdin.buffer)
        except EOFError:
            return
        answer = [[_plain(sentence) for sentence in group] for group in parser.parse(groups)]
        write_message(sys.stdout.buffer, answer)
