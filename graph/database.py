"""Database: one SQLite file through SQLAlchemy, opened, migrated, written in whole transactions.

It knows nothing of what the rows mean. Every error of the database leaves it as one of ours.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import sqlalchemy as sa

from ..errors import ArtifactError, StorageError

SCHEMA_VERSION = "0004"
_MIGRATIONS = Path(__file__).parent / "migrations"

Row = tuple[object, ...]


class Database:
    """An open database file; use `create` or `open`, and close it or use it in a ``with``."""

    def __init__(self, path: Path, engine: sa.Engine, *, is_writer: bool) -> None:
        self.path = path
        self._engine = engine
        self._is_writer = is_writer
        self._connection: sa.Connection | None = None

    # ---- opening and closing

    @classmethod
    def create(cls, path: Path) -> Database:
        """Create an empty knowledge base file with the newest schema, or open one for writing.

        Raises
        ------
        StorageError
            The file cannot be written.
        ArtifactError
            The file exists and is not a knowledge base, or a newer version made it.
        """
        store = cls(path, _engine(path, "rwc"), is_writer=True)
        with _translated(path):
            store._migrate()
        return store

    @classmethod
    def open(cls, path: Path) -> Database:
        """Open an existing knowledge base file for reading.

        Raises
        ------
        ArtifactError
            The file is missing, damaged, or of another schema version.
        """
        if not path.is_file():
            raise ArtifactError(
                f"no knowledge base at {path.parent}: {path.name} is missing; "
                "build one with `tailgraph build SOURCE... --out KB`"
            )
        store = cls(path, _engine(path, "ro"), is_writer=False)
        with _translated(path):
            version = store._schema_version()
        if version != SCHEMA_VERSION:
            store.close()
            raise ArtifactError(
                f"{path} has schema version {version or 'none'}, this tailgraph reads "
                f"{SCHEMA_VERSION}; {_version_advice(version)}"
            )
        return store

    def close(self) -> None:
        """Close the file; what was not committed is gone.

        A writer folds its log in, so that one file stays behind and a reader needs no other. While
        somebody reads, the log stays, and the next writer folds it in.
        """
        if self._is_writer:
            connection = self._engine.raw_connection()
            with suppress(sqlite3.OperationalError):
                connection.cursor().execute("PRAGMA journal_mode = DELETE")
            connection.close()
        self._engine.dispose()

    def __enter__(self) -> Database:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def _schema_version(self) -> str | None:
        with self._engine.connect() as connection:
            if not sa.inspect(connection).has_table("alembic_version"):
                return None
            found = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
        return None if found is None else str(found)

    def _migrate(self) -> None:
        version = self._schema_version()
        if version == SCHEMA_VERSION:
            return
        with self._engine.connect() as connection:
            tables = sa.inspect(connection).get_table_names()
        if (version is None and tables) or (version is not None and version > SCHEMA_VERSION):
            raise ArtifactError(
                f"{self.path} has schema version {version or 'none'}, this tailgraph writes "
                f"{SCHEMA_VERSION}; {_version_advice(version)}"
            )
        # Alembic costs most of a second to import and is needed only when the schema changes.
        from alembic import command
        from alembic.config import Config

        config = Config()
        config.set_main_option("script_location", str(_MIGRATIONS))
        with self._engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")

    # ---- transactions and rows

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit everything written inside the block at once, or nothing of it."""
        with _translated(self.path), self._engine.begin() as connection:
            self._connection = connection
            try:
                yield
            finally:
                self._connection = None

    def insert(self, table: sa.Table, rows: Iterable[Row]) -> None:
        """Insert rows, in the order of the table's columns, through the driver in one go."""
        batch = list(rows)
        if batch:
            marks = ", ".join("?" * len(table.columns))
            self.execute_many(f'INSERT INTO "{table.name}" VALUES ({marks})', batch)

    def execute_many(self, statement: str, rows: Sequence[Row]) -> None:
        """Run one statement for each row of parameters, inside the open transaction."""
        if rows:
            self._writer().exec_driver_sql(statement, list(rows))

    def execute(self, statement: str, parameters: Row = ()) -> None:
        """Run one statement inside the open transaction."""
        self._writer().exec_driver_sql(statement, parameters)

    def rows(self, statement: str, parameters: Row = ()) -> list[Row]:
        """Return all rows of a query, inside the open transaction if there is one."""
        return list(self.stream(statement, parameters))

    def rows_in(self, statement: str, values: Sequence[object], *before: object) -> list[Row]:
        """Return the rows of a query that ends in ``IN (%s)``, asked 10,000 values at a time."""
        found: list[Row] = []
        for start in range(0, len(values), 10_000):
            portion = values[start : start + 10_000]
            found += self.rows(statement % ", ".join("?" * len(portion)), (*before, *portion))
        return found

    def stream(self, statement: str, parameters: Row = ()) -> Iterator[Row]:
        """Yield the rows of a query without holding them all."""
        with ExitStack() as stack:
            stack.enter_context(_translated(self.path))
            connection = self._connection or stack.enter_context(self._engine.connect())
            for row in connection.exec_driver_sql(statement, parameters):
                yield tuple(row)

    def count(self, table: str, where: str = "1", parameters: Row = ()) -> int:
        """Return the number of rows of a table."""
        return as_int(self.rows(f'SELECT count(*) FROM "{table}" WHERE {where}', parameters)[0][0])

    def next_id(self, table: str) -> int:
        """Return the id that the next row of a table with a dense integer ``id`` takes."""
        return as_int(self.rows(f'SELECT coalesce(max(id) + 1, 0) FROM "{table}"')[0][0])

    def _writer(self) -> sa.Connection:
        if self._connection is None:
            raise RuntimeError("Database is written inside `with store.transaction():` only")
        return self._connection


@contextmanager
def folder_lock(folder: Path) -> Iterator[None]:
    """Keep a second writer out of a folder; the lock ends with the block or the process.

    Raises
    ------
    StorageError
        Another process holds the lock, or the folder cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(folder, os.O_RDONLY)
    except OSError as error:
        raise StorageError(
            f"cannot write the folder {folder}: {error.strerror}; choose another place"
        ) from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as error:
        raise StorageError(
            f"another process is writing {folder}; wait for it to end, then run this again"
        ) from error
    finally:
        os.close(handle)


def as_int(value: object) -> int:
    """Narrow a database value to the integer that the schema says it is."""
    if not isinstance(value, int):
        raise ArtifactError(f"expected an integer in the knowledge base, found {value!r}")
    return value


def as_float(value: object) -> float:
    """Narrow a database value to the number that the schema says it is."""
    if not isinstance(value, (int, float)):
        raise ArtifactError(f"expected a number in the knowledge base, found {value!r}")
    return float(value)


def as_bytes(value: object) -> bytes:
    """Narrow a database value to the bytes that the schema says it is."""
    if not isinstance(value, bytes):
        raise ArtifactError(f"expected a blob in the knowledge base, found {type(value).__name__}")
    return value


def _version_advice(version: str | None) -> str:
    if version is None:
        return "it is not a finished knowledge base: build it anew with `tailgraph build`"
    if version > SCHEMA_VERSION:
        return "a newer tailgraph made it: upgrade with `pip install -U tailgraph`"
    return "bring it up to date with a command that writes to it, as `tailgraph add`"


def _engine(path: Path, mode: str) -> sa.Engine:
    """Return an engine whose transactions are exactly ours: the driver begins none by itself."""

    def connect() -> sqlite3.Connection:
        uri = path.absolute().as_uri()
        try:
            connection = _connect(f"{uri}?mode={mode}", write=mode == "rwc")
        except sqlite3.OperationalError:
            # A write-ahead database on a read-only disk opens only when told that nobody writes.
            if mode != "ro" or Path(f"{path}-wal").exists():
                raise
            connection = _connect(f"{uri}?mode=ro&immutable=1", write=False)
        return connection

    engine = sa.create_engine("sqlite://", creator=connect, poolclass=sa.pool.QueuePool)
    begin = "BEGIN IMMEDIATE" if mode == "rwc" else "BEGIN"
    sa.event.listen(engine, "begin", lambda connection: connection.exec_driver_sql(begin))
    return engine


def _connect(uri: str, *, write: bool) -> sqlite3.Connection:
    connection = sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA busy_timeout = 5000")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA cache_size = -65536")
    if write:
        connection.execute("PRAGMA page_size = 16384")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
    connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    return connection


@contextmanager
def _translated(path: Path) -> Iterator[None]:
    """Turn the database's errors into ours, saying what to do."""
    try:
        yield
    except (sa.exc.DatabaseError, sqlite3.DatabaseError) as error:
        cause = str(getattr(error, "orig", error))
        if any(word in cause for word in ("full", "I/O", "readonly", "unable to open")):
            raise StorageError(
                f"cannot write {path}: {cause}; free some space or choose another place, then run "
                "the same command again: it goes on from the last committed step"
            ) from error
        if "locked" in cause:
            raise StorageError(
                f"another process is writing {path}; wait for it to end, then run this again"
            ) from error
        if "not a database" in cause or "malformed" in cause:
            raise ArtifactError(
                f"{path} is damaged or not a knowledge base ({cause}); restore it from a copy or "
                "build it anew"
            ) from error
        raise
